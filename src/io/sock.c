#include "io/sock.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The kernel caps it at net.core.somaxconn. */
#define BACKLOG 4096

static void
set_option(int fd, int level, int option, int value)
{
	(void)setsockopt(fd, level, option, &value, sizeof(value));
}

static int
close_keeping_errno(int fd)
{
	int saved = errno;

	close(fd);
	errno = saved;
	return -1;
}

void
sock_tune(int fd)
{
	set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
}

int
sock_listen(const struct addr_endpoint *at)
{
	return sock_listen_beside(at, NULL, 0);
}

/* SO_REUSEPORT counts at bind only, and only where both sides have it. */
static void
share(const int *others, size_t count, int on)
{
	for (size_t i = 0; i < count; i++)
		set_option(others[i], SOL_SOCKET, SO_REUSEPORT, on);
}

int
sock_listen_beside(const struct addr_endpoint *at, const int *others,
    size_t count)
{
	struct sockaddr_storage ss;
	socklen_t len = addr_to_sockaddr(at, &ss);
	int fd, rc, saved;

	fd = socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0);
	if (fd < 0)
		return -1;
	set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (ss.ss_family == AF_INET6)
		set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	sock_tune(fd);		/* inherited by what is accepted */
	if (count > 0)
		share(&fd, 1, 1);
	share(others, count, 1);
	rc = bind(fd, (struct sockaddr *)&ss, len);
	if (rc == 0)
		rc = listen(fd, BACKLOG);
	saved = errno;
	share(others, count, 0);
	if (count > 0)
		share(&fd, 1, 0);
	errno = saved;
	return rc < 0 ? close_keeping_errno(fd) : fd;
}

int
sock_accept(int listener, struct addr_endpoint *local_r,
    struct addr_endpoint *remote_r)
{
	struct sockaddr_storage local, remote;
	socklen_t len;
	int fd;

	for (;;) {
		len = sizeof(remote);
		fd = accept4(listener, (struct sockaddr *)&remote, &len,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0) {
			if (errno == EINTR || errno == ECONNABORTED)
				continue;
			return -1;
		}
		len = sizeof(local);
		if (getsockname(fd, (struct sockaddr *)&local, &len) == 0 &&
		    addr_from_sockaddr((struct sockaddr *)&local,
		    local_r) == 0 &&
		    addr_from_sockaddr((struct sockaddr *)&remote,
		    remote_r) == 0)
			return fd;
		close(fd);
	}
}

int
sock_local(int fd, struct addr_endpoint *local_r)
{
	struct sockaddr_storage local;
	socklen_t length = sizeof(local);

	return getsockname(fd, (struct sockaddr *)&local, &length) < 0 ? -1 :
	    addr_from_sockaddr((struct sockaddr *)&local, local_r);
}

static int
start_connect(const struct sockaddr *sa, socklen_t len)
{
	int fd;

	fd = socket(sa->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0);
	if (fd < 0)
		return -1;
	if (sa->sa_family != AF_UNIX)
		set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	if (connect(fd, sa, len) < 0 && errno != EINPROGRESS)
		return close_keeping_errno(fd);
	return fd;
}

int
sock_connect(const struct addr_endpoint *to)
{
	struct sockaddr_storage ss;
	socklen_t len = addr_to_sockaddr(to, &ss);

	return start_connect((struct sockaddr *)&ss, len);
}

int
sock_connect_unix(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(sun.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	return start_connect((struct sockaddr *)&sun, sizeof(sun));
}

int
sock_option(int fd, int name)
{
	socklen_t length = sizeof(int);
	int value;

	return getsockopt(fd, SOL_SOCKET, name, &value, &length) < 0 ? -1 :
	    value;
}

int
sock_error(int fd)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		return errno;
	return error;
}

bool
sock_connected(int fd)
{
	struct sockaddr_storage peer;
	socklen_t length = sizeof(peer);

	return getpeername(fd, (struct sockaddr *)&peer, &length) == 0;
}

bool
sock_met_itself(int fd, const struct addr_endpoint *to)
{
	struct addr_endpoint own;

	return sock_local(fd, &own) == 0 && own.port == to->port &&
	    addr_compare(&own.addr, &to->addr) == 0;
}

void
sock_acknowledge(int fd)
{
	set_option(fd, IPPROTO_TCP, TCP_QUICKACK, 1);
}

void
sock_half_close(int fd)
{
	(void)shutdown(fd, SHUT_WR);
}

void
sock_reset_on_close(int fd)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

bool
sock_family_works(int family)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}
