#include "agent/orders.h"

#include <errno.h>
#include <ev.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/link.h"
#include "agent/offer.h"
#include "base/log.h"

/* Seconds until the kernel is asked again for what it had none of. */
#define RETRY 0.1

enum state { OFFER_UNSENT, HELD, DROP_UNSENT, DROPPING };

struct order {
	struct order *next;
	struct offer *offer;
	enum state state;
};

struct orders {
	struct ev_loop *loop;
	struct orders_owner owner;
	int fd;
	struct order *first, **last;	/* oldest first */
	ev_io read_io, write_io;
	ev_timer retry;
};

static void
release(struct orders *o, struct order **at)
{
	struct order *order = *at;
	struct offer *offer = order->offer;

	*at = order->next;
	if (o->last == &order->next)
		o->last = at;
	free(order);
	offer->holders--;
	o->owner.released(o->owner.arg, offer);
}

/* 0, or -1 with errno. */
static int
send_order(const struct orders *o, struct order *order)
{
	struct link_message drop = { .kind = LINK_DROP,
		.id = order->offer->message.id };

	switch (order->state) {
	case OFFER_UNSENT:
		if (link_send(o->fd, &order->offer->message,
		    order->offer->fds, order->offer->fds[2] < 0 ? 2 : 3) < 0)
			return -1;
		order->state = HELD;
		return 0;
	case DROP_UNSENT:
		if (link_send(o->fd, &drop, NULL, 0) < 0)
			return -1;
		order->state = DROPPING;
		return 0;
	case HELD:
	case DROPPING:
		break;
	}
	return 0;
}

static void
flush(struct orders *o)
{
	int error = 0;

	for (struct order *i = o->first; i != NULL && error == 0; i = i->next)
		if (send_order(o, i) < 0)
			error = errno;
	ev_timer_stop(o->loop, &o->retry);
	ev_io_stop(o->loop, &o->write_io);
	if (error == EAGAIN || error == EWOULDBLOCK) {
		ev_io_start(o->loop, &o->write_io);
	} else if (error == ETOOMANYREFS || error == ENOBUFS ||
	    error == ENOMEM) {
		ev_timer_again(o->loop, &o->retry);
	} else if (error != 0) {
		/* It is dying, and its death releases all. */
		log_debug("supervisor", "a worker takes no orders: %s",
		    strerror(error));
	}
}

static void
on_writable(struct ev_loop *loop, ev_io *io, int revents)
{
	(void)loop;
	(void)revents;
	flush(io->data);
}

static void
on_retry(struct ev_loop *loop, ev_timer *timer, int revents)
{
	(void)loop;
	(void)revents;
	flush(timer->data);
}

static void
on_dropped(struct orders *o, uint64_t id)
{
	for (struct order **at = &o->first; *at != NULL; at = &(*at)->next)
		if ((*at)->state == DROPPING &&
		    (*at)->offer->message.id == id) {
			release(o, at);
			return;
		}
}

static void
on_readable(struct ev_loop *loop, ev_io *io, int revents)
{
	struct orders *o = io->data;
	struct link_message message;
	int fds[PASS_MAX], rc;

	(void)revents;
	while ((rc = link_receive(o->fd, &message, fds)) > 0) {
		pass_close(fds);
		if (message.kind == LINK_DROPPED)
			on_dropped(o, message.id);
	}
	if (rc == 0 || errno != EAGAIN)
		ev_io_stop(loop, io);
}

struct orders *
orders_new(struct ev_loop *loop, int fd, const struct orders_owner *owner)
{
	struct orders *o = calloc(1, sizeof(*o));

	if (o == NULL)
		return NULL;
	o->loop = loop;
	o->owner = *owner;
	o->fd = fd;
	o->last = &o->first;
	ev_io_init(&o->read_io, on_readable, fd, EV_READ);
	ev_io_init(&o->write_io, on_writable, fd, EV_WRITE);
	ev_timer_init(&o->retry, on_retry, 0., RETRY);
	o->read_io.data = o->write_io.data = o->retry.data = o;
	ev_io_start(loop, &o->read_io);
	return o;
}

void
orders_free(struct orders **orders)
{
	struct orders *o = *orders;
	struct order *next;

	ev_io_stop(o->loop, &o->read_io);
	ev_io_stop(o->loop, &o->write_io);
	ev_timer_stop(o->loop, &o->retry);
	for (struct order *i = o->first; i != NULL; i = next) {
		next = i->next;
		free(i);
	}
	close(o->fd);
	free(o);
	*orders = NULL;
}

void
orders_release_all(struct orders *o)
{
	while (o->first != NULL)
		release(o, &o->first);
}

int
orders_offer(struct orders *o, struct offer *offer)
{
	struct order *order = calloc(1, sizeof(*order));

	if (order == NULL)
		return -1;
	order->offer = offer;
	offer->holders++;
	*o->last = order;
	o->last = &order->next;
	flush(o);
	return 0;
}

void
orders_drop(struct orders *o, const struct offer *offer)
{
	struct order **at = &o->first;

	while (*at != NULL && (*at)->offer != offer)
		at = &(*at)->next;
	if (*at == NULL)
		return;
	if ((*at)->state == OFFER_UNSENT) {
		release(o, at);
		return;
	}
	(*at)->state = DROP_UNSENT;
	flush(o);
}
