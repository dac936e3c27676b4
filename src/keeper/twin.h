/*
 * twin.h - the listening socket that takes the place of a service's own.
 *
 * The service's bound socket, and every copy of it that a dup or a fork has
 * made, never listens: nobody can accept in clear from it. Its twin has the
 * same address and the same options, is the keeper's, and listens.
 */
#ifndef SALLYPORT_KEEPER_TWIN_H
#define SALLYPORT_KEEPER_TWIN_H

#include <stdbool.h>

#include "base/compiler.h"

/*
 * Listens on the address that `original`, a bound TCP socket, has, with what
 * was set on it. Close-on-exec, non-blocking, the caller's. -1 with errno:
 * ENONET where it belongs to another network namespace, EOPNOTSUPP where an
 * option that must hold cannot be had, or it has a packet filter.
 */
MUST_USE int twin_listen(int original, int backlog);

/*
 * Sets an option on the twin for the service; -1 with errno. Who is not our
 * `equal` in rights gets none by our help: EPERM for what needs any.
 */
MUST_USE int twin_set(int twin, int level, int name, int value, bool equal);

/*
 * Makes a SOCK_SEQPACKET pair: fds_r[0] is the agent's end, non-blocking;
 * fds_r[1] the service's, blocking or not and with the receive and send time
 * limits as `original`. 0, or -1 with errno.
 */
MUST_USE int twin_channel(int original, int fds_r[2]);

#endif
