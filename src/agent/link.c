#include "agent/link.h"

#include <errno.h>

int
link_send(int fd, const struct link_message *message, const int *fds,
    unsigned count)
{
	return pass_send(fd, message, sizeof(*message), fds, count, 0);
}

int
link_receive(int fd, struct link_message *message_r, int fds_r[PASS_MAX])
{
	ssize_t n = pass_receive(fd, message_r, sizeof(*message_r), fds_r);

	if (n < 0)
		return errno == ECONNRESET ? 0 : -1;
	if (n != (ssize_t)sizeof(*message_r)) {
		pass_close(fds_r);
		errno = EPROTO;
		return n == 0 ? 0 : -1;
	}
	message_r->user[sizeof(message_r->user) - 1] = '\0';
	message_r->job[sizeof(message_r->job) - 1] = '\0';
	message_r->unit[sizeof(message_r->unit) - 1] = '\0';
	message_r->text[sizeof(message_r->text) - 1] = '\0';
	return 1;
}
