/*
 * keeper-state.h - what keeper.c and keeper-call.c share, and nobody else
 * sees.
 */
#ifndef SALLYPORT_KEEPER_KEEPER_STATE_H
#define SALLYPORT_KEEPER_KEEPER_STATE_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "keeper/attach.h"
#include "keeper/guard.h"
#include "keeper/keeper.h"
#include "agent/link.h"

/* Seconds between looks for the copies of a socket. */
#define KEEPER_LOOK_INTERVAL 1.

/* Sentences that are remembered, so that each is said once. */
#define KEEPER_TOLD_MAX 256

/* A call of the service that waits for the agent. */
struct keeper_pending {
	struct keeper_pending *next;
	struct guard_call call;
	struct link_message ask;	/* kind 0: it waits for a DROPPED */
};

/* A listener that the service has shut down, or closed. */
struct keeper_ended {
	uint64_t id;
	struct sockaddr_storage local;
	int v6_only;
};

/* So many are remembered. */
#define KEEPER_ENDED_MAX 64

struct keeper {
	struct ev_loop *loop;
	struct keeper_options options;
	struct attach attach;
	struct resets *resets;
	struct held *held;
	struct keeper_pending *pending;
	uint64_t asked;			/* questions so far */
	struct link_message answer;	/* to keeper_inherit */
	int guard;			/* -1: not yet */
	ev_io guard_io;
	ev_timer limit, look;
	struct keeper_ended ended[KEEPER_ENDED_MAX];
	size_t ended_count;		/* ever; the array is a ring */
	char *told[KEEPER_TOLD_MAX];
	size_t told_count;
	bool waiting;			/* keeper.c: the loop is run for it */
};

#endif
