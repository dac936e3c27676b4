#include "relay/sink.h"

#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/pass.h"

/*
 * Seconds between looks at a channel that is full. The kernel says only when
 * most of it is free, and of too many descriptors in flight it says nothing.
 */
#define RETRY 0.05

struct sink {
	struct ev_loop *loop;
	struct sink_options options;
	char *label;
	unsigned references;
	struct sink_wait *first, **last;
	size_t waiting;
	bool told_full;
	ev_io io;
	ev_timer timer;
};

static bool
is_transient(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK ||
	    error == ETOOMANYREFS || error == ENOBUFS || error == ENOMEM;
}

static int
send_fd(const struct sink *sink, int fd)
{
	if (pass_send(sink->options.fd, &sink->options.byte, 1, &fd, 1,
	    MSG_DONTWAIT) == 0)
		return 0;
	return is_transient(errno) ? errno : ECONNREFUSED;
}

static int
make_blocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags < 0 ? -1 : fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
}

/* What is to be sent; -1 with errno where there is no such thing. */
static int
prepare(const struct sink *sink, struct sink_wait *wait)
{
	if (wait->whole)
		return make_blocking(wait->client) < 0 ? -1 : wait->client;
	if (wait->ends[0] < 0 && sink->options.make(sink->options.arg,
	    wait->client, wait->ends) < 0) {
		wait->ends[0] = wait->ends[1] = -1;
		return -1;
	}
	return wait->ends[1];
}

static void
take_off(struct sink_wait *wait)
{
	struct sink *sink = wait->sink;

	*wait->previous = wait->next;
	if (wait->next != NULL)
		wait->next->previous = wait->previous;
	else
		sink->last = wait->previous;
	sink->waiting--;
	wait->sink = NULL;
}

static void
close_ends(struct sink_wait *wait)
{
	for (size_t i = 0; i < ARRAY_SIZE(wait->ends); i++) {
		if (wait->ends[i] >= 0)
			close(wait->ends[i]);
		wait->ends[i] = -1;
	}
}

static void
settle(struct sink_wait *wait, int error)
{
	int end = wait->ends[0];

	take_off(wait);
	if (error == 0)
		wait->ends[0] = -1;
	close_ends(wait);
	wait->done(wait, error, error == 0 ? end : -1);
}

/* Who waits at all is looked after by the timer. */
static void
watch(struct sink *sink, bool writable)
{
	bool waits = sink->first != NULL;

	if (!waits || !writable)
		ev_io_stop(sink->loop, &sink->io);
	else if (sink->options.fd >= 0)
		ev_io_start(sink->loop, &sink->io);
	if (!waits)
		ev_timer_stop(sink->loop, &sink->timer);
	else if (!ev_is_active(&sink->timer))
		ev_timer_again(sink->loop, &sink->timer);
}

static void
tell_room(struct sink *sink)
{
	bool full = sink_is_full(sink);

	if (sink->told_full && !full && sink->options.room != NULL)
		sink->options.room(sink->options.arg);
	sink->told_full = full;
}

/* Hands over in order, until one must wait. */
static void
flush(struct sink *sink)
{
	int error = 0, fd;

	sink_hold(sink);
	while (sink->first != NULL) {
		if (sink->options.fd < 0) {
			settle(sink->first, ECONNREFUSED);
			continue;
		}
		fd = prepare(sink, sink->first);
		error = fd < 0 ? errno : send_fd(sink, fd);
		if (fd >= 0 && is_transient(error))
			break;
		settle(sink->first, error);
	}
	watch(sink, error == EAGAIN || error == EWOULDBLOCK);
	tell_room(sink);
	sink_release(&sink);
}

static void
on_writable(struct ev_loop *loop, ev_io *io, int revents)
{
	(void)loop;
	(void)revents;
	flush(io->data);
}

static void
on_timer(struct ev_loop *loop, ev_timer *timer, int revents)
{
	struct sink *sink = sink_hold(timer->data);

	(void)revents;
	flush(sink);
	/* All have the same patience, so the first is the first to lose it. */
	while (sink->first != NULL && sink->first->until <= ev_now(loop))
		settle(sink->first, ETIMEDOUT);
	watch(sink, ev_is_active(&sink->io));
	tell_room(sink);
	sink_release(&sink);
}

struct sink *
sink_new(struct ev_loop *loop, const struct sink_options *options)
{
	struct sink *sink = calloc(1, sizeof(*sink));
	double pause = options->patience < RETRY ? options->patience : RETRY;

	if (sink == NULL || (sink->label = strdup(options->label)) == NULL) {
		free(sink);
		return NULL;
	}
	ensure(options->limit > 0);
	sink->loop = loop;
	sink->options = *options;
	sink->options.label = NULL;
	sink->references = 1;
	sink->last = &sink->first;
	ev_io_init(&sink->io, on_writable, options->fd, EV_WRITE);
	ev_timer_init(&sink->timer, on_timer, 0., pause);
	sink->io.data = sink->timer.data = sink;
	return sink;
}

struct sink *
sink_hold(struct sink *sink)
{
	sink->references++;
	return sink;
}

void
sink_release(struct sink **sink)
{
	struct sink *s = *sink;

	*sink = NULL;
	if (s == NULL || --s->references > 0)
		return;
	ensure(s->first == NULL);
	ev_io_stop(s->loop, &s->io);
	if (s->options.fd >= 0)
		close(s->options.fd);
	if (s->options.release != NULL)
		s->options.release(s->options.table);
	free(s->label);
	free(s);
}

void
sink_close(struct sink *sink)
{
	ev_io_stop(sink->loop, &sink->io);
	if (sink->options.fd >= 0)
		close(sink->options.fd);
	sink->options.fd = -1;
	sink->options.room = NULL;
	flush(sink);
}

void
sink_put(struct sink *sink, struct sink_wait *wait)
{
	bool alone = sink->first == NULL;

	wait->ends[0] = wait->ends[1] = -1;
	if (sink->waiting >= sink->options.limit + SINK_LATE) {
		wait->done(wait, EAGAIN, -1);
		return;
	}
	wait->sink = sink;
	wait->until = ev_now(sink->loop) + sink->options.patience;
	wait->next = NULL;
	wait->previous = sink->last;
	*sink->last = wait;
	sink->last = &wait->next;
	sink->waiting++;
	if (alone)
		flush(sink);
	else
		sink->told_full = sink_is_full(sink);
}

void
sink_withdraw(struct sink_wait *wait)
{
	struct sink *sink = wait->sink;

	if (sink == NULL)
		return;
	take_off(wait);
	close_ends(wait);
	watch(sink, ev_is_active(&sink->io));
	tell_room(sink);
}

void
sink_finish(const struct sink *sink, int end)
{
	sink->options.finish(end);
}

bool
sink_is_cut(const struct sink *sink, int end)
{
	return sink->options.is_cut != NULL &&
	    sink->options.is_cut(sink->options.table, end);
}

bool
sink_is_full(const struct sink *sink)
{
	return sink->waiting >= sink->options.limit;
}

const char *
sink_label(const struct sink *sink)
{
	return sink->label;
}
