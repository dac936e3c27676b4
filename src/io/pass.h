/*
 * pass.h - descriptors that travel over unix sockets, with a message
 * (SCM_RIGHTS, unix(7)).
 */
#ifndef SALLYPORT_IO_PASS_H
#define SALLYPORT_IO_PASS_H

#include <stddef.h>
#include <sys/types.h>

#include "base/compiler.h"

/* The most that go with one message. */
#define PASS_MAX 3

/*
 * Sends size bytes, at least one, with fds[count], which stay the caller's.
 * `flags` are sendmsg(2)'s; there is no SIGPIPE. 0, or -1 with errno.
 */
MUST_USE int pass_send(int over, const void *bytes, size_t size,
    const int *fds, unsigned count, int flags);

/*
 * Receives a message and its descriptors: close-on-exec, the caller's; unused
 * places are -1, and those that have no place are closed. The message's
 * length; 0 at the end; -1 with errno, EPROTO where it, or a descriptor, did
 * not fit.
 */
MUST_USE ssize_t pass_receive(int over, void *bytes, size_t size,
    int fds_r[PASS_MAX]);

/* Closes descriptors that nobody takes. */
void pass_close(int fds[PASS_MAX]);

#endif
