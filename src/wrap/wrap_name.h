/*
 * wrap_name.h - what a socket stands for, written in its own name.
 *
 * The sockets that a wrapped service holds in place of TCP ones are AF_UNIX,
 * and are bound to an abstract name (unix(7)) that says which TCP endpoints
 * they stand for. So everything is known from the descriptor alone, after
 * dup, fork, exec and SCM_RIGHTS alike, and no table can go stale. Only a
 * socket's own name counts, which no peer can choose; a peer's proves nothing,
 * unless the own name says that the peer is the agent. A service may name a
 * socket like this itself, and deceive itself with it: so the keeper takes a
 * name for a question only, and knows which ones it has given.
 *
 * Plain values, no allocation; used by the library and by the agent.
 */
#ifndef SALLYPORT_WRAP_WRAP_NAME_H
#define SALLYPORT_WRAP_WRAP_NAME_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

enum wrap_name_kind {
	WRAP_NAME_LISTENER = 'l',	/* a channel */
	WRAP_NAME_CONNECTION = 'c',
	/* The agent's end of a connection, when all was said; it has no
	 * endpoints. Closed without it, the connection was cut off. */
	WRAP_NAME_FINISHED = 'f',
};

struct wrap_name {
	enum wrap_name_kind kind;
	/* Listener: the keeper's number of it. Others: any, for unique. */
	uint64_t id;
	/* As the real socket says them: AF_INET, or AF_INET6 also where the
	 * address is IPv4-mapped. A listener's remote is of family AF_UNSPEC. */
	struct sockaddr_storage local, remote;
};

/* Writes the abstract name; returns its length for bind(2). */
socklen_t wrap_name_write(const struct wrap_name *name,
    struct sockaddr_un *out_r);

/* Reads what getsockname(2) said; false where it is no name of ours. */
bool wrap_name_read(const struct sockaddr *name, socklen_t length,
    struct wrap_name *name_r);

/* What does this descriptor stand for? False: for itself. Keeps errno. */
bool wrap_name_of(int fd, struct wrap_name *name_r);

/* The length of an AF_INET or AF_INET6 address; 0 for others. */
socklen_t wrap_name_length(const struct sockaddr_storage *address);

#endif
