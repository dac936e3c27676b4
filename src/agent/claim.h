/*
 * claim.h - what the rules say of a listener, before any client has come.
 *
 * A listener is claimed where a connection to it may meet a secured inbound
 * rule: the rule's ports hold its port, its addresses may be reached through
 * the address it is bound to, and it is of the rule's user and job. Of the
 * clients nothing is known yet, so a rule's remote addresses and ports count
 * as met; and so do its times, for the listener outlasts them.
 */
#ifndef SALLYPORT_AGENT_CLAIM_H
#define SALLYPORT_AGENT_CLAIM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

struct rules;
struct rules_flow;
struct rules_rule;

enum claim_kind {
	CLAIM_NONE,		/* its connections stay in clear */
	CLAIM_WRAP,		/* by Handoff Wrap, coded or by default */
	CLAIM_ELSEWHERE,	/* by other hand-offs only */
};

/*
 * Looks for the first rule in search order that claims a listener; one of
 * Handoff Wrap counts before all others, and of those one that is in force at
 * the flow's moment (NULL: any). flow: `local` is where it is bound, a wildcard
 * stands for its family and [::] for both; user, job and unit as for
 * rules_match. rule_r gets the rule, NULL with CLAIM_NONE.
 */
MUST_USE enum claim_kind claim_find(const struct rules *rules,
    const struct rules_flow *flow, const struct rules_rule **rule_r);

/* Is the rule in force at the flow's moment (NULL: any)? */
bool claim_now(const struct rules_rule *rule, const struct rules_flow *flow);

/* Why a listener that is claimed elsewhere cannot be wrapped, and the cure. */
void claim_explain(const struct rules_rule *rule, unsigned port, char *buf,
    size_t size);

#endif
