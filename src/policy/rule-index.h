/*
 * rule-index.h - finds the first of many rules that a flow meets.
 *
 * An index is two trees of splits, one a direction: each split divides a
 * list of rules by one kind of condition until a list is short (index-plan.h
 * says by which). Within a split, a rule stands at each aligned block of keys
 * that its condition names (policy/prefix.h); blocks nest, so that a look-up
 * finds the innermost block around its key by binary search and walks
 * outwards, over at most as many blocks as the key has bits. Rules that do
 * not code the condition form a list of their own. Where one condition is all
 * that is left to look at, its ranges are not cut into blocks: the key space
 * is cut where another rule comes first (flat.h), and a look-up is one search.
 *
 * Search order is the rules' order in the array; the walk carries the best
 * rank so far and skips every list that cannot improve on it.
 *
 * Memory: 15 to 50 bytes a rule with one address block. A rule with many
 * blocks in several conditions would stand at their product; what exceeds a
 * budget is left out of the index and checked at the rule itself.
 */
#ifndef SALLYPORT_POLICY_RULE_INDEX_H
#define SALLYPORT_POLICY_RULE_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "policy/rules.h"

#define RULE_INDEX_NONE	UINT32_MAX

/* Most rules of one index. */
#define RULE_INDEX_MAX	((size_t)1 << 25)

struct rule_index;

/*
 * Indexes rules[count], which are in search order; the array outlives the
 * index. The index is in `arena`; `scratch` is used and cut back.
 */
const struct rule_index *rule_index_build(struct arena *arena,
    struct arena *scratch, struct rules_rule *const *rules, size_t count);

/* The position of the first rule the flow meets, or RULE_INDEX_NONE. */
uint32_t rule_index_find(const struct rule_index *index,
    struct rules_rule *const *rules, const struct rules_flow *flow);

#endif
