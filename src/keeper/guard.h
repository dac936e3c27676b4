/*
 * guard.h - the filter that no process of a wrapped service can leave.
 *
 * Every listen(2) of the service and of its children stops in the kernel and
 * is shown to the keeper, who looks at the very socket and decides
 * (SECCOMP_RET_USER_NOTIF and pidfd_getfd(2); seccomp_unotify(2) says what to
 * beware of). What the keeper allows it does itself, on the socket that it has
 * looked at, so that nothing can be changed between the look and the deed.
 * io_uring could listen and accept past any filter, and is answered ENOSYS.
 */
#ifndef SALLYPORT_KEEPER_GUARD_H
#define SALLYPORT_KEEPER_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/compiler.h"
#include "wrap/wrap_call.h"

struct guard_call {
	uint64_t id;		/* of the stopped system call */
	pid_t pid;		/* the process (thread group) that called */
	int number;		/* the descriptor as the process numbers it */
	int socket;		/* our own copy of it, close-on-exec; -1 */
	uint64_t cookie;	/* SO_COOKIE of what was copied */
	int error;		/* why there is no copy: EBADF it has no such
				 * descriptor, ENOSYS its number cannot be
				 * known (32-bit), or pidfd_getfd(2)'s */
	bool ours;		/* the library called, not the program */
	enum wrap_call call;	/* where ours */
	bool cloexec;
	int value;		/* backlog, or an option's value */
	uint64_t where;
};

/* Is this process within a wrapped service already? A second filter would
 * be refused by the kernel. */
bool guard_is_around(void);

/*
 * In the process that is to become the service: sets no_new_privs, installs
 * the filter and sends its descriptor over the socket `keeper`. 0, or -1
 * with errno. There is no way back.
 */
MUST_USE int guard_enter(int keeper);

/*
 * In the keeper: the descriptor that guard_enter sent. -1 with errno; EPIPE
 * where something else came, which is put into other[size].
 */
MUST_USE int guard_accept(int service, void *other, size_t size);

/*
 * Takes the next stopped call; `call_r->socket` is the caller's to close.
 * 1; 0 where it was gone already (a signal, a kill); -1 with errno.
 */
MUST_USE int guard_receive(int guard, struct guard_call *call_r);

/* Does it still wait? What is sent to a call that does not is lost. */
bool guard_waits(int guard, uint64_t id);

/* The call returns `value`, or -1 with `error` where that is not 0. */
void guard_answer(int guard, uint64_t id, int value, int error);

/*
 * Does the call on our copy, as the caller: a UNIX socket's clients see who
 * listens (SO_PEERCRED; the process id they see is not the caller's). 0, or
 * -1 with errno.
 */
MUST_USE int guard_listen(const struct guard_call *call);

/*
 * Puts a copy of `fd` into the caller in the place of the descriptor that it
 * called with; the call still waits. 0, or -1 with errno: ENOENT or ESRCH it
 * does not wait any more, EBADF its descriptor is another one by now.
 */
MUST_USE int guard_replace(int guard, const struct guard_call *call, int fd);

/* SO_COOKIE, by which a socket is known; 0 where it cannot be had. */
uint64_t guard_cookie(int fd);

/* Has the process our user, group and capabilities, no more and no less? */
bool guard_is_equal(pid_t pid);

/* A copy of another process's descriptor, close-on-exec; -1 with errno. */
MUST_USE int guard_fetch(pid_t pid, int number);

#endif
