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

#include <spawn.h>
#include <sys/socket.h>
#include <unistd.h>

enum wrap_real {
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
	WRAP_REAL_setsockopt,
	WRAP_REAL_shutdown,
	WRAP_REAL_COUNT,
};

#define WRAP_REAL(name) \
	((__typeof__(&name))wrap_real_find(WRAP_REAL_##name))

/* A function without its type. */
typedef void wrap_real_function(void);

/* The function of that number. Keeps errno. */
wrap_real_function *wrap_real_find(enum wrap_real number);

#endif
