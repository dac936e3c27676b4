/*
 * wrap_real.h - the C library's own functions behind the ones that we put in
 * front of them.
 *
 * WRAP_REAL(accept)(fd, ...) calls the next accept(3) in the order of the
 * dynamic linker. It is looked up when the library is loaded, or else at
 * first use; both by dlsym(3) and without a lock, for every thread finds the
 * same. After the library is loaded a call is safe wherever the original is:
 * in a signal handler, and in a child of vfork(2).
 */
#ifndef SALLYPORT_WRAP_WRAP_REAL_H
#define SALLYPORT_WRAP_WRAP_REAL_H

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* What a program that was compiled with _FORTIFY_SOURCE calls instead; `room`
 * is the buffer's size. glibc's headers declare them to such programs only. */
ssize_t __read_chk(int fd, void *bytes, size_t count, size_t room);
ssize_t __recv_chk(int fd, void *bytes, size_t count, size_t room, int flags);
ssize_t __recvfrom_chk(int fd, void *restrict bytes, size_t count,
    size_t room, int flags, __SOCKADDR_ARG address,
    socklen_t *restrict length);

enum wrap_real {
	WRAP_REAL___read_chk,
	WRAP_REAL___recv_chk,
	WRAP_REAL___recvfrom_chk,
	WRAP_REAL_accept,
	WRAP_REAL_accept4,
	WRAP_REAL_bind,
	WRAP_REAL_execve,
	WRAP_REAL_execveat,
	WRAP_REAL_execvpe,
	WRAP_REAL_fexecve,
	WRAP_REAL_getpeername,
	WRAP_REAL_getsockname,
	WRAP_REAL_getsockopt,
	WRAP_REAL_listen,
	WRAP_REAL_posix_spawn,
	WRAP_REAL_posix_spawnp,
	WRAP_REAL_read,
	WRAP_REAL_readv,
	WRAP_REAL_recv,
	WRAP_REAL_recvfrom,
	WRAP_REAL_recvmsg,
	WRAP_REAL_sendmsg,
	WRAP_REAL_sendto,
	WRAP_REAL_setsockopt,
	WRAP_REAL_shutdown,
	WRAP_REAL_splice,
	WRAP_REAL_COUNT,
};

#define WRAP_REAL(name) \
	((__typeof__(&name))wrap_real_find(WRAP_REAL_##name))

/* A function without its type. */
typedef void wrap_real_function(void);

/* The function of that number. Keeps errno. */
wrap_real_function *wrap_real_find(enum wrap_real number);

#endif
