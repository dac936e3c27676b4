#include "agent/attach.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "agent/link.h"
#include "base/log.h"

/* Seconds between two tries: at first, and at most. */
#define DELAY_MIN 0.05
#define DELAY_MAX 2.

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
on_readable(struct ev_loop *loop, ev_io *io, int revents)
{
	struct attach *a = io->data;
	struct link_message message;
	int fds[LINK_FDS], rc = link_receive(a->fd, &message, fds);

	(void)loop;
	(void)revents;
	if (rc < 0 && errno == EAGAIN)
		return;
	if (rc <= 0) {
		lose(a);
		return;
	}
	link_close_fds(fds);
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
	ev_init(&a->io, on_readable);
	ev_init(&a->retry, on_retry);
	a->io.data = a->retry.data = a;
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
	ev_io_set(&a->io, a->fd, EV_READ);
	ev_io_start(a->loop, &a->io);
	return 0;
}

void
attach_send(struct attach *a, const struct link_message *message,
    const int *fds, unsigned count)
{
	if (!a->ready || link_send(a->fd, message, fds, count) == 0)
		return;
	/* Its end is seen, and dealt with, in the loop. */
	log_debug("run", "the agent does not listen: %s", strerror(errno));
	(void)shutdown(a->fd, SHUT_RDWR);
}

void
attach_close(struct attach *a)
{
	ev_io_stop(a->loop, &a->io);
	ev_timer_stop(a->loop, &a->retry);
	if (a->fd >= 0)
		close(a->fd);
	a->fd = -1;
	a->ready = false;
}
