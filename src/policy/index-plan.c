#include "policy/index-plan.h"

#include <string.h>

#include "policy/condition.h"
#include "policy/prefix.h"

/* A list this short is walked; more than this is divided where it can be. */
#define WALK_MOST	8

/* Of the conditions, those that are dimensions. */
#define KEYED_MASK	((1u << PIECE_DIMENSIONS) - 1)

/* Places a rule may have in the index on average before a cap applies. */
#define PLACES_A_RULE	64
#define PLACES_FREE	1000000

/* Of one condition; groups are shared, and long ones counted once. */
struct count {
	const void *set;
	size_t pieces[PIECE_WIDTHS], ranges;
};

static const void *
set_of(const struct rules_rule *rule, unsigned dimension)
{
	switch (1 << dimension) {
	case CONDITION_LOCAL_PORT:
		return rule->local_ports;
	case CONDITION_REMOTE_PORT:
		return rule->remote_ports;
	case CONDITION_REMOTE_ADDR:
		return rule->remote_addrs;
	case CONDITION_LOCAL_ADDR:
		return rule->local_addrs;
	}
	return NULL;
}

static void
take_count(const struct rules_rule *rule, unsigned dimension,
    struct count *count)
{
	const void *set = set_of(rule, dimension);

	if (set != NULL && set == count->set)
		return;
	*count = (struct count){ .set = set };
	for (int w = 0; w < PIECE_WIDTHS; w++) {
		count->pieces[w] = piece_count(rule, dimension, w);
		count->ranges += piece_flat(rule, dimension, w, 0, NULL);
	}
}

/* Of the coded conditions: all pieces, and all ranges. */
static void
count_all(const struct rules_rule *rule, struct index_plan_facts *facts,
    struct count counts[PIECE_DIMENSIONS], size_t pieces_r[PIECE_DIMENSIONS])
{
	for (unsigned d = 0; d < PIECE_DIMENSIONS; d++) {
		pieces_r[d] = 0;
		if ((facts->coded & 1u << d) != 0)
			take_count(rule, d, &counts[d]);
		for (int w = 0; w < PIECE_WIDTHS; w++) {
			size_t n = (facts->coded & 1u << d) == 0 ? 0 :
			    counts[d].pieces[w];

			facts->pieces[d][w] = (uint8_t)(n < INDEX_PLAN_MANY ?
			    n : INDEX_PLAN_MANY);
			pieces_r[d] += n;
		}
	}
}

/*
 * Which of a rule's conditions have places: as many as keep their product
 * under the cap, those with the fewest pieces first. Returns the product.
 */
static size_t
plan_rule(const size_t pieces[PIECE_DIMENSIONS], size_t cap,
    struct index_plan_facts *facts)
{
	unsigned left = facts->coded & KEYED_MASK;
	size_t product = 1;

	facts->keyed = 0;
	while (left != 0) {
		unsigned best = PIECE_DIMENSIONS;

		for (unsigned d = 0; d < PIECE_DIMENSIONS; d++)
			if ((left & 1u << d) != 0 && (best == PIECE_DIMENSIONS ||
			    pieces[d] < pieces[best]))
				best = d;
		ensure(pieces[best] > 0);
		if (pieces[best] > cap / product)
			break;
		product *= pieces[best];
		facts->keyed |= (uint8_t)(1u << best);
		left &= ~(1u << best);
	}
	return product;
}

/* A key holds the first characters of a name only. */
static unsigned
undecided_names(const struct rules_rule *rule, unsigned coded)
{
	unsigned bits = 0;

	if ((coded & CONDITION_USER) != 0 &&
	    strlen(rule->user) > PREFIX_NAME_MAX)
		bits |= CONDITION_USER;
	if ((coded & CONDITION_JOB) != 0 &&
	    strlen(rule->job) > PREFIX_NAME_MAX)
		bits |= CONDITION_JOB;
	return bits;
}

/* Conditions whose ranges are too many to cut flat; the most of the others. */
static unsigned
too_long(const struct count counts[PIECE_DIMENSIONS], size_t cap,
    unsigned coded, size_t *most_r)
{
	unsigned bits = 0;

	*most_r = 0;
	for (unsigned d = 0; d < PIECE_DIMENSIONS; d++) {
		if ((coded & 1u << d) == 0)
			continue;
		if (counts[d].ranges > cap)
			bits |= 1u << d;
		else if (counts[d].ranges > *most_r)
			*most_r = counts[d].ranges;
	}
	return bits;
}

static size_t
plan_places(struct rules_rule *const *rules, struct index_plan_facts *facts,
    size_t count, size_t cap)
{
	size_t places = 0, product, ranges, pieces[PIECE_DIMENSIONS];
	struct count counts[PIECE_DIMENSIONS] = { 0 };

	for (size_t i = 0; i < count; i++) {
		struct index_plan_facts *f = &facts[i];

		if (i + INDEX_PLAN_AHEAD < count)
			piece_prefetch(rules[i + INDEX_PLAN_AHEAD]);
		f->coded = (uint8_t)condition_coded(rules[i]);
		count_all(rules[i], f, counts, pieces);
		product = plan_rule(pieces, cap, f);
		f->decidable = (uint8_t)(f->coded & KEYED_MASK &
		    ~undecided_names(rules[i], f->coded) &
		    ~too_long(counts, cap, f->coded, &ranges));
		places += product > ranges ? product : ranges;
	}
	return places;
}

/* Lowers the cap until the index is in proportion to the rules. */
void
index_plan_learn(struct rules_rule *const *rules,
    struct index_plan_facts *facts_r, size_t count)
{
	size_t cap = (size_t)1 << 30;

	while (plan_places(rules, facts_r, count, cap) >
	    PLACES_A_RULE * count + PLACES_FREE && cap > PLACES_A_RULE)
		cap = cap > 1024 ? 1024 : cap / 4;
}

bool
index_plan_is_flat(const struct index_plan_facts *facts, unsigned dimension,
    unsigned walked)
{
	return index_plan_unchecked(facts, walked) == 1u << dimension &&
	    (facts->decidable & 1u << dimension) != 0;
}

/* Sums over a list, by dimension. */
struct census {
	size_t pieces[PIECE_DIMENSIONS], rules[PIECE_DIMENSIONS];
	uint32_t flat[PIECE_DIMENSIONS];
};

static void
take_census(struct census *census, const struct index_plan_facts *facts,
    unsigned walked)
{
	unsigned left = facts->keyed & ~walked, unchecked;

	for (unsigned d = 0; left >> d != 0; d++) {
		if ((left & 1u << d) == 0)
			continue;
		census->rules[d]++;
		for (int w = 0; w < PIECE_WIDTHS; w++)
			census->pieces[d] += facts->pieces[d][w];
	}
	unchecked = index_plan_unchecked(facts, walked);
	if (unchecked != 0 && (unchecked & (unchecked - 1)) == 0 &&
	    (facts->decidable & unchecked) != 0)
		census->flat[__builtin_ctz(unchecked)]++;
}

/*
 * The first dimension, ports before addresses before names, in which rules
 * stand at few places: not many more than where they stand at the fewest.
 */
static unsigned
cheapest(const struct census *census)
{
	size_t least = SIZE_MAX, mean[PIECE_DIMENSIONS];

	for (unsigned d = 0; d < PIECE_DIMENSIONS; d++) {
		mean[d] = census->rules[d] == 0 ? SIZE_MAX :
		    16 * census->pieces[d] / census->rules[d];
		least = mean[d] < least ? mean[d] : least;
	}
	for (unsigned d = 0; d < PIECE_DIMENSIONS; d++)
		if (mean[d] != SIZE_MAX && mean[d] <= 2 * least)
			return d;
	return PIECE_DIMENSIONS;
}

struct index_plan_cut
index_plan_choose(const struct index_plan_facts *facts, const uint32_t *ranks,
    uint32_t count, unsigned walked)
{
	struct census census = { 0 };

	if (count <= WALK_MOST)
		return (struct index_plan_cut){ PIECE_DIMENSIONS, false };
	for (uint32_t i = 0; i < count; i++)
		take_census(&census, &facts[ranks[i]], walked);
	for (unsigned d = 0; d < PIECE_DIMENSIONS; d++)
		if (census.flat[d] > WALK_MOST && census.flat[d] > count / 2)
			return (struct index_plan_cut){ d, true };
	return (struct index_plan_cut){ cheapest(&census), false };
}
