#include "agent/link.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

int
link_send(int fd, const struct link_message *message, const int *fds,
    unsigned count)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(LINK_FDS * sizeof(int))];
	} control = { 0 };
	struct iovec iov = { (void *)message, sizeof(*message) };
	struct msghdr header = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;
	ssize_t n;

	ensure(count <= LINK_FDS);
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
		n = sendmsg(fd, &header, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -1 : 0;
}

void
link_close_fds(int fds[LINK_FDS])
{
	for (unsigned i = 0; i < LINK_FDS; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
		fds[i] = -1;
	}
}

static void
take_fds(struct msghdr *header, int fds_r[LINK_FDS])
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
			if (taken < LINK_FDS)
				fds_r[taken++] = fd;
			else
				close(fd);
		}
	}
}

int
link_receive(int fd, struct link_message *message_r, int fds_r[LINK_FDS])
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(LINK_FDS * sizeof(int))];
	} control;
	struct iovec iov = { message_r, sizeof(*message_r) };
	struct msghdr header = { .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };
	ssize_t n;

	for (unsigned i = 0; i < LINK_FDS; i++)
		fds_r[i] = -1;
	do
		n = recvmsg(fd, &header, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == ECONNRESET ? 0 : -1;
	take_fds(&header, fds_r);
	if (n == 0) {
		link_close_fds(fds_r);
		return 0;
	}
	if (n != (ssize_t)sizeof(*message_r) ||
	    (header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
		link_close_fds(fds_r);
		errno = EPROTO;
		return -1;
	}
	message_r->user[sizeof(message_r->user) - 1] = '\0';
	message_r->job[sizeof(message_r->job) - 1] = '\0';
	message_r->text[sizeof(message_r->text) - 1] = '\0';
	return 1;
}
