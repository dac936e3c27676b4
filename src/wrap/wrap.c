/*
 * wrap.c - the C library's functions, as the wrapped program meets them.
 *
 * Everything else in this directory is hidden; what is exported stands in
 * src/wrap/exports (scripts/check-symbols).
 */
#include <errno.h>
#include <spawn.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wrap/wrap_accept.h"
#include "wrap/wrap_address.h"
#include "wrap/wrap_end.h"
#include "wrap/wrap_exec.h"
#include "wrap/wrap_listen.h"
#include "wrap/wrap_option.h"
#include "wrap/wrap_real.h"

#define EXPORT __attribute__((visibility("default")))

/* Environments and argument lists are copied to the stack. */
#define POINTERS_MAX ((size_t)1 << 17)

extern char **environ;

EXPORT int
listen(int fd, int backlog)
{
	return wrap_listen_on(fd, backlog);
}

EXPORT int
accept(int fd, __SOCKADDR_ARG address, socklen_t *restrict length)
{
	return wrap_accept_from(fd, address.__sockaddr__, length, 0);
}

EXPORT int
accept4(int fd, __SOCKADDR_ARG address, socklen_t *restrict length,
    int flags)
{
	return wrap_accept_from(fd, address.__sockaddr__, length, flags);
}

EXPORT int
bind(int fd, __CONST_SOCKADDR_ARG address, socklen_t length)
{
	return wrap_address_bind(fd, address.__sockaddr__, length);
}

EXPORT int
getsockname(int fd, __SOCKADDR_ARG address, socklen_t *restrict length)
{
	return wrap_address_local(fd, address.__sockaddr__, length);
}

EXPORT int
getpeername(int fd, __SOCKADDR_ARG address, socklen_t *restrict length)
{
	return wrap_address_remote(fd, address.__sockaddr__, length);
}

EXPORT int
shutdown(int fd, int how)
{
	return wrap_address_shutdown(fd, how);
}

EXPORT int
getsockopt(int fd, int level, int name, void *restrict value,
    socklen_t *restrict length)
{
	return wrap_option_get(fd, level, name, value, length);
}

EXPORT int
setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
	return wrap_option_set(fd, level, name, value, length);
}

/* A read that found the end: the connection's, or a reset. */
static ssize_t
checked(int fd, ssize_t got, size_t asked)
{
	return got == 0 && asked > 0 ? wrap_end_of(fd) : got;
}

EXPORT ssize_t
read(int fd, void *bytes, size_t count)
{
	return checked(fd, WRAP_REAL(read)(fd, bytes, count), count);
}

EXPORT ssize_t
__read_chk(int fd, void *bytes, size_t count, size_t room)
{
	return checked(fd, WRAP_REAL(__read_chk)(fd, bytes, count, room),
	    count);
}

/* The bytes that there is room for, or some number like it. */
static size_t
room_of(const struct iovec *pieces, size_t count)
{
	size_t room = 0;

	for (size_t i = 0; i < count; i++)
		room |= pieces[i].iov_len;
	return room;
}

EXPORT ssize_t
readv(int fd, const struct iovec *pieces, int count)
{
	ssize_t got = WRAP_REAL(readv)(fd, pieces, count);

	return got != 0 ? got :
	    checked(fd, got, room_of(pieces, (size_t)count));
}

EXPORT ssize_t
recv(int fd, void *bytes, size_t count, int flags)
{
	return checked(fd, WRAP_REAL(recv)(fd, bytes, count, flags), count);
}

EXPORT ssize_t
__recv_chk(int fd, void *bytes, size_t count, size_t room, int flags)
{
	return checked(fd, WRAP_REAL(__recv_chk)(fd, bytes, count, room,
	    flags), count);
}

EXPORT ssize_t
recvfrom(int fd, void *restrict bytes, size_t count, int flags,
    __SOCKADDR_ARG address, socklen_t *restrict length)
{
	ssize_t got = WRAP_REAL(recvfrom)(fd, bytes, count, flags, address,
	    length);

	if (got >= 0 && address.__sockaddr__ != NULL)
		wrap_address_source(fd, length);
	return checked(fd, got, count);
}

EXPORT ssize_t
__recvfrom_chk(int fd, void *restrict bytes, size_t count, size_t room,
    int flags, __SOCKADDR_ARG address, socklen_t *restrict length)
{
	ssize_t got = WRAP_REAL(__recvfrom_chk)(fd, bytes, count, room,
	    flags, address, length);

	if (got >= 0 && address.__sockaddr__ != NULL)
		wrap_address_source(fd, length);
	return checked(fd, got, count);
}

EXPORT ssize_t
recvmsg(int fd, struct msghdr *message, int flags)
{
	ssize_t got = WRAP_REAL(recvmsg)(fd, message, flags);

	if (got >= 0 && message->msg_name != NULL)
		wrap_address_source(fd, &message->msg_namelen);
	return got != 0 ? got : checked(fd, got,
	    room_of(message->msg_iov, message->msg_iovlen));
}

EXPORT ssize_t
sendto(int fd, const void *bytes, size_t count, int flags,
    __CONST_SOCKADDR_ARG address, socklen_t length)
{
	ssize_t sent = WRAP_REAL(sendto)(fd, bytes, count, flags, address,
	    length);

	if (sent >= 0 || length == 0 || !wrap_address_is_ignored(fd))
		return sent;
	return WRAP_REAL(sendto)(fd, bytes, count, flags,
	    (__CONST_SOCKADDR_ARG){ NULL }, 0);
}

EXPORT ssize_t
sendmsg(int fd, const struct msghdr *message, int flags)
{
	ssize_t sent = WRAP_REAL(sendmsg)(fd, message, flags);
	struct msghdr without;

	if (sent >= 0 || !wrap_address_is_ignored(fd))
		return sent;
	without = *message;
	without.msg_name = NULL;
	without.msg_namelen = 0;
	return WRAP_REAL(sendmsg)(fd, &without, flags);
}

EXPORT ssize_t
splice(int from, off64_t *from_at, int to, off64_t *to_at, size_t count,
    unsigned flags)
{
	return checked(from, WRAP_REAL(splice)(from, from_at, to, to_at,
	    count, flags), count);
}

/*
 * Calls, with `environment` being either what the program has given or what
 * was made of it. The room for the latter must outlive the call, so this is
 * no function.
 */
#define WITH_LIBRARY(given, result, failed, call) do { \
	size_t count = wrap_exec_count(given); \
	char *made[count > 0 && count < POINTERS_MAX ? count : 1]; \
	char preload[count > 0 ? WRAP_EXEC_PRELOAD_MAX : 1]; \
	char *const *environment = count > 0 ? made : (given); \
	\
	if (count >= POINTERS_MAX) \
		errno = E2BIG; \
	if (count >= POINTERS_MAX || (count > 0 && \
	    wrap_exec_environment(given, made, preload) < 0)) \
		(result) = (failed); \
	else \
		(result) = (call); \
} while (0)

EXPORT int
execve(const char *path, char *const argv[], char *const envp[])
{
	int rc;

	WITH_LIBRARY(envp, rc, -1,
	    WRAP_REAL(execve)(path, argv, environment));
	return rc;
}

EXPORT int
execvpe(const char *file, char *const argv[], char *const envp[])
{
	int rc;

	WITH_LIBRARY(envp, rc, -1,
	    WRAP_REAL(execvpe)(file, argv, environment));
	return rc;
}

EXPORT int
fexecve(int fd, char *const argv[], char *const envp[])
{
	int rc;

	WITH_LIBRARY(envp, rc, -1,
	    WRAP_REAL(fexecve)(fd, argv, environment));
	return rc;
}

EXPORT int
execveat(int fd, const char *path, char *const argv[], char *const envp[],
    int flags)
{
	int rc;

	WITH_LIBRARY(envp, rc, -1,
	    WRAP_REAL(execveat)(fd, path, argv, environment, flags));
	return rc;
}

EXPORT int
execv(const char *path, char *const argv[])
{
	return execve(path, argv, environ);
}

EXPORT int
execvp(const char *file, char *const argv[])
{
	return execvpe(file, argv, environ);
}

/* How many arguments there are from `first`, with the last NULL. */
static size_t
count_arguments(const char *first, va_list ap)
{
	size_t count = 1;

	for (const char *next = first; next != NULL && count < POINTERS_MAX;
	    count++)
		next = va_arg(ap, const char *);
	return count;
}

/* Makes `argv`, and leaves `ap` behind the NULL. */
#define COLLECT(first, ap) \
	size_t count; \
	\
	va_start(ap, first); \
	count = count_arguments(first, ap); \
	va_end(ap); \
	if (count >= POINTERS_MAX) { \
		errno = E2BIG; \
		return -1; \
	} \
	char *argv[count]; \
	\
	va_start(ap, first); \
	argv[0] = (char *)(uintptr_t)first; \
	for (size_t i = 1; i < count; i++) \
		argv[i] = va_arg(ap, char *)

EXPORT int
execl(const char *path, const char *first, ...)
{
	va_list ap;
	COLLECT(first, ap);

	va_end(ap);
	return execve(path, argv, environ);
}

EXPORT int
execlp(const char *file, const char *first, ...)
{
	va_list ap;
	COLLECT(first, ap);

	va_end(ap);
	return execvpe(file, argv, environ);
}

EXPORT int
execle(const char *path, const char *first, ...)
{
	char *const *envp;
	va_list ap;
	COLLECT(first, ap);

	envp = va_arg(ap, char *const *);
	va_end(ap);
	return execve(path, argv, envp);
}

EXPORT int
posix_spawn(pid_t *restrict pid, const char *restrict path,
    const posix_spawn_file_actions_t *restrict actions,
    const posix_spawnattr_t *restrict attributes,
    char *const argv[restrict], char *const envp[restrict])
{
	int rc;

	WITH_LIBRARY(envp, rc, E2BIG, WRAP_REAL(posix_spawn)(pid, path,
	    actions, attributes, argv, environment));
	return rc;
}

EXPORT int
posix_spawnp(pid_t *restrict pid, const char *restrict file,
    const posix_spawn_file_actions_t *restrict actions,
    const posix_spawnattr_t *restrict attributes,
    char *const argv[restrict], char *const envp[restrict])
{
	int rc;

	WITH_LIBRARY(envp, rc, E2BIG, WRAP_REAL(posix_spawnp)(pid, file,
	    actions, attributes, argv, environment));
	return rc;
}
