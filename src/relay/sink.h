/*
 * sink.h - hands finished connections to a wrapped service.
 *
 * A channel is one end of a SOCK_SEQPACKET pair, whose other end the service
 * accepts from. A connection is handed over as one message of one byte and
 * one descriptor (SCM_RIGHTS, unix(7)): the end of a socketpair that stands
 * for the client, or the client's own socket. The channel's descriptor is
 * shared with other processes, so its flags are nobody's to change.
 *
 * Where the channel is full, connections wait in order of arrival, each for
 * at most the sink's patience. Where it is closed, they fail. When as many
 * wait as may, the owner should let no more begin; those that were under way
 * then still find room, SINK_LATE of them.
 */
#ifndef SALLYPORT_RELAY_SINK_H
#define SALLYPORT_RELAY_SINK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

struct ev_loop;
struct sink;

#define SINK_LATE 128

struct sink_options {
	int fd;			/* the channel; the sink's from now on */
	char byte;		/* the message */
	const char *label;	/* the service, for the log; copied */
	size_t limit;		/* so many waiting are many, at least 1 */
	double patience;	/* seconds */
	/*
	 * Makes the pair that stands for a client: ends_r[0] is ours and
	 * non-blocking, ends_r[1] the service's. -1 with errno; ENOTCONN
	 * where the client has left.
	 */
	int (*make)(void *arg, int client, int ends_r[2]);
	/* Marks our end before it is closed: the client's end was orderly. */
	void (*finish)(int end);
	/*
	 * Did the service want a reset for this connection, of which our end
	 * is closed by it? `table` is given back by `release` when the last
	 * connection has ended; all three may be NULL.
	 */
	bool (*is_cut)(void *table, int end);
	void (*release)(void *table);
	void *table;
	/* Fewer wait than the limit again. */
	void (*room)(void *arg);
	void *arg;
};

/* A connection on its way; zeroed when it is not. */
struct sink_wait {
	struct sink_wait *next, **previous;
	struct sink *sink;	/* NULL: not waiting */
	int client;
	bool whole;		/* the client's socket itself, made blocking */
	int ends[2];
	double until;
	/*
	 * Called once, perhaps before sink_put returns, and the wait is no
	 * more the sink's. 0: handed over, `end` is our end of the pair and
	 * the caller's (-1 where whole). Else errno: ETIMEDOUT, EAGAIN where
	 * too many wait, ECONNREFUSED where the channel is closed, or what
	 * `make` said.
	 */
	void (*done)(struct sink_wait *wait, int error, int end);
};

/* With one reference. NULL: memory; the descriptor is the caller's then. */
MUST_USE struct sink *sink_new(struct ev_loop *loop,
    const struct sink_options *options);

/* One reference more, and one less; the last one frees it. */
struct sink *sink_hold(struct sink *sink);
void sink_release(struct sink **sink);

/*
 * Closes the channel; what waits fails, and so does what comes. The owner is
 * called no more.
 */
void sink_close(struct sink *sink);

/* Hands a connection over, now or later: client, whole, done are set. */
void sink_put(struct sink *sink, struct sink_wait *wait);

/* It need not be handed over any more; safe on one that does not wait. */
void sink_withdraw(struct sink_wait *wait);

/*
 * The client has ended in order, and `end`, which was handed over by this
 * sink, is about to be closed. A service reads any other end as a reset.
 */
void sink_finish(const struct sink *sink, int end);

/* Did the service cut off the connection whose end this is? */
bool sink_is_cut(const struct sink *sink, int end);

/* As many wait as may. */
bool sink_is_full(const struct sink *sink);
const char *sink_label(const struct sink *sink);

#endif
