/*
 * copies.h - does anybody still have this socket open?
 */
#ifndef SALLYPORT_AGENT_COPIES_H
#define SALLYPORT_AGENT_COPIES_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/compiler.h"

/*
 * Looks through the descriptors of all processes that we may look at
 * (proc(5), /proc/PID/fd), our own left out. A copy that travels between
 * processes just now is not seen.
 */
MUST_USE bool copies_exist(ino_t socket);

#endif
