/*
 * held.h - one listener of a wrapped service, and the channel that stands in
 * for it.
 *
 * The keeper holds both for as long as the service does. The agent has
 * copies; when it dies, clients wait in the listener's queue for the next.
 */
#ifndef SALLYPORT_KEEPER_HELD_H
#define SALLYPORT_KEEPER_HELD_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "agent/link.h"
#include "base/compiler.h"

struct keeper;

struct held {
	struct held *next;
	struct keeper *keeper;		/* the owner's own */
	struct link_message offer;	/* as it is told to every agent */
	uint64_t cookie;	/* SO_COOKIE of the socket it replaced */
	ino_t inode;		/* and its inode */
	int listener;		/* -1: closed, and `dropping` */
	int channel;		/* the agent's end; -1: see held_alone */
	int service;		/* the service's end; -1: it has it */
	pid_t home_pid;		/* where the service's end was put */
	int home_number;
	bool dropping;		/* closed here; the agent was told */
	ev_io hangup;		/* the owner's to start */
};

/* Is it a socket that TCP clients might be accepted from, MPTCP included? */
bool held_is_tcp(int fd);
bool held_listens(int fd);

/*
 * Describes the process in an offer or a question: user, process name and
 * systemd service, for Userid and Jobname. A user without a name stays empty. -1 with errno
 * where either cannot be found out: what a rule asks for must not seem to be
 * absent because descriptors ran out, say.
 */
MUST_USE int held_describe(pid_t pid, struct link_message *message);

/*
 * Holds a listener in the place of the bound socket `original`: a twin of it
 * (twin.h), or, where it listens already, itself. `like` fills the offer's
 * user, job and unit; its id is new. NULL with errno; see twin_listen.
 */
MUST_USE struct held *held_new(int original, int backlog,
    const struct link_message *like);

/* Another channel of the same listener. */
MUST_USE struct held *held_beside(const struct held *held, int original);

/*
 * The listener without a channel: the service has closed what it was given,
 * but may elsewhere have a copy of the socket that it replaced (copies.h),
 * from which it wants to accept. NULL where memory or descriptors ran out.
 */
MUST_USE struct held *held_alone(const struct held *held);
bool held_is_alone(const struct held *held);

/*
 * The service's end, once more, from the process it was put into: a
 * descriptor of ours, or -1 where it is there no longer.
 */
MUST_USE int held_service_end(const struct held *held);

/* Has the service closed its last copy of the channel? */
bool held_is_left(const struct held *held);

/* Closes what is open. The watcher must be stopped. */
void held_close(struct held *held);
void held_free(struct held **held);

#endif
