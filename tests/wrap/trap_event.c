/* trap_event.c - readiness: epoll, poll, select and SIGIO. */
#include "trap.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <unistd.h>

#define MARK UINT64_C(0x0123456789abcdef)

static void
start(const struct trap *trap, int fd)
{
	struct sockaddr_storage address;
	socklen_t length = trap_address(trap, &address);
	int on = 1;

	MUST(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)));
	MUST(bind(fd, (struct sockaddr *)&address, length));
	MUST(listen(fd, 128));
	trap_say("ready");
}

/*
 * One event of the listener. A copy that another process made listen may
 * say that it hung up, until it is first accepted from.
 */
static void
wait_event(int ep)
{
	struct epoll_event event;
	int count;

	do
		count = epoll_wait(ep, &event, 1, -1);
	while (count < 0 && errno == EINTR);
	MUST(count);
	if (event.data.u64 != MARK)
		trap_say("FAILED event of another registration");
	if ((event.events & (EPOLLIN | EPOLLHUP)) == 0)
		trap_say("FAILED event %#x", event.events);
}

/* Serves what is there; returns how many. */
static int
drain(int listener, int most)
{
	int count, fd;

	for (count = 0; count < most; count++) {
		fd = accept(listener, NULL, NULL);
		if (fd < 0) {
			if (errno != EAGAIN)
				trap_say("FAILED accept: %s",
				    trap_result(-1));
			break;
		}
		trap_serve(fd, "epoll");
	}
	return count;
}

/* ARGUMENT: the flags by name; how many connections to serve. */
static int
run_epoll(struct trap *trap)
{
	const char *flags = trap_argument(trap, 0, "level");
	int left = trap_number(trap, 1, 3);
	int fd = trap_socket(trap), ep = MUST(epoll_create1(EPOLL_CLOEXEC));
	struct epoll_event event = { .events = EPOLLIN };
	bool edge = strcmp(flags, "edge") == 0;
	bool once = strcmp(flags, "oneshot") == 0;

	event.data.u64 = MARK;
	if (edge)
		event.events |= EPOLLET;
	if (once)
		event.events |= EPOLLONESHOT;
	if (strcmp(flags, "exclusive") == 0)
		event.events |= EPOLLEXCLUSIVE;
	MUST(fcntl(fd, F_SETFL, O_NONBLOCK));
	MUST(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event));
	start(trap, fd);
	while (left > 0) {
		wait_event(ep);
		left -= drain(fd, edge ? left + 1 : 1);
		if (once)
			MUST(epoll_ctl(ep, EPOLL_CTL_MOD, fd, &event));
	}
	trap_say("served all");
	return 0;
}

/* What epoll_ctl answers for a registration from before listen, and after. */
static int
run_epoll_table(struct trap *trap)
{
	int fd = trap_socket(trap), ep = MUST(epoll_create1(0));
	int second = MUST(epoll_create1(0));
	struct epoll_event event = { .events = EPOLLIN };

	event.data.u64 = MARK;
	MUST(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event));
	MUST(epoll_ctl(second, EPOLL_CTL_ADD, fd, &event));
	start(trap, fd);
#define TRY(op) \
	trap_say(#op ": %s", trap_result(epoll_ctl(ep, op, fd, &event)))
	TRY(EPOLL_CTL_ADD);
	TRY(EPOLL_CTL_MOD);
	TRY(EPOLL_CTL_DEL);
	TRY(EPOLL_CTL_DEL);
	TRY(EPOLL_CTL_MOD);
	TRY(EPOLL_CTL_ADD);
	TRY(EPOLL_CTL_ADD);
#undef TRY
	wait_event(ep);
	wait_event(second);
	trap_serve(trap_accept(fd), "table");
	MUST(close(fd));
	trap_say("events after close: %d", epoll_wait(ep, &event, 1, 0));
	return 0;
}

/* Registered in one process, listening and accepting in its child. */
static int
run_epoll_fork(struct trap *trap)
{
	int fd = trap_bound(trap), ep = MUST(epoll_create1(0));
	struct epoll_event event = { .events = EPOLLIN };
	int pid;

	event.data.u64 = MARK;
	MUST(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event));
	pid = MUST(fork());
	if (pid != 0) {
		MUST(close(ep));
		MUST(close(fd));
		trap_wait_child(pid);
		return 0;
	}
	MUST(listen(fd, 16));
	trap_say("ready");
	wait_event(ep);
	trap_serve(trap_accept(fd), "child");
	return 0;
}

/* A child that registered its copy before the parent made it listen. */
static int
run_epoll_copy(struct trap *trap)
{
	int fd = trap_bound(trap), ready[2], ep, pid, i;
	struct epoll_event event = { .events = EPOLLIN };
	char byte;

	MUST(pipe(ready));
	pid = MUST(fork());
	if (pid != 0) {
		MUST(listen(fd, 16));
		MUST(close(fd));
		MUST(write(ready[1], "x", 1));
		trap_wait_child(pid);
		return 0;
	}
	MUST(read(ready[0], &byte, 1));
	MUST(fcntl(fd, F_SETFL, O_NONBLOCK));
	ep = MUST(epoll_create1(0));
	event.data.u64 = MARK;
	MUST(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event));
	trap_say("ready");
	for (i = 0; i < 3;) {
		wait_event(ep);
		i += drain(fd, 1);
	}
	trap_say("served all");
	return 0;
}

static int
run_poll(struct trap *trap)
{
	struct pollfd entry = { .fd = trap_listening(trap), .events = POLLIN };
	int i;

	trap_say("idle: %d", poll(&entry, 1, 0));
	trap_say("ready");
	for (i = 0; i < 2; i++) {
		trap_say("poll: %d", poll(&entry, 1, -1));
		trap_say("events: %#x", (unsigned)entry.revents);
		trap_serve(trap_accept(entry.fd), "poll");
	}
	return 0;
}

static int
run_select(struct trap *trap)
{
	int fd = trap_listening(trap), i;
	struct timeval none = { 0, 0 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(fd, &set);
	trap_say("idle: %d", select(fd + 1, &set, NULL, NULL, &none));
	trap_say("ready");
	for (i = 0; i < 2; i++) {
		FD_ZERO(&set);
		FD_SET(fd, &set);
		trap_say("select: %d", select(fd + 1, &set, NULL, NULL,
		    NULL));
		trap_say("readable: %d", FD_ISSET(fd, &set));
		trap_serve(trap_accept(fd), "select");
	}
	return 0;
}

/* A signal for each connection; ARGUMENT: "early" asks before listen. */
static int
run_sigio(struct trap *trap)
{
	bool early = strcmp(trap_argument(trap, 0, "late"), "early") == 0;
	int fd = trap_bound(trap), taken;
	sigset_t set;

	MUST(sigemptyset(&set));
	MUST(sigaddset(&set, SIGIO));
	MUST(sigprocmask(SIG_BLOCK, &set, NULL));
	if (!early)
		MUST(listen(fd, 16));
	MUST(fcntl(fd, F_SETOWN, getpid()));
	MUST(fcntl(fd, F_SETFL, O_NONBLOCK | O_ASYNC));
	if (early)
		MUST(listen(fd, 16));
	trap_say("owner is this process: %d",
	    fcntl(fd, F_GETOWN) == getpid());
	trap_say("flags: %#o", fcntl(fd, F_GETFL) & (O_NONBLOCK | O_ASYNC));
	trap_say("ready");
	do {
		MUST(sigwaitinfo(&set, NULL));
		taken = accept(fd, NULL, NULL);
	} while (taken < 0 && errno == EAGAIN);
	trap_serve(MUST(taken), "sigio");
	return 0;
}

const struct trap_mode trap_event_modes[] = {
	{ "epoll", run_epoll },
	{ "epoll-copy", run_epoll_copy },
	{ "epoll-fork", run_epoll_fork },
	{ "epoll-table", run_epoll_table },
	{ "poll", run_poll },
	{ "select", run_select },
	{ "sigio", run_sigio },
	{ NULL, NULL },
};
