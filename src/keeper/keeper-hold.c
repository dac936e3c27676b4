#include "keeper/keeper-hold.h"

#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "agent/resets.h"
#include "keeper/copies.h"
#include "keeper/held.h"
#include "keeper/keeper-state.h"

static void
forget(struct keeper *k, struct held *h)
{
	struct held **at = &k->held;

	while (*at != h)
		at = &(*at)->next;
	*at = h->next;
	ev_io_stop(k->loop, &h->hangup);
	held_free(&h);
}

void
keeper_hold_forget_all(struct keeper *k)
{
	while (k->held != NULL)
		forget(k, k->held);
}

/* The port is free when the agent, too, has closed what it was given. */
void
keeper_hold_drop(struct keeper *k, struct held *h)
{
	struct link_message m = { .kind = LINK_DROP, .id = h->offer.id };

	if (h->dropping)
		return;
	if (held_is_alone(h)) {
		forget(k, h);
		return;
	}
	ev_io_stop(k->loop, &h->hangup);
	held_close(h);
	h->dropping = true;
	if (k->attach.ready)
		attach_send(&k->attach, &m, NULL, 0);
	else
		forget(k, h);
}

static void
remember(struct keeper *k, const struct held *h)
{
	struct keeper_ended *e = &k->ended[k->ended_count++ %
	    KEEPER_ENDED_MAX];
	socklen_t length = sizeof(e->v6_only);

	*e = (struct keeper_ended){ .id = h->offer.id,
		.local = h->offer.local };
	if (e->local.ss_family == AF_INET6)
		(void)getsockopt(h->listener, IPPROTO_IPV6, IPV6_V6ONLY,
		    &e->v6_only, &length);
}

const struct keeper_ended *
keeper_hold_ended(const struct keeper *k, uint64_t id)
{
	for (size_t i = 0; i < KEEPER_ENDED_MAX && i < k->ended_count; i++)
		if (k->ended[i].id == id)
			return &k->ended[i];
	return NULL;
}

/*
 * The service has closed its channel, or shut it down. The listener is kept
 * until it is known, soon, whether somebody has a copy.
 */
static void
leave(struct keeper *k, struct held *h)
{
	struct held *alone = held_alone(h);

	remember(k, h);
	keeper_hold_drop(k, h);
	if (alone == NULL)
		return;
	alone->next = k->held;
	k->held = alone;
	ev_timer_stop(k->loop, &k->look);
	ev_timer_set(&k->look, 0., KEEPER_LOOK_INTERVAL);
	ev_timer_start(k->loop, &k->look);
}

/* Those that nobody watches, for they look closed but are not. */
static bool
look_at_silent(struct keeper *k)
{
	struct held *next;
	bool any = false;

	for (struct held *h = k->held; h != NULL; h = next) {
		next = h->next;
		if (h->dropping || held_is_alone(h) ||
		    ev_is_active(&h->hangup))
			continue;
		if (held_is_left(h))
			leave(k, h);
		else
			any = true;
	}
	return any;
}

/* One look for all; forgets those of which there is no copy. Any left? */
static bool
look_at_alone(struct keeper *k)
{
	struct copies *sockets;
	struct held *next;
	size_t count = 0, i = 0;

	for (const struct held *h = k->held; h != NULL; h = h->next)
		count += held_is_alone(h);
	if (count == 0)
		return false;
	sockets = calloc(count, sizeof(*sockets));
	for (const struct held *h = k->held; sockets != NULL && h != NULL;
	    h = h->next)
		if (held_is_alone(h))
			sockets[i++].inode = h->inode;
	if (sockets != NULL)
		copies_look(sockets, count);
	i = 0;
	for (struct held *h = k->held; h != NULL; h = next) {
		next = h->next;
		if (!held_is_alone(h))
			continue;
		if (sockets == NULL || !sockets[i++].found) {
			forget(k, h);
			count--;
		}
	}
	free(sockets);
	return count > 0;
}

void
keeper_hold_look(struct keeper *k)
{
	bool silent = look_at_silent(k), alone = look_at_alone(k);

	if (!silent && !alone)
		ev_timer_stop(k->loop, &k->look);
}

static void
on_hangup(struct ev_loop *loop, ev_io *io, int revents)
{
	struct held *h = io->data;
	struct pollfd fd = { .fd = h->channel, .events = POLLRDHUP };
	char waste[64];

	(void)revents;
	if (held_is_left(h)) {
		leave(h->keeper, h);
		return;
	}
	/* Nobody has anything to say here; what comes is not kept. And who
	 * says that he will say nothing would wake us for ever. */
	if (recv(h->channel, waste, sizeof(waste), MSG_DONTWAIT) == 0 &&
	    poll(&fd, 1, 0) == 1) {
		ev_io_stop(loop, io);
		if (!ev_is_active(&h->keeper->look))
			ev_timer_again(loop, &h->keeper->look);
	}
}

static void
offer(struct keeper *k, const struct held *h)
{
	int fds[] = { h->listener, h->channel, resets_fd(k->resets) };

	if (!h->dropping && !held_is_alone(h))
		attach_send(&k->attach, &h->offer, fds, ARRAY_SIZE(fds));
}

void
keeper_hold_add(struct keeper *k, struct held *h)
{
	h->next = k->held;
	h->keeper = k;
	k->held = h;
	ev_io_init(&h->hangup, on_hangup, h->channel, EV_READ);
	h->hangup.data = h;
	ev_io_start(k->loop, &h->hangup);
	offer(k, h);
}

void
keeper_hold_offer_all(struct keeper *k)
{
	for (const struct held *h = k->held; h != NULL; h = h->next)
		offer(k, h);
}

bool
keeper_hold_sweep(struct keeper *k)
{
	struct held *next;
	bool any = false;

	for (struct held *h = k->held; h != NULL; h = next) {
		next = h->next;
		any |= h->dropping || held_is_alone(h);
		if (!held_is_left(h))
			continue;
		any = true;
		leave(k, h);
	}
	if (any)
		(void)look_at_alone(k);
	return any;
}

bool
keeper_hold_is_dropping(const struct keeper *k)
{
	const struct held *h = k->held;

	while (h != NULL && !h->dropping)
		h = h->next;
	return h != NULL;
}

void
keeper_hold_dropped(struct keeper *k, uint64_t id)
{
	struct held *h = keeper_hold_by_id(k, id);

	if (h != NULL && h->dropping)
		forget(k, h);
}

void
keeper_hold_all_dropped(struct keeper *k)
{
	struct held *next;

	for (struct held *h = k->held; h != NULL; h = next) {
		next = h->next;
		if (h->dropping)
			forget(k, h);
	}
}

struct held *
keeper_hold_by_cookie(const struct keeper *k, uint64_t cookie)
{
	struct held *alone = NULL;

	for (struct held *h = k->held; h != NULL; h = h->next) {
		if (h->dropping || cookie == 0 || h->cookie != cookie)
			continue;
		if (!held_is_alone(h))
			return h;
		alone = h;
	}
	return alone;
}

struct held *
keeper_hold_by_id(const struct keeper *k, uint64_t id)
{
	struct held *h = k->held;

	while (h != NULL && (h->offer.id != id || held_is_alone(h)))
		h = h->next;
	return h;
}
