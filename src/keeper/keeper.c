#include "keeper/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/resets.h"
#include "keeper/guard.h"
#include "keeper/held.h"
#include "keeper/keeper-call.h"
#include "keeper/keeper-hold.h"
#include "keeper/keeper-state.h"

/* Seconds for an agent to let go at the end. */
#define FINISH_LIMIT 2.
/* The kernel cuts a process's name there (TASK_COMM_LEN of linux/sched.h). */
#define NAME_MAX_LENGTH 15

static void
on_guard(struct ev_loop *loop, ev_io *io, int revents)
{
	struct keeper *k = io->data;
	struct pollfd fd = { .fd = k->guard, .events = POLLIN };
	struct guard_call call;

	(void)revents;
	/* Receiving waits where nothing is there. */
	if (poll(&fd, 1, 0) != 1)
		return;
	if ((fd.revents & POLLIN) != 0) {
		if (guard_receive(k->guard, &call) == 1)
			keeper_call_take(k, &call);
	} else if ((fd.revents & POLLHUP) != 0) {
		ev_io_stop(loop, io);
		k->options.deserted(k->options.arg);
	}
}

/* Ends the loop where it is run by run_once. */
static void
wake(struct keeper *k)
{
	if (k->waiting)
		ev_break(k->loop, EVBREAK_ONE);
}

static void
on_limit(struct ev_loop *loop, ev_timer *timer, int revents)
{
	(void)loop;
	(void)revents;
	wake(timer->data);
}

static void
on_look(struct ev_loop *loop, ev_timer *timer, int revents)
{
	(void)loop;
	(void)revents;
	keeper_hold_look(timer->data);
}

/* Returns when the agent was heard of, or the limit ran out. */
static void
run_once(struct keeper *k)
{
	k->waiting = true;
	ev_run(k->loop, 0);
	k->waiting = false;
}

static int
on_open(void *arg)
{
	struct keeper *k = arg;

	return k->options.open(k->options.arg);
}

static void
on_attached(void *arg)
{
	struct keeper *k = arg;

	keeper_hold_offer_all(k);
	for (const struct keeper_pending *p = k->pending; p != NULL;
	    p = p->next)
		if (p->ask.kind != 0)
			attach_send(&k->attach, &p->ask, NULL, 0);
	wake(k);
}

static void
on_message(void *arg, const struct link_message *m)
{
	struct keeper *k = arg;
	struct keeper_pending *p = k->pending;

	if (m->kind == LINK_DROPPED) {
		keeper_hold_dropped(k, m->id);
		keeper_call_settled(k);
	} else if (m->kind == LINK_VERDICT) {
		while (p != NULL && (p->ask.kind == 0 || p->ask.id != m->id))
			p = p->next;
		if (p != NULL)
			keeper_call_decide(k, p, m);
		else
			k->answer = *m;
	}
	wake(k);
}

static void
on_detached(void *arg)
{
	struct keeper *k = arg;

	keeper_hold_all_dropped(k);
	keeper_call_settled(k);
	wake(k);
}

struct keeper *
keeper_new(struct ev_loop *loop, const struct keeper_options *options)
{
	struct keeper *k = calloc(1, sizeof(*k));
	const struct attach_owner owner = { on_open, on_attached, on_message,
		on_detached, k };

	if (k == NULL || (k->resets = resets_new()) == NULL) {
		free(k);
		return NULL;
	}
	k->loop = loop;
	k->options = *options;
	k->guard = -1;
	attach_init(&k->attach, loop, &owner);
	ev_init(&k->guard_io, on_guard);
	ev_init(&k->limit, on_limit);
	ev_timer_init(&k->look, on_look, 0., KEEPER_LOOK_INTERVAL);
	k->guard_io.data = k->limit.data = k->look.data = k;
	return k;
}

int
keeper_start(struct keeper *k)
{
	if (attach_open(&k->attach) < 0)
		return -1;
	run_once(k);
	if (k->attach.ready)
		return 0;
	attach_close(&k->attach);
	return -1;
}

/* What does the agent say to a socket that the service will inherit? */
static int
ask_and_wait(struct keeper *k, int fd, struct link_message *ask)
{
	socklen_t length = sizeof(ask->local);

	*ask = (struct link_message){ .kind = LINK_ASK, .id = ++k->asked };
	if (getsockname(fd, (struct sockaddr *)&ask->local, &length) < 0 ||
	    held_describe(getpid(), ask) < 0) {
		keeper_call_tell(k, "descriptor %d cannot be looked at: %s",
		    fd, strerror(errno));
		return -1;
	}
	snprintf(ask->job, sizeof(ask->job), "%.*s", NAME_MAX_LENGTH,
	    k->options.service);
	attach_send(&k->attach, ask, NULL, 0);
	while (k->answer.id != ask->id && k->attach.ready)
		run_once(k);
	return k->attach.ready ? 0 : -1;
}

int
keeper_inherit(struct keeper *k, int number, int *channel_r)
{
	struct link_message ask;
	struct held *h;
	char buf[KEEPER_CALL_PLACE_MAX];

	if (ask_and_wait(k, number, &ask) < 0)
		return -1;
	if (k->answer.verdict == LINK_CLEAR && !k->options.strict) {
		keeper_call_tell(k, "%s, inherited, is in clear: no rule "
		    "names it", keeper_call_place(&ask, buf));
		return 0;
	}
	if (!keeper_call_wraps(&k->answer)) {
		keeper_call_tell(k, "%s, inherited, is refused: %s",
		    keeper_call_place(&ask, buf),
		    k->answer.verdict == LINK_REFUSE ? k->answer.text :
		    "no rule names it, and --strict allows nothing in clear");
		return -1;
	}
	h = keeper_hold_by_cookie(k, guard_cookie(number));
	h = h != NULL ? held_beside(h, number) :
	    held_new(number, SOMAXCONN, &ask);
	if (h == NULL) {
		keeper_call_tell(k, "%s, inherited, cannot be taken over: %s",
		    keeper_call_place(&ask, buf), strerror(errno));
		return -1;
	}
	keeper_call_tell(k, "%s, inherited, speaks TLS by rule '%s'%s",
	    keeper_call_place(&ask, buf), k->answer.text,
	    keeper_call_when(&k->answer));
	*channel_r = h->service;
	h->service = -1;
	h->home_number = number;
	keeper_hold_add(k, h);
	return 1;
}

bool
keeper_allows(struct keeper *k, int number)
{
	struct sockaddr_storage peer;
	socklen_t length = sizeof(peer);
	struct link_message ask;
	char buf[KEEPER_CALL_PLACE_MAX];

	if (getpeername(number, (struct sockaddr *)&peer, &length) < 0)
		return true;
	if (ask_and_wait(k, number, &ask) < 0)
		return false;
	if (k->answer.verdict == LINK_CLEAR)
		return true;
	keeper_call_tell(k, "descriptor %d is a connection to %s, a port of "
	    "rule '%s', and in clear; let the service listen itself", number,
	    keeper_call_place(&ask, buf), k->answer.text);
	return false;
}

void
keeper_guard(struct keeper *k, int guard, pid_t service)
{
	for (struct held *h = k->held; h != NULL; h = h->next)
		h->home_pid = service;
	k->guard = guard;
	ev_io_set(&k->guard_io, guard, EV_READ);
	ev_io_start(k->loop, &k->guard_io);
}

bool
keeper_is_deserted(const struct keeper *k)
{
	struct pollfd fd = { .fd = k->guard, .events = POLLIN };

	return poll(&fd, 1, 0) == 1 && (fd.revents & POLLIN) == 0;
}

void
keeper_finish(struct keeper *k)
{
	struct held *next;

	for (struct held *h = k->held; h != NULL; h = next) {
		next = h->next;
		keeper_hold_drop(k, h);
	}
	ev_timer_set(&k->limit, FINISH_LIMIT, 0.);
	ev_timer_start(k->loop, &k->limit);
	while (keeper_hold_is_dropping(k) && ev_is_active(&k->limit))
		run_once(k);
	ev_timer_stop(k->loop, &k->limit);
	attach_close(&k->attach);
}

void
keeper_free(struct keeper **keeper)
{
	struct keeper *k = *keeper;
	struct keeper_pending *p;

	if (k == NULL)
		return;
	attach_close(&k->attach);
	keeper_hold_forget_all(k);
	while ((p = k->pending) != NULL) {
		k->pending = p->next;
		if (p->call.socket >= 0)
			close(p->call.socket);
		free(p);
	}
	ev_timer_stop(k->loop, &k->look);
	ev_io_stop(k->loop, &k->guard_io);
	if (k->guard >= 0)
		close(k->guard);
	resets_release(&k->resets);
	for (size_t i = 0; i < k->told_count; i++)
		free(k->told[i]);
	free(k);
	*keeper = NULL;
}
