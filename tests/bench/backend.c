/*
 * backend.c - a service in clear for the bench, which knows nothing of TLS.
 *
 *	backend echo	sends back what comes
 *	backend sink	sends one byte for each MiB that came
 *	backend source	sends one MiB for each byte that came
 *
 * Listens on 127.0.0.1, prints its port, and ends when its standard input
 * does. With one byte for a MiB, a client knows that all has arrived.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/compiler.h"

#define MIB	(1u << 20)

enum mode { MODE_ECHO, MODE_SINK, MODE_SOURCE };

static const char *const mode_names[] = { "echo", "sink", "source" };

struct conn {
	int fd;
	bool writing;		/* reads nothing until it is out of debt */
	uint64_t in;		/* bytes that came */
	uint64_t owed;		/* bytes to be sent */
	char *held;		/* of an echo, what did not go out at once */
	size_t at;		/* how much of it has gone */
};

static enum mode mode;
static int epoll_fd;
static char buffer[256 * 1024];

NO_RETURN static void
die(const char *what)
{
	perror(what);
	exit(1);
}

static void
watch(struct conn *conn, bool writing)
{
	struct epoll_event event = { .data.ptr = conn };

	if (conn->writing == writing)
		return;
	conn->writing = writing;
	event.events = writing ? EPOLLOUT : EPOLLIN;
	if (epoll_ctl(epoll_fd, EPOLL_CTL_MOD, conn->fd, &event) == -1)
		die("epoll_ctl");
}

/* The rest of an echo outlives the buffer. */
static int
hold(struct conn *conn)
{
	conn->held = malloc((size_t)conn->owed);
	if (conn->held == NULL)
		return -1;
	memcpy(conn->held, buffer + conn->at, (size_t)conn->owed);
	conn->at = 0;
	return 0;
}

/* Sends what is owed; -1 where the client is gone. */
static int
pay(struct conn *conn)
{
	while (conn->owed > 0) {
		const char *from = conn->held == NULL ? buffer : conn->held;
		size_t size = conn->owed < sizeof(buffer) ?
		    (size_t)conn->owed : sizeof(buffer);
		ssize_t sent = send(conn->fd, from + conn->at, size,
		    MSG_NOSIGNAL);

		if (sent == -1 && errno == EAGAIN)
			break;
		if (sent == -1)
			return -1;
		conn->owed -= (uint64_t)sent;
		if (mode == MODE_ECHO)
			conn->at += (size_t)sent;
	}
	if (conn->owed == 0) {
		free(conn->held);
		conn->held = NULL;
		conn->at = 0;
	} else if (mode == MODE_ECHO && conn->held == NULL &&
	    hold(conn) == -1)
		return -1;
	watch(conn, conn->owed > 0);
	return 0;
}

static int
serve(struct conn *conn)
{
	ssize_t got;

	if (conn->writing)
		return pay(conn);
	got = recv(conn->fd, buffer, sizeof(buffer), 0);
	if (got == -1 && errno == EAGAIN)
		return 0;
	if (got <= 0)
		return -1;
	if (mode == MODE_SINK)
		conn->owed += (conn->in % MIB + (uint64_t)got) / MIB;
	else
		conn->owed += (uint64_t)got * (mode == MODE_SOURCE ? MIB : 1);
	conn->in += (uint64_t)got;
	return pay(conn);
}

static void
end(struct conn *conn)
{
	(void)close(conn->fd);
	free(conn->held);
	free(conn);
}

static void
begin(int listener)
{
	int one = 1;
	struct epoll_event event = { .events = EPOLLIN };
	struct conn *conn;
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);

	if (fd == -1)
		return;
	conn = calloc(1, sizeof(*conn));
	if (conn == NULL)
		die("calloc");
	conn->fd = fd;
	event.data.ptr = conn;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) == -1)
		die("epoll_ctl");
}

static int
listen_somewhere(void)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	socklen_t size = sizeof(addr);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd == -1 || bind(fd, (struct sockaddr *)&addr, size) == -1 ||
	    listen(fd, 4096) == -1 ||
	    getsockname(fd, (struct sockaddr *)&addr, &size) == -1)
		die("listen");
	printf("%u\n", ntohs(addr.sin_port));
	if (fflush(stdout) == EOF)
		die("stdout");
	return fd;
}

static int
find_mode(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(mode_names); i++)
		if (strcmp(name, mode_names[i]) == 0)
			return (int)i;
	return -1;
}

int
main(int argc, char *argv[])
{
	struct conn input = { .fd = STDIN_FILENO }, listener = { .fd = -1 };
	struct conn *first[] = { &input, &listener };
	struct epoll_event events[256], event = { .events = EPOLLIN };
	struct rlimit limit;
	int found = argc == 2 ? find_mode(argv[1]) : -1;

	if (found == -1) {
		fprintf(stderr, "usage: backend echo|sink|source\n");
		return 2;
	}
	mode = (enum mode)found;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
	listener.fd = listen_somewhere();
	epoll_fd = epoll_create1(0);
	for (size_t i = 0; i < ARRAY_SIZE(first); i++) {
		event.data.ptr = first[i];
		if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, first[i]->fd,
		    &event) == -1)
			die("epoll_ctl");
	}
	for (;;) {
		int count = epoll_wait(epoll_fd, events,
		    (int)ARRAY_SIZE(events), -1);

		for (int i = 0; i < count; i++) {
			struct conn *conn = events[i].data.ptr;

			if (conn == &input)
				return 0;
			if (conn == &listener)
				begin(listener.fd);
			else if (serve(conn) == -1)
				end(conn);
		}
	}
}
