/*
 * offer.h - one wrapped listener that a keeper has offered, as the supervisor
 * knows it.
 */
#ifndef SALLYPORT_AGENT_OFFER_H
#define SALLYPORT_AGENT_OFFER_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/link.h"
#include "base/addr.h"
#include "base/compiler.h"

struct rules_flow;

struct offer {
	struct offer *next;
	void *owner;		/* who is told when it is closed; NULL: gone */
	uint64_t owner_id;	/* the keeper's number of it */
	struct link_message message;	/* as the workers get it: our number */
	int fds[PASS_MAX];	/* listener, channel, table or -1; all -1 once
				 * dropped */
	struct addr_endpoint at;	/* where the listener is bound */
	unsigned holders;	/* workers that may have it open */
	bool dropped;
};

/*
 * Makes one of a LINK_OFFER and its descriptors, which are the offer's from
 * now on. NULL, and the descriptors as they were, where they are not a
 * listening TCP socket, a SOCK_SEQPACKET channel and at most a table of resets
 * (errno EPROTO), or memory is exhausted (ENOMEM).
 */
MUST_USE struct offer *offer_new(const struct link_message *message,
    const int fds[PASS_MAX]);

/* Closes the supervisor's own descriptors. */
void offer_close(struct offer *offer);
void offer_free(struct offer **offer);

/*
 * A listener as the rules see it, of a LINK_ASK or a LINK_OFFER. -1 where it
 * is no INET address. The flow points into the message.
 */
MUST_USE int offer_flow(const struct link_message *message,
    struct rules_flow *flow_r);

#endif
