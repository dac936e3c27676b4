/*
 * listen.h - the listening sockets that a policy needs, and those already
 * open.
 *
 * The supervisor owns the sockets over all policy generations: the queue of
 * a port survives a reload and a worker's death, and no connection in it is
 * lost. Workers inherit the descriptors by fork.
 */
#ifndef SALLYPORT_AGENT_LISTEN_H
#define SALLYPORT_AGENT_LISTEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"
#include "base/compiler.h"

struct rules;
struct rules_rule;

/* More descriptors than this for ports alone is a mistake in a range. */
#define LISTEN_MAX 10000

struct listen_socket {
	struct addr_endpoint at;
	const struct rules_rule *rule;	/* the first that asked for it */
	int fd;				/* -1: not open */
};

struct listen_set {
	struct listen_socket *sockets;
	size_t count;
};

/* Why a set cannot be had. */
struct listen_error {
	const struct rules_rule *rule;	/* NULL: memory */
	struct addr_endpoint at;
	int error;			/* errno; 0: see `what` */
	const char *what;
};

/*
 * Which sockets do the Forward rules of the table need? Nothing is opened.
 * Where several addresses of a family on a port are asked for, or a network,
 * one socket on the wildcard serves, and the rules tell the rest apart.
 */
MUST_USE int listen_plan(const struct rules *rules,
    struct listen_set *set_r, struct listen_error *error_r);

/*
 * Opens what `set` asks for, taking over from `old` (NULL: none) what is
 * open there. On failure -1, and `old` is as it was.
 */
MUST_USE int listen_open(struct listen_set *set, struct listen_set *old,
    struct listen_error *error_r);

/* Closes what is open and frees the set; safe on a zeroed one. */
void listen_close(struct listen_set *set);

#endif
