/*
 * resets.h - connections of a wrapped service that shall end with a reset.
 *
 * A service that sets SO_LINGER to no time wants its peer to see a reset when
 * it closes, so that what was cut short is not taken for whole. Its end of the
 * connection is an AF_UNIX socket, whose close tells nothing of that. So the
 * keeper, who is told by the library, notes the connection's number in memory
 * that it shares with the agent; a worker that finds a connection closed looks
 * there. Nothing has to arrive in time, for nothing travels.
 *
 * One table a keeper. Numbers that fall on one place displace each other,
 * and the connection that loses ends in order.
 */
#ifndef SALLYPORT_AGENT_RESETS_H
#define SALLYPORT_AGENT_RESETS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct resets;

/* The keeper's: a new table. NULL with errno. */
MUST_USE struct resets *resets_new(void);

/*
 * The agent's: the table behind a descriptor, which stays the caller's. NULL
 * with errno; EPROTO where it is none, or one that could shrink under us.
 */
MUST_USE struct resets *resets_open(int fd);

/* One reference more, and one less; the last one unmaps. NULL is allowed. */
struct resets *resets_hold(struct resets *resets);
void resets_release(struct resets **resets);

/* To be passed on; of a table made by resets_new only. */
int resets_fd(const struct resets *resets);

/* Notes it, or takes the note back; the keeper's only. Connections are known
 * by the number in their name (wrap_name.h), which is never 0. */
void resets_set(struct resets *resets, uint64_t connection, bool on);
/* Is it noted? */
bool resets_has(const struct resets *resets, uint64_t connection);

#endif
