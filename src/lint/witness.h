/*
 * witness.h - a connection of a region that no earlier region takes.
 *
 * The region is a box once what lies between its runs is left out. A point in
 * the middle is looked up: where an earlier region holds it, all that this
 * one holds around the point is cut off, and what is left is searched on.
 */
#ifndef SALLYPORT_LINT_WITNESS_H
#define SALLYPORT_LINT_WITNESS_H

#include <stdint.h>

#include "lint/region-tree.h"
#include "lint/region.h"

struct arena;

enum witness {
	WITNESS_FOUND,
	WITNESS_NONE,			/* earlier regions take all of it */
	WITNESS_UNDECIDED,		/* it would be too much work */
};

struct witness_search {
	struct arena *arena;		/* used and cut back */
	struct region_tree *tree;
	const struct region_tree_item *items;	/* the tree's */
	uint64_t work_end;		/* of region_tree_work(tree) */
	/* Called for each region that takes a point: again and again. */
	void (*met)(void *arg, uint32_t number);	/* NULL: nobody asks */
	void *arg;
};

/*
 * Looks for a point of a region, which is not empty, that no region of a
 * number below `before` holds.
 */
enum witness witness_find(const struct witness_search *search,
    const struct region *region, uint32_t before,
    struct region_point *point_r);

#endif
