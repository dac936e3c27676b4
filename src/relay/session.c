#include "relay/session.h"

#include <errno.h>
#include <ev.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "io/sock.h"
#include "relay/cause.h"
#include "relay/chan.h"
#include "relay/pump.h"
#include "relay/report.h"
#include "relay/sink.h"
#include "tls/tls_alert.h"
#include "tls/tls_conn.h"

/* Seconds. */
#define CONNECT_TIMEOUT 10.
#define CONNECT_RETRY 0.05
/* Without a byte: the client has finished and waits for the application. */
#define CLIENT_FINISHED_TIMEOUT 600.
/* The application has finished; a client has no reason to stay silent. */
#define BACKEND_FINISHED_TIMEOUT 60.
#define LINGER_TIMEOUT 2.
/* How often a side is looked at whose bytes nobody waits for. */
#define LOOK_INTERVAL 5.

/* What a refused client may still send before the socket is closed on it. */
#define LINGER_BYTES (256 * 1024)

enum state { HANDSHAKE, CONNECT, RELAY, LINGER };

struct session {
	struct ev_loop *loop;
	struct session_plan plan;
	const struct session_owner *owner;
	struct session_link link;
	struct chan client, backend;
	struct pump in, out;	/* from and to the client */
	bool client_ready, backend_ready;	/* since they ran last */
	struct sink_wait handover;
	ev_io client_io, backend_io;
	ev_timer timer, again, look;
	ev_tstamp begun, connect_begun;
	uint64_t moved;		/* bytes at the last look, for the idle timer */
	size_t lingered;
	enum state state;
	bool shaking;		/* the first byte of the handshake came */
	bool admitted;
	bool truncated;		/* the client left before it could be told */
	struct addr_endpoint local, remote;
};

static void step(struct session *s);

struct session_link *
session_link(struct session *session)
{
	return &session->link;
}

static void
watch(struct session *s, ev_io *io, int fd, int events)
{
	if (ev_is_active(io) && (io->events & (EV_READ | EV_WRITE)) == events)
		return;
	ev_io_stop(s->loop, io);
	if (events == 0 || fd < 0)
		return;
	ev_io_set(io, fd, events);
	ev_io_start(s->loop, io);
}

static void
set_timer(struct session *s, ev_tstamp seconds)
{
	ev_timer_stop(s->loop, &s->timer);
	if (seconds <= 0)
		return;
	ev_timer_set(&s->timer, seconds, 0.);
	ev_timer_start(s->loop, &s->timer);
}

static void
destroy(struct session *s)
{
	ev_io_stop(s->loop, &s->client_io);
	ev_io_stop(s->loop, &s->backend_io);
	ev_timer_stop(s->loop, &s->timer);
	ev_timer_stop(s->loop, &s->again);
	ev_timer_stop(s->loop, &s->look);
	pump_fini(&s->in);
	pump_fini(&s->out);
	sink_withdraw(&s->handover);
	sink_release(&s->plan.sink);
	chan_close(&s->client);
	chan_close(&s->backend);
	s->owner->gone(s->owner->arg, s);
	free(s);
}

/* Tells the owner how it ended. */
static void
conclude(struct session *s, enum reason reason, const char *detail)
{
	const struct tls_conn *tls = s->client.tls;
	struct report report = {
		.rule = s->plan.rule,
		.local = &s->local,
		.remote = &s->remote,
		.backend = &s->plan.backend,
		.unix_path = s->plan.sink != NULL ?
		    sink_label(s->plan.sink) : s->plan.unix_path,
		.verified = s->plan.verified && s->admitted,
		.bytes_in = s->in.bytes,
		.bytes_out = s->out.bytes,
		.seconds = ev_now(s->loop) - s->begun,
		.reason = reason,
		.detail = detail,
	};
	int alert;

	if (tls == NULL) {
		report.protocol = "clear";
	} else {
		report.identity = tls_conn_identity(tls);
		report.protocol = tls_conn_protocol(tls);
		report.cipher = tls_conn_cipher(tls);
		report.resumed = tls_conn_resumed(tls, &report.since);
		alert = tls_conn_alert(tls, &report.alert_received);
		if (alert != TLS_ALERT_NONE &&
		    alert != TLS_ALERT_CLOSE_NOTIFY)
			report.alert = tls_alert_name(alert);
	}
	s->owner->concluded(s->owner->arg, &report);
}

/* Until the client has read why it is refused, within bounds. */
static void
linger(struct session *s)
{
	s->state = LINGER;
	sink_withdraw(&s->handover);
	chan_close(&s->backend);
	watch(s, &s->backend_io, -1, 0);
	ev_timer_stop(s->loop, &s->again);
	ev_timer_stop(s->loop, &s->look);
	set_timer(s, LINGER_TIMEOUT);
	step(s);
}

/* The one way out of a session that did not end by itself. */
static void
end(struct session *s, enum reason reason, const char *detail)
{
	struct tls_conn *tls = s->client.tls;

	if (tls == NULL) {
		/* In clear there is no alert: a reset says it. */
		conclude(s, reason, detail);
		sock_reset_on_close(s->client.fd);
		destroy(s);
		return;
	}
	if (detail == NULL)
		detail = tls_conn_detail(tls);
	if (s->admitted)
		tls_conn_abort(tls);
	conclude(s, reason, detail);
	linger(s);
}

static void
step_linger(struct session *s)
{
	enum chan_io io = chan_linger(&s->client, &s->lingered, LINGER_BYTES);

	if (io == CHAN_WANT_WRITE || io == CHAN_WANT_READ)
		watch(s, &s->client_io, s->client.fd,
		    io == CHAN_WANT_WRITE ? EV_WRITE : EV_READ);
	else
		destroy(s);
}

static void
start_relay(struct session *s)
{
	s->state = RELAY;
	set_timer(s, 0);
	step(s);
}

static void
backend_failed(struct session *s, int error)
{
	end(s, cause_of_connect(error), strerror(error));
}

static void
finish_connect(struct session *s, int error)
{
	if (error == 0 && s->plan.unix_path == NULL &&
	    sock_met_itself(s->backend.fd, &s->plan.backend))
		error = ECONNREFUSED;
	if (error != 0)
		backend_failed(s, error);
	else
		start_relay(s);
}

static void
start_connect(struct session *s)
{
	int fd = s->plan.unix_path != NULL ?
	    sock_connect_unix(s->plan.unix_path) :
	    sock_connect(&s->plan.backend);

	s->state = CONNECT;
	s->backend.fd = fd;
	if (fd >= 0 && sock_connected(fd)) {
		finish_connect(s, 0);
		return;
	}
	watch(s, &s->client_io, s->client.fd, 0);
	if (fd >= 0) {
		set_timer(s, s->connect_begun + CONNECT_TIMEOUT -
		    ev_now(s->loop));
		watch(s, &s->backend_io, fd, EV_WRITE);
	} else if (errno == EAGAIN) {
		/* A unix socket's queue is full, and nothing tells when. */
		set_timer(s, CONNECT_RETRY);
	} else {
		backend_failed(s, errno);
	}
}

static void
on_handed_over(struct sink_wait *wait, int error, int end_fd)
{
	struct session *s = container_of(wait, struct session, handover);

	if (error == ENOTCONN) {
		conclude(s, REASON_CLIENT_RESET, NULL);
		destroy(s);
	} else if (error == EAGAIN) {
		end(s, REASON_BACKEND_TIMEOUT, "too many wait for the service");
	} else if (error != 0) {
		backend_failed(s, error);
	} else if (wait->whole) {
		conclude(s, REASON_CLEAR, NULL);
		destroy(s);
	} else {
		s->backend.fd = end_fd;
		s->backend.sink = s->plan.sink;
		start_relay(s);
	}
}

static void
start_handover(struct session *s)
{
	s->state = CONNECT;
	set_timer(s, 0);
	watch(s, &s->client_io, s->client.fd, 0);
	s->handover.client = s->client.fd;
	s->handover.whole = s->client.tls == NULL;
	s->handover.done = on_handed_over;
	sink_put(s->plan.sink, &s->handover);
}

static void
admit(struct session *s)
{
	s->admitted = true;
	/* A client with Nagle's algorithm waits for it with its request. */
	if (s->client.tls != NULL &&
	    tls_conn_owes_acknowledgement(s->client.tls))
		sock_acknowledge(s->client.fd);
	if (s->plan.sink != NULL) {
		start_handover(s);
		return;
	}
	s->connect_begun = ev_now(s->loop);
	start_connect(s);
}

static void
step_handshake(struct session *s)
{
	enum tls_conn_io io = tls_conn_handshake(s->client.tls);

	if (!s->shaking && tls_conn_started(s->client.tls)) {
		s->shaking = true;
		set_timer(s, s->plan.handshake_timeout);
	}
	switch (io) {
	case TLS_CONN_WANT_READ:
		watch(s, &s->client_io, s->client.fd, EV_READ);
		return;
	case TLS_CONN_WANT_WRITE:
		watch(s, &s->client_io, s->client.fd, EV_READ | EV_WRITE);
		return;
	case TLS_CONN_DONE:
		admit(s);
		return;
	case TLS_CONN_END:
	case TLS_CONN_FAILED:
		break;
	}
	end(s, tls_conn_reason(s->client.tls), NULL);
}

static void
step_connect(struct session *s)
{
	finish_connect(s, sock_error(s->backend.fd));
}

static void
client_failed(struct session *s)
{
	enum reason reason = cause_of_client(&s->client);

	if (reason != REASON_CLIENT_RESET && reason != REASON_IO) {
		/* It broke the protocol, and may read what it was told. */
		end(s, reason, NULL);
		return;
	}
	conclude(s, reason, cause_text(&s->client));
	destroy(s);
}

/* Both pumps have come to an end, or one failure ends both: true. */
static bool
relay_ended(struct session *s)
{
	enum pump_state in = s->in.state, out = s->out.state;

	if (in == PUMP_NO_MEMORY || out == PUMP_NO_MEMORY) {
		end(s, REASON_NO_MEMORY, NULL);
	} else if (in == PUMP_READ_FAILED || out == PUMP_WRITE_FAILED) {
		/* As it would have been without us: the reset is passed on. */
		sock_reset_on_close(s->backend.fd);
		client_failed(s);
	} else if (out == PUMP_READ_FAILED ||
	    (in == PUMP_WRITE_FAILED && out != PUMP_FLOWS)) {
		end(s, cause_of_backend(&s->backend), cause_text(&s->backend));
	} else if (in == PUMP_DONE && out == PUMP_DONE) {
		if (s->plan.sink != NULL)
			sink_finish(s->plan.sink, s->backend.fd);
		conclude(s, s->truncated ? REASON_CLIENT_TRUNCATED :
		    REASON_OK, NULL);
		destroy(s);
	} else {
		return false;
	}
	return true;
}

static bool
is_over(const struct pump *pump)
{
	return pump->ended || pump->state != PUMP_FLOWS;
}

/*
 * A side that has finished, and one that neither says nor takes a byte any
 * more, make a connection that would never end.
 */
static void
watch_half_close(struct session *s)
{
	ev_tstamp limit = is_over(&s->out) ? BACKEND_FINISHED_TIMEOUT :
	    is_over(&s->in) ? CLIENT_FINISHED_TIMEOUT : 0.;
	uint64_t moved = s->in.bytes + s->out.bytes;

	if (limit > 0. && (moved != s->moved || !ev_is_active(&s->timer)))
		set_timer(s, limit);
	s->moved = moved;
}

/*
 * Back-pressure means not to wait for a side's bytes, and so not to be told
 * when it is gone. Then it is looked at now and again.
 */
static void
watch_stall(struct session *s)
{
	bool blind = !ev_is_active(&s->client_io) ||
	    !ev_is_active(&s->backend_io);

	if (!blind) {
		ev_timer_stop(s->loop, &s->look);
	} else if (!ev_is_active(&s->look)) {
		ev_timer_set(&s->look, LOOK_INTERVAL, LOOK_INTERVAL);
		ev_timer_start(s->loop, &s->look);
	}
}

/* All a wrapped service said is passed on, and it takes nothing any more. */
static bool
service_left(struct session *s)
{
	if (s->plan.sink == NULL || s->out.state != PUMP_DONE ||
	    !chan_is_closed(&s->backend))
		return false;
	conclude(s, REASON_OK, NULL);
	linger(s);
	return true;
}

static void
on_look(struct ev_loop *loop, ev_timer *timer, int revents)
{
	struct session *s = timer->data;

	(void)loop;
	(void)revents;
	if (service_left(s))
		return;
	if (chan_is_reset(&s->client)) {
		s->client.error = sock_error(s->client.fd);
		sock_reset_on_close(s->backend.fd);
		client_failed(s);
	} else if (chan_is_reset(&s->backend)) {
		s->backend.error = sock_error(s->backend.fd);
		end(s, cause_of_backend(&s->backend), cause_text(&s->backend));
	}
}

static int
events(unsigned in, unsigned out, unsigned read_in, unsigned write_in,
    unsigned read_out, unsigned write_out)
{
	return ((in & read_in) | (out & read_out) ? EV_READ : 0) |
	    ((in & write_in) | (out & write_out) ? EV_WRITE : 0);
}

/*
 * TLS may need to write in order to read and the other way round: each pump
 * says what it waits for, on either side, and runs when that is ready.
 */
static void
step_relay(struct session *s)
{
	bool said = s->client.finish_said;
	unsigned in = pump_run_ready(&s->in, s->client_ready,
	    s->backend_ready);
	unsigned out = pump_run_ready(&s->out, s->backend_ready,
	    s->client_ready);

	s->client_ready = s->backend_ready = false;
	/* A client that was told the end owes no farewell of its own. */
	if (!said && s->client.tls != NULL &&
	    tls_conn_truncated(s->client.tls))
		s->truncated = true;
	if (relay_ended(s) || service_left(s))
		return;
	watch(s, &s->client_io, s->client.fd, events(in, out, PUMP_FROM_READ,
	    PUMP_FROM_WRITE, PUMP_TO_READ, PUMP_TO_WRITE));
	watch(s, &s->backend_io, s->backend.fd, events(in, out, PUMP_TO_READ,
	    PUMP_TO_WRITE, PUMP_FROM_READ, PUMP_FROM_WRITE));
	if ((in | out) & PUMP_AGAIN && !ev_is_active(&s->again)) {
		ev_timer_set(&s->again, 0., 0.);
		ev_timer_start(s->loop, &s->again);
	}
	watch_half_close(s);
	watch_stall(s);
}

/* May end the session: nothing of it may be touched afterwards. */
static void
step(struct session *s)
{
	switch (s->state) {
	case HANDSHAKE:
		step_handshake(s);
		return;
	case CONNECT:
		step_connect(s);
		return;
	case RELAY:
		step_relay(s);
		return;
	case LINGER:
		step_linger(s);
		return;
	}
}

static void
on_io(struct ev_loop *loop, ev_io *io, int revents)
{
	struct session *s = io->data;

	(void)loop;
	(void)revents;
	s->client_ready = s->client_ready || io == &s->client_io;
	s->backend_ready = s->backend_ready || io == &s->backend_io;
	step(s);
}

static void
on_again(struct ev_loop *loop, ev_timer *timer, int revents)
{
	(void)loop;
	(void)revents;
	step(timer->data);
}

static void
on_timer(struct ev_loop *loop, ev_timer *timer, int revents)
{
	struct session *s = timer->data;

	(void)revents;
	switch (s->state) {
	case HANDSHAKE:
		end(s, s->shaking ? REASON_TIMEOUT_SECOND :
		    REASON_TIMEOUT_FIRST, NULL);
		return;
	case CONNECT:
		if (s->backend.fd < 0 && ev_now(loop) - s->connect_begun <
		    CONNECT_TIMEOUT)
			start_connect(s);
		else
			end(s, REASON_BACKEND_TIMEOUT, NULL);
		return;
	case RELAY:
		end(s, REASON_DRAIN_TIMEOUT, is_over(&s->out) ?
		    "the client is silent" : "the application is silent");
		return;
	case LINGER:
		destroy(s);
		return;
	}
}

void
session_stop(struct session *s, enum reason reason)
{
	if (s->state == LINGER)
		destroy(s);
	else
		end(s, reason, NULL);
}

struct session *
session_start(struct ev_loop *loop, const struct session_plan *plan,
    const struct session_owner *owner, int fd,
    const struct addr_endpoint *local, const struct addr_endpoint *remote)
{
	struct session *s = calloc(1, sizeof(*s));
	struct chan client = { .fd = fd };

	if (s != NULL && plan->tls != NULL)
		client.tls = tls_conn_new(plan->tls, fd, plan->rule_number);
	if (s == NULL || (plan->tls != NULL && client.tls == NULL)) {
		chan_close(&client);
		free(s);
		return NULL;
	}
	s->loop = loop;
	s->plan = *plan;
	if (plan->sink != NULL)
		sink_hold(plan->sink);
	s->owner = owner;
	s->client = client;
	s->backend.fd = -1;
	s->local = *local;
	s->remote = *remote;
	s->begun = ev_now(loop);
	pump_init(&s->in, &s->client, &s->backend);
	pump_init(&s->out, &s->backend, &s->client);
	ev_init(&s->client_io, on_io);
	ev_init(&s->backend_io, on_io);
	ev_init(&s->timer, on_timer);
	ev_init(&s->again, on_again);
	ev_init(&s->look, on_look);
	s->client_io.data = s->backend_io.data = s;
	s->timer.data = s->again.data = s->look.data = s;
	return s;
}

void
session_run(struct session *s)
{
	if (s->client.tls == NULL) {
		admit(s);
		return;
	}
	set_timer(s, s->plan.handshake_timeout);
	step(s);
}
