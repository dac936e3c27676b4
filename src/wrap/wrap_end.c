#include "wrap/wrap_end.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "wrap/wrap_memory.h"
#include "wrap/wrap_name.h"
#include "wrap/wrap_socket.h"

/* Has the peer closed its socket, and not just finished sending? */
static bool
is_closed(int fd)
{
	struct pollfd end = { .fd = fd };

	return poll(&end, 1, 0) == 1 && (end.revents & POLLHUP) != 0;
}

static bool
is_finished(int fd)
{
	struct sockaddr_storage peer;
	socklen_t length = sizeof(peer);
	struct wrap_name name;

	/* The name outlives the socket that it was given to. */
	return syscall(SYS_getpeername, fd, &peer, &length) == 0 &&
	    wrap_name_read((struct sockaddr *)&peer, length, &name) &&
	    name.kind == WRAP_NAME_FINISHED;
}

void
wrap_end_mark(int fd)
{
	wrap_memory_set(WRAP_MEMORY_CONNECTION, wrap_socket_cookie(fd),
	    WRAP_MEMORY_SHUT, 1);
}

static bool
is_marked(int fd)
{
	uint64_t value;

	return wrap_memory_get(WRAP_MEMORY_CONNECTION,
	    wrap_socket_cookie(fd), WRAP_MEMORY_SHUT, &value);
}

ssize_t
wrap_end_of(int fd)
{
	struct wrap_name name;
	int saved = errno;
	bool cut;

	if (!wrap_name_of(fd, &name) || name.kind != WRAP_NAME_CONNECTION)
		return 0;
	cut = is_closed(fd) && !is_finished(fd) && !is_marked(fd);
	errno = cut ? ECONNRESET : saved;
	return cut ? -1 : 0;
}
