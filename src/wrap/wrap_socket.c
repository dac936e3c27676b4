#include "wrap/wrap_socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int
wrap_socket_option(int fd, int name)
{
	int value = -1, saved = errno;
	socklen_t length = sizeof(value);

	if (syscall(SYS_getsockopt, fd, SOL_SOCKET, name, &value,
	    &length) < 0)
		value = -1;
	errno = saved;
	return value;
}

bool
wrap_socket_is_tcp(int fd)
{
	int domain = wrap_socket_option(fd, SO_DOMAIN), protocol;

	if ((domain != AF_INET && domain != AF_INET6) ||
	    wrap_socket_option(fd, SO_TYPE) != SOCK_STREAM)
		return false;
	protocol = wrap_socket_option(fd, SO_PROTOCOL);
	return protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP;
}

uint64_t
wrap_socket_cookie(int fd)
{
	uint64_t cookie = 0;
	socklen_t length = sizeof(cookie);
	int saved = errno;

	if (syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_COOKIE, &cookie,
	    &length) < 0)
		cookie = 0;
	errno = saved;
	return cookie;
}

uint64_t
wrap_socket_inode(int fd)
{
	struct stat st;
	int saved = errno;
	uint64_t inode = 0;

	if (fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode))
		inode = st.st_ino;
	errno = saved;
	return inode;
}
