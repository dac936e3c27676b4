/*
 * keeper.h - holds what a wrapped service listens on, and answers for it.
 *
 * The keeper stands between service and agent. To the service's calls that
 * the guard shows (guard.h) it answers by what the agent says of the port:
 * a rule's port gets a channel in the place of its listener, a port that no
 * rule names listens as it is, and what would be in clear on a rule's port
 * is refused, with a sentence for the user. Listeners and channels are the
 * keeper's, and outlive the agent.
 *
 * Everything happens in the event loop; nothing here waits for agent or service
 * but keeper_start, keeper_inherit and keeper_finish.
 */
#ifndef SALLYPORT_KEEPER_KEEPER_H
#define SALLYPORT_KEEPER_KEEPER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/compiler.h"

struct ev_loop;
struct keeper;

struct keeper_options {
	bool strict;		/* a port that no rule names is refused */
	const char *service;	/* the name that its process will have */
	/* Starts or finds an agent; see attach.h. */
	int (*open)(void *arg);
	/* One line for the user, without newline. The same is said once. */
	void (*tell)(void *arg, const char *line);
	/* No process of the service is left; may be NULL. */
	void (*deserted)(void *arg);
	void *arg;
};

/* The options are copied. NULL where memory is exhausted. */
MUST_USE struct keeper *keeper_new(struct ev_loop *loop,
    const struct keeper_options *options);

/* Finds the first agent, and waits until it serves. -1: it does not. */
MUST_USE int keeper_start(struct keeper *keeper);

/*
 * A listening socket that the service shall inherit as `number`. 1: a rule
 * names its port; the service must be given *channel_r, the caller's, in its
 * place. 0: it is in clear. -1: refused, and told.
 */
MUST_USE int keeper_inherit(struct keeper *keeper, int number,
    int *channel_r);

/*
 * May the service inherit this connection, or unused socket? False where it
 * is a connection to a rule's port, which is told.
 */
MUST_USE bool keeper_allows(struct keeper *keeper, int number);

/* The service is `guard`'s (guard_accept), which becomes the keeper's. */
void keeper_guard(struct keeper *keeper, int guard, pid_t service);

/* Is no process of the service left? */
bool keeper_is_deserted(const struct keeper *keeper);

/*
 * The service has ended: closes all, waits for the agent to do the same (not
 * for ever) and lets it go.
 */
void keeper_finish(struct keeper *keeper);

/* Closes what it holds without waiting for anybody. Safe on NULL. */
void keeper_free(struct keeper **keeper);

#endif
