#include "keeper/attach.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/link.h"
#include "base/log.h"

/* Seconds between two tries: at first, and at most. */
#define DELAY_MIN 0.05
#define DELAY_MAX 2.
/* Seconds between tries where the kernel does not tell when there is room. */
#define ROOM_INTERVAL 0.05

struct attach_waiting {
	struct attach_waiting *next;
	struct link_message message;
	int fds[PASS_MAX];		/* copies; -1: none */
	unsigned count;
};

static void
try_later(struct attach *a)
{
	ev_timer_stop(a->loop, &a->retry);
	ev_timer_set(&a->retry, a->delay, 0.);
	ev_timer_start(a->loop, &a->retry);
	a->delay = a->delay * 2 > DELAY_MAX ? DELAY_MAX : a->delay * 2;
}

static void
lose(struct attach *a)
{
	attach_close(a);
	a->owner.detached(a->owner.arg);
	try_later(a);
}

static void
forget_first(struct attach *a)
{
	struct attach_waiting *w = a->first;

	a->first = w->next;
	if (a->first == NULL)
		a->last = &a->first;
	pass_close(w->fds);
	free(w);
}

/* The link's end is seen, and dealt with, in the loop. */
static void
give_up(struct attach *a)
{
	log_error("run", "the agent cannot be told: %s", strerror(errno));
	(void)shutdown(a->fd, SHUT_RDWR);
}

/* Sends in order, until it must wait. */
static void
flush(struct attach *a)
{
	ev_io_stop(a->loop, &a->room_io);
	ev_timer_stop(a->loop, &a->room);
	while (a->first != NULL && link_send(a->fd, &a->first->message,
	    a->first->fds, a->first->count) == 0)
		forget_first(a);
	if (a->first == NULL)
		return;
	if (errno == EAGAIN) {
		ev_io_start(a->loop, &a->room_io);
	} else if (errno == ETOOMANYREFS || errno == ENOBUFS ||
	    errno == ENOMEM) {
		ev_timer_set(&a->room, ROOM_INTERVAL, 0.);
		ev_timer_start(a->loop, &a->room);
	} else {
		give_up(a);
	}
}

static void
on_room_io(struct ev_loop *loop, ev_io *io, int revents)
{
	(void)loop;
	(void)revents;
	flush(io->data);
}

static void
on_room(struct ev_loop *loop, ev_timer *timer, int revents)
{
	(void)loop;
	(void)revents;
	flush(timer->data);
}

static void
on_readable(struct ev_loop *loop, ev_io *io, int revents)
{
	struct attach *a = io->data;
	struct link_message message;
	int fds[PASS_MAX], rc = link_receive(a->fd, &message, fds);

	(void)loop;
	(void)revents;
	if (rc < 0 && errno == EAGAIN)
		return;
	if (rc <= 0) {
		lose(a);
		return;
	}
	pass_close(fds);
	if (message.kind != LINK_HELLO) {
		a->owner.message(a->owner.arg, &message);
	} else if (message.id != LINK_VERSION) {
		log_error("run", "the agent is of another version");
		lose(a);
	} else {
		a->ready = true;
		a->delay = DELAY_MIN;
		a->owner.attached(a->owner.arg);
	}
}

static void
on_retry(struct ev_loop *loop, ev_timer *timer, int revents)
{
	struct attach *a = timer->data;

	(void)loop;
	(void)revents;
	if (attach_open(a) < 0)
		try_later(a);
}

void
attach_init(struct attach *a, struct ev_loop *loop,
    const struct attach_owner *owner)
{
	*a = (struct attach){ .loop = loop, .owner = *owner, .fd = -1,
		.delay = DELAY_MIN };
	a->last = &a->first;
	ev_init(&a->io, on_readable);
	ev_init(&a->room_io, on_room_io);
	ev_init(&a->retry, on_retry);
	ev_init(&a->room, on_room);
	a->io.data = a->room_io.data = a->retry.data = a->room.data = a;
}

int
attach_open(struct attach *a)
{
	a->fd = a->owner.open(a->owner.arg);
	if (a->fd < 0)
		return -1;
	/* An agent that hangs must not hang its keeper. */
	if (fcntl(a->fd, F_SETFL, O_NONBLOCK) < 0) {
		attach_close(a);
		return -1;
	}
	ev_io_set(&a->room_io, a->fd, EV_WRITE);
	ev_io_set(&a->io, a->fd, EV_READ);
	ev_io_start(a->loop, &a->io);
	return 0;
}

void
attach_send(struct attach *a, const struct link_message *message,
    const int *fds, unsigned count)
{
	struct attach_waiting *w;

	if (!a->ready)
		return;
	w = calloc(1, sizeof(*w));
	if (w == NULL) {
		give_up(a);
		return;
	}
	w->message = *message;
	w->count = count;
	for (unsigned i = 0; i < PASS_MAX; i++)
		w->fds[i] = i < count ?
		    fcntl(fds[i], F_DUPFD_CLOEXEC, 0) : -1;
	*a->last = w;
	a->last = &w->next;
	if (a->first == w)
		flush(a);
}

void
attach_close(struct attach *a)
{
	ev_io_stop(a->loop, &a->io);
	ev_io_stop(a->loop, &a->room_io);
	ev_timer_stop(a->loop, &a->retry);
	ev_timer_stop(a->loop, &a->room);
	while (a->first != NULL)
		forget_first(a);
	if (a->fd >= 0)
		close(a->fd);
	a->fd = -1;
	a->ready = false;
}
