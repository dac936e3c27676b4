/*
 * worker.h - the process that serves connections of one generation.
 *
 * A worker is forked by the supervisor, makes its own TLS contexts and random
 * generators, gives up its rights and runs one event loop. It shares nothing
 * but the listening sockets; those of wrapped services come by the
 * supervisor's orders (agent/link.h). Signals: SIGTERM ends it when its connections
 * end, or after a grace of WORKER_GRACE seconds; SIGUSR1 (retired by a
 * reload) lets them finish however long they last; its parent's death counts
 * as SIGTERM. From the first of these it accepts nothing more.
 */
#ifndef SALLYPORT_AGENT_WORKER_H
#define SALLYPORT_AGENT_WORKER_H

#include <sys/types.h>

#include "base/compiler.h"

struct generation;
struct sandbox_user;

#define WORKER_GRACE 30

/*
 * Runs in the child, with SIGTERM and SIGUSR1 blocked until it can handle
 * them. Writes one byte to ready_fd and closes it when it serves; takes orders
 * from the non-blocking socket `orders`. Never returns; exit status 0 after an
 * orderly end, 1 where it could not start.
 */
NO_RETURN void worker_run(struct generation *generation,
    const struct sandbox_user *user, pid_t parent, int ready_fd, int orders);

#endif
