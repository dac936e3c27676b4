/*
 * attach.h - the keeper's end of its link, to whichever agent there is.
 *
 * An agent may die and another come; this finds it, again and again, and
 * tells its owner. Speaks the messages of link.h.
 */
#ifndef SALLYPORT_KEEPER_ATTACH_H
#define SALLYPORT_KEEPER_ATTACH_H

#include <ev.h>
#include <stdbool.h>

#include "base/compiler.h"

struct link_message;

struct attach_owner {
	/* Starts or finds an agent: a connected SOCK_SEQPACKET socket, which
	 * becomes attach's; -1 where there is none now. */
	int (*open)(void *arg);
	/* The agent serves (it said HELLO). */
	void (*attached)(void *arg);
	void (*message)(void *arg, const struct link_message *message);
	/* It is gone, and so is what it had. Another is looked for. */
	void (*detached)(void *arg);
	void *arg;
};

struct attach_waiting;

struct attach {
	struct ev_loop *loop;
	struct attach_owner owner;
	int fd;			/* -1: none */
	bool ready;		/* since HELLO */
	double delay;		/* seconds before the next try */
	struct attach_waiting *first, **last;	/* to be sent, in order */
	ev_io io, room_io;
	ev_timer retry, room;
};

/* The owner is copied; its `arg` must live as long. Nothing is opened yet. */
void attach_init(struct attach *attach, struct ev_loop *loop,
    const struct attach_owner *owner);

/* Looks for an agent now. 0, or -1 where there is none (it is not retried). */
MUST_USE int attach_open(struct attach *attach);

/*
 * Sends to the agent, at once or when there is room, where there is one that
 * serves; what is not sent for want of one is the owner's to send when
 * `attached` is called. The descriptors stay the caller's.
 */
void attach_send(struct attach *attach, const struct link_message *message,
    const int *fds, unsigned count);

/* Ends the link; the owner is not told. */
void attach_close(struct attach *attach);

#endif
