/* trap_self.c - what a program finds when it starts, and who ends it. */
#include "trap.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

static void
say_signals(void)
{
	struct sigaction action;
	sigset_t mask;
	int i;

	MUST(sigprocmask(SIG_SETMASK, NULL, &mask));
	for (i = 1; i < NSIG; i++) {
		if (sigismember(&mask, i) == 1)
			trap_say("blocked %d", i);
		/* main() ignores this one. */
		if (i != SIGPIPE && sigaction(i, NULL, &action) == 0 &&
		    action.sa_handler != SIG_DFL)
			trap_say("ignored %d", i);
	}
}

static void
say_descriptors(void)
{
	char target[4096];
	ssize_t length;
	int i;

	for (i = 0; i < 1024; i++) {
		char path[32];

		snprintf(path, sizeof(path), "/proc/self/fd/%d", i);
		length = readlink(path, target, sizeof(target) - 1);
		if (length < 0)
			continue;
		target[length] = '\0';
		trap_say("descriptor %d: %s flags %d", i, target,
		    fcntl(i, F_GETFD));
	}
}

/* All that exec hands on. ARGUMENT: what the new program's title is. */
static int
run_state(struct trap *trap)
{
	struct rlimit limit;
	char path[4096];
	mode_t mask;
	int i, policy;

	(void)trap;
	for (i = 0; environ[i] != NULL; i++)
		trap_say("environment %s", environ[i]);
	trap_say("directory %s", getcwd(path, sizeof(path)));
	mask = umask(0);
	trap_say("umask %03o", mask);
	for (i = 0; i < RLIM_NLIMITS; i++) {
		MUST(getrlimit(i, &limit));
		trap_say("limit %d: %lld %lld", i, (long long)limit.rlim_cur,
		    (long long)limit.rlim_max);
	}
	trap_say("group %d session %d", getpgrp(), getsid(0));
	trap_say("terminal %d foreground %d",
	    open("/dev/tty", O_RDWR | O_CLOEXEC) >= 0,
	    tcgetpgrp(STDIN_FILENO) == getpgrp());
	policy = getpriority(PRIO_PROCESS, 0);
	trap_say("nice %d dumpable %d", policy, prctl(PR_GET_DUMPABLE));
	trap_say("user %d %d group %d %d", getuid(), geteuid(), getgid(),
	    getegid());
	say_signals();
	say_descriptors();
	return 0;
}

static int
run_exit(struct trap *trap)
{
	return trap_number(trap, 0, 0);
}

/* Ends by a signal; ARGUMENT: which. */
static int
run_kill(struct trap *trap)
{
	struct rlimit none = { 0, 0 };

	MUST(setrlimit(RLIMIT_CORE, &none));
	MUST(raise(trap_number(trap, 0, SIGTERM)));
	return 9;
}

/* Copies standard input to standard output, and says so on standard error. */
static int
run_cat(struct trap *trap)
{
	char buffer[4096];
	ssize_t got;

	(void)trap;
	while ((got = read(STDIN_FILENO, buffer, sizeof(buffer))) > 0)
		MUST(write(STDOUT_FILENO, buffer, (size_t)got));
	MUST(write(STDERR_FILENO, "end of input\n", 13));
	return 0;
}

static void
say_signal(int number)
{
	char line[32];
	int length;

	length = snprintf(line, sizeof(line), "got %d\n", number);
	if (write(STDOUT_FILENO, line, (size_t)length) != length)
		_exit(8);
	if (number == SIGTERM)
		_exit(0);
}

/* Says each signal; SIGTERM ends it well. */
static int
run_signals(struct trap *trap)
{
	struct sigaction action = { .sa_handler = say_signal };
	int i;

	(void)trap;
	MUST(sigfillset(&action.sa_mask));
	for (i = 1; i < NSIG; i++)
		if (i != SIGKILL && i != SIGSTOP && i != SIGCHLD)
			(void)sigaction(i, &action, NULL);
	trap_say("pid %d", getpid());
	for (;;)
		pause();
	return 0;
}

static void
take(int ep, int listener)
{
	struct epoll_event event = { .events = EPOLLIN };
	char hello[] = "hello from echo\n";
	int fd;

	while ((fd = accept4(listener, NULL, NULL,
	    SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		event.data.fd = fd;
		if (send(fd, hello, sizeof(hello) - 1, MSG_NOSIGNAL) < 0)
			MUST(close(fd));
		else
			MUST(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event));
	}
	if (errno != EAGAIN)
		trap_say("FAILED accept: %s", trap_result(-1));
}

static void
answer(int ep, int fd)
{
	char buffer[16384];
	ssize_t got = read(fd, buffer, sizeof(buffer)), sent = 0, more;

	if (got < 0 && errno == EAGAIN)
		return;
	while (sent < got) {
		more = send(fd, buffer + sent, (size_t)(got - sent),
		    MSG_NOSIGNAL);
		if (more < 0 && errno != EAGAIN)
			break;
		if (more > 0)
			sent += more;
		else
			(void)poll(&(struct pollfd){ .fd = fd,
			    .events = POLLOUT }, 1, -1);
	}
	if (got > 0 && sent == got)
		return;
	/* Whoever passed it on may hold it a moment longer: epoll(7). */
	MUST(epoll_ctl(ep, EPOLL_CTL_DEL, fd, NULL));
	MUST(close(fd));
}

/* An echo service that holds many connections at a time, for ever. */
static int
run_echo(struct trap *trap)
{
	int fd = trap_bound(trap), ep = MUST(epoll_create1(0)), count, i;
	struct epoll_event events[64] = { { .events = EPOLLIN } };

	MUST(listen(fd, trap_number(trap, 0, 1024)));
	MUST(fcntl(fd, F_SETFL, O_NONBLOCK));
	events[0].data.fd = fd;
	MUST(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &events[0]));
	trap_say("ready");
	for (;;) {
		count = epoll_wait(ep, events, 64, -1);
		for (i = 0; i < count; i++)
			if (events[i].data.fd == fd)
				take(ep, fd);
			else
				answer(ep, events[i].data.fd);
	}
	return 0;
}

const struct trap_mode trap_self_modes[] = {
	{ "cat", run_cat },
	{ "echo", run_echo },
	{ "exit", run_exit },
	{ "kill", run_kill },
	{ "signals", run_signals },
	{ "state", run_state },
	{ NULL, NULL },
};
