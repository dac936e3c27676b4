/*
 * wrap_listen.h - a TCP socket becomes a channel.
 *
 * The keeper puts the channel in the place of the descriptor's number
 * (wrap_call.h). What belongs to number or socket and would be lost is
 * carried over here: registrations with epoll, who gets SIGIO, and the other
 * numbers of this process that are the same socket.
 */
#ifndef SALLYPORT_WRAP_WRAP_LISTEN_H
#define SALLYPORT_WRAP_WRAP_LISTEN_H

#include "wrap/wrap_call.h"

/* As listen(2), whatever the descriptor is. */
int wrap_listen_on(int fd, int backlog);

/*
 * Asks the keeper about a TCP socket that is to be accepted from. 0: it may
 * be, as what it is now; else -1 with errno.
 */
int wrap_listen_adopt(int fd);

/* One call of the keeper: its answer, or -1 with errno. */
int wrap_listen_call(int fd, int value, enum wrap_call call, uint64_t where);

#endif
