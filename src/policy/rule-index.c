#include "policy/rule-index.h"

#include <string.h>

#include "policy/axis.h"
#include "policy/condition.h"

/* A dimension is the bit number of its enum condition. */
#define DIMENSIONS	6

/* A list this short is walked; more than this is split where it can be. */
#define WALK_MOST	8

/* In entries, the conditions still to check; above them the rank. */
#define CHECK_BITS	6
#define CHECK_MASK	((1u << CHECK_BITS) - 1)

/* Places a rule may have in the index on average before a cap applies. */
#define PLACES_A_RULE	64
#define PLACES_FREE	1000000

/* Narrow keys are ports and IPv4 addresses. */
enum { NARROW, WIDE, WIDTHS };

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
	struct list rest;		/* rules without this condition */
	struct axis axes[WIDTHS];
	const struct block *blocks[WIDTHS];
	const uint32_t *entries;
	const struct split *children;
};

struct rule_index {
	bool asks_names;
	struct split root;		/* `rest` only */
};

/* Bits are those of enum condition. */
struct facts {
	uint8_t coded;
	uint8_t keyed;			/* has places in the index */
	uint8_t settled;		/* ... which decide it wholly */
};

struct builder {
	struct arena *arena, *scratch;
	struct rules_rule *const *rules;
	const struct facts *facts;	/* by rank */
};

/* The lists of a split before they have found their place. */
struct draft {
	uint32_t *rest, rest_count;
	uint32_t *members[WIDTHS];
	struct axis_group *groups[WIDTHS];
	uint32_t group_count[WIDTHS];
	unsigned dimension;		/* of this split */
	unsigned walked;		/* bits, this dimension's among them */
	uint32_t *entries, entry_count;
	struct split *children;
	uint32_t child_count;
};

static size_t
put_pieces(prefix_key lo, prefix_key hi, uint32_t owner,
    struct axis_piece *out_r)
{
	struct prefix_block blocks[PREFIX_BLOCKS_MAX];
	size_t count = prefix_cut(lo, hi, blocks);

	for (size_t i = 0; out_r != NULL && i < count; i++) {
		out_r[i].start = blocks[i].start;
		out_r[i].free = blocks[i].free;
		out_r[i].owner = owner;
	}
	return count;
}

static size_t
put_addrs(const struct rules_addrs *addrs, int width, uint32_t owner,
    struct axis_piece *out_r)
{
	prefix_key mask = width == NARROW ? UINT32_MAX : ~(prefix_key)0;
	size_t count = 0;

	for (size_t i = 0; i < addrs->count; i++) {
		const struct addr_range *range = &addrs->range[i];

		if (addr_is_v4(&range->lo) != (width == NARROW))
			continue;
		count += put_pieces(prefix_of_addr(&range->lo) & mask,
		    prefix_of_addr(&range->hi) & mask, owner,
		    out_r == NULL ? NULL : out_r + count);
	}
	return count;
}

static size_t
put_ports(const struct rules_ports *ports, uint32_t owner,
    struct axis_piece *out_r)
{
	size_t count = 0;

	for (size_t i = 0; i < ports->count; i++)
		count += put_pieces(ports->range[i].lo, ports->range[i].hi,
		    owner, out_r == NULL ? NULL : out_r + count);
	return count;
}

static size_t
put_name(const char *pattern, bool fold, uint32_t owner,
    struct axis_piece *out_r)
{
	struct prefix_block block = prefix_cut_name(pattern, fold);

	if (out_r != NULL) {
		out_r->start = block.start;
		out_r->free = block.free;
		out_r->owner = owner;
	}
	return 1;
}

/* The pieces of a coded condition in one width; out_r NULL: counts only. */
static size_t
put_condition(const struct rules_rule *rule, unsigned dimension, int width,
    uint32_t owner, struct axis_piece *out_r)
{
	switch (1 << dimension) {
	case CONDITION_LOCAL_PORT:
		return width != NARROW ? 0 :
		    put_ports(rule->local_ports, owner, out_r);
	case CONDITION_REMOTE_PORT:
		return width != NARROW ? 0 :
		    put_ports(rule->remote_ports, owner, out_r);
	case CONDITION_REMOTE_ADDR:
		return put_addrs(rule->remote_addrs, width, owner, out_r);
	case CONDITION_LOCAL_ADDR:
		return put_addrs(rule->local_addrs, width, owner, out_r);
	case CONDITION_USER:
		return width != WIDE ? 0 :
		    put_name(rule->user, false, owner, out_r);
	case CONDITION_JOB:
		return width != WIDE ? 0 :
		    put_name(rule->job, true, owner, out_r);
	}
	ensure(!"a dimension");
	return 0;
}

/*
 * Which of a rule's conditions have places: as many as keep their product
 * under the cap, those with the fewest pieces first. Returns the product.
 */
static size_t
plan_rule(const struct rules_rule *rule, unsigned coded, size_t cap,
    uint8_t *keyed_r)
{
	size_t pieces[DIMENSIONS] = { 0 }, product = 1;
	unsigned left = coded;

	for (unsigned d = 0; d < DIMENSIONS; d++)
		if ((coded & 1u << d) != 0)
			pieces[d] = put_condition(rule, d, NARROW, 0, NULL) +
			    put_condition(rule, d, WIDE, 0, NULL);
	*keyed_r = 0;
	while (left != 0) {
		unsigned best = DIMENSIONS;

		for (unsigned d = 0; d < DIMENSIONS; d++)
			if ((left & 1u << d) != 0 && (best == DIMENSIONS ||
			    pieces[d] < pieces[best]))
				best = d;
		ensure(pieces[best] > 0);
		if (pieces[best] > cap / product)
			break;
		product *= pieces[best];
		*keyed_r |= (uint8_t)(1u << best);
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

static size_t
plan_places(struct rules_rule *const *rules, struct facts *facts,
    size_t count, size_t cap)
{
	size_t places = 0;

	for (size_t i = 0; i < count; i++) {
		unsigned coded = condition_coded(rules[i]);

		facts[i].coded = (uint8_t)coded;
		places += plan_rule(rules[i], coded, cap, &facts[i].keyed);
		facts[i].settled = facts[i].keyed &
		    (uint8_t)~undecided_names(rules[i], coded);
	}
	return places;
}

/* Lowers the cap until the index is in proportion to the rules. */
static void
plan(struct rules_rule *const *rules, struct facts *facts, size_t count)
{
	size_t cap = (size_t)1 << 30;

	while (plan_places(rules, facts, count, cap) >
	    PLACES_A_RULE * count + PLACES_FREE && cap > PLACES_A_RULE)
		cap = cap > 1024 ? 1024 : cap / 4;
}

static unsigned
unchecked(const struct builder *b, uint32_t rank, unsigned walked)
{
	return b->facts[rank].coded & ~(b->facts[rank].settled & walked);
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

/* The next dimension to split a list by, or DIMENSIONS: it is to be walked. */
static unsigned
next_dimension(const struct builder *b, const uint32_t *ranks,
    uint32_t count, unsigned from)
{
	unsigned keyed = 0;

	if (count <= WALK_MOST)
		return DIMENSIONS;
	for (uint32_t i = 0; i < count; i++)
		keyed |= b->facts[ranks[i]].keyed;
	while (from < DIMENSIONS && (keyed & 1u << from) == 0)
		from++;
	return from;
}

/* What a list will need in the split's arrays. */
static void
count_list(const struct builder *b, struct draft *d, const uint32_t *ranks,
    uint32_t count)
{
	count = reachable(b, ranks, count, d->walked);
	if (next_dimension(b, ranks, count, d->dimension + 1) < DIMENSIONS)
		d->child_count++;
	else if (count > 1)
		d->entry_count += count;
}

static void build_split(const struct builder *b, struct split *split,
    const uint32_t *ranks, uint32_t count, unsigned dimension,
    unsigned walked);

static struct list
place_list(const struct builder *b, struct draft *d, const uint32_t *ranks,
    uint32_t count)
{
	struct list list = { 0, reachable(b, ranks, count, d->walked) };
	unsigned dimension = next_dimension(b, ranks, list.count,
	    d->dimension + 1);

	if (dimension < DIMENSIONS) {
		list.first = d->child_count++;
		build_split(b, &d->children[list.first], ranks, list.count,
		    dimension, d->walked);
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

/* Puts the list's rules into groups by block; writes one axis. */
static void
draft_axis(const struct builder *b, struct draft *d, struct axis *axis_r,
    int width, const uint32_t *ranks, uint32_t count)
{
	struct axis_piece *pieces;
	struct arena_mark mark;
	size_t total = 0, n = 0;

	for (uint32_t i = 0; i < count; i++)
		if ((b->facts[ranks[i]].keyed & 1u << d->dimension) != 0)
			total += put_condition(b->rules[ranks[i]],
			    d->dimension, width, 0, NULL);
	ensure(total < AXIS_NONE);
	d->members[width] = arena_alloc_array(b->scratch, total,
	    sizeof(**d->members));
	d->groups[width] = arena_alloc_array(b->scratch, total,
	    sizeof(**d->groups));
	mark = arena_mark(b->scratch);
	pieces = arena_alloc_array(b->scratch, total, sizeof(*pieces));
	for (uint32_t i = 0; i < count; i++)
		if ((b->facts[ranks[i]].keyed & 1u << d->dimension) != 0)
			n += put_condition(b->rules[ranks[i]], d->dimension,
			    width, ranks[i], pieces + n);
	d->group_count[width] = axis_build(axis_r, b->arena, b->scratch,
	    pieces, (uint32_t)total, width == WIDE, d->groups[width]);
	for (size_t i = 0; i < total; i++)
		d->members[width][i] = pieces[i].owner;
	arena_rewind(b->scratch, mark);
}

static void
draft_rest(const struct builder *b, struct draft *d, const uint32_t *ranks,
    uint32_t count)
{
	d->rest = arena_alloc_array(b->scratch, count, sizeof(*d->rest));
	for (uint32_t i = 0; i < count; i++)
		if ((b->facts[ranks[i]].keyed & 1u << d->dimension) == 0)
			d->rest[d->rest_count++] = ranks[i];
}

/* Sizes the split's arrays, then gives every list its place in them. */
static void
place_lists(const struct builder *b, struct draft *d, struct split *split)
{
	count_list(b, d, d->rest, d->rest_count);
	for (int w = 0; w < WIDTHS; w++)
		for (uint32_t g = 0; g < d->group_count[w]; g++)
			count_list(b, d, d->members[w] +
			    d->groups[w][g].first, d->groups[w][g].count);
	split->entries = d->entries = arena_alloc_array(b->arena,
	    d->entry_count, sizeof(*d->entries));
	split->children = d->children = arena_alloc_array(b->arena,
	    d->child_count, sizeof(*d->children));
	d->entry_count = d->child_count = 0;
	split->rest = place_list(b, d, d->rest, d->rest_count);
	for (int w = 0; w < WIDTHS; w++) {
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
    const uint32_t *ranks, uint32_t count, unsigned dimension,
    unsigned walked)
{
	struct arena_mark mark = arena_mark(b->scratch);
	struct draft d = {
		.dimension = dimension, .walked = walked | 1u << dimension
	};

	split->best = ranks[0];
	split->dimension = dimension;
	draft_rest(b, &d, ranks, count);
	for (int w = 0; w < WIDTHS; w++)
		draft_axis(b, &d, &split->axes[w], w, ranks, count);
	place_lists(b, &d, split);
	arena_rewind(b->scratch, mark);
}

const struct rule_index *
rule_index_build(struct arena *arena, struct arena *scratch,
    struct rules_rule *const *rules, size_t count, uint8_t direction)
{
	struct rule_index *index = arena_alloc(arena, sizeof(*index));
	struct arena_mark mark = arena_mark(scratch);
	struct facts *facts = arena_alloc_array(scratch, count,
	    sizeof(*facts));
	uint32_t *ranks = arena_alloc_array(scratch, count, sizeof(*ranks));
	struct builder b = { arena, scratch, rules, facts };
	/* The root is a split by nothing, all of whose rules are the rest. */
	struct draft d = { .dimension = (unsigned)-1, .rest = ranks };

	ensure(count <= RULE_INDEX_MAX);
	plan(rules, facts, count);
	for (size_t i = 0; i < count; i++) {
		if ((rules[i]->direction & direction) == 0)
			continue;
		ranks[d.rest_count++] = (uint32_t)i;
		if ((facts[i].coded & (CONDITION_USER | CONDITION_JOB)) != 0)
			index->asks_names = true;
	}
	place_lists(&b, &d, &index->root);
	arena_rewind(scratch, mark);
	return index;
}

/* Everything a flow is looked up by. */
struct query {
	struct rules_rule *const *rules;
	const struct rules_flow *flow;
	struct {
		int width;		/* WIDTHS: not known */
		prefix_key value;
	} keys[DIMENSIONS];
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
	const struct block *block;
	uint32_t at;

	if (split->best >= best)
		return best;
	best = walk_list(split, split->rest, q, best);
	if (width == WIDTHS)
		return best;
	at = axis_find(&split->axes[width], q->keys[split->dimension].value);
	while (at != AXIS_NONE) {
		block = &split->blocks[width][at];
		best = walk_list(split, block->list, q, best);
		at = block->up;
	}
	return best;
}

static void
set_addr(struct query *q, enum condition condition, const struct addr *addr)
{
	unsigned dimension = (unsigned)__builtin_ctz(condition);
	prefix_key key = prefix_of_addr(addr);

	q->keys[dimension].width = addr_is_v4(addr) ? NARROW : WIDE;
	q->keys[dimension].value = key;
}

static void
set_port(struct query *q, enum condition condition, uint16_t port)
{
	unsigned dimension = (unsigned)__builtin_ctz(condition);

	q->keys[dimension].width = NARROW;
	q->keys[dimension].value = port;
}

static void
set_name(struct query *q, enum condition condition, const char *name)
{
	unsigned dimension = (unsigned)__builtin_ctz(condition);

	q->keys[dimension].width = name == NULL ? WIDTHS : WIDE;
	if (name != NULL)
		q->keys[dimension].value = prefix_of_name(name,
		    condition == CONDITION_JOB);
}

uint32_t
rule_index_find(const struct rule_index *index,
    struct rules_rule *const *rules, const struct rules_flow *flow)
{
	struct query q;

	q.rules = rules;
	q.flow = flow;
	set_port(&q, CONDITION_LOCAL_PORT, flow->local.port);
	set_port(&q, CONDITION_REMOTE_PORT, flow->remote.port);
	set_addr(&q, CONDITION_LOCAL_ADDR, &flow->local.addr);
	set_addr(&q, CONDITION_REMOTE_ADDR, &flow->remote.addr);
	if (index->asks_names) {
		set_name(&q, CONDITION_USER, flow->user);
		set_name(&q, CONDITION_JOB, flow->job);
	}
	return walk_list(&index->root, index->root.rest, &q, RULE_INDEX_NONE);
}
