/*
 * fixed.c - a statically linked service: no library can be preloaded.
 *
 *	fixed listen PORT	listens and serves
 *	fixed inherited 0 - FD	serves on what it was given, called like trap
 *
 * A failing listen or accept is said; it insists until standard input ends.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void
say(const char *what, const char *result)
{
	char line[128];
	int length;

	length = snprintf(line, sizeof(line), "%s%s\n", what, result);
	if (write(STDOUT_FILENO, line, (size_t)length) != length)
		_exit(8);
}

static int
open_port(int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		_exit(9);
	say("listen: ", listen(fd, 16) < 0 ? strerrorname_np(errno) : "0");
	return fd;
}

static void
serve(int connection)
{
	static const char hello[] = "hello from fixed\n";
	char buffer[4096];
	ssize_t got = sizeof(hello) - 1;

	memcpy(buffer, hello, sizeof(hello) - 1);
	while (got > 0 && write(connection, buffer, (size_t)got) == got)
		got = read(connection, buffer, sizeof(buffer));
	close(connection);
}

int
main(int argc, char **argv)
{
	struct pollfd entries[2] = { { .fd = STDIN_FILENO,
	    .events = POLLIN } };
	int fd, connection;

	signal(SIGPIPE, SIG_IGN);
	if (argc < 3)
		return 2;
	fd = strcmp(argv[1], "listen") == 0 ? open_port(atoi(argv[2])) :
	    atoi(argv[argc > 4 ? 4 : 2]);
	entries[1].fd = fd;
	entries[1].events = POLLIN;
	say("ready", "");
	for (;;) {
		(void)poll(entries, 2, -1);
		if (entries[0].revents != 0)
			return 0;
		connection = accept(fd, NULL, NULL);
		if (connection < 0) {
			say("accept: ", strerrorname_np(errno));
			entries[1].fd = -1;
			continue;
		}
		serve(connection);
	}
}
