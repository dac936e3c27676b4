/* trap_accept.c - accept(2): its flags, its errors, its waiting. */
#include "trap.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static void
say_flags(const char *how, int fd)
{
	MUST(fd);
	trap_say("%s: nonblock %d cloexec %d", how,
	    (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0, fcntl(fd, F_GETFD));
	trap_say("%s: access %d", how, fcntl(fd, F_GETFL) & O_ACCMODE);
	MUST(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK));
	trap_serve(fd, how);
}

static int
run_accept4(struct trap *trap)
{
	int fd = trap_listening(trap);

	trap_say("invalid: %s", trap_result(accept4(fd, NULL, NULL, 0x10)));
	trap_say("invalid: %s", trap_result(accept4(fd, NULL, NULL,
	    SOCK_CLOEXEC | SOCK_STREAM)));
	MUST(fcntl(fd, F_SETFL, O_NONBLOCK));
	trap_say("nothing there: %s", trap_result(accept(fd, NULL, NULL)));
	MUST(fcntl(fd, F_SETFL, 0));
	trap_say("ready");
	say_flags("accept", accept(fd, NULL, NULL));
	say_flags("accept4 0", accept4(fd, NULL, NULL, 0));
	say_flags("CLOEXEC", accept4(fd, NULL, NULL, SOCK_CLOEXEC));
	say_flags("NONBLOCK", accept4(fd, NULL, NULL, SOCK_NONBLOCK));
	say_flags("both", accept4(fd, NULL, NULL,
	    SOCK_CLOEXEC | SOCK_NONBLOCK));
	MUST(fcntl(fd, F_SETFL, O_NONBLOCK));
	MUST(poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, -1));
	say_flags("of a non-blocking one", accept(fd, NULL, NULL));
	return 0;
}

/* What was set before listen is found after it. */
static int
run_flags(struct trap *trap)
{
	struct sockaddr_storage address;
	socklen_t length = trap_address(trap, &address);
	struct stat status;
	int fd, on = 1, i;

	fd = MUST(socket(address.ss_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
	MUST(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)));
	MUST(bind(fd, (struct sockaddr *)&address, length));
	for (i = 0; i < 2; i++) {
		trap_say("number %d flags %#o close-on-exec %d", fd,
		    fcntl(fd, F_GETFL), fcntl(fd, F_GETFD));
		MUST(fstat(fd, &status));
		trap_say("a socket: %d", S_ISSOCK(status.st_mode));
		MUST(listen(fd, 16));
	}
	MUST(fcntl(fd, F_SETFD, 0));
	MUST(fcntl(fd, F_SETFL, 0));
	MUST(listen(fd, 32));
	trap_say("flags %#o close-on-exec %d", fcntl(fd, F_GETFL),
	    fcntl(fd, F_GETFD));
	trap_say("ready");
	trap_serve(trap_accept(fd), "flags");
	return 0;
}

/* So many listeners in one process; ARGUMENT: how many ports from ours on. */
static int
run_many(struct trap *trap)
{
	struct pollfd entries[64];
	int count = trap_number(trap, 0, 1), left, i;

	for (i = 0; i < count; i++) {
		entries[i].fd = trap_listening(trap);
		entries[i].events = POLLIN;
		trap->port++;
	}
	trap_say("ready");
	for (left = count; left > 0;) {
		MUST(poll(entries, (nfds_t)count, -1));
		for (i = 0; i < count; i++) {
			char tag[16];

			if (entries[i].revents == 0)
				continue;
			snprintf(tag, sizeof(tag), "%d", i);
			trap_serve(trap_accept(entries[i].fd), tag);
			left--;
		}
	}
	return 0;
}

/* What is no listening TCP socket answers as ever. */
static int
run_errors(struct trap *trap)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd = trap_bound(trap), pipes[2], local, client;

	trap_say("not listening: %s", trap_result(accept(fd, NULL, NULL)));
	MUST(close(fd));
	trap_say("closed: %s", trap_result(accept(fd, NULL, NULL)));
	trap_say("closed: %s", trap_result(listen(fd, 5)));
	trap_say("-1: %s", trap_result(accept(-1, NULL, NULL)));
	MUST(pipe(pipes));
	trap_say("pipe: %s", trap_result(accept(pipes[0], NULL, NULL)));
	trap_say("pipe: %s", trap_result(listen(pipes[0], 5)));
	fd = MUST(socket(AF_INET, SOCK_DGRAM, 0));
	trap_say("UDP: %s", trap_result(accept(fd, NULL, NULL)));
	trap_say("UDP: %s", trap_result(listen(fd, 5)));
	local = MUST(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
	MUST(bind(local, (struct sockaddr *)&name, sizeof(sa_family_t)));
	MUST(listen(local, 5));
	trap_say("unix: %s", trap_result(accept(local, NULL, NULL)));
	client = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
	{
		socklen_t length = sizeof(name);

		MUST(getsockname(local, (struct sockaddr *)&name, &length));
		MUST(connect(client, (struct sockaddr *)&name, length));
	}
	trap_say("unix: %s", trap_result(MUST(accept(local, NULL, NULL)) < 0));
	fd = trap_listening(trap);
	trap_say("bind again: %s", trap_result(({
		struct sockaddr_storage address;
		socklen_t length = trap_address(trap, &address);

		bind(fd, (struct sockaddr *)&address, length);
	})));
	trap_say("ready");
	trap_serve(trap_accept(fd), "errors");
	return 0;
}

static void
say_timeout(const char *what, int fd)
{
	struct timeval time = { 0, 0 };
	socklen_t length = sizeof(time);

	MUST(getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, &length));
	trap_say("%s: %ld.%06ld, %u bytes", what, (long)time.tv_sec,
	    (long)time.tv_usec, length);
}

/* accept gives up in time; a connection has the listener's timeout. */
static int
run_timeout(struct trap *trap)
{
	bool early = strcmp(trap_argument(trap, 0, "early"), "early") == 0;
	struct timeval time = { 0, 120000 }, none = { 0, 0 };
	int fd = trap_bound(trap), connection;
	char byte;

	if (!early)
		MUST(listen(fd, 16));
	MUST(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time)));
	if (early)
		MUST(listen(fd, 16));
	say_timeout("listener", fd);
	trap_say("accept: %s", trap_result(accept(fd, NULL, NULL)));
	trap_say("ready");
	do
		connection = accept(fd, NULL, NULL);
	while (connection < 0 && errno == EAGAIN);
	say_timeout("connection", MUST(connection));
	trap_say("read: %s", trap_result(read(connection, &byte, 1)));
	MUST(setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &none,
	    sizeof(none)));
	trap_serve(connection, "timeout");
	return 0;
}

/* A thread that waits in accept, woken by shutdown; gives errno. */
static void *
wait_in_accept(void *data)
{
	int fd = *(int *)data;

	trap_say("waiting");
	return (void *)(intptr_t)(accept(fd, NULL, NULL) < 0 ? errno : 0);
}

/* ARGUMENT: how it is shut down: "read" or "both". */
static int
run_shutdown(struct trap *trap)
{
	bool both = strcmp(trap_argument(trap, 0, "read"), "both") == 0;
	int fd = trap_listening(trap);
	pthread_t thread;
	void *error;

	MUST(-pthread_create(&thread, NULL, wait_in_accept, &fd));
	trap_wait_line();
	trap_say("shutdown: %s", trap_result(shutdown(fd,
	    both ? SHUT_RDWR : SHUT_RD)));
	MUST(-pthread_join(thread, &error));
	trap_say("woken: %s", strerrorname_np((int)(intptr_t)error));
	trap_say("accept: %s", trap_result(accept(fd, NULL, NULL)));
	trap_say("port is closed");
	trap_wait_line();
	trap_say("listen: %s", trap_result(listen(fd, 16)));
	trap_say("ready");
	trap_serve(trap_accept(fd), "second life");
	return 0;
}

static void
no_action(int number)
{
	(void)number;
}

/* A signal ends accept with EINTR, or not where it restarts. */
static int
run_interrupt(struct trap *trap)
{
	struct sigaction action = { .sa_handler = no_action };
	int fd = trap_listening(trap);

	MUST(sigaction(SIGUSR1, &action, NULL));
	trap_say("waiting %d", getpid());
	trap_say("accept: %s", trap_result(accept(fd, NULL, NULL)));
	action.sa_flags = SA_RESTART;
	MUST(sigaction(SIGUSR1, &action, NULL));
	trap_say("ready");
	trap_serve(MUST(accept(fd, NULL, NULL)), "interrupt");
	return 0;
}

/*
 * No descriptor is free: connections wait until one is. (Without a client
 * the kernel says EMFILE at once; wrapped, accept waits for one first.)
 */
static int
run_emfile(struct trap *trap)
{
	struct pollfd entry = { .fd = trap_listening(trap), .events = POLLIN };
	struct rlimit limit;
	int spare, i;

	spare = MUST(dup(STDIN_FILENO));
	MUST(getrlimit(RLIMIT_NOFILE, &limit));
	limit.rlim_cur = (rlim_t)spare + 1;
	MUST(setrlimit(RLIMIT_NOFILE, &limit));
	trap_say("ready");
	for (i = 0; i < 3; i++) {
		MUST(poll(&entry, 1, -1));
		trap_say("accept: %s", trap_result(accept(entry.fd, NULL,
		    NULL)));
	}
	MUST(close(spare));
	for (i = 0; i < 3; i++)
		trap_serve(trap_accept(entry.fd), "emfile");
	return 0;
}

/*
 * Never accepts, until a line comes; then serves, one after the other, for
 * as long as there is no other line. ARGUMENT: the backlog.
 */
static int
run_never(struct trap *trap)
{
	int fd = trap_bound(trap), served = 0;
	struct pollfd entries[2] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN },
	};

	MUST(listen(fd, trap_number(trap, 0, 128)));
	trap_say("ready");
	trap_wait_line();
	for (;;) {
		MUST(poll(entries, 2, -1));
		if (entries[1].revents != 0)
			break;
		trap_serve(trap_accept(fd), "never");
		served++;
	}
	fprintf(stderr, "served %d\n", served);
	return 0;
}

const struct trap_mode trap_accept_modes[] = {
	{ "accept4", run_accept4 },
	{ "emfile", run_emfile },
	{ "errors", run_errors },
	{ "flags", run_flags },
	{ "interrupt", run_interrupt },
	{ "many", run_many },
	{ "never", run_never },
	{ "shutdown", run_shutdown },
	{ "timeout", run_timeout },
	{ NULL, NULL },
};
