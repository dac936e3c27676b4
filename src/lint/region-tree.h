/*
 * region-tree.h - which of many regions hold a point, or meet a region.
 *
 * Regions are cut into boxes (as many as are in proportion; what remains is
 * asked of the region itself), and boxes are divided three ways, again and
 * again, by the cut that separates most of them: before it, behind it, across
 * it. A node knows its boxes' bounds, lowest and highest number, and kinds.
 *
 * Asking costs work, which is counted: a unit is one box or node looked at,
 * some nanoseconds.
 */
#ifndef SALLYPORT_LINT_REGION_TREE_H
#define SALLYPORT_LINT_REGION_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "lint/region.h"

struct arena;
struct region_tree;

#define REGION_TREE_NONE UINT32_MAX

/* A region's number is its place in the array. */
struct region_tree_item {
	const struct region *region;
	uint32_t group;			/* what filters tell apart */
	uint8_t kind;			/* one bit, or 0: no filter passes it */
};

/* Which numbers are looked for. */
struct region_tree_filter {
	uint32_t from, below;
	uint8_t kinds;			/* bits */
	bool in_group, out_of_group;	/* of this one only; of others only */
	uint32_t group;
};

/* items[count] outlives the tree. */
struct region_tree *region_tree_new(struct arena *arena,
    const struct region_tree_item *items, uint32_t count);

/* The lowest number below `below` of a region that holds the point, or NONE. */
uint32_t region_tree_first(struct region_tree *tree,
    const struct region_point *point, uint32_t below);

/*
 * Calls `each` for the regions that pass the filter and meet the region, in
 * no order, some of them more than once; ends where it returns false, and
 * returns false then.
 */
bool region_tree_each(struct region_tree *tree, const struct region *region,
    const struct region_tree_filter *filter,
    bool (*each)(void *arg, uint32_t number), void *arg);

/* Units of work done so far. */
uint64_t region_tree_work(const struct region_tree *tree);

#endif
