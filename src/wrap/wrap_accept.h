/*
 * wrap_accept.h - accept4(2), whatever the descriptor is.
 *
 * On a channel a connection is one message (wrap_call.h). Of the addresses
 * nothing is remembered: the connection's own name has them.
 */
#ifndef SALLYPORT_WRAP_WRAP_ACCEPT_H
#define SALLYPORT_WRAP_WRAP_ACCEPT_H

#include <sys/socket.h>

/* As accept4(2). A cancellation point, until a connection is taken. */
int wrap_accept_from(int fd, struct sockaddr *address, socklen_t *length,
    int flags);

#endif
