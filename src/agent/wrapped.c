#include "agent/wrapped.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/link.h"
#include "agent/resets.h"
#include "base/log.h"
#include "relay/sink.h"
#include "wrap/wrap_call.h"
#include "wrap/wrap_name.h"

/* Seconds that a finished connection waits for room in its channel. */
#define PATIENCE 10.
/* However long a queue a service asks for. */
#define BACKLOG_MAX 4096
/* Names that may be taken already, one after the other. */
#define NAME_TRIES 8

/* Accepts where it may, and not where it may not. */
static void
update(struct wrapped *w)
{
	if (w->over || w->set->paused || w->set->draining ||
	    w->listener < 0 || sink_is_full(w->sink))
		ev_io_stop(w->set->loop, &w->accept_io);
	else
		ev_io_start(w->set->loop, &w->accept_io);
}

static void
close_listener(struct wrapped *w)
{
	ev_io_stop(w->set->loop, &w->accept_io);
	if (w->listener >= 0)
		close(w->listener);
	w->listener = -1;
}

static void
destroy(struct wrapped *w)
{
	struct wrapped **at = &w->set->first;

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	ev_io_stop(w->set->loop, &w->hangup_io);
	close_listener(w);
	sink_close(w->sink);
	sink_release(&w->sink);
	free(w->names);
	free(w);
}

/* Unique in the host: abstract names are one space for all. */
static uint64_t
next_id(void)
{
	static uint64_t id;

	if (id == 0 && getrandom(&id, sizeof(id), GRND_NONBLOCK) !=
	    sizeof(id))
		id = (uint64_t)getpid() << 32;
	return ++id;
}

static int
name_end(int fd, struct wrap_name *name)
{
	struct sockaddr_un at;
	socklen_t length;
	int rc = -1;

	for (int i = 0; i < NAME_TRIES; i++) {
		name->id = next_id();
		length = wrap_name_write(name, &at);
		rc = bind(fd, (const struct sockaddr *)&at, length);
		if (rc == 0 || errno != EADDRINUSE)
			break;
	}
	return rc;
}

static int
set_flag(int fd, int flag, bool on)
{
	int flags = fcntl(fd, F_GETFL);

	int wanted = on ? flags | flag : flags & ~flag;

	return flags < 0 ? -1 : flags == wanted ? 0 :
	    fcntl(fd, F_SETFL, wanted);
}

/* The service's end is named after the client's connection. */
static int
make_pair(void *arg, int client, int ends_r[2])
{
	struct wrap_name name = { .kind = WRAP_NAME_CONNECTION };
	socklen_t local = sizeof(name.local), remote = sizeof(name.remote);
	int on = 1, saved;

	(void)arg;
	if (getsockname(client, (struct sockaddr *)&name.local,
	    &local) < 0 || getpeername(client,
	    (struct sockaddr *)&name.remote, &remote) < 0)
		return -1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_r) < 0)
		return -1;
	/* A byte that the service sends out of band is not lost. */
	(void)setsockopt(ends_r[0], SOL_SOCKET, SO_OOBINLINE, &on,
	    sizeof(on));
	if (set_flag(ends_r[0], O_NONBLOCK, true) == 0 &&
	    name_end(ends_r[1], &name) == 0)
		return 0;
	saved = errno;
	close(ends_r[0]);
	close(ends_r[1]);
	errno = saved;
	return -1;
}

/* Where it cannot be said, the service reads a reset: no harm but noise. */
static void
finish_end(int end)
{
	struct wrap_name name = { .kind = WRAP_NAME_FINISHED };

	if (name_end(end, &name) < 0)
		log_debug("worker", "an orderly end cannot be told: %s",
		    strerror(errno));
}

/*
 * Our end's peer bears the connection's number. One that only finished
 * sending has ended in order so far.
 */
static bool
is_cut(void *table, int end)
{
	struct pollfd fd = { .fd = end };
	struct sockaddr_storage peer;
	socklen_t length = sizeof(peer);
	struct wrap_name name;

	return table != NULL && poll(&fd, 1, 0) == 1 &&
	    (fd.revents & POLLHUP) != 0 &&
	    getpeername(end, (struct sockaddr *)&peer, &length) == 0 &&
	    wrap_name_read((struct sockaddr *)&peer, length, &name) &&
	    resets_has(table, name.id);
}

static void
release_table(void *arg)
{
	struct resets *table = arg;

	resets_release(&table);
}

static void
on_room(void *arg)
{
	update(arg);
}

static void
on_acceptable(struct ev_loop *loop, ev_io *io, int revents)
{
	struct wrapped *w = io->data;

	(void)loop;
	(void)revents;
	w->set->acceptable(w->set->arg, w);
}

/*
 * Nothing is ever said here but that the service has closed its last copy. A
 * service that shuts its end down for writing has only said that it will say
 * nothing, and whatever it says is dropped.
 */
static void
on_hangup(struct ev_loop *loop, ev_io *io, int revents)
{
	struct wrapped *w = io->data;
	struct pollfd channel = { .fd = io->fd, .events = POLLRDHUP };
	char waste[256];
	ssize_t n = recv(io->fd, waste, sizeof(waste), MSG_DONTWAIT);

	(void)revents;
	if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
		return;
	/* An empty message reads like an end. */
	if (n == 0 && poll(&channel, 1, 0) == 0)
		return;
	ev_io_stop(loop, io);
	if (n == 0 && (channel.revents & POLLHUP) == 0)
		return;
	/* The keeper sees it too, and drops the listener. */
	w->over = true;
	update(w);
	sink_close(w->sink);
}

/* Copies the names into one piece of memory. */
static int
keep_names(struct wrapped *w, const struct link_message *m)
{
	size_t user = strlen(m->user) + 1, job = strlen(m->job) + 1;
	size_t unit = strlen(m->unit) + 1;

	w->names = malloc(user + job + unit);
	if (w->names == NULL)
		return -1;
	memcpy(w->names, m->user, user);
	memcpy(w->names + user, m->job, job);
	memcpy(w->names + user + job, m->unit, unit);
	w->user = user == 1 ? NULL : w->names;
	w->job = job == 1 ? NULL : w->names + user;
	w->unit = unit == 1 ? NULL : w->names + user + job;
	return 0;
}

static struct sink *
make_sink(struct wrapped *w, const struct link_message *m, int channel,
    struct resets *table)
{
	char label[sizeof(m->job) + 8];
	struct sink_options options = {
		.fd = channel, .byte = WRAP_CALL_CONNECTION, .label = label,
		.limit = m->backlog < 1 ? 1 :
		    m->backlog > BACKLOG_MAX ? BACKLOG_MAX : m->backlog,
		.patience = PATIENCE,
		.make = make_pair, .finish = finish_end,
		.is_cut = is_cut, .release = release_table, .table = table,
		.room = on_room, .arg = w,
	};

	snprintf(label, sizeof(label), m->job[0] == '\0' ? "wrap" :
	    "wrap:%s", m->job);
	return sink_new(w->set->loop, &options);
}

/* Takes the descriptors where it takes the offer. */
static void
on_offer(struct wrapped_set *set, const struct link_message *m, int *fds)
{
	struct wrapped *w = calloc(1, sizeof(*w));
	struct resets *table = NULL;

	if (w == NULL)
		goto out;
	w->set = set;
	w->id = m->id;
	w->listener = -1;
	if (fds[2] >= 0 && (table = resets_open(fds[2])) == NULL)
		goto out;
	if (keep_names(w, m) < 0 ||
	    (w->sink = make_sink(w, m, fds[1], table)) == NULL)
		goto out;
	w->listener = fds[0];
	w->next = set->first;
	set->first = w;
	ev_io_init(&w->accept_io, on_acceptable, fds[0], EV_READ);
	ev_io_init(&w->hangup_io, on_hangup, fds[1], EV_READ);
	w->accept_io.data = w->hangup_io.data = w;
	ev_io_start(set->loop, &w->hangup_io);
	update(w);
	fds[0] = fds[1] = -1;
	return;
out:
	log_error("worker", "a wrapped listener is left to others: memory is "
	    "exhausted");
	resets_release(&table);
	if (w != NULL)
		free(w->names);
	free(w);
}

static void
on_drop(struct wrapped_set *set, uint64_t id)
{
	struct wrapped *w = set->first;

	while (w != NULL && w->id != id)
		w = w->next;
	if (w != NULL)
		destroy(w);
	set->answering = true;
	set->answer = id;
}

static void
listen_for(struct wrapped_set *set, int events)
{
	ev_io_stop(set->loop, &set->orders_io);
	ev_io_set(&set->orders_io, set->orders, events);
	ev_io_start(set->loop, &set->orders_io);
}

static void
abandon(struct wrapped_set *set)
{
	ev_io_stop(set->loop, &set->orders_io);
	set->abandoned(set->arg);
}

/* Until it is said, no other order is read: so one answer waits at most. */
static bool
say_answer(struct wrapped_set *set)
{
	struct link_message m = { .kind = LINK_DROPPED, .id = set->answer };

	if (!set->answering)
		return true;
	if (link_send(set->orders, &m, NULL, 0) == 0) {
		set->answering = false;
		return true;
	}
	if (errno == EAGAIN || errno == EWOULDBLOCK)
		listen_for(set, EV_WRITE);
	else
		abandon(set);
	return false;
}

static void
on_orders(struct ev_loop *loop, ev_io *io, int revents)
{
	struct wrapped_set *set = io->data;
	struct link_message m;
	int fds[PASS_MAX], rc;

	(void)loop;
	if (!say_answer(set))
		return;
	if (revents & EV_WRITE)
		listen_for(set, EV_READ);
	while ((rc = link_receive(set->orders, &m, fds)) > 0) {
		if (m.kind == LINK_OFFER && !set->draining)
			on_offer(set, &m, fds);
		else if (m.kind == LINK_DROP)
			on_drop(set, m.id);
		pass_close(fds);
		if (!say_answer(set))
			return;
	}
	if (rc == 0 || (errno != EAGAIN && errno != EWOULDBLOCK))
		abandon(set);
}

void
wrapped_init(struct wrapped_set *set, struct ev_loop *loop, int orders)
{
	set->loop = loop;
	set->orders = orders;
	ev_io_init(&set->orders_io, on_orders, orders, EV_READ);
	set->orders_io.data = set;
	ev_io_start(loop, &set->orders_io);
}

void
wrapped_fini(struct wrapped_set *set)
{
	while (set->first != NULL)
		destroy(set->first);
	ev_io_stop(set->loop, &set->orders_io);
	close(set->orders);
}

static void
update_all(struct wrapped_set *set)
{
	for (struct wrapped *w = set->first; w != NULL; w = w->next)
		update(w);
}

void
wrapped_pause(struct wrapped_set *set, bool paused)
{
	set->paused = paused;
	update_all(set);
}

void
wrapped_drain(struct wrapped_set *set)
{
	set->draining = true;
	for (struct wrapped *w = set->first; w != NULL; w = w->next)
		close_listener(w);
}

bool
wrapped_has_room(struct wrapped *w)
{
	update(w);
	/* The flag is the socket's, and so everybody's who has a copy. */
	return ev_is_active(&w->accept_io) &&
	    set_flag(w->listener, O_NONBLOCK, true) == 0;
}

void
wrapped_give_up(struct wrapped *w, int error)
{
	log_error("worker", "a wrapped listener is given up: %s",
	    strerror(error));
	w->over = true;
	update(w);
}
