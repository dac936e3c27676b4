/*
 * wrapped.h - the wrapped listeners of a worker.
 *
 * They come and go by the supervisor's orders (agent/link.h: OFFER, DROP),
 * which are answered here. Accepting, and what becomes of a connection, is the
 * worker's; here is what a wrapped listener has and a port of our own has not:
 * the channel that leads to the service, and the service's user, job and unit.
 */
#ifndef SALLYPORT_AGENT_WRAPPED_H
#define SALLYPORT_AGENT_WRAPPED_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct sink;
struct wrapped_set;

struct wrapped {
	struct wrapped *next;
	struct wrapped_set *set;
	uint64_t id;
	int listener;			/* -1: closed */
	struct sink *sink;
	const char *user, *job, *unit;	/* NULL: unknown */
	char *names;			/* where they are kept */
	ev_io accept_io, hangup_io;
	bool over;			/* it accepts no more */
	bool asked, claimed;		/* the worker's: do rules name it? */
};

struct wrapped_set {
	struct ev_loop *loop;
	int orders;
	ev_io orders_io;
	struct wrapped *first;
	bool paused, draining;
	bool answering;			/* `answer` is not sent yet */
	uint64_t answer;
	/* A client waits at a listener. */
	void (*acceptable)(void *arg, struct wrapped *wrapped);
	/* The supervisor gives no orders any more. */
	void (*abandoned)(void *arg);
	void *arg;
};

/*
 * Takes orders from a non-blocking socket, which the set owns; the callbacks
 * are set.
 */
void wrapped_init(struct wrapped_set *set, struct ev_loop *loop, int orders);

/* No session may be left that holds a sink. */
void wrapped_fini(struct wrapped_set *set);

/* Descriptors ran out, or are there again. */
void wrapped_pause(struct wrapped_set *set, bool paused);

/*
 * Closes all listeners, and takes no more. The channels stay, for those who
 * are on their way to them.
 */
void wrapped_drain(struct wrapped_set *set);

/*
 * May one be accepted? Not while as many wait for the service as may: then
 * `acceptable` is not called until there is room.
 */
MUST_USE bool wrapped_has_room(struct wrapped *wrapped);

/* Accepting failed for good: the listener is left alone. */
void wrapped_give_up(struct wrapped *wrapped, int error);

#endif
