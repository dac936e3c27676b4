/* trap_copy.c - copies of the listener, and its port again and again. */
#include "trap.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void
serve_close(int fd, const char *tag)
{
	trap_serve(trap_accept(fd), tag);
	MUST(close(fd));
}

/* listen on the one, accept on the other. */
static int
run_dup(struct trap *trap)
{
	int fd = trap_bound(trap), copy = MUST(dup(fd));

	MUST(listen(fd, 16));
	trap_say("ready");
	trap_serve(trap_accept(copy), "copy");
	serve_close(fd, "original");
	serve_close(copy, "copy alone");
	return 0;
}

/* listen on the copy, and the copy is closed first. */
static int
run_dup_listen(struct trap *trap)
{
	int fd = trap_bound(trap), copy = MUST(dup(fd));

	MUST(listen(copy, 16));
	trap_say("ready");
	trap_serve(trap_accept(fd), "original");
	serve_close(copy, "copy");
	serve_close(fd, "original alone");
	return 0;
}

/* Every way to copy a descriptor, before and after listen. */
static int
run_dup_ways(struct trap *trap)
{
	int fd = trap_bound(trap), copies[8], count = 0, i;

	copies[count++] = MUST(dup2(fd, 100));
	copies[count++] = MUST(dup3(fd, 101, O_CLOEXEC));
	copies[count++] = MUST(fcntl(fd, F_DUPFD, 110));
	copies[count++] = MUST(fcntl(fd, F_DUPFD_CLOEXEC, 120));
	MUST(listen(fd, 16));
	copies[count++] = MUST(dup2(fd, 200));
	copies[count++] = MUST(dup3(fd, 201, O_CLOEXEC));
	copies[count++] = MUST(fcntl(fd, F_DUPFD, 210));
	copies[count++] = MUST(fcntl(fd, F_DUPFD_CLOEXEC, 220));
	MUST(close(fd));
	trap_say("ready");
	for (i = 0; i < count; i++) {
		trap_serve(trap_accept(copies[i]), "copy");
		trap_say("%d: close-on-exec %d", copies[i],
		    fcntl(copies[i], F_GETFD));
	}
	return 0;
}

static int
run_relisten(struct trap *trap)
{
	int fd = trap_bound(trap);

	MUST(listen(fd, 1));
	MUST(listen(fd, 128));
	trap_say("ready");
	trap_serve(trap_accept(fd), "second");
	MUST(listen(fd, 0));
	serve_close(fd, "third");
	return 0;
}

/* Other processes' copies outlive the original; then the port is free. */
static int
run_held(struct trap *trap)
{
	int fd = trap_listening(trap), other, pid, tried[2], on = 1;
	struct sockaddr_storage address;
	socklen_t length = trap_address(trap, &address);

	char byte;

	MUST(pipe(tried));
	pid = MUST(fork());
	if (pid == 0) {
		MUST(read(tried[0], &byte, 1));
		trap_say("ready");
		trap_serve(trap_accept(fd), "child");
		trap_wait_line();
		_exit(0);
	}
	MUST(close(fd));
	other = trap_socket(trap);
	MUST(setsockopt(other, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)));
	trap_say("held: %s", trap_result(bind(other,
	    (struct sockaddr *)&address, length)));
	MUST(write(tried[1], "x", 1));
	trap_wait_child(pid);
	trap_say("free: %s", trap_result(bind(other,
	    (struct sockaddr *)&address, length)));
	MUST(listen(other, 16));
	trap_say("again");
	serve_close(other, "parent");
	return 0;
}

/* ARGUMENT: how often; 1 for SO_REUSEADDR and a client now and then. */
static int
run_rebind(struct trap *trap)
{
	int times = trap_number(trap, 0, 100), reuse = trap_number(trap, 1, 0);
	struct sockaddr_storage address;
	socklen_t length = trap_address(trap, &address);
	int i, fd;

	for (i = 0; i < times; i++) {
		fd = trap_socket(trap);
		if (reuse)
			MUST(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &reuse,
			    sizeof(reuse)));
		MUST(bind(fd, (struct sockaddr *)&address, length));
		MUST(listen(fd, 16));
		if (reuse && i % 10 == 0) {
			trap_say("ready");
			trap_serve(trap_accept(fd), "round");
		}
		MUST(close(fd));
	}
	trap_say("bound %d times", times);
	return 0;
}

/* The kernel chooses the port: at bind, or, unbound, at listen. */
static int
run_ephemeral(struct trap *trap)
{
	bool unbound = strcmp(trap_argument(trap, 0, "bind"), "listen") == 0;
	struct sockaddr_storage address;
	struct sockaddr_in *name = (struct sockaddr_in *)&address;
	socklen_t length;
	int fd;

	trap->port = 0;
	fd = unbound ? trap_socket(trap) : trap_bound(trap);
	MUST(listen(fd, 16));
	length = sizeof(address);
	MUST(getsockname(fd, (struct sockaddr *)&address, &length));
	trap_say("port %d", ntohs(name->sin_port));
	serve_close(fd, "ephemeral");
	return 0;
}

/* listen on a socket of each process after fork: both accept. */
static int
run_fork_both(struct trap *trap)
{
	int fd = trap_bound(trap), pid, ready[2];
	char byte;

	MUST(pipe(ready));
	pid = MUST(fork());
	MUST(listen(fd, 16));
	if (pid == 0) {
		MUST(write(ready[1], "x", 1));
		trap_serve(trap_accept(fd), "child");
		_exit(0);
	}
	MUST(read(ready[0], &byte, 1));
	trap_say("ready");
	trap_serve(trap_accept(fd), "parent");
	trap_wait_child(pid);
	return 0;
}

/*
 * fork between bind and listen; ARGUMENT: who listens; the other accepts;
 * "keeps" where the one who listens does not close its descriptor at once.
 */
static int
run_fork_between(struct trap *trap)
{
	bool child = strcmp(trap_argument(trap, 0, "parent"), "child") == 0;
	bool keeps = strcmp(trap_argument(trap, 1, ""), "keeps") == 0;
	int fd = trap_bound(trap), pid, ready[2], done[2];
	char byte;

	MUST(pipe(ready));
	MUST(pipe(done));
	pid = MUST(fork());
	if ((pid == 0) == child) {
		MUST(listen(fd, 16));
		if (!keeps)
			MUST(close(fd));
		MUST(write(ready[1], "x", 1));
		if (keeps)
			MUST(read(done[0], &byte, 1));
	} else {
		MUST(read(ready[0], &byte, 1));
		trap_say("ready");
		serve_close(fd, "the other");
		MUST(write(done[1], "x", 1));
	}
	if (pid == 0)
		_exit(0);
	trap_wait_child(pid);
	return 0;
}

const struct trap_mode trap_copy_modes[] = {
	{ "dup", run_dup },
	{ "dup-listen", run_dup_listen },
	{ "dup-ways", run_dup_ways },
	{ "ephemeral", run_ephemeral },
	{ "fork-between", run_fork_between },
	{ "fork-both", run_fork_both },
	{ "held", run_held },
	{ "rebind", run_rebind },
	{ "relisten", run_relisten },
	{ NULL, NULL },
};
