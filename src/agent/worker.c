#include "agent/worker.h"

#include <errno.h>
#include <ev.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "agent/claim.h"
#include "agent/environment.h"
#include "agent/generation.h"
#include "agent/sandbox.h"
#include "agent/wrapped.h"
#include "base/log.h"
#include "io/buffer.h"
#include "io/sock.h"
#include "policy/rules.h"
#include "policy/settings.h"
#include "policy/times.h"
#include "relay/report.h"
#include "relay/session.h"
#include "tls/tls_ctx.h"
#include "tls/tls_library.h"
#include "tls/tls_ring.h"

/* Connections taken from one queue in one wake-up. */
#define ACCEPT_BATCH 64
/* Bit of Trace: tell which rule a connection is mapped to. */
#define TRACE_INFO 4
/* Seconds without accepting after descriptors ran out. */
#define ACCEPT_PAUSE 0.1

struct listener {
	struct worker *worker;
	ev_io io;
};

struct worker {
	struct ev_loop *loop;
	struct generation *generation;
	struct tls_ctx **contexts;	/* one an environment */
	struct listener *listeners;
	struct wrapped_set wrapped;
	struct session *sessions;
	struct session_owner owner;
	ev_signal terminate, retire;
	ev_timer grace, pause;
	struct times_moment moment;	/* of the last connection */
	bool timed;		/* rules come into force and go out of it */
	bool draining;
	bool told_pause;	/* since a connection was last accepted */
};

static struct tls_ctx *
context_of(struct worker *w, const struct rules_rule *rule)
{
	const struct environment_table *table =
	    &w->generation->environments;

	if (!rule->actions->secured)
		return NULL;
	return w->contexts[environment_find(table, rule->actions->settings) -
	    table->items];
}

static void
stop_if_drained(struct worker *w)
{
	if (w->draining && w->sessions == NULL)
		ev_break(w->loop, EVBREAK_ALL);
}

static void
link_session(struct worker *w, struct session *session)
{
	struct session_link *link = session_link(session);

	link->next = w->sessions;
	link->previous = &w->sessions;
	if (w->sessions != NULL)
		session_link(w->sessions)->previous = &link->next;
	w->sessions = session;
}

static void
on_concluded(void *arg, const struct report *report)
{
	(void)arg;
	report_log(report);
}

static void
on_gone(void *arg, struct session *session)
{
	struct session_link *link = session_link(session);

	*link->previous = link->next;
	if (link->next != NULL)
		session_link(link->next)->previous = link->previous;
	stop_if_drained(arg);
}

static struct report
report_of(const struct rules_rule *rule, const struct rules_flow *flow)
{
	return (struct report){
		.rule = rule == NULL ? NULL : rule->name,
		.local = &flow->local,
		.remote = &flow->remote,
	};
}

/* A connection that never becomes a session ends here. */
static void
turn_away(int fd, const struct rules_rule *rule,
    const struct rules_flow *flow, enum reason reason)
{
	struct report report = report_of(rule, flow);

	report.reason = reason;
	report_log(&report);
	close(fd);
}

/*
 * Only what a rule names is wrapped. Where this policy has none for it, the
 * one that had is gone, or its file is half written: that must not open what
 * was closed. Clients that the rules leave out are another matter.
 */
static bool
is_claimed(struct worker *w, struct wrapped *wrapped)
{
	struct rules_flow flow = { .direction = RULES_INBOUND,
		.user = wrapped->user, .job = wrapped->job,
		.unit = wrapped->unit };
	const struct rules_rule *rule;

	if (!wrapped->asked) {
		wrapped->asked = true;
		wrapped->claimed = sock_local(wrapped->listener,
		    &flow.local) == 0 && claim_find(w->generation->rules,
		    &flow, &rule) == CLAIM_WRAP;
	}
	return wrapped->claimed;
}

/*
 * How the application gets the connection; REASON_OK where it does. What comes
 * to a port of our own and is not of a rule that forwards goes nowhere; what
 * comes to a wrapped service and is not to be secured is the service's.
 */
static enum reason
plan_handoff(struct worker *w, const struct rules_rule *rule,
    struct wrapped *wrapped, struct session_plan *plan)
{
	plan->rule = rule == NULL ? NULL : rule->name;
	if (wrapped != NULL) {
		plan->sink = wrapped->sink;
		if (rule == NULL)
			return is_claimed(w, wrapped) ? REASON_OK :
			    REASON_RULE_GONE;
		return !rule->actions->secured ||
		    settings_handoff(rule->actions->application) ==
		    SETTINGS_HANDOFF_WRAP ? REASON_OK : REASON_OTHER_HANDOFF;
	}
	if (rule == NULL || settings_handoff(rule->actions->application) !=
	    SETTINGS_HANDOFF_FORWARD)
		return REASON_NO_RULE;
	plan->unix_path = rule->actions->application->backend.unix_path;
	plan->backend = rule->actions->application->backend.endpoint;
	return REASON_OK;
}

static void
plan_tls(struct worker *w, const struct rules_rule *rule,
    const struct rules_flow *flow, struct session_plan *plan)
{
	if (rule->actions->settings->trace & TRACE_INFO) {
		struct report report = report_of(rule, flow);

		report_map(&report);
	}
	plan->tls = context_of(w, rule);
	plan->rule_number = rule->number;
	plan->handshake_timeout = rule->actions->settings->handshake_timeout;
	plan->verified = rule->actions->settings->client_auth !=
	    SETTINGS_CLIENT_AUTH_PASSTHRU;
}

/* wrapped: whose client it is; NULL: it came to a port of our own. */
static void
take(struct worker *w, int fd, const struct rules_flow *flow,
    struct wrapped *wrapped)
{
	const struct rules_rule *rule = rules_match(w->generation->rules,
	    flow);
	struct session_plan plan = { 0 };
	struct session *session;
	enum reason reason = plan_handoff(w, rule, wrapped, &plan);

	if (reason != REASON_OK) {
		turn_away(fd, rule, flow, reason);
		return;
	}
	if (rule != NULL && rule->actions->secured) {
		plan_tls(w, rule, flow, &plan);
		/* The service's own listener may lack what ours have. */
		if (wrapped != NULL)
			sock_tune(fd);
	}
	session = session_start(w->loop, &plan, &w->owner, fd, &flow->local,
	    &flow->remote);
	if (session == NULL) {
		/* session_start has closed it */
		turn_away(-1, rule, flow, REASON_NO_MEMORY);
		return;
	}
	link_session(w, session);
	session_run(session);
}

static void
each_listener(struct worker *w, void (*act)(struct ev_loop *, ev_io *))
{
	for (size_t i = 0; i < w->generation->listeners.count; i++)
		act(w->loop, &w->listeners[i].io);
}

/* Clients wait in the queues; spinning would help nobody. */
static void
pause_accepting(struct worker *w, int error)
{
	if (!w->told_pause)
		log_error("worker", "accepting is paused: %s",
		    strerror(error));
	w->told_pause = true;
	each_listener(w, ev_io_stop);
	wrapped_pause(&w->wrapped, true);
	ev_timer_set(&w->pause, ACCEPT_PAUSE, 0.);
	ev_timer_start(w->loop, &w->pause);
}

/* Takes one connection from a queue; false where there is none to be had. */
static bool
accept_one(struct worker *w, int listener, struct wrapped *wrapped)
{
	struct rules_flow flow = { .direction = RULES_INBOUND };
	int fd = sock_accept(listener, &flow.local, &flow.remote);

	if (fd >= 0) {
		if (wrapped != NULL) {
			flow.user = wrapped->user;
			flow.job = wrapped->job;
			flow.unit = wrapped->unit;
		}
		if (w->timed) {
			times_set(&w->moment, time(NULL));
			flow.moment = &w->moment;
		}
		w->told_pause = false;
		take(w, fd, &flow, wrapped);
		return true;
	}
	if (errno == EAGAIN || errno == EWOULDBLOCK)
		return false;
	/* What a service did to its socket is no matter of the others. */
	if (wrapped != NULL && (errno == EINVAL || errno == EBADF ||
	    errno == ENOTSOCK || errno == EOPNOTSUPP))
		wrapped_give_up(wrapped, errno);
	else
		pause_accepting(w, errno);
	return false;
}

static void
on_acceptable(struct ev_loop *loop, ev_io *io, int revents)
{
	struct listener *listener = io->data;

	(void)loop;
	(void)revents;
	for (int i = 0; i < ACCEPT_BATCH; i++)
		if (!accept_one(listener->worker, io->fd, NULL))
			return;
}

static void
on_wrapped_acceptable(void *arg, struct wrapped *wrapped)
{
	for (int i = 0; i < ACCEPT_BATCH; i++)
		if (!wrapped_has_room(wrapped) ||
		    !accept_one(arg, wrapped->listener, wrapped))
			return;
}

static void
on_pause_over(struct ev_loop *loop, ev_timer *timer, int revents)
{
	struct worker *w = timer->data;

	(void)loop;
	(void)revents;
	if (!w->draining)
		each_listener(w, ev_io_start);
	wrapped_pause(&w->wrapped, false);
}

/*
 * The descriptors are closed, not just left alone: when the supervisor is
 * gone, the port must be gone with it.
 */
static void
drain(struct worker *w)
{
	if (w->draining)
		return;
	w->draining = true;
	ev_timer_stop(w->loop, &w->pause);
	each_listener(w, ev_io_stop);
	for (size_t i = 0; i < w->generation->listeners.count; i++)
		close(w->listeners[i].io.fd);
	wrapped_drain(&w->wrapped);
	stop_if_drained(w);
}

static void
on_grace_over(struct ev_loop *loop, ev_timer *timer, int revents)
{
	struct worker *w = timer->data;
	struct session *session = w->sessions, *next;

	(void)revents;
	for (; session != NULL; session = next) {
		next = session_link(session)->next;
		session_stop(session, REASON_SHUTDOWN);
	}
	/* What lingers now has its alert; it need not be waited for. */
	ev_break(loop, EVBREAK_ALL);
}

static void
on_terminate(struct ev_loop *loop, ev_signal *signal, int revents)
{
	struct worker *w = signal->data;

	(void)revents;
	drain(w);
	if (!ev_is_active(&w->grace)) {
		ev_timer_set(&w->grace, WORKER_GRACE, 0.);
		ev_timer_start(loop, &w->grace);
	}
}

static void
on_retire(struct ev_loop *loop, ev_signal *signal, int revents)
{
	(void)loop;
	(void)revents;
	drain(signal->data);
}

/* Without orders there is no telling what is to be closed. */
static void
on_abandoned(void *arg)
{
	drain(arg);
}

static bool
has_times(const struct rules *rules)
{
	for (size_t i = 0; i < rules_count(rules); i++)
		if (rules_at(rules, i)->times != NULL)
			return true;
	return false;
}

static int
make_contexts(struct worker *w)
{
	struct environment_table *table = &w->generation->environments;
	struct tls_ring_error error;

	w->contexts = calloc(table->count + 1, sizeof(w->contexts[0]));
	if (w->contexts == NULL)
		return -1;
	for (size_t i = 0; i < table->count; i++) {
		struct environment *e = &table->items[i];

		w->contexts[i] = tls_ctx_new(e->settings, e->ring, e->store,
		    judge_chain, &e->judge, &error);
		if (w->contexts[i] == NULL) {
			log_error("worker", "%s: %s", error.path, error.what);
			return -1;
		}
		/* The supervisor has it for the next worker. */
		tls_ring_forget_key(e->ring);
	}
	return 0;
}

static int
watch_listeners(struct worker *w)
{
	const struct listen_set *set = &w->generation->listeners;

	w->listeners = calloc(set->count + 1, sizeof(w->listeners[0]));
	if (w->listeners == NULL)
		return -1;
	for (size_t i = 0; i < set->count; i++) {
		struct listener *l = &w->listeners[i];

		l->worker = w;
		ev_io_init(&l->io, on_acceptable, set->sockets[i].fd,
		    EV_READ);
		l->io.data = l;
		ev_io_start(w->loop, &l->io);
	}
	return 0;
}

static void
watch_signals(struct worker *w)
{
	sigset_t set;

	ev_signal_init(&w->terminate, on_terminate, SIGTERM);
	ev_signal_init(&w->retire, on_retire, SIGUSR1);
	ev_init(&w->grace, on_grace_over);
	ev_init(&w->pause, on_pause_over);
	w->terminate.data = w->retire.data = w;
	w->grace.data = w->pause.data = w;
	ev_signal_start(w->loop, &w->terminate);
	ev_signal_start(w->loop, &w->retire);
	/* Meant for the supervisor, which tells its workers itself. */
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	sigemptyset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
}

static int
start(struct worker *w, const struct sandbox_user *user, pid_t parent,
    int orders)
{
	/* After a change of user the kernel forgets PDEATHSIG: so then. */
	if (sandbox_enter(user) < 0) {
		log_error("worker", "rights cannot be given up: %s",
		    strerror(errno));
		return -1;
	}
	if (prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) < 0 ||
	    getppid() != parent)
		return -1;
	w->loop = ev_default_loop(EVFLAG_AUTO);
	if (w->loop == NULL || make_contexts(w) < 0 ||
	    watch_listeners(w) < 0)
		return -1;
	w->timed = has_times(w->generation->rules);
	w->owner = (struct session_owner){ on_concluded, on_gone, w };
	w->wrapped.acceptable = on_wrapped_acceptable;
	w->wrapped.abandoned = on_abandoned;
	w->wrapped.arg = w;
	wrapped_init(&w->wrapped, w->loop, orders);
	watch_signals(w);
	return 0;
}

/* Memory is given back, so that a leak checker sees only leaks. */
static void
finish(struct worker *w)
{
	while (w->sessions != NULL)
		session_stop(w->sessions, REASON_SHUTDOWN);
	wrapped_fini(&w->wrapped);
	for (size_t i = 0; i < w->generation->environments.count; i++)
		tls_ctx_free(&w->contexts[i]);
	/* drain has closed the descriptors. */
	for (size_t i = 0; i < w->generation->listeners.count; i++)
		w->generation->listeners.sockets[i].fd = -1;
	free(w->contexts);
	free(w->listeners);
	generation_free(&w->generation);
	buffer_trim();
	tls_library_end();
	ev_loop_destroy(w->loop);
}

void
worker_run(struct generation *generation, const struct sandbox_user *user,
    pid_t parent, int ready_fd, int orders)
{
	struct worker w = { .generation = generation };

	signal(SIGPIPE, SIG_IGN);
	/* Buffers of a peak go back to the system, not to the heap. */
	(void)mallopt(M_MMAP_THRESHOLD, BUFFER_SIZE);
	if (start(&w, user, parent, orders) < 0)
		exit(1);
	if (write(ready_fd, "r", 1) != 1)
		log_debug("worker", "nobody waits for readiness");
	close(ready_fd);
	ev_run(w.loop, 0);
	finish(&w);
	exit(0);
}
