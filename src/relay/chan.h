/*
 * chan.h - one end of a connection, plain or TLS behind the same operations.
 *
 * A chan does not own its descriptor's place in the event loop: every
 * operation that would block says which readiness of the descriptor it waits
 * for, and the session watches for that.
 */
#ifndef SALLYPORT_RELAY_CHAN_H
#define SALLYPORT_RELAY_CHAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

struct sink;
struct tls_conn;

enum chan_io {
	CHAN_DONE,		/* bytes moved */
	CHAN_WANT_READ,		/* call again when the descriptor is readable */
	CHAN_WANT_WRITE,	/* ... when it is writable */
	CHAN_END,		/* reading: the peer has finished */
	CHAN_FAILED,
};

struct chan {
	int fd;			/* -1: not open */
	struct tls_conn *tls;	/* NULL: plain; owned */
	const struct sink *sink;	/* the service was handed its peer; or NULL */
	bool finish_said;	/* we told the peer that we have finished */
	int error;		/* errno of a plain failure */
};

/* Closes and frees; safe on one that never opened. */
void chan_close(struct chan *chan);

/* As read(2) and send(2), but *n_r says how much moved with CHAN_DONE. */
MUST_USE enum chan_io chan_read(struct chan *chan, void *bytes, size_t size,
    size_t *n_r);
MUST_USE enum chan_io chan_write(struct chan *chan, const void *bytes,
    size_t size, size_t *n_r);

/*
 * Sends what the chan took and still holds (TLS does): CHAN_DONE when it
 * holds nothing any more.
 */
MUST_USE enum chan_io chan_flush(struct chan *chan);

/*
 * Tells the peer that nothing more comes: close_notify where TLS, then the
 * end of the TCP stream. CHAN_DONE when all of it has left.
 */
MUST_USE enum chan_io chan_finish(struct chan *chan);

/*
 * Ends the sending direction, then reads and drops what still comes, at most
 * `limit` bytes, counted in *dropped. A socket closed with unread bytes sends
 * a reset, and a reset can overtake the alert. CHAN_END or CHAN_FAILED when
 * it may be closed.
 */
MUST_USE enum chan_io chan_linger(struct chan *chan, size_t *dropped,
    size_t limit);

/*
 * Was the connection reset? (An orderly end is no error, and waits.) Is a
 * unix socket's other end closed, not for writing only? Asked of descriptors
 * that nobody watches; what arrived is still there to be read.
 */
bool chan_is_reset(const struct chan *chan);
bool chan_is_closed(const struct chan *chan);

/* Can chan_read go on without the descriptor becoming readable? */
bool chan_pending(const struct chan *chan);

#endif
