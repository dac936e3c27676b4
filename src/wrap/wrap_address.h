/*
 * wrap_address.h - addresses, and the end of a connection, as TCP says them.
 */
#ifndef SALLYPORT_WRAP_WRAP_ADDRESS_H
#define SALLYPORT_WRAP_WRAP_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/*
 * Writes an address as the kernel does: cut to *length, which then is how
 * long it would have been. 0, or -1 with EINVAL or EFAULT.
 */
int wrap_address_write(const struct sockaddr_storage *from,
    struct sockaddr *to, socklen_t *length);

/*
 * As getsockname(2) and getpeername(2). A connection has its peer's address
 * to the end, also where TCP would have forgotten it with the peer: who logs
 * then still knows of whom.
 */
int wrap_address_local(int fd, struct sockaddr *address, socklen_t *length);
int wrap_address_remote(int fd, struct sockaddr *address, socklen_t *length);

/*
 * recvfrom(2) or recvmsg(2) has said where bytes came from: TCP never does.
 * Our agent's own name is taken out of sight: *length becomes 0. Keeps errno.
 */
void wrap_address_source(int fd, socklen_t *length);

/*
 * sendto(2) or sendmsg(2) with an address has failed, errno still says why.
 * Was it for the address alone, which TCP does not look at? Keeps errno.
 */
bool wrap_address_is_ignored(int fd);

/* As shutdown(2). On a channel it ends every accept(2), as on a listener. */
int wrap_address_shutdown(int fd, int how);

/* As bind(2). The keeper first lets go of a port that was just closed. */
int wrap_address_bind(int fd, const struct sockaddr *address,
    socklen_t length);

#endif
