/*
 * wrap_socket.h - what the kernel says of a descriptor, past our own
 * functions.
 *
 * All keep errno, and are safe in a signal handler.
 */
#ifndef SALLYPORT_WRAP_WRAP_SOCKET_H
#define SALLYPORT_WRAP_WRAP_SOCKET_H

#include <stdbool.h>
#include <stdint.h>

/* Is it a TCP or MPTCP socket of IPv4 or IPv6? */
bool wrap_socket_is_tcp(int fd);

/* The value of an int option of SOL_SOCKET; -1 where there is none. */
int wrap_socket_option(int fd, int name);

/* SO_COOKIE (socket(7)): no two sockets of a system have the same, ever. 0:
 * unknown. */
uint64_t wrap_socket_cookie(int fd);

/* The inode of an open socket; 0 for anything else. */
uint64_t wrap_socket_inode(int fd);

#endif
