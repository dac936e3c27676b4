/*
 * orders.h - what the supervisor has one worker do: take offered listeners,
 * and let go of them.
 *
 * The supervisor never waits for a worker. What its socket does not take now
 * is sent when it does; there is one record for each listener that a worker
 * has or is to get, so nothing grows beyond the offers.
 */
#ifndef SALLYPORT_AGENT_ORDERS_H
#define SALLYPORT_AGENT_ORDERS_H

#include "base/compiler.h"

struct ev_loop;
struct offer;
struct orders;

struct orders_owner {
	/* The worker has closed it, or never got it. */
	void (*released)(void *arg, struct offer *offer);
	void *arg;
};

/*
 * Orders over a non-blocking SOCK_SEQPACKET socket, which they own. NULL:
 * memory; the socket is the caller's then.
 */
MUST_USE struct orders *orders_new(struct ev_loop *loop, int fd,
    const struct orders_owner *owner);

/*
 * Closes the socket and frees; the owner is not called. What the worker had
 * is visited before with orders_release_all.
 */
void orders_free(struct orders **orders);

/* The worker is dead: all it had is released. */
void orders_release_all(struct orders *orders);

/* 0, or -1 where memory is exhausted. */
MUST_USE int orders_offer(struct orders *orders, struct offer *offer);

/* Safe on one that the worker does not have. */
void orders_drop(struct orders *orders, const struct offer *offer);

#endif
