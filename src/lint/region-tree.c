#include "lint/region-tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

#define LEAF_MOST	8
#define WAYS		3

/* Cuts are judged by so many boxes of a node. */
#define SAMPLE_MOST	32

/* Most boxes of one region, and of all regions on average. */
#define BOXES_A_REGION	32
#define BOXES_AVERAGE	8
#define BOXES_FREE	65536

/* So many numbers are tried one by one, rather than looked for. */
#define FEW_NUMBERS	128

/* Groups of the boxes in a node. */
#define GROUP_MIXED	UINT32_MAX

struct entry {
	struct region_box box;
	uint32_t number;
	bool loose;			/* the region is less than its boxes */
};

struct node {
	struct region_box around;
	uint32_t lowest, highest;	/* numbers */
	uint32_t group;
	uint32_t first, count;		/* children, or entries of a leaf */
	uint8_t kinds;
	bool leaf;
};

struct region_tree {
	const struct region_tree_item *items;
	struct entry *entries;
	struct node *nodes;
	uint32_t node_count, node_room;
	uint64_t work;
};

/* --- regions into boxes --------------------------------------------------- */

/*
 * Bits of the dimensions in which a region is cut into its runs: the ones
 * with the fewest first, while there are no more boxes than `most`.
 */
static unsigned
plan_boxes(const struct region *region, uint32_t most, uint32_t *boxes_r)
{
	unsigned cut = 0;

	*boxes_r = 1;
	for (;;) {
		unsigned best = REGION_DIMENSIONS;

		for (unsigned d = 0; d < REGION_DIMENSIONS; d++) {
			if (region->sets[d].count == 0) {
				*boxes_r = 0;
				return 0;
			}
			if ((cut & 1u << d) == 0 && (best ==
			    REGION_DIMENSIONS || region->sets[d].count <
			    region->sets[best].count))
				best = d;
		}
		if (best == REGION_DIMENSIONS ||
		    region->sets[best].count > most / *boxes_r)
			return cut;
		*boxes_r *= region->sets[best].count;
		cut |= 1u << best;
	}
}

static void
put_boxes(struct region_tree *tree, uint32_t number, uint32_t most,
    uint32_t *used)
{
	const struct region *region = tree->items[number].region;
	uint32_t boxes, rest;
	unsigned cut = plan_boxes(region, most, &boxes);

	for (uint32_t i = 0; i < boxes; i++) {
		struct entry *entry = &tree->entries[(*used)++];

		entry->number = number;
		entry->box = region_around(region);
		rest = i;
		for (unsigned d = 0; d < REGION_DIMENSIONS; d++) {
			const struct region_set *set = &region->sets[d];

			if ((cut & 1u << d) == 0) {
				entry->loose = true;
				continue;
			}
			entry->box.lo[d] = set->runs[rest % set->count].lo;
			entry->box.hi[d] = set->runs[rest % set->count].hi;
			rest /= set->count;
		}
	}
}

static uint64_t
count_boxes(const struct region_tree *tree, uint32_t count, uint32_t most)
{
	uint64_t total = 0;
	uint32_t boxes;

	for (uint32_t i = 0; i < count; i++) {
		plan_boxes(tree->items[i].region, most, &boxes);
		total += boxes;
	}
	return total;
}

/* --- the tree ------------------------------------------------------------- */

struct builder {
	struct region_tree *tree;
	struct arena *arena;
	const struct entry *boxes;
	uint32_t *order, *spare;	/* places in `boxes` */
};

struct cut {
	unsigned dimension;
	uint32_t at;			/* where what is behind it begins */
	uint64_t worth;			/* pairs it separates; 0: none */
};

static int
compare_numbers(const void *va, const void *vb)
{
	const uint32_t *a = va, *b = vb;

	return (*a > *b) - (*a < *b);
}

/* The best cut of one dimension, by sorted lows and highs. */
static void
judge_cuts(const uint32_t *lows, const uint32_t *highs, uint32_t count,
    unsigned dimension, struct cut *best)
{
	uint32_t before = 0;

	for (uint32_t i = 1; i < count; i++) {
		uint64_t worth;

		while (before < count && highs[before] < lows[i])
			before++;
		if (lows[i] == lows[i - 1])
			continue;
		worth = (uint64_t)before * (count - i);
		if (worth > best->worth)
			*best = (struct cut){ dimension, lows[i], worth };
	}
}

static struct cut
choose_cut(const struct builder *b, const struct node *node, uint32_t first,
    uint32_t count)
{
	uint32_t lows[SAMPLE_MOST], highs[SAMPLE_MOST];
	uint32_t sample = count < SAMPLE_MOST ? count : SAMPLE_MOST;
	struct cut best = { 0, 0, 0 };

	for (unsigned d = 0; d < REGION_DIMENSIONS; d++) {
		if (node->around.lo[d] == node->around.hi[d])
			continue;
		for (uint32_t i = 0; i < sample; i++) {
			uint64_t at = (uint64_t)i * count / sample;
			const struct region_box *box =
			    &b->boxes[b->order[first + at]].box;

			lows[i] = box->lo[d];
			highs[i] = box->hi[d];
		}
		qsort(lows, sample, sizeof(*lows), compare_numbers);
		if (lows[0] == lows[sample - 1])
			continue;
		qsort(highs, sample, sizeof(*highs), compare_numbers);
		judge_cuts(lows, highs, sample, d, &best);
	}
	return best;
}

/* Before the cut, behind it, across it; numbers stay in order in each. */
static void
divide(const struct builder *b, const struct cut *cut, uint32_t first,
    uint32_t count, uint32_t parts_r[WAYS])
{
	uint32_t used = 0;

	for (unsigned way = 0; way < WAYS; way++) {
		uint32_t before = used;

		for (uint32_t i = first; i < first + count; i++) {
			const struct region_box *box =
			    &b->boxes[b->order[i]].box;
			unsigned where =
			    box->hi[cut->dimension] < cut->at ? 0 :
			    box->lo[cut->dimension] >= cut->at ? 1 : 2;

			if (where == way)
				b->spare[used++] = b->order[i];
		}
		parts_r[way] = used - before;
	}
	memcpy(b->order + first, b->spare, count * sizeof(*b->order));
}

/*
 * What a node is divided into. Where no cut takes away a fair part, halves in
 * order of numbers, so that the tree is never deep.
 */
static void
plan_children(const struct builder *b, const struct node *node,
    uint32_t first, uint32_t count, uint32_t parts_r[WAYS])
{
	struct cut cut = choose_cut(b, node, first, count);

	if (cut.worth > 0) {
		divide(b, &cut, first, count, parts_r);
		for (unsigned way = 0; way < WAYS; way++)
			if (parts_r[way] > count - count / 16)
				cut.worth = 0;
	}
	if (cut.worth > 0)
		return;
	qsort(b->order + first, count, sizeof(*b->order), compare_numbers);
	parts_r[0] = count / 2;
	parts_r[1] = count - count / 2;
	parts_r[2] = 0;
}

/* Bounds and all else that a node knows of its boxes. */
static void
describe(const struct builder *b, struct node *node, uint32_t first,
    uint32_t count)
{
	const struct entry *entry = &b->boxes[b->order[first]];

	node->around = entry->box;
	node->lowest = UINT32_MAX;
	node->group = b->tree->items[entry->number].group;
	for (uint32_t i = first; i < first + count; i++) {
		const struct region_tree_item *item;

		entry = &b->boxes[b->order[i]];
		item = &b->tree->items[entry->number];
		for (unsigned d = 0; d < REGION_DIMENSIONS; d++) {
			if (entry->box.lo[d] < node->around.lo[d])
				node->around.lo[d] = entry->box.lo[d];
			if (entry->box.hi[d] > node->around.hi[d])
				node->around.hi[d] = entry->box.hi[d];
		}
		if (entry->number < node->lowest)
			node->lowest = entry->number;
		if (entry->number > node->highest)
			node->highest = entry->number;
		if (item->group != node->group)
			node->group = GROUP_MIXED;
		node->kinds |= item->kind;
	}
}

static int
compare_nodes(const void *va, const void *vb)
{
	const struct node *a = va, *b = vb;

	return (a->lowest > b->lowest) - (a->lowest < b->lowest);
}

/* Room for the children of one more node; nodes may move. */
static void
make_room(const struct builder *b)
{
	struct region_tree *tree = b->tree;
	struct node *larger;

	if (tree->node_count + WAYS <= tree->node_room)
		return;
	tree->node_room = tree->node_room * 2 + WAYS + 1;
	larger = arena_alloc_array(b->arena, tree->node_room,
	    sizeof(*larger));
	if (tree->node_count > 0)
		memcpy(larger, tree->nodes,
		    tree->node_count * sizeof(*larger));
	tree->nodes = larger;
}

/* Children that stand in `order` at node->first become nodes. */
static void
build(const struct builder *b, uint32_t at)
{
	struct region_tree *tree = b->tree;
	uint32_t first = tree->nodes[at].first, count = tree->nodes[at].count;
	uint32_t parts[WAYS], children = tree->node_count;

	if (count <= LEAF_MOST) {
		tree->nodes[at].leaf = true;
		return;
	}
	make_room(b);
	plan_children(b, &tree->nodes[at], first, count, parts);
	for (unsigned way = 0; way < WAYS; way++) {
		struct node *child = &tree->nodes[tree->node_count];

		if (parts[way] == 0)
			continue;
		tree->node_count++;
		describe(b, child, first, parts[way]);
		child->first = first;
		child->count = parts[way];
		first += parts[way];
	}
	tree->nodes[at].first = children;
	tree->nodes[at].count = tree->node_count - children;
	qsort(&tree->nodes[children], tree->nodes[at].count,
	    sizeof(*tree->nodes), compare_nodes);
	count = tree->nodes[at].count;
	for (uint32_t i = children; i < children + count; i++)
		build(b, i);
}

/* Boxes where their leaf finds them, in order of numbers. */
static void
settle_entries(struct region_tree *tree, struct arena *arena,
    const struct builder *b, uint32_t count)
{
	struct entry *settled = arena_alloc_array(arena, count,
	    sizeof(*settled));

	for (uint32_t n = 0; n < tree->node_count; n++)
		if (tree->nodes[n].leaf)
			qsort(b->order + tree->nodes[n].first,
			    tree->nodes[n].count, sizeof(*b->order),
			    compare_numbers);
	for (uint32_t i = 0; i < count; i++)
		settled[i] = b->boxes[b->order[i]];
	tree->entries = settled;
}

struct region_tree *
region_tree_new(struct arena *arena, const struct region_tree_item *items,
    uint32_t count)
{
	struct region_tree *tree = arena_alloc(arena, sizeof(*tree));
	struct builder b = { .tree = tree, .arena = arena };
	uint32_t most = BOXES_A_REGION, used = 0, total;

	tree->items = items;
	while (most > 1 && count_boxes(tree, count, most) >
	    (uint64_t)count * BOXES_AVERAGE + BOXES_FREE)
		most /= 2;
	total = (uint32_t)count_boxes(tree, count, most);
	tree->entries = arena_alloc_array(arena, total,
	    sizeof(*tree->entries));
	for (uint32_t i = 0; i < count; i++)
		put_boxes(tree, i, most, &used);
	ensure(used == total);
	if (total == 0)
		return tree;
	b.boxes = tree->entries;
	b.order = arena_alloc_array(arena, total, sizeof(*b.order));
	b.spare = arena_alloc_array(arena, total, sizeof(*b.spare));
	for (uint32_t i = 0; i < total; i++)
		b.order[i] = i;
	make_room(&b);
	describe(&b, &tree->nodes[0], 0, total);
	tree->nodes[0].count = total;
	tree->node_count = 1;
	build(&b, 0);
	settle_entries(tree, arena, &b, total);
	return tree;
}

/* --- asking --------------------------------------------------------------- */

static bool
box_has(const struct region_box *box, const struct region_point *point)
{
	for (unsigned d = 0; d < REGION_DIMENSIONS; d++)
		if (point->at[d] < box->lo[d] || point->at[d] > box->hi[d])
			return false;
	return true;
}

/* What it costs to ask a region itself: a unit a run. */
static uint32_t
work_of(const struct region *region)
{
	uint32_t runs = 0;

	for (unsigned d = 0; d < REGION_DIMENSIONS; d++)
		runs += region->sets[d].count;
	return runs;
}

static uint32_t
first_below(struct region_tree *tree, uint32_t at,
    const struct region_point *point, uint32_t below)
{
	const struct node *node = &tree->nodes[at];
	const struct region *region;

	tree->work += node->count;
	for (uint32_t i = 0; !node->leaf && i < node->count; i++) {
		const struct node *child = &tree->nodes[node->first + i];

		if (child->lowest >= below)
			break;
		if (box_has(&child->around, point))
			below = first_below(tree, node->first + i, point,
			    below);
	}
	for (uint32_t i = 0; node->leaf && i < node->count; i++) {
		const struct entry *entry = &tree->entries[node->first + i];

		if (entry->number >= below)
			break;
		if (!box_has(&entry->box, point))
			continue;
		if (!entry->loose)
			return entry->number;
		region = tree->items[entry->number].region;
		tree->work += work_of(region);
		if (region_has(region, point))
			return entry->number;
	}
	return below;
}

uint32_t
region_tree_first(struct region_tree *tree, const struct region_point *point,
    uint32_t below)
{
	uint32_t found = tree->nodes == NULL ? below :
	    first_below(tree, 0, point, below);

	return found == below ? REGION_TREE_NONE : found;
}

struct asking {
	struct region_tree *tree;
	const struct region *region;
	const struct region_tree_filter *filter;
	bool (*each)(void *arg, uint32_t number);
	void *arg;
};

static bool
node_passes(const struct asking *q, const struct node *node)
{
	const struct region_tree_filter *f = q->filter;

	return node->lowest < f->below && node->highest >= f->from &&
	    (node->kinds & f->kinds) != 0 &&
	    !(f->in_group && node->group != f->group &&
	    node->group != GROUP_MIXED) &&
	    !(f->out_of_group && node->group == f->group) &&
	    region_meets_box(q->region, &node->around);
}

static bool
item_passes(const struct asking *q, uint32_t number)
{
	const struct region_tree_filter *f = q->filter;
	const struct region_tree_item *item = &q->tree->items[number];

	return number >= f->from && (item->kind & f->kinds) != 0 &&
	    !(f->in_group && item->group != f->group) &&
	    !(f->out_of_group && item->group == f->group);
}

static bool
meets(const struct asking *q, uint32_t number)
{
	const struct region *region = q->tree->items[number].region;

	q->tree->work += work_of(region);
	return region_meets(q->region, region);
}

static bool
each_by_number(const struct asking *q)
{
	const struct region_tree_filter *f = q->filter;

	for (uint32_t number = f->from; number < f->below; number++)
		if (item_passes(q, number) && meets(q, number) &&
		    !q->each(q->arg, number))
			return false;
	return true;
}

static bool
each_in(const struct asking *q, uint32_t at)
{
	const struct node *node = &q->tree->nodes[at];

	q->tree->work += node->count;
	for (uint32_t i = 0; !node->leaf && i < node->count; i++)
		if (node_passes(q, &q->tree->nodes[node->first + i]) &&
		    !each_in(q, node->first + i))
			return false;
	for (uint32_t i = 0; node->leaf && i < node->count; i++) {
		const struct entry *entry =
		    &q->tree->entries[node->first + i];

		if (entry->number >= q->filter->below)
			break;
		if (item_passes(q, entry->number) &&
		    region_meets_box(q->region, &entry->box) &&
		    (!entry->loose || meets(q, entry->number)) &&
		    !q->each(q->arg, entry->number))
			return false;
	}
	return true;
}

bool
region_tree_each(struct region_tree *tree, const struct region *region,
    const struct region_tree_filter *filter,
    bool (*each)(void *arg, uint32_t number), void *arg)
{
	struct asking q = { tree, region, filter, each, arg };

	if (tree->nodes == NULL || filter->from >= filter->below)
		return true;
	if (filter->below - filter->from <= FEW_NUMBERS)
		return each_by_number(&q);
	return !node_passes(&q, &tree->nodes[0]) || each_in(&q, 0);
}

uint64_t
region_tree_work(const struct region_tree *tree)
{
	return tree->work;
}
