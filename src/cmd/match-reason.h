/*
 * match-reason.h - why a connection gets a rule: what met its conditions,
 * which rules were asked before it and what of them was not met, and what
 * becomes of the connection.
 */
#ifndef SALLYPORT_CMD_MATCH_REASON_H
#define SALLYPORT_CMD_MATCH_REASON_H

#include <stdbool.h>
#include <stdio.h>

#include "base/compiler.h"

struct policy;
struct rules_flow;
struct rules_rule;

/*
 * Writes all this for people. `rule` is the policy's answer to the flow, NULL
 * where none matched. Of the rules passed over, those that came nearest; with
 * `all` every one. 0, or -1 where there is no memory.
 */
MUST_USE int match_reason_print(const struct policy *policy,
    const struct rules_rule *rule, const struct rules_flow *flow, bool all,
    FILE *out);

#endif
