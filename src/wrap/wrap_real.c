#include "wrap/wrap_real.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

static const char *const names[WRAP_REAL_COUNT] = {
	[WRAP_REAL___read_chk] = "__read_chk",
	[WRAP_REAL___recv_chk] = "__recv_chk",
	[WRAP_REAL___recvfrom_chk] = "__recvfrom_chk",
	[WRAP_REAL_accept] = "accept",
	[WRAP_REAL_accept4] = "accept4",
	[WRAP_REAL_bind] = "bind",
	[WRAP_REAL_execve] = "execve",
	[WRAP_REAL_execveat] = "execveat",
	[WRAP_REAL_execvpe] = "execvpe",
	[WRAP_REAL_fexecve] = "fexecve",
	[WRAP_REAL_getpeername] = "getpeername",
	[WRAP_REAL_getsockname] = "getsockname",
	[WRAP_REAL_getsockopt] = "getsockopt",
	[WRAP_REAL_listen] = "listen",
	[WRAP_REAL_posix_spawn] = "posix_spawn",
	[WRAP_REAL_posix_spawnp] = "posix_spawnp",
	[WRAP_REAL_read] = "read",
	[WRAP_REAL_readv] = "readv",
	[WRAP_REAL_recv] = "recv",
	[WRAP_REAL_recvfrom] = "recvfrom",
	[WRAP_REAL_recvmsg] = "recvmsg",
	[WRAP_REAL_sendmsg] = "sendmsg",
	[WRAP_REAL_sendto] = "sendto",
	[WRAP_REAL_setsockopt] = "setsockopt",
	[WRAP_REAL_shutdown] = "shutdown",
	[WRAP_REAL_splice] = "splice",
};

static _Atomic(void *) found[WRAP_REAL_COUNT];

static void *
look_up(enum wrap_real number)
{
	void *symbol = dlsym(RTLD_NEXT, names[number]);

	atomic_store_explicit(&found[number], symbol, memory_order_release);
	return symbol;
}

wrap_real_function *
wrap_real_find(enum wrap_real number)
{
	/* C knows no conversion from dlsym's void * to a function. */
	union {
		void *symbol;
		wrap_real_function *function;
	} real;
	int saved = errno;

	real.symbol = atomic_load_explicit(&found[number],
	    memory_order_acquire);
	if (real.symbol == NULL)
		real.symbol = look_up(number);
	/* The C library that the caller's was linked with has it. */
	if (real.symbol == NULL)
		abort();
	errno = saved;
	return real.function;
}

/* An older C library may lack one, which nobody then calls. */
__attribute__((constructor)) static void
find_all(void)
{
	for (unsigned i = 0; i < WRAP_REAL_COUNT; i++)
		(void)look_up((enum wrap_real)i);
}
