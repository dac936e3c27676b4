/* trap.c - the modes by name, and what they share. */
#include "trap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct trap_mode *const all_modes[] = {
	trap_accept_modes, trap_copy_modes, trap_event_modes,
	trap_name_modes, trap_option_modes, trap_process_modes,
	trap_raw_modes, trap_self_modes, trap_transfer_modes,
};

void
trap_say(const char *format, ...)
{
	char line[4096];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(line, sizeof(line) - 1, format, args);
	va_end(args);
	if (length > (int)sizeof(line) - 2)
		length = (int)sizeof(line) - 2;
	line[length++] = '\n';
	if (write(STDOUT_FILENO, line, (size_t)length) != length)
		_exit(8);
}

const char *
trap_result(long result)
{
	return result < 0 ? strerrorname_np(errno) : "0";
}

int
trap_must(long result, const char *call)
{
	if (result < 0) {
		trap_say("FAILED %s: %s", call, strerrorname_np(errno));
		_exit(9);
	}
	return (int)result;
}

const char *
trap_argument(const struct trap *trap, int n, const char *fallback)
{
	return n < trap->argc ? trap->argv[n] : fallback;
}

int
trap_number(const struct trap *trap, int n, int fallback)
{
	return n < trap->argc ? atoi(trap->argv[n]) : fallback;
}

socklen_t
trap_address(const struct trap *trap, struct sockaddr_storage *address_r)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)address_r;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address_r;

	memset(address_r, 0, sizeof(*address_r));
	if (strchr(trap->host, ':') != NULL) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((uint16_t)trap->port);
		MUST(inet_pton(AF_INET6, trap->host, &v6->sin6_addr) - 1);
		return sizeof(*v6);
	}
	v4->sin_family = AF_INET;
	v4->sin_port = htons((uint16_t)trap->port);
	MUST(inet_pton(AF_INET, trap->host, &v4->sin_addr) - 1);
	return sizeof(*v4);
}

int
trap_socket(const struct trap *trap)
{
	struct sockaddr_storage address;

	(void)trap_address(trap, &address);
	return MUST(socket(address.ss_family, SOCK_STREAM, 0));
}

int
trap_bound(const struct trap *trap)
{
	struct sockaddr_storage address;
	socklen_t length = trap_address(trap, &address);
	int fd = trap_socket(trap), on = 1;

	MUST(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)));
	MUST(bind(fd, (struct sockaddr *)&address, length));
	return fd;
}

int
trap_listening(const struct trap *trap)
{
	int fd = trap_bound(trap);

	MUST(listen(fd, 128));
	return fd;
}

int
trap_accept(int listener)
{
	int fd;

	do
		fd = accept(listener, NULL, NULL);
	while (fd < 0 && errno == EINTR);
	return MUST(fd);
}

static bool
send_all(int fd, const char *data, size_t length)
{
	while (length > 0) {
		ssize_t sent = send(fd, data, length, MSG_NOSIGNAL);

		if (sent < 0)
			return false;
		data += sent;
		length -= (size_t)sent;
	}
	return true;
}

void
trap_serve(int connection, const char *tag)
{
	char buffer[4096];
	ssize_t got;

	snprintf(buffer, sizeof(buffer), "hello from %s\n", tag);
	if (send_all(connection, buffer, strlen(buffer)))
		while ((got = read(connection, buffer, sizeof(buffer))) > 0)
			if (!send_all(connection, buffer, (size_t)got))
				break;
	MUST(close(connection));
}

void
trap_wait_line(void)
{
	char byte = 0;

	while (byte != '\n' && read(STDIN_FILENO, &byte, 1) == 1)
		continue;
}

void
trap_wait_child(int pid)
{
	int status;

	MUST(waitpid(pid, &status, 0));
	if (status != 0) {
		trap_say("FAILED child: wait status %d", status);
		_exit(9);
	}
}

int
main(int argc, char **argv)
{
	struct trap trap = {
		.argc = argc - 4 > 0 ? argc - 4 : 0,
		.argv = argv + 4,
		.host = argc > 3 ? argv[3] : "127.0.0.1",
		.port = argc > 2 ? atoi(argv[2]) : 0,
	};
	size_t i;
	const struct trap_mode *mode;

	signal(SIGPIPE, SIG_IGN);
	for (i = 0; argc > 1 && i < sizeof(all_modes) / sizeof(*all_modes);
	    i++)
		for (mode = all_modes[i]; mode->name != NULL; mode++)
			if (strcmp(mode->name, argv[1]) == 0)
				return mode->run(&trap);
	fprintf(stderr, "usage: trap MODE PORT [HOST [ARGUMENT...]]\n");
	return 2;
}
