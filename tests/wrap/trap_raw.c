/* trap_raw.c - ways around the C library, which must lead nowhere. */
#include "trap.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

/* Accepts by system call whatever the socket gives, and serves it. */
static void
take_raw(int fd)
{
	struct pollfd entry = { .fd = fd, .events = POLLIN };
	long connection;

	trap_say("ready");
	for (;;) {
		MUST(poll(&entry, 1, 5));
		connection = syscall(SYS_accept4, fd, NULL, NULL, 0);
		if (connection >= 0) {
			trap_say("accepted");
			trap_serve((int)connection, "raw");
		}
		entry.fd = STDIN_FILENO;
		if (MUST(poll(&entry, 1, 0)) > 0)
			break;
		entry.fd = fd;
	}
	errno = 0;
	connection = syscall(SYS_accept4, fd, NULL, NULL, SOCK_NONBLOCK);
	trap_say("raw accept: %s", trap_result(connection));
}

static int
run_raw_listen(struct trap *trap)
{
	int fd = trap_bound(trap);

	trap_say("listen: %s", trap_result(syscall(SYS_listen, fd, 16)));
	MUST(fcntl(fd, F_SETFL, O_NONBLOCK));
	take_raw(fd);
	return 0;
}

/* The old socket is still at hand, as a copy; the library listens. */
static int
run_raw_accept(struct trap *trap)
{
	int fd = trap_bound(trap), copy = MUST(dup(fd));

	MUST(listen(fd, 16));
	MUST(fcntl(copy, F_SETFL, O_NONBLOCK));
	take_raw(copy);
	return 0;
}

/* listen of the 32-bit and x32 system call tables. */
#ifdef __x86_64__
static long
listen_int80(int fd, int backlog)
{
	long result;

	__asm__ volatile("int $0x80" : "=a"(result)
	    : "a"(363L), "b"((long)fd), "c"((long)backlog)
	    : "memory", "r8", "r9", "r10", "r11");
	if (result < 0) {
		errno = (int)-result;
		return -1;
	}
	return result;
}

static long
listen_x32(int fd, int backlog)
{
	return syscall(0x40000000L | SYS_listen, fd, backlog);
}
#endif

static int
run_raw_other(struct trap *trap)
{
#ifdef __x86_64__
	int fd = trap_bound(trap);
	bool x32 = strcmp(trap_argument(trap, 0, "i386"), "x32") == 0;

	trap_say("listen: %s", trap_result(x32 ? listen_x32(fd, 16) :
	    listen_int80(fd, 16)));
	MUST(fcntl(fd, F_SETFL, O_NONBLOCK));
	take_raw(fd);
	return 0;
#else
	(void)trap;
	return 77;
#endif
}

/* A TCP of another protocol number, as Go's net.Listen opens it. */
static int
run_mptcp(struct trap *trap)
{
	struct sockaddr_storage address;
	socklen_t length = trap_address(trap, &address);
	int fd, on = 1;

	fd = socket(address.ss_family, SOCK_STREAM, IPPROTO_MPTCP);
	if (fd < 0)
		return 77;
	MUST(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)));
	MUST(bind(fd, (struct sockaddr *)&address, length));
	trap_say("listen: %s", trap_result(listen(fd, 16)));
	trap_say("ready");
	for (;;) {
		int connection = accept(fd, NULL, NULL);

		if (connection < 0) {
			trap_say("accept: %s", trap_result(-1));
			trap_wait_line();
			return 0;
		}
		trap_serve(connection, "mptcp");
	}
}

static int
run_io_uring(struct trap *trap)
{
	char parameters[512] = "";

	(void)trap;
#ifndef SYS_io_uring_setup
#define SYS_io_uring_setup 425
#endif
	trap_say("io_uring_setup: %s", trap_result(
	    syscall(SYS_io_uring_setup, 8, parameters)));
	return 0;
}

const struct trap_mode trap_raw_modes[] = {
	{ "io-uring", run_io_uring },
	{ "mptcp", run_mptcp },
	{ "raw-accept", run_raw_accept },
	{ "raw-listen", run_raw_listen },
	{ "raw-other", run_raw_other },
	{ NULL, NULL },
};
