#include "wrap/wrap_address.h"

#include <errno.h>
#include <string.h>

#include "wrap/wrap_end.h"
#include "wrap/wrap_listen.h"
#include "wrap/wrap_name.h"
#include "wrap/wrap_real.h"
#include "wrap/wrap_socket.h"

int
wrap_address_write(const struct sockaddr_storage *from, struct sockaddr *to,
    socklen_t *length)
{
	socklen_t full = wrap_name_length(from);

	if (length == NULL || (to == NULL && *length > 0)) {
		errno = EFAULT;
		return -1;
	}
	if ((int)*length < 0) {
		errno = EINVAL;
		return -1;
	}
	if (*length > 0)
		memcpy(to, from, *length < full ? *length : full);
	*length = full;
	return 0;
}

/* May what the kernel has said be one of our names? What was cut to nothing
 * may be anything. */
static bool
may_be_ours(const struct sockaddr *said, socklen_t room)
{
	return room < sizeof(said->sa_family) || said->sa_family == AF_UNIX;
}

int
wrap_address_local(int fd, struct sockaddr *address, socklen_t *length)
{
	socklen_t room = length == NULL ? 0 : *length;
	struct wrap_name name;

	if (WRAP_REAL(getsockname)(fd, (__SOCKADDR_ARG){ address },
	    length) < 0)
		return -1;
	if (!may_be_ours(address, room) || !wrap_name_of(fd, &name))
		return 0;
	*length = room;
	return wrap_address_write(&name.local, address, length);
}

int
wrap_address_remote(int fd, struct sockaddr *address, socklen_t *length)
{
	socklen_t room = length == NULL ? 0 : *length;
	struct wrap_name name;

	if (WRAP_REAL(getpeername)(fd, (__SOCKADDR_ARG){ address },
	    length) < 0)
		return -1;
	if (!may_be_ours(address, room) || !wrap_name_of(fd, &name))
		return 0;
	*length = room;
	if (name.kind == WRAP_NAME_LISTENER) {
		errno = ENOTCONN;
		return -1;
	}
	return wrap_address_write(&name.remote, address, length);
}

void
wrap_address_source(int fd, socklen_t *length)
{
	struct wrap_name name;

	if (*length > 0 && wrap_name_of(fd, &name))
		*length = 0;
}

bool
wrap_address_is_ignored(int fd)
{
	struct wrap_name name;

	return errno == EISCONN && wrap_name_of(fd, &name) &&
	    name.kind == WRAP_NAME_CONNECTION;
}

int
wrap_address_shutdown(int fd, int how)
{
	struct wrap_name name;
	int rc;

	if (!wrap_name_of(fd, &name))
		return WRAP_REAL(shutdown)(fd, how);
	if (name.kind != WRAP_NAME_LISTENER) {
		rc = WRAP_REAL(shutdown)(fd, how);
		if (rc == 0)
			wrap_end_mark(fd);
		return rc;
	}
	/* A listener has nothing to send: TCP does nothing, and says so. */
	if (how == SHUT_WR)
		return 0;
	return WRAP_REAL(shutdown)(fd, how == SHUT_RD ? SHUT_RDWR : how);
}

int
wrap_address_bind(int fd, const struct sockaddr *address, socklen_t length)
{
	int rc = WRAP_REAL(bind)(fd, (__CONST_SOCKADDR_ARG){ address },
	    length);

	if (rc == 0 || errno != EADDRINUSE || !wrap_socket_is_tcp(fd))
		return rc;
	/* It may have let go by itself meanwhile: so whatever it says. */
	(void)wrap_listen_call(-1, 0, WRAP_CALL_SETTLE, 0);
	return WRAP_REAL(bind)(fd, (__CONST_SOCKADDR_ARG){ address }, length);
}
