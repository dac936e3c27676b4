/*
 * index-plan.h - what an index is to do with which rules: the facts of each
 * rule that a build asks again and again, and how to divide a list.
 *
 * Bits are those of enum condition; a dimension is the number of one.
 */
#ifndef SALLYPORT_POLICY_INDEX_PLAN_H
#define SALLYPORT_POLICY_INDEX_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/piece.h"
#include "policy/rules.h"

struct index_plan_facts {
	uint8_t coded;
	uint8_t keyed;		/* stands in the index at its blocks */
	uint8_t decidable;	/* keys tell the whole of it */
	/* Pieces of each condition; INDEX_PLAN_MANY: ask the rule. */
	uint8_t pieces[PIECE_DIMENSIONS][PIECE_WIDTHS];
};

#define INDEX_PLAN_MANY	UINT8_MAX

/* Rules in search order are scattered in memory: fetch them in time. */
#define INDEX_PLAN_AHEAD	16

/*
 * Learns the facts of rules[count]. Where a rule would stand at too many
 * places, the conditions with the most pieces are not keyed, and those with
 * the most ranges are looked at in the rule.
 */
void index_plan_learn(struct rules_rule *const *rules,
    struct index_plan_facts *facts_r, size_t count);

/* The conditions still to be looked at when those in `walked` have been. */
static inline unsigned
index_plan_unchecked(const struct index_plan_facts *facts, unsigned walked)
{
	return facts->coded & ~(facts->keyed & facts->decidable & walked);
}

/* How a list is divided. */
struct index_plan_cut {
	unsigned dimension;	/* PIECE_DIMENSIONS: not at all */
	bool flat;		/* rules with nothing else left: by range */
};

/*
 * The best cut of a list of ranks whose conditions in `walked` have been
 * looked at. Lists that are short stay whole.
 */
struct index_plan_cut index_plan_choose(const struct index_plan_facts *facts,
    const uint32_t *ranks, uint32_t count, unsigned walked);

/* Whether a flat cut by the dimension takes the rule. */
bool index_plan_is_flat(const struct index_plan_facts *facts,
    unsigned dimension, unsigned walked);

#endif
