/*
 * generation.h - one policy generation: the policy, its environments and its
 * listening sockets; all that a worker is forked with.
 *
 * A generation is made whole or not at all, and never changes. A reload
 * makes the next one beside it; the old one's workers keep what they were
 * forked with until their last connection ends (AT-TLS: stale actions).
 */
#ifndef SALLYPORT_AGENT_GENERATION_H
#define SALLYPORT_AGENT_GENERATION_H

#include "agent/environment.h"
#include "agent/listen.h"
#include "base/compiler.h"
#include "policy/policy.h"

struct diag;
struct rules;

/* What an agent can do with a connection; bits. */
enum generation_serves {
	GENERATION_FORWARD = 1,		/* it opens ports of its own */
	GENERATION_WRAP = 2,		/* keepers reach it */
};

struct generation {
	unsigned number;		/* from 1 */
	struct policy *policy;
	const struct rules *rules;
	struct diag *diag;		/* owns the texts that spans point to */
	struct environment_table environments;
	struct listen_set listeners;
	struct generation *former;	/* serves until this one does; owned */
};

/*
 * Loads and proves what `path` says, without opening a port. NULL where it
 * is refused; *diag_r then holds why, and is the caller's to free. On
 * success the diag (warnings) belongs to the generation. serves: bits of
 * generation_serves. Without WRAP a rule of that hand-off is refused; without
 * FORWARD such a rule is not served, and no port is opened.
 */
MUST_USE struct generation *generation_load(const char *path,
    enum policy_defaults defaults, unsigned serves, unsigned number,
    struct diag **diag_r);

/*
 * Opens the ports, taking over what `old` (NULL: none) has open. -1 with an
 * error in the generation's diag; `old` is untouched then.
 */
MUST_USE int generation_listen(struct generation *generation,
    struct generation *old);

/*
 * This one serves: sessions of the former ones cannot be resumed any more,
 * and they are freed.
 */
void generation_end_former(struct generation *generation);

/* Closes the sockets it still has, and gives its memory back; its former's. */
void generation_free(struct generation **generation);

#endif
