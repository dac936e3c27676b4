#include "io/pass.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* Room for descriptors, aligned as the kernel wants it. */
union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(PASS_MAX * sizeof(int))];
};

int
pass_send(int over, const void *bytes, size_t size, const int *fds,
    unsigned count, int flags)
{
	union control control = { 0 };
	struct iovec iov = { (void *)bytes, size };
	struct msghdr header = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;
	ssize_t n;

	ensure(count <= PASS_MAX);
	if (count > 0) {
		header.msg_control = control.bytes;
		header.msg_controllen = CMSG_SPACE(count * sizeof(int));
		c = CMSG_FIRSTHDR(&header);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(c), fds, count * sizeof(int));
	}
	do
		n = sendmsg(over, &header, flags | MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -1 : 0;
}

void
pass_close(int fds[PASS_MAX])
{
	for (unsigned i = 0; i < PASS_MAX; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
		fds[i] = -1;
	}
}

/* Did all have a place? Alignment may have left room for more. */
static bool
take_fds(struct msghdr *header, int fds_r[PASS_MAX])
{
	unsigned taken = 0, count;
	int fd;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c != NULL;
	    c = CMSG_NXTHDR(header, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		count = (unsigned)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
		for (unsigned i = 0; i < count; i++) {
			memcpy(&fd, CMSG_DATA(c) + i * sizeof(fd), sizeof(fd));
			if (taken < PASS_MAX)
				fds_r[taken] = fd;
			else
				close(fd);
			taken++;
		}
	}
	return taken <= PASS_MAX;
}

ssize_t
pass_receive(int over, void *bytes, size_t size, int fds_r[PASS_MAX])
{
	union control control;
	struct iovec iov = { bytes, size };
	struct msghdr header = { .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };
	ssize_t n;

	for (unsigned i = 0; i < PASS_MAX; i++)
		fds_r[i] = -1;
	do
		n = recvmsg(over, &header, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -1;
	if (take_fds(&header, fds_r) &&
	    (header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0)
		return n;
	pass_close(fds_r);
	errno = EPROTO;
	return -1;
}
