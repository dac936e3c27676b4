/*
 * control.h - the daemon's control socket, where keepers find it.
 *
 * A SOCK_SEQPACKET socket in the file system that only root and its own user
 * may connect to (mode 0600). One that a dead daemon left behind is replaced.
 */
#ifndef SALLYPORT_AGENT_CONTROL_H
#define SALLYPORT_AGENT_CONTROL_H

#include "base/compiler.h"

struct control;
struct ev_loop;
struct registry;

/*
 * Opens the socket; who connects is nobody's yet. NULL, and the reason is
 * logged, where that cannot be, or where a daemon answers there already.
 */
MUST_USE struct control *control_open(struct ev_loop *loop, const char *path);

/* From now on links go to the registry, which must outlive this. */
void control_serve(struct control *control, struct registry *registry);

/* Closes it and removes the file, where it is still ours. Safe on NULL. */
void control_close(struct control **control);

/* In a worker that was forked with it: the file is the supervisor's. */
void control_abandon(struct control **control);

#endif
