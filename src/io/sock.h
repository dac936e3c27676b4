/*
 * sock.h - non-blocking stream sockets: listen, accept, connect, half-close.
 *
 * Every descriptor made here is non-blocking and close-on-exec, and belongs
 * to the caller. Failures are -1 with errno, the world's own word.
 */
#ifndef SALLYPORT_IO_SOCK_H
#define SALLYPORT_IO_SOCK_H

#include <stdbool.h>

#include "base/addr.h"
#include "base/compiler.h"

/*
 * A TCP socket that listens on `at`. IPv6 sockets are IPv6-only, so that the
 * two families' wildcards can be held side by side. Fails with EADDRINUSE
 * where anybody listens there already.
 */
MUST_USE int sock_listen(const struct addr_endpoint *at);

/*
 * The same beside sockets of ours that overlap it (a wildcard and an address
 * of one port): others[count] are those. A stranger on the port is still
 * EADDRINUSE.
 */
MUST_USE int sock_listen_beside(const struct addr_endpoint *at,
    const int *others, size_t count);

/*
 * Accepts one connection and tells both of its ends. -1 with errno: EAGAIN
 * where none waits, EMFILE and ENFILE where descriptors ran out; a client
 * that is gone already is skipped.
 */
MUST_USE int sock_accept(int listener, struct addr_endpoint *local_r,
    struct addr_endpoint *remote_r);

/*
 * What connections accepted from sock_listen have: no delay for small writes,
 * and keep-alive, which finds clients that died.
 */
void sock_tune(int fd);

/* Where the socket is bound. -1 with errno. */
MUST_USE int sock_local(int fd, struct addr_endpoint *local_r);

/* Starts connecting; finished when writable and sock_error says 0. */
MUST_USE int sock_connect(const struct addr_endpoint *to);
MUST_USE int sock_connect_unix(const char *path);

/* Has it met its peer already, as on this host it mostly has? */
bool sock_connected(int fd);

/* The socket's pending error (SO_ERROR), which is cleared; 0 where none. */
int sock_error(int fd);

/*
 * Did a connect to `to`, a port of this host where nobody listens, take that
 * very port for its source and meet itself?
 */
bool sock_met_itself(int fd, const struct addr_endpoint *to);

/*
 * Acknowledges what has been received now, and not 40 ms later: for when we
 * have nothing to send that could carry it (tcp(7), TCP_QUICKACK).
 */
void sock_acknowledge(int fd);

/* Ends the sending direction; the peer reads end of file. */
void sock_half_close(int fd);

/* Makes the coming close send a reset, so that the peer sees a failure. */
void sock_reset_on_close(int fd);

/* An int option of level SOL_SOCKET; -1 where it cannot be had. */
int sock_option(int fd, int name);

/* True where the host can open sockets of the family (AF_INET, AF_INET6). */
bool sock_family_works(int family);

#endif
