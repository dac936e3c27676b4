#include "keeper/keeper-call.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/resets.h"
#include "base/log.h"
#include "keeper/held.h"
#include "keeper/keeper-hold.h"
#include "keeper/keeper-state.h"
#include "keeper/twin.h"
#include "wrap/wrap_name.h"

/* A process's name, escaped. */
#define NAME_ROOM (4 * sizeof(((struct link_message *)0)->job))

void
keeper_call_tell(struct keeper *k, const char *format, ...)
{
	char line[1024];
	va_list ap;

	va_start(ap, format);
	vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	for (size_t i = 0; i < k->told_count; i++)
		if (strcmp(k->told[i], line) == 0)
			return;
	if (k->told_count < KEEPER_TOLD_MAX &&
	    (k->told[k->told_count] = strdup(line)) != NULL)
		k->told_count++;
	k->options.tell(k->options.arg, line);
}

/* A process chooses its own name, control characters and all. */
static const char *
name_of(const struct link_message *m, char buf[NAME_ROOM])
{
	return m->job[0] == '\0' ? "a process without a name" :
	    log_escape(m->job, buf, NAME_ROOM);
}

const char *
keeper_call_place(const struct link_message *m,
    char buf[KEEPER_CALL_PLACE_MAX])
{
	struct addr_endpoint at;
	char text[ADDR_TEXT_MAX], name[NAME_ROOM];

	if (addr_from_sockaddr((const struct sockaddr *)&m->local, &at) < 0)
		return "an unknown address";
	snprintf(buf, KEEPER_CALL_PLACE_MAX, "%s (%s)",
	    addr_print_endpoint(&at, text), name_of(m, name));
	return buf;
}

static void
answer(struct keeper *k, struct guard_call *call, int value, int error)
{
	guard_answer(k->guard, call->id, value, error);
	if (call->socket >= 0)
		close(call->socket);
	call->socket = -1;
}

static void
forget_pending(struct keeper *k, struct keeper_pending *p)
{
	struct keeper_pending **at = &k->pending;

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	free(p);
}

void
keeper_call_settled(struct keeper *k)
{
	struct keeper_pending *p = k->pending;
	struct guard_call call;

	if (keeper_hold_is_dropping(k))
		return;
	while (p != NULL && p->ask.kind != 0)
		p = p->next;
	if (p == NULL)
		return;
	call = p->call;
	forget_pending(k, p);
	if (call.call == WRAP_CALL_SETTLE)
		answer(k, &call, 0, 0);
	else
		keeper_call_take(k, &call);
	keeper_call_settled(k);
}

/* Who was interrupted by a signal calls again, perhaps for ever. */
static void
forget_gone(struct keeper *k)
{
	struct keeper_pending *next;

	for (struct keeper_pending *p = k->pending; p != NULL; p = next) {
		next = p->next;
		if (guard_waits(k->guard, p->call.id))
			continue;
		answer(k, &p->call, -1, EINTR);
		forget_pending(k, p);
	}
}

static void
ask(struct keeper *k, struct guard_call *call)
{
	struct keeper_pending *p = calloc(1, sizeof(*p));
	socklen_t length = sizeof(p->ask.local);

	forget_gone(k);
	if (p == NULL || getsockname(call->socket,
	    (struct sockaddr *)&p->ask.local, &length) < 0 ||
	    held_describe(call->pid, &p->ask) < 0) {
		keeper_call_tell(k, "process %d is refused to listen: it "
		    "cannot be looked at: %s", (int)call->pid,
		    strerror(errno));
		free(p);
		answer(k, call, -1, EACCES);
		return;
	}
	p->ask.kind = LINK_ASK;
	p->ask.id = ++k->asked;
	p->call = *call;
	p->next = k->pending;
	k->pending = p;
	attach_send(&k->attach, &p->ask, NULL, 0);
}

/* Does it have the address that the agent was asked about? */
static bool
is_still_there(const struct keeper_pending *p)
{
	struct sockaddr_storage at = { 0 };
	socklen_t length = sizeof(at);

	return getsockname(p->call.socket, (struct sockaddr *)&at,
	    &length) == 0 && memcmp(&at, &p->ask.local, sizeof(at)) == 0;
}

/*
 * listen(2) on a copy of the very socket: nothing can have been put into the
 * descriptor's place meanwhile. But the socket may have been given another
 * address, which from now on is fixed.
 */
static void
listen_in_clear(struct keeper *k, struct keeper_pending *p)
{
	struct guard_call *call = &p->call;
	char buf[KEEPER_CALL_PLACE_MAX];
	bool adopt = call->ours && call->call == WRAP_CALL_ADOPT;

	if (k->options.strict) {
		keeper_call_tell(k, "%s is refused: no rule names it, and "
		    "--strict allows nothing in clear; add a rule for this "
		    "port, or leave --strict out",
		    keeper_call_place(&p->ask, buf));
		answer(k, call, -1, EACCES);
	} else if (!adopt && listen(call->socket, call->value) < 0) {
		answer(k, call, -1, errno);
	} else if (!is_still_there(p)) {
		(void)shutdown(call->socket, SHUT_RDWR);
		answer(k, call, -1, EACCES);
	} else {
		keeper_call_tell(k, "%s is in clear: no rule names it",
		    keeper_call_place(&p->ask, buf));
		answer(k, call, 0, 0);
	}
}

/* The service's end goes where the listener was. */
static void
hand_over(struct keeper *k, struct keeper_pending *p, struct held *h, int end)
{
	struct guard_call *call = &p->call;

	if (guard_replace(k->guard, call, end) == 0) {
		h->home_pid = call->pid;
		h->home_number = call->number;
		answer(k, call, 0, 0);
	} else if (errno == ENOENT || errno == ESRCH) {
		answer(k, call, -1, EINTR);	/* it is gone */
	} else if (errno == EBADF) {
		answer(k, call, -1, EBADF);
	} else {
		keeper_call_tell(k, "the service cannot be given its "
		    "channel: %s", strerror(errno));
		answer(k, call, -1, EACCES);
	}
}

/* A second copy of a socket that was replaced: the same channel, if it is
 * still where it was put; else another of the same listener. */
static void
join(struct keeper *k, struct keeper_pending *p, struct held *h)
{
	int end = held_service_end(h);
	struct held *beside;

	if (end >= 0) {
		hand_over(k, p, h, end);
		close(end);
		return;
	}
	beside = held_beside(h, p->call.socket);
	if (beside == NULL) {
		answer(k, &p->call, -1, errno);
		return;
	}
	hand_over(k, p, beside, beside->service);
	close(beside->service);
	beside->service = -1;
	keeper_hold_add(k, beside);
}

bool
keeper_call_wraps(const struct link_message *m)
{
	return m->verdict == LINK_WRAP || m->verdict == LINK_WRAP_LATER;
}

const char *
keeper_call_when(const struct link_message *m)
{
	return m->verdict == LINK_WRAP_LATER ?
	    " when it is in force; till then it is in clear" : "";
}

static void
refuse_twin(struct keeper *k, struct keeper_pending *p, const char *rule,
    int error)
{
	char buf[KEEPER_CALL_PLACE_MAX];

	if (error == ENONET)
		keeper_call_tell(k, "%s is refused: rule '%s' names it, and "
		    "the service has moved to another network namespace; "
		    "start sallyport run in there",
		    keeper_call_place(&p->ask, buf), rule);
	else if (error != EADDRINUSE)
		keeper_call_tell(k, "%s is refused: rule '%s' names it, and "
		    "the port cannot be taken over: %s",
		    keeper_call_place(&p->ask, buf), rule, strerror(error));
	answer(k, &p->call, -1, error == EADDRINUSE ? error : EACCES);
}

static void
convert(struct keeper *k, struct keeper_pending *p,
    const struct link_message *m)
{
	struct held *h = keeper_hold_by_cookie(k, guard_cookie(p->call.socket));
	char buf[KEEPER_CALL_PLACE_MAX];

	if (h != NULL) {
		join(k, p, h);
		return;
	}
	/* Of a listener that is adopted, nobody says its backlog. */
	h = held_new(p->call.socket, p->call.call == WRAP_CALL_ADOPT ?
	    SOMAXCONN : p->call.value, &p->ask);
	if (h == NULL) {
		refuse_twin(k, p, m->text, errno);
		return;
	}
	if (memcmp(&h->offer.local, &p->ask.local,
	    sizeof(p->ask.local)) != 0) {
		held_free(&h);
		answer(k, &p->call, -1, EACCES);
		return;
	}
	keeper_call_tell(k, "%s speaks TLS by rule '%s'%s",
	    keeper_call_place(&p->ask, buf), m->text,
	    keeper_call_when(m));
	hand_over(k, p, h, h->service);
	close(h->service);
	h->service = -1;
	keeper_hold_add(k, h);
}

static void
refuse_stranger(struct keeper *k, struct keeper_pending *p, const char *rule)
{
	char buf[KEEPER_CALL_PLACE_MAX];

	keeper_call_tell(k, "%s is refused: rule '%s' names this port, and "
	    "the program calls the kernel past the C library (it is static, "
	    "or written in Go), so it cannot be wrapped; use Handoff "
	    "Transparent, or let it listen elsewhere and use Handoff Forward",
	    keeper_call_place(&p->ask, buf), rule);
	answer(k, &p->call, -1, EACCES);
}

void
keeper_call_decide(struct keeper *k, struct keeper_pending *p,
    const struct link_message *m)
{
	char buf[KEEPER_CALL_PLACE_MAX];

	if (!guard_waits(k->guard, p->call.id)) {
		answer(k, &p->call, -1, EINTR);	/* nobody reads it */
	} else if (m->verdict == LINK_CLEAR) {
		listen_in_clear(k, p);
	} else if (!keeper_call_wraps(m)) {
		keeper_call_tell(k, "%s is refused: %s",
		    keeper_call_place(&p->ask, buf), m->text);
		answer(k, &p->call, -1, EACCES);
	} else if (!p->call.ours) {
		refuse_stranger(k, p, m->text);
	} else {
		convert(k, p, m);
	}
	forget_pending(k, p);
}

static int
port_of(int fd, struct sockaddr_storage *at_r, socklen_t *length_r)
{
	*length_r = sizeof(*at_r);
	memset(at_r, 0, sizeof(*at_r));
	if (getsockname(fd, (struct sockaddr *)at_r, length_r) < 0)
		return -1;
	/* IPv6 has its port in the same place. */
	return ((struct sockaddr_in *)at_r)->sin_port;
}

/* An unbound socket that listens gets a port: so that it is known first. */
static int
bind_any(int fd)
{
	struct sockaddr_storage at;
	socklen_t length;
	int port = port_of(fd, &at, &length), off = 0;

	if (port != 0)
		return port < 0 ? -1 : 0;
	/* It would put off the choice of a port once more. */
	(void)setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &off,
	    sizeof(off));
	if (bind(fd, (struct sockaddr *)&at, length) < 0 && errno != EINVAL)
		return -1;
	errno = EACCES;
	return port_of(fd, &at, &length) > 0 ? 0 : -1;
}

static void
wait_settled(struct keeper *k, struct guard_call *call)
{
	struct keeper_pending *p = calloc(1, sizeof(*p));

	if (p == NULL) {
		answer(k, call, -1, ENOMEM);
		return;
	}
	p->call = *call;
	p->next = k->pending;
	k->pending = p;
	keeper_call_settled(k);
}

/* A listener that was shut down keeps its address, and may listen again. */
static int
bind_again(const struct keeper_ended *ended)
{
	const struct sockaddr_storage *at = &ended->local;
	int fd = socket(at->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int on = 1, saved;

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (at->ss_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY,
		    &ended->v6_only, sizeof(ended->v6_only));
	if (bind(fd, (const struct sockaddr *)at, wrap_name_length(at)) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

/* listen(2) on a channel: another backlog, or once more after shutdown(2). */
static void
listen_again(struct keeper *k, struct guard_call *call,
    const struct wrap_name *name)
{
	struct held *h = keeper_hold_by_id(k, name->id);
	const struct keeper_ended *ended;
	int fd;

	if (h != NULL && held_is_left(h) && keeper_hold_sweep(k))
		h = keeper_hold_by_id(k, name->id);
	if (h != NULL && h->dropping) {
		wait_settled(k, call);
	} else if (h != NULL) {
		answer(k, call, 0, listen(h->listener, call->value) < 0 ?
		    errno : 0);
	} else if ((ended = keeper_hold_ended(k, name->id)) == NULL) {
		/* Its name is of its own making. */
		answer(k, call, -1, EINVAL);
	} else if ((fd = bind_again(ended)) < 0) {
		answer(k, call, -1, errno);
	} else {
		close(call->socket);
		call->socket = fd;
		ask(k, call);
	}
}

static void
on_listen(struct keeper *k, struct guard_call *call)
{
	struct wrap_name name;

	if (call->ours && wrap_name_of(call->socket, &name) &&
	    name.kind == WRAP_NAME_LISTENER) {
		listen_again(k, call, &name);
	} else if (!held_is_tcp(call->socket)) {
		answer(k, call, 0, guard_listen(call) < 0 ? errno : 0);
	} else if (bind_any(call->socket) < 0) {
		answer(k, call, -1, errno);
	} else {
		ask(k, call);
	}
}

static void
on_adopt(struct keeper *k, struct guard_call *call)
{
	/* What does not listen and is no copy says so itself. */
	if (!held_is_tcp(call->socket) || (!held_listens(call->socket) &&
	    keeper_hold_by_cookie(k, guard_cookie(call->socket)) == NULL))
		answer(k, call, 0, 0);
	else
		ask(k, call);
}

static void
on_settle(struct keeper *k, struct guard_call *call)
{
	if (keeper_hold_sweep(k))
		wait_settled(k, call);
	else
		answer(k, call, -1, ENOENT);
}

static void
on_option(struct keeper *k, struct guard_call *call)
{
	int level = (int)(call->where >> 32), name = (int)call->where;
	int value = call->value, rc;
	socklen_t length = sizeof(value);
	struct wrap_name channel;
	struct held *h = NULL;

	if (wrap_name_of(call->socket, &channel))
		h = keeper_hold_by_id(k, channel.id);
	if (h == NULL || h->dropping) {
		answer(k, call, -1, EINVAL);
		return;
	}
	rc = call->call == WRAP_CALL_SET ?
	    twin_set(h->listener, level, name, value,
	    guard_is_equal(call->pid)) :
	    getsockopt(h->listener, level, name, &value, &length);
	if (rc < 0)
		answer(k, call, -1, errno);
	else
		answer(k, call, call->call == WRAP_CALL_SET ? 0 : value, 0);
}

static void
on_reset(struct keeper *k, struct guard_call *call)
{
	struct wrap_name name;

	if (!wrap_name_of(call->socket, &name) ||
	    name.kind != WRAP_NAME_CONNECTION) {
		answer(k, call, -1, EINVAL);
		return;
	}
	resets_set(k->resets, name.id, call->value != 0);
	answer(k, call, 0, 0);
}

/* We may not look at the socket: then it may be any. */
static void
refuse_unseen(struct keeper *k, struct guard_call *call)
{
	struct link_message who = { 0 };
	char name[NAME_ROOM];

	if (held_describe(call->pid, &who) < 0)
		who.job[0] = '\0';
	if (call->error == ENOSYS)
		keeper_call_tell(k, "%s is refused to listen: it is a 32-bit "
		    "program, and its sockets cannot be looked at; use "
		    "Handoff Transparent or Forward",
		    name_of(&who, name));
	else
		keeper_call_tell(k, "%s is refused to listen: its socket "
		    "cannot be looked at (pidfd_getfd: %s); a container must "
		    "allow that system call, and a program that hides itself "
		    "from debuggers (PR_SET_DUMPABLE) needs a run as root",
		    name_of(&who, name), strerror(call->error));
	answer(k, call, -1, EACCES);
}

void
keeper_call_take(struct keeper *k, struct guard_call *call)
{
	/* This one is about no descriptor. */
	if (call->ours && call->call == WRAP_CALL_SETTLE)
		on_settle(k, call);
	else if (call->error == EBADF)
		answer(k, call, -1, EBADF);
	else if (call->socket < 0)
		refuse_unseen(k, call);
	else if (!call->ours || call->call == WRAP_CALL_LISTEN)
		on_listen(k, call);
	else if (call->call == WRAP_CALL_ADOPT)
		on_adopt(k, call);
	else if (call->call == WRAP_CALL_GET || call->call == WRAP_CALL_SET)
		on_option(k, call);
	else if (call->call == WRAP_CALL_RESET)
		on_reset(k, call);
	else
		answer(k, call, -1, EINVAL);
}

