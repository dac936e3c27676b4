#include "wrap/wrap_accept.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "wrap/wrap_address.h"
#include "wrap/wrap_clear.h"
#include "wrap/wrap_listen.h"
#include "wrap/wrap_name.h"
#include "wrap/wrap_option.h"
#include "wrap/wrap_real.h"
#include "wrap/wrap_socket.h"

/* More than a message has; so that none stays open unseen. */
#define FDS_MAX 4

static int
fail(int error)
{
	errno = error;
	return -1;
}

/*
 * Waits for a message as long as accept(2) would, and leaves it: by the
 * channel's own O_NONBLOCK and SO_RCVTIMEO, and as a cancellation point,
 * while there is nothing yet that could be lost. The kernel wakes one waiter
 * a message.
 */
static int
await(int channel)
{
	char byte;
	ssize_t n = WRAP_REAL(recv)(channel, &byte, sizeof(byte), MSG_PEEK);

	if (n < 0)
		return -1;
	/* As of a listener that was shut down. */
	return n == 0 ? fail(EINVAL) : 0;
}

/* Is a number left for the connection? The message stays if there is not;
 * the kernel would drop what it cannot deliver. */
static int
check_room(int channel)
{
	int fd = fcntl(channel, F_DUPFD_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	(void)syscall(SYS_close, fd);
	return 0;
}

/* The descriptor of a message; of several none. */
static int
take_fd(struct msghdr *header)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(header);
	int fds[FDS_MAX] = { -1 };
	size_t count;

	if (c == NULL || c->cmsg_level != SOL_SOCKET ||
	    c->cmsg_type != SCM_RIGHTS)
		return -1;
	count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	if (count > FDS_MAX)
		count = FDS_MAX;
	memcpy(fds, CMSG_DATA(c), count * sizeof(int));
	if (count == 1 && (header->msg_flags & MSG_CTRUNC) == 0)
		return fds[0];
	for (size_t i = 0; i < count; i++)
		(void)syscall(SYS_close, fds[i]);
	return -1;
}

/* Takes a message, if one is still there: a connection, or -1 with errno. */
static int
take(int channel, int flags)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(FDS_MAX * sizeof(int))];
	} control;
	char byte = 0;
	struct iovec iov = { &byte, sizeof(byte) };
	struct msghdr header = { .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };
	int fd;
	/* Not recvmsg(): a thread cancelled in there would lose it. */
	long n = syscall(SYS_recvmsg, channel, &header, MSG_DONTWAIT |
	    ((flags & SOCK_CLOEXEC) != 0 ? MSG_CMSG_CLOEXEC : 0));

	if (n < 0)
		return -1;
	if (n == 0)
		return fail(EINVAL);
	fd = take_fd(&header);
	if (fd < 0)
		return fail(ECONNABORTED);
	if (byte != WRAP_CALL_CONNECTION) {
		(void)syscall(SYS_close, fd);
		return fail(ECONNABORTED);
	}
	return fd;
}

/* What TCP hands on from the listener to what it accepts. */
static void
inherit_limit(int channel, int fd, int name)
{
	struct timeval limit;
	socklen_t length = sizeof(limit);

	if (syscall(SYS_getsockopt, channel, SOL_SOCKET, name, &limit,
	    &length) == 0 && (limit.tv_sec != 0 || limit.tv_usec != 0))
		(void)syscall(SYS_setsockopt, fd, SOL_SOCKET, name, &limit,
		    length);
}

static void
inherit_linger(int channel, int fd)
{
	struct linger linger;
	socklen_t length = sizeof(linger);

	if (syscall(SYS_getsockopt, channel, SOL_SOCKET, SO_LINGER, &linger,
	    &length) == 0 && linger.l_onoff != 0)
		(void)wrap_option_set(fd, SOL_SOCKET, SO_LINGER, &linger,
		    length);
}

static int
write_peer(int fd, struct sockaddr *address, socklen_t *length)
{
	struct sockaddr_storage peer = { 0 };
	socklen_t peer_length = sizeof(peer);

	if (address == NULL)
		return 0;
	if (wrap_address_remote(fd, (struct sockaddr *)&peer,
	    &peer_length) < 0)
		peer.ss_family = AF_UNSPEC;	/* it has gone already */
	return wrap_address_write(&peer, address, length);
}

static int
finish(int channel, uint64_t listener, int fd, struct sockaddr *address,
    socklen_t *length, int flags)
{
	int saved = errno;

	inherit_limit(channel, fd, SO_RCVTIMEO);
	inherit_limit(channel, fd, SO_SNDTIMEO);
	inherit_linger(channel, fd);
	wrap_option_inherit(listener, fd);
	if ((flags & SOCK_NONBLOCK) != 0)
		(void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	errno = saved;
	if (write_peer(fd, address, length) < 0) {
		saved = errno;
		(void)syscall(SYS_close, fd);
		return fail(saved);
	}
	return fd;
}

static int
accept_channel(int channel, uint64_t listener, struct sockaddr *address,
    socklen_t *length, int flags)
{
	int fd, saved = errno;

	if ((flags & ~(SOCK_CLOEXEC | SOCK_NONBLOCK)) != 0)
		return fail(EINVAL);
	do {
		if (await(channel) < 0 || check_room(channel) < 0)
			return -1;
		fd = take(channel, flags);
		/* EAGAIN: somebody else was faster; wait again, if so. */
	} while (fd < 0 && (errno == EAGAIN || errno == EINTR));
	if (fd < 0)
		return -1;
	errno = saved;
	return finish(channel, listener, fd, address, length, flags);
}

static bool
is_channel(int fd, uint64_t *listener_r)
{
	struct wrap_name name;

	if (!wrap_name_of(fd, &name) || name.kind != WRAP_NAME_LISTENER)
		return false;
	*listener_r = name.id;
	return true;
}

static int
family_of(int fd)
{
	struct sockaddr_storage name;
	socklen_t length = sizeof(name);
	int saved = errno, family = AF_UNSPEC;

	if (syscall(SYS_getsockname, fd, &name, &length) == 0)
		family = name.ss_family;
	errno = saved;
	return family;
}

/* Has nobody put it before the keeper yet? */
static bool
is_unknown(int fd)
{
	int family = family_of(fd);

	return (family == AF_INET || family == AF_INET6) &&
	    !wrap_clear_has(wrap_socket_cookie(fd)) && wrap_socket_is_tcp(fd);
}

int
wrap_accept_from(int fd, struct sockaddr *address, socklen_t *length, int flags)
{
	uint64_t listener;

	if (!is_channel(fd, &listener) && is_unknown(fd) &&
	    wrap_listen_adopt(fd) < 0)
		return -1;
	if (is_channel(fd, &listener))
		return accept_channel(fd, listener, address, length, flags);
	return flags == 0 ?
	    WRAP_REAL(accept)(fd, (__SOCKADDR_ARG){ address }, length) :
	    WRAP_REAL(accept4)(fd, (__SOCKADDR_ARG){ address }, length,
	    flags);
}
