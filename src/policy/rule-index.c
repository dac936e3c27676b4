#include "policy/rule-index.h"

#include <string.h>

#include "policy/axis.h"
#include "policy/condition.h"
#include "policy/flat.h"
#include "policy/index-plan.h"
#include "policy/piece.h"

/* In entries, the conditions still to check; above them the rank. */
#define CHECK_BITS	7
#define CHECK_MASK	((1u << CHECK_BITS) - 1)

/*
 * Rules in rank order. One: the entry itself. Some: entries[first] on.
 * COUNT_SPLIT: children[first].
 */
struct list {
	uint32_t first, count;
};

#define COUNT_SPLIT	UINT32_MAX

struct block {
	uint32_t up;
	struct list list;
};

struct split {
	uint32_t best;			/* lowest rank below here */
	uint32_t dimension;
	bool flat;			/* axes give ranks, not blocks */
	struct list rest;		/* rules without this condition */
	struct axis axes[PIECE_WIDTHS];
	const struct block *blocks[PIECE_WIDTHS];
	const uint32_t *entries;
	const struct split *children;
};

struct rule_index {
	bool asks_names;
	struct split inbound, outbound;	/* of these, `rest` only */
};

struct builder {
	struct arena *arena, *scratch;
	struct rules_rule *const *rules;
	const struct index_plan_facts *facts;	/* by rank */
};

/* The lists of a split before they have found their place. */
struct draft {
	uint32_t *rest, rest_count;
	uint32_t *members[PIECE_WIDTHS];
	struct axis_group *groups[PIECE_WIDTHS];
	uint32_t group_count[PIECE_WIDTHS];
	unsigned dimension;		/* of this split */
	bool flat;
	unsigned walked;		/* bits, when lists are placed this
					 * dimension's among them */
	uint32_t *entries, entry_count;
	struct split *children;
	uint32_t child_count;
};

static unsigned
unchecked(const struct builder *b, uint32_t rank, unsigned walked)
{
	return index_plan_unchecked(&b->facts[rank], walked);
}

/* The rules of a list that can be reached: none after one that matches. */
static uint32_t
reachable(const struct builder *b, const uint32_t *ranks, uint32_t count,
    unsigned walked)
{
	for (uint32_t i = 0; i < count; i++)
		if (unchecked(b, ranks[i], walked) == 0)
			return i + 1;
	return count;
}

/* What a list will need in the split's arrays. */
static void
count_list(const struct builder *b, struct draft *d, const uint32_t *ranks,
    uint32_t count)
{
	struct index_plan_cut cut;

	count = reachable(b, ranks, count, d->walked);
	cut = index_plan_choose(b->facts, ranks, count, d->walked);
	if (cut.dimension < PIECE_DIMENSIONS)
		d->child_count++;
	else if (count > 1)
		d->entry_count += count;
}

static void build_split(const struct builder *b, struct split *split,
    const uint32_t *ranks, uint32_t count, struct index_plan_cut cut,
    unsigned walked);

static struct list
place_list(const struct builder *b, struct draft *d, const uint32_t *ranks,
    uint32_t count)
{
	struct list list = { 0, reachable(b, ranks, count, d->walked) };
	struct index_plan_cut cut = index_plan_choose(b->facts, ranks,
	    list.count, d->walked);

	if (cut.dimension < PIECE_DIMENSIONS) {
		list.first = d->child_count++;
		build_split(b, &d->children[list.first], ranks, list.count,
		    cut, d->walked);
		list.count = COUNT_SPLIT;
		return list;
	}
	if (list.count > 1)
		list.first = d->entry_count;
	for (uint32_t i = 0; i < list.count; i++) {
		uint32_t entry = ranks[i] << CHECK_BITS |
		    unchecked(b, ranks[i], d->walked);

		if (list.count == 1)
			list.first = entry;
		else
			d->entries[d->entry_count++] = entry;
	}
	return list;
}

static size_t
count_of(const struct builder *b, uint32_t rank, unsigned dimension,
    int width)
{
	const struct index_plan_facts *facts = &b->facts[rank];

	if ((facts->keyed & 1u << dimension) == 0)
		return 0;
	if (facts->pieces[dimension][width] != INDEX_PLAN_MANY)
		return facts->pieces[dimension][width];
	return piece_count(b->rules[rank], dimension, width);
}

/* Puts the list's rules into groups by block; writes one axis. */
static void
draft_axis(const struct builder *b, struct draft *d, struct axis *axis_r,
    int width, const uint32_t *ranks, uint32_t count)
{
	struct axis_piece *pieces;
	struct arena_mark mark;
	size_t total = 0, n = 0;

	for (uint32_t i = 0; i < count; i++)
		total += count_of(b, ranks[i], d->dimension, width);
	ensure(total < AXIS_NONE);
	if (total == 0)
		return;
	d->members[width] = arena_alloc_array(b->scratch, total,
	    sizeof(**d->members));
	d->groups[width] = arena_alloc_array(b->scratch, total,
	    sizeof(**d->groups));
	mark = arena_mark(b->scratch);
	pieces = arena_alloc_array(b->scratch, total, sizeof(*pieces));
	for (uint32_t i = 0; i < count; i++) {
		if (i + INDEX_PLAN_AHEAD < count)
			piece_prefetch(b->rules[ranks[i + INDEX_PLAN_AHEAD]]);
		if (count_of(b, ranks[i], d->dimension, width) > 0)
			n += piece_put(b->rules[ranks[i]], d->dimension,
			    width, ranks[i], pieces + n);
	}
	d->group_count[width] = axis_build(axis_r, b->arena, b->scratch,
	    pieces, (uint32_t)total, width == PIECE_WIDE, d->groups[width]);
	for (size_t i = 0; i < total; i++)
		d->members[width][i] = pieces[i].owner;
	arena_rewind(b->scratch, mark);
}

static bool
in_flat(const struct builder *b, const struct draft *d, uint32_t rank)
{
	return index_plan_is_flat(&b->facts[rank], d->dimension, d->walked);
}

/* The rules of a flat split, as ranges of one width. */
static void
draft_flat(const struct builder *b, const struct draft *d,
    struct axis *axis_r, int width, const uint32_t *ranks, uint32_t count)
{
	struct arena_mark mark = arena_mark(b->scratch);
	struct flat flat;
	size_t total = 0;

	for (uint32_t i = 0; i < count; i++)
		if (in_flat(b, d, ranks[i]))
			total += piece_flat(b->rules[ranks[i]], d->dimension,
			    width, ranks[i], NULL);
	flat_init(&flat, b->scratch, total, width == PIECE_WIDE);
	for (uint32_t i = 0; total > 0 && i < count; i++)
		if (in_flat(b, d, ranks[i]))
			piece_flat(b->rules[ranks[i]], d->dimension, width,
			    ranks[i], &flat);
	flat_build(&flat, axis_r, b->arena, b->scratch);
	arena_rewind(b->scratch, mark);
}

static void
draft_rest(const struct builder *b, struct draft *d, const uint32_t *ranks,
    uint32_t count)
{
	d->rest = arena_alloc_array(b->scratch, count, sizeof(*d->rest));
	for (uint32_t i = 0; i < count; i++)
		if (d->flat ? !in_flat(b, d, ranks[i]) :
		    (b->facts[ranks[i]].keyed & 1u << d->dimension) == 0)
			d->rest[d->rest_count++] = ranks[i];
}

/* Sizes the split's arrays, then gives every list its place in them. */
static void
place_lists(const struct builder *b, struct draft *d, struct split *split)
{
	count_list(b, d, d->rest, d->rest_count);
	for (int w = 0; w < PIECE_WIDTHS; w++)
		for (uint32_t g = 0; g < d->group_count[w]; g++)
			count_list(b, d, d->members[w] +
			    d->groups[w][g].first, d->groups[w][g].count);
	split->entries = d->entries = arena_alloc_array(b->arena,
	    d->entry_count, sizeof(*d->entries));
	split->children = d->children = arena_alloc_array(b->arena,
	    d->child_count, sizeof(*d->children));
	d->entry_count = d->child_count = 0;
	split->rest = place_list(b, d, d->rest, d->rest_count);
	for (int w = 0; w < PIECE_WIDTHS; w++) {
		struct block *blocks = arena_alloc_array(b->arena,
		    d->group_count[w], sizeof(*blocks));

		for (uint32_t g = 0; g < d->group_count[w]; g++) {
			const struct axis_group *group = &d->groups[w][g];

			blocks[g].up = group->up;
			blocks[g].list = place_list(b, d,
			    d->members[w] + group->first, group->count);
		}
		split->blocks[w] = blocks;
	}
}

static void
build_split(const struct builder *b, struct split *split,
    const uint32_t *ranks, uint32_t count, struct index_plan_cut cut,
    unsigned walked)
{
	struct arena_mark mark = arena_mark(b->scratch);
	struct draft d = {
		.dimension = cut.dimension, .flat = cut.flat, .walked = walked,
	};

	split->best = ranks[0];
	split->dimension = cut.dimension;
	split->flat = cut.flat;
	draft_rest(b, &d, ranks, count);
	for (int w = 0; w < PIECE_WIDTHS; w++)
		if (cut.flat)
			draft_flat(b, &d, &split->axes[w], w, ranks, count);
		else
			draft_axis(b, &d, &split->axes[w], w, ranks, count);
	/* The rest of a flat split may still be divided by its dimension. */
	if (!cut.flat)
		d.walked |= 1u << cut.dimension;
	place_lists(b, &d, split);
	arena_rewind(b->scratch, mark);
}

/* The root is a split by nothing, all of whose rules are the rest. */
static void
build_root(const struct builder *b, struct split *root, uint32_t *ranks,
    size_t count, uint8_t direction)
{
	struct draft d = { .rest = ranks };

	for (size_t i = 0; i < count; i++)
		if ((b->rules[i]->direction & direction) != 0)
			ranks[d.rest_count++] = (uint32_t)i;
	place_lists(b, &d, root);
}

const struct rule_index *
rule_index_build(struct arena *arena, struct arena *scratch,
    struct rules_rule *const *rules, size_t count)
{
	struct rule_index *index = arena_alloc(arena, sizeof(*index));
	struct arena_mark mark = arena_mark(scratch);
	struct index_plan_facts *facts = arena_alloc_array(scratch, count,
	    sizeof(*facts));
	uint32_t *ranks = arena_alloc_array(scratch, count, sizeof(*ranks));
	struct builder b = { arena, scratch, rules, facts };

	ensure(count <= RULE_INDEX_MAX);
	index_plan_learn(rules, facts, count);
	for (size_t i = 0; i < count; i++)
		if ((facts[i].coded & (CONDITION_USER | CONDITION_JOB)) != 0)
			index->asks_names = true;
	build_root(&b, &index->inbound, ranks, count, RULES_INBOUND);
	build_root(&b, &index->outbound, ranks, count, RULES_OUTBOUND);
	arena_rewind(scratch, mark);
	return index;
}

/* A job is a process's name, its unit's, and that without its ending. */
#define KEYS_MAX	3

/* Everything a flow is looked up by. */
struct query {
	struct rules_rule *const *rules;
	const struct rules_flow *flow;
	struct {
		int width;
		unsigned count;		/* 0: not known */
		prefix_key values[KEYS_MAX];
	} keys[PIECE_DIMENSIONS];
};

static uint32_t walk_split(const struct split *split, const struct query *q,
    uint32_t best);

/* The lower of `best` and the first rank in the list that the flow meets. */
static uint32_t
walk_list(const struct split *split, struct list list, const struct query *q,
    uint32_t best)
{
	const uint32_t *entries = &split->entries[list.first];

	if (list.count == COUNT_SPLIT)
		return walk_split(&split->children[list.first], q, best);
	if (list.count == 1)
		entries = &list.first;
	for (uint32_t i = 0; i < list.count; i++) {
		uint32_t rank = entries[i] >> CHECK_BITS;
		unsigned check = entries[i] & CHECK_MASK;

		if (rank >= best)
			return best;
		if (check == 0 || condition_met(q->rules[rank], q->flow,
		    check))
			return rank;
	}
	return best;
}

static uint32_t
walk_split(const struct split *split, const struct query *q, uint32_t best)
{
	int width = q->keys[split->dimension].width;
	unsigned count = q->keys[split->dimension].count;
	const struct block *block;
	uint32_t at;

	if (split->best >= best)
		return best;
	best = walk_list(split, split->rest, q, best);
	for (unsigned i = 0; i < count; i++) {
		at = axis_find(&split->axes[width],
		    q->keys[split->dimension].values[i]);
		if (split->flat) {
			best = at < best ? at : best;
			continue;
		}
		while (at != AXIS_NONE) {
			block = &split->blocks[width][at];
			best = walk_list(split, block->list, q, best);
			at = block->up;
		}
	}
	return best;
}

static void
set_addr(struct query *q, enum condition condition, const struct addr *addr)
{
	unsigned dimension = (unsigned)__builtin_ctz(condition);
	prefix_key key = prefix_of_addr(addr);

	q->keys[dimension].width = addr_is_v4(addr) ? PIECE_NARROW : PIECE_WIDE;
	q->keys[dimension].count = 1;
	q->keys[dimension].values[0] = key;
}

static void
set_port(struct query *q, enum condition condition, uint16_t port)
{
	unsigned dimension = (unsigned)__builtin_ctz(condition);

	q->keys[dimension].width = PIECE_NARROW;
	q->keys[dimension].count = 1;
	q->keys[dimension].values[0] = port;
}

static void
add_name(struct query *q, enum condition condition, const char *name)
{
	unsigned dimension = (unsigned)__builtin_ctz(condition);

	q->keys[dimension].width = PIECE_WIDE;
	if (name != NULL)
		q->keys[dimension].values[q->keys[dimension].count++] =
		    prefix_of_name(name, condition == CONDITION_JOB);
}

static void
add_unit(struct query *q, const char *unit)
{
	char stem[PREFIX_NAME_MAX + 2];
	size_t length;

	if (unit == NULL)
		return;
	add_name(q, CONDITION_JOB, unit);
	/* Where they begin alike, one key is both. */
	length = condition_unit_stem(unit);
	if (length > PREFIX_NAME_MAX)
		return;
	memcpy(stem, unit, length);
	stem[length] = '\0';
	add_name(q, CONDITION_JOB, stem);
}

uint32_t
rule_index_find(const struct rule_index *index,
    struct rules_rule *const *rules, const struct rules_flow *flow)
{
	const struct split *root = flow->direction == RULES_INBOUND ?
	    &index->inbound : &index->outbound;
	struct query q;

	q.rules = rules;
	q.flow = flow;
	set_port(&q, CONDITION_LOCAL_PORT, flow->local.port);
	set_port(&q, CONDITION_REMOTE_PORT, flow->remote.port);
	set_addr(&q, CONDITION_LOCAL_ADDR, &flow->local.addr);
	set_addr(&q, CONDITION_REMOTE_ADDR, &flow->remote.addr);
	if (index->asks_names) {
		q.keys[__builtin_ctz(CONDITION_USER)].count = 0;
		q.keys[__builtin_ctz(CONDITION_JOB)].count = 0;
		add_name(&q, CONDITION_USER, flow->user);
		add_name(&q, CONDITION_JOB, flow->job);
		add_unit(&q, flow->unit);
	}
	return walk_list(root, root->rest, &q, RULE_INDEX_NONE);
}
