#include "agent/supervisor.h"

#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/control.h"
#include "agent/generation.h"
#include "agent/registry.h"
#include "agent/sandbox.h"
#include "agent/worker.h"
#include "base/log.h"
#include "policy/diag.h"
#include "policy/rules.h"
#include "tls/tls_library.h"

/* A worker that lived shorter than this is not replaced at once. */
#define SHORT_LIFE 1.
#define RESPAWN_DELAY 1.
/* Milliseconds for a worker to make its contexts. */
#define READY_LIMIT 10000

struct child {
	struct child *next;
	struct supervisor *supervisor;
	ev_child watcher;
	ev_tstamp born;
	unsigned generation;
	struct orders *orders;	/* the registry's */
};

struct supervisor {
	struct ev_loop *loop;
	const struct supervisor_options *options;
	struct generation *generation;
	struct child *children;
	struct registry *registry;	/* NULL once it stops */
	struct control *control;
	int keeper;			/* -1: none, or the registry's */
	unsigned next_number;
	ev_signal hangup, terminate, interrupt;
	ev_timer respawn, keys;
	bool stopping;
	bool replacing;		/* the old generation goes on meanwhile */
	int status;
};

static void spawn_missing(struct supervisor *s);

static void
signal_children(const struct supervisor *s, unsigned below, int signo)
{
	for (const struct child *c = s->children; c != NULL; c = c->next)
		if (c->generation < below)
			kill(c->watcher.pid, signo);
}

static unsigned
count_children(const struct supervisor *s, unsigned generation)
{
	unsigned count = 0;

	for (const struct child *c = s->children; c != NULL; c = c->next)
		count += c->generation == generation;
	return count;
}

static void
forget(struct child *child)
{
	struct child **p = &child->supervisor->children;

	while (*p != child)
		p = &(*p)->next;
	*p = child->next;
	ev_child_stop(child->supervisor->loop, &child->watcher);
	free(child);
}

static void
log_death(const struct child *child, int status)
{
	int pid = child->watcher.pid;

	if (WIFSIGNALED(status))
		log_error("supervisor", "worker %d was killed by signal %d "
		    "(%s); its connections are lost", pid, WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) != 0)
		log_error("supervisor", "worker %d ended with status %d",
		    pid, WEXITSTATUS(status));
	else
		log_debug("supervisor", "worker %d ended", pid);
}

static void
on_child(struct ev_loop *loop, ev_child *watcher, int revents)
{
	struct child *child = watcher->data;
	struct supervisor *s = child->supervisor;
	bool current = child->generation == s->generation->number;
	bool brief = ev_now(loop) - child->born < SHORT_LIFE;

	(void)revents;
	log_death(child, watcher->rstatus);
	if (s->registry != NULL)
		registry_dismiss(s->registry, child->orders);
	forget(child);
	if (s->stopping) {
		if (s->children == NULL)
			ev_break(loop, EVBREAK_ALL);
	} else if (current && !brief) {
		spawn_missing(s);
	} else if (current && !ev_is_active(&s->respawn)) {
		ev_timer_set(&s->respawn, RESPAWN_DELAY, 0.);
		ev_timer_start(loop, &s->respawn);
	}
}

static void
on_respawn(struct ev_loop *loop, ev_timer *timer, int revents)
{
	(void)loop;
	(void)revents;
	spawn_missing(timer->data);
}

/* In the child: nothing of the parent's event loop may stay. */
NO_RETURN static void
become_worker(struct supervisor *s, pid_t parent, int ready_fd, int orders)
{
	struct generation *generation = s->generation;
	const struct sandbox_user *user = s->options->user;

	if (s->options->in_worker != NULL)
		s->options->in_worker();
	ev_loop_fork(s->loop);
	while (s->children != NULL)
		forget(s->children);
	registry_free(&s->registry);
	control_abandon(&s->control);
	if (s->keeper >= 0)
		close(s->keeper);
	ev_signal_stop(s->loop, &s->hangup);
	ev_signal_stop(s->loop, &s->terminate);
	ev_signal_stop(s->loop, &s->interrupt);
	ev_timer_stop(s->loop, &s->respawn);
	ev_timer_stop(s->loop, &s->keys);
	ev_loop_destroy(s->loop);
	generation_free(&generation->former);
	signal(SIGCHLD, SIG_DFL);
	worker_run(generation, user, parent, ready_fd, orders);
}

/*
 * Waits for the byte that says that the worker serves. One that hangs must
 * not hang its parent: it is killed, and tried again later.
 */
static int
wait_ready(int fd, pid_t pid)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	char byte;
	ssize_t n = -1;
	int rc;

	do
		rc = poll(&ready, 1, READY_LIMIT);
	while (rc < 0 && errno == EINTR);
	if (rc == 1)
		n = read(fd, &byte, 1);
	else
		kill(pid, SIGKILL);
	close(fd);
	return n == 1 ? 0 : -1;
}

/* Our ends of both pairs are the first; in the child, the registry has one. */
static pid_t
fork_worker(struct supervisor *s, struct child *child, int ready[2],
    int orders[2])
{
	sigset_t all, before;
	pid_t parent = getpid(), pid;

	/* A signal for the worker must not run the parent's handler in it. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (pid == 0) {
		close(ready[0]);
		free(child);
		become_worker(s, parent, ready[1], orders[1]);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(ready[1]);
	close(orders[1]);
	return pid;
}

/* -1 where one of them cannot be made; none is open then. */
static int
make_pairs(int ready[2], int orders[2])
{
	if (pipe2(ready, O_CLOEXEC) < 0)
		return -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0, orders) == 0)
		return 0;
	close(ready[0]);
	close(ready[1]);
	return -1;
}

static void
adopt(struct supervisor *s, struct child *child, pid_t pid)
{
	child->supervisor = s;
	child->generation = s->generation->number;
	child->born = ev_time();
	ev_child_init(&child->watcher, on_child, pid, 0);
	child->watcher.data = child;
	ev_child_start(s->loop, &child->watcher);
	child->next = s->children;
	s->children = child;
}

static int
spawn(struct supervisor *s)
{
	struct child *child = calloc(1, sizeof(*child));
	int ready[2], orders[2];
	pid_t pid;

	if (child == NULL || make_pairs(ready, orders) < 0) {
		free(child);
		return -1;
	}
	child->orders = registry_enlist(s->registry, orders[0]);
	pid = child->orders == NULL ? -1 :
	    fork_worker(s, child, ready, orders);
	if (pid < 0) {
		close(ready[0]);
		if (child->orders != NULL) {
			registry_dismiss(s->registry, child->orders);
		} else {
			close(orders[0]);
			close(orders[1]);
			close(ready[1]);
		}
		free(child);
		return -1;
	}
	adopt(s, child, pid);
	return wait_ready(ready[0], pid);
}

static int
spawn_all(struct supervisor *s)
{
	int rc = 0;

	while (rc == 0 && count_children(s, s->generation->number) <
	    s->options->workers)
		rc = spawn(s);
	return rc;
}

/* The new generation serves: the old one may finish and leave. */
static void
retire_old(struct supervisor *s)
{
	struct generation *g = s->generation;

	s->replacing = false;
	generation_end_former(g);
	for (const struct child *c = s->children; c != NULL; c = c->next)
		if (c->generation < g->number)
			registry_retire(s->registry, c->orders);
	signal_children(s, g->number, SIGUSR1);
	log_notice("supervisor", "generation %u serves: %zu rules, %zu ports",
	    g->number, rules_count(g->rules), g->listeners.count);
}

static void
spawn_missing(struct supervisor *s)
{
	if (s->stopping)
		return;
	if (spawn_all(s) == 0) {
		if (s->replacing)
			retire_old(s);
		return;
	}
	log_error("supervisor", "a worker cannot be started; trying again");
	ev_timer_stop(s->loop, &s->respawn);
	ev_timer_set(&s->respawn, RESPAWN_DELAY, 0.);
	ev_timer_start(s->loop, &s->respawn);
}

/* Session keys are the generation's; each environment has its own clock. */
static void
tend_keys(struct supervisor *s)
{
	int64_t next = INT64_MAX, left;

	/* The former ones serve as long as the new one cannot. */
	for (struct generation *g = s->generation; g != NULL; g = g->former) {
		left = environment_tend_keys(&g->environments);
		if (left < next)
			next = left;
	}
	ev_timer_stop(s->loop, &s->keys);
	if (next == INT64_MAX)
		return;
	ev_timer_set(&s->keys, (ev_tstamp)next / 1000., 0.);
	ev_timer_start(s->loop, &s->keys);
}

static void
on_keys(struct ev_loop *loop, ev_timer *timer, int revents)
{
	(void)loop;
	(void)revents;
	tend_keys(timer->data);
}

static unsigned
serves(const struct supervisor_options *options)
{
	return options->keeper >= 0 ? GENERATION_WRAP :
	    options->control != NULL ? GENERATION_FORWARD | GENERATION_WRAP :
	    GENERATION_FORWARD;
}

static void
on_hangup(struct ev_loop *loop, ev_signal *watcher, int revents)
{
	struct supervisor *s = watcher->data;
	const struct supervisor_options *o = s->options;
	struct generation *next, *old = s->generation;
	struct diag *diag;

	(void)loop;
	(void)revents;
	if (s->stopping)
		return;
	next = generation_load(o->policy, o->defaults, serves(o),
	    s->next_number, &diag);
	if (next == NULL || generation_listen(next, old) < 0) {
		if (next == NULL && diag == NULL)
			log_error("supervisor", "memory is exhausted");
		else
			o->show(next == NULL ? diag : next->diag, true);
		log_error("supervisor", "the new policy is refused; "
		    "generation %u goes on", old->number);
		generation_free(&next);
		diag_free(&diag);
		return;
	}
	s->next_number++;
	s->generation = next;
	o->show(next->diag, false);
	/* The new workers must not inherit ports that nobody serves now. */
	listen_close(&old->listeners);
	registry_set_rules(s->registry, next->rules);
	next->former = old;
	s->replacing = true;
	tend_keys(s);
	spawn_missing(s);
}

/* Keepers find the next daemon while the workers finish what they have. */
static void
stop(struct supervisor *s)
{
	signal_children(s, s->next_number, s->stopping ? SIGKILL : SIGTERM);
	s->stopping = true;
	ev_timer_stop(s->loop, &s->respawn);
	control_close(&s->control);
	registry_free(&s->registry);
	listen_close(&s->generation->listeners);
	if (s->children == NULL)
		ev_break(s->loop, EVBREAK_ALL);
}

static void
on_terminate(struct ev_loop *loop, ev_signal *watcher, int revents)
{
	(void)loop;
	(void)revents;
	stop(watcher->data);
}

static void
on_keeper_ended(void *arg)
{
	stop(arg);
}

static void
watch_signal(struct supervisor *s, ev_signal *watcher, int signo,
    void (*on)(struct ev_loop *, ev_signal *, int))
{
	ev_signal_init(watcher, on, signo);
	watcher->data = s;
	ev_signal_start(s->loop, watcher);
}

static void
raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int
load_first(struct supervisor *s)
{
	const struct supervisor_options *o = s->options;
	struct diag *diag;

	s->generation = generation_load(o->policy, o->defaults, serves(o),
	    s->next_number++, &diag);
	if (s->generation == NULL || generation_listen(s->generation,
	    NULL) < 0) {
		if (s->generation != NULL)
			o->show(s->generation->diag, true);
		else if (diag != NULL)
			o->show(diag, true);
		diag_free(&diag);
		return -1;
	}
	o->show(s->generation->diag, false);
	return 0;
}

static int
start(struct supervisor *s)
{
	const char *control = s->options->control;

	if (load_first(s) < 0)
		return -1;
	s->registry = registry_new(s->loop);
	if (s->registry == NULL) {
		log_error("supervisor", "memory is exhausted");
		return -1;
	}
	registry_set_rules(s->registry, s->generation->rules);
	tend_keys(s);
	if (control != NULL &&
	    (s->control = control_open(s->loop, control)) == NULL)
		return -1;
	if (spawn_all(s) < 0) {
		log_error("supervisor", "the workers cannot be started");
		return -1;
	}
	return 0;
}

/* The workers serve, so keepers may come. */
static void
open_doors(struct supervisor *s)
{
	int keeper = s->keeper;

	s->keeper = -1;
	if (s->control != NULL)
		control_serve(s->control, s->registry);
	if (keeper >= 0)
		registry_link(s->registry, keeper, on_keeper_ended, s);
}

int
supervisor_run(const struct supervisor_options *options)
{
	struct supervisor s = { .options = options, .next_number = 1,
		.keeper = options->keeper };

	raise_descriptor_limit();
	signal(SIGPIPE, SIG_IGN);
	s.loop = ev_default_loop(EVFLAG_AUTO);
	if (s.loop == NULL)
		return 1;
	ev_init(&s.respawn, on_respawn);
	ev_init(&s.keys, on_keys);
	s.respawn.data = s.keys.data = &s;
	watch_signal(&s, &s.hangup, SIGHUP, on_hangup);
	watch_signal(&s, &s.terminate, SIGTERM, on_terminate);
	watch_signal(&s, &s.interrupt, SIGINT, on_terminate);
	if (start(&s) < 0) {
		signal_children(&s, s.next_number, SIGKILL);
		s.status = 1;
	} else {
		log_notice("supervisor", "ready: %zu rules, %zu ports, "
		    "%u workers, wolfSSL %s", rules_count(s.generation->rules),
		    s.generation->listeners.count, options->workers,
		    tls_library_version());
		if (options->ready != NULL)
			options->ready();
		open_doors(&s);
		ev_run(s.loop, 0);
		log_notice("supervisor", "stopped");
	}
	while (s.children != NULL)
		forget(s.children);
	control_close(&s.control);
	registry_free(&s.registry);
	if (s.keeper >= 0)
		close(s.keeper);
	generation_free(&s.generation);
	ev_loop_destroy(s.loop);
	tls_library_end();
	return s.status;
}
