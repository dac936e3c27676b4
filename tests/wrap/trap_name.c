/* trap_name.c - getsockname(2) and getpeername(2) of every descriptor. */
#include "trap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int name_call(int, struct sockaddr *, socklen_t *);

static int own_port;

/* "own" and "client" for the ports, which differ from run to run. */
static const char *
port_name(in_port_t port)
{
	if (port == 0)
		return "0";
	return ntohs(port) == own_port ? "own" : "client";
}

static void
say_address(const char *what, const struct sockaddr_storage *address,
    socklen_t length)
{
	const struct sockaddr_in *v4 = (const void *)address;
	const struct sockaddr_in6 *v6 = (const void *)address;
	char text[INET6_ADDRSTRLEN] = "?";

	if (address->ss_family == AF_INET)
		inet_ntop(AF_INET, &v4->sin_addr, text, sizeof(text));
	else if (address->ss_family == AF_INET6)
		inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof(text));
	trap_say("%s: family %d %s port %s length %u", what,
	    address->ss_family, text, port_name(v4->sin_port), length);
}

static void
say_one(const char *what, name_call *call, int fd)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);
	unsigned char few[8];

	memset(&address, 0xee, sizeof(address));
	if (call(fd, (struct sockaddr *)&address, &length) < 0) {
		trap_say("%s: %s", what, trap_result(-1));
		return;
	}
	say_address(what, &address, length);
	memset(few, 0xee, sizeof(few));
	length = 4;
	MUST(call(fd, (struct sockaddr *)few, &length));
	trap_say("%s, short: length %u, family %d, past %x", what, length,
	    *(sa_family_t *)few, few[4]);
	length = 0;
	MUST(call(fd, (struct sockaddr *)few, &length));
	trap_say("%s, none: length %u", what, length);
	length = (socklen_t)-1;
	trap_say("%s, negative: %s", what, trap_result(call(fd,
	    (struct sockaddr *)&address, &length)));
	length = sizeof(address);
	trap_say("%s, null: %s", what, trap_result(call(fd, NULL,
	    &length)));
}

static void
say_names(const char *what, int fd)
{
	char line[64];

	snprintf(line, sizeof(line), "%s own", what);
	say_one(line, getsockname, fd);
	snprintf(line, sizeof(line), "%s peer", what);
	say_one(line, getpeername, fd);
}

/* After exec; ARGUMENT: the descriptors of listener and connection. */
static int
run_names_again(struct trap *trap)
{
	own_port = trap->port;
	say_names("exec listener", trap_number(trap, 0, -1));
	say_names("exec connection", trap_number(trap, 1, -1));
	trap_serve(trap_number(trap, 1, -1), "names");
	return 0;
}

static void
exec_again(const struct trap *trap, int fd, int connection)
{
	char self[4096] = "", port[16], one[16], two[16];

	MUST(readlink("/proc/self/exe", self, sizeof(self) - 1));
	snprintf(port, sizeof(port), "%d", trap->port);
	snprintf(one, sizeof(one), "%d", fd);
	snprintf(two, sizeof(two), "%d", connection);
	MUST(execl(self, self, "names-again", port, trap->host, one, two,
	    (char *)NULL));
}

static int
run_names(struct trap *trap)
{
	int fd = trap_bound(trap), connection, copy, pid;
	struct sockaddr_storage peer;
	socklen_t length = sizeof(peer);

	own_port = trap->port;
	say_names("bound", fd);
	MUST(listen(fd, 16));
	say_names("listener", fd);
	say_names("copy of it", MUST(dup(fd)));
	trap_say("ready");
	memset(&peer, 0xee, sizeof(peer));
	connection = MUST(accept(fd, (struct sockaddr *)&peer, &length));
	say_address("accept", &peer, length);
	say_names("connection", connection);
	copy = MUST(dup(connection));
	say_names("copy of the connection", copy);
	MUST(close(copy));
	MUST(close(connection));
	memset(&peer, 0xee, sizeof(peer));
	length = 4;
	connection = MUST(accept(fd, (struct sockaddr *)&peer, &length));
	trap_say("accept, short: length %u family %d past %x", length,
	    peer.ss_family, ((unsigned char *)&peer)[4]);
	MUST(close(connection));
	length = sizeof(peer);
	connection = MUST(accept(fd, NULL, &length));
	pid = MUST(fork());
	if (pid == 0) {
		say_names("fork listener", fd);
		say_names("fork connection", connection);
		_exit(0);
	}
	trap_wait_child(pid);
	exec_again(trap, fd, connection);
	return 9;
}

const struct trap_mode trap_name_modes[] = {
	{ "names", run_names },
	{ "names-again", run_names_again },
	{ NULL, NULL },
};
