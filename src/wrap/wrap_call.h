/*
 * wrap_call.h - how a wrapped program's library speaks to its keeper.
 *
 * There is no socket to find, lose or close: a call is a listen(2) system
 * call with WRAP_CALL_MAGIC in its third argument, which the kernel ignores
 * and the keeper's seccomp filter (SECCOMP_RET_USER_NOTIF, seccomp(2)) shows
 * to the keeper together with who called. So it works in every process of
 * the service, whatever it changed its root, user or open files to, and
 * nobody else can make one. A listen(2) without the magic is a program that
 * the library is not part of.
 *
 *	syscall(SYS_listen, fd, value, WRAP_CALL_MAGIC, call, where, 0)
 *
 * With the keeper gone the kernel answers ENOSYS.
 */
#ifndef SALLYPORT_WRAP_WRAP_CALL_H
#define SALLYPORT_WRAP_WRAP_CALL_H

#include <stdint.h>

#define WRAP_CALL_MAGIC UINT64_C(0x53616c6c79706f72)

enum wrap_call {
	/*
	 * listen(2) itself: `value` is the backlog. On success `fd` listens:
	 * either it is what it was (no rule names its port), or its number
	 * now holds one end of a channel. EACCES: refused, and the keeper
	 * has told why.
	 */
	WRAP_CALL_LISTEN = 1,
	/*
	 * `fd` is an INET socket that is about to be accepted from, and that
	 * this process has not seen before: a copy from before the swap, or
	 * an inherited one. 0: it may be (look again what it is now);
	 * EACCES: it may not.
	 */
	WRAP_CALL_ADOPT = 2,
	/*
	 * bind(2) said EADDRINUSE: `fd` is -1. The keeper lets go of
	 * listeners whose service has closed them. 0: some were, bind again;
	 * ENOENT: none was.
	 */
	WRAP_CALL_SETTLE = 3,
	/*
	 * getsockopt(2) and setsockopt(2) with an int on the real listener
	 * behind the channel `fd`; where = WRAP_CALL_OPTION(level, option).
	 * GET returns the value, which is never negative, as the system
	 * call's result. SET takes it in `value`.
	 */
	WRAP_CALL_GET = 4,
	WRAP_CALL_SET = 5,
	/*
	 * `fd` is a connection: `value` says whether its close shall be a
	 * reset for the client (SO_LINGER of no time).
	 */
	WRAP_CALL_RESET = 6,
};

/* Added to the call: the descriptor is close-on-exec, and shall remain so. */
#define WRAP_CALL_CLOEXEC 0x100

#define WRAP_CALL_OPTION(level, option) \
	((uint64_t)(uint32_t)(level) << 32 | (uint32_t)(option))

/*
 * What travels on a channel (AF_UNIX, SOCK_SEQPACKET): one message a
 * connection, of this one byte and one descriptor (SCM_RIGHTS). The
 * descriptor is either a socket named by wrap_name.h, or, of a connection
 * that the policy leaves in clear, the TCP socket itself. It is in blocking
 * mode. End of file: nothing listens any more.
 */
#define WRAP_CALL_CONNECTION 'c'

#endif
