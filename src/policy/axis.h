/*
 * axis.h - aligned blocks of one key space, and the innermost around a key.
 *
 * Blocks (policy/prefix.h) nest or are disjoint, so the keys fall into
 * intervals, each with one innermost block; the blocks around it are reached
 * by `up`. The intervals' starts are kept in 32 bits where the keys allow it.
 */
#ifndef SALLYPORT_POLICY_AXIS_H
#define SALLYPORT_POLICY_AXIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "policy/prefix.h"

#define AXIS_NONE UINT32_MAX

struct axis {
	uint32_t count;		/* intervals; 0: there is no block at all */
	bool wide;		/* starts are prefix_key, else uint32_t */
	const void *starts;	/* ascending; the first is 0 */
	const uint32_t *inner;	/* innermost block of each, or AXIS_NONE */
};

/* One block of one owner; blocks of several owners may be the same. */
struct axis_piece {
	prefix_key start;
	uint32_t owner;
	uint8_t free;
};

/* Pieces first to first + count - 1 are one block. */
struct axis_group {
	uint32_t first, count;
	uint32_t up;		/* the next block around it, or AXIS_NONE */
};

/*
 * Sorts the pieces by block, those of one block by owner, and finds the
 * groups: groups_r has room for `count`. Fills the axis from `arena`;
 * `scratch` is used and cut back. Returns the number of groups.
 */
uint32_t axis_build(struct axis *axis_r, struct arena *arena,
    struct arena *scratch, struct axis_piece *pieces, uint32_t count,
    bool wide, struct axis_group *groups_r);

/* Sorts by block, the outer of two with one start first; stable. */
void axis_sort(struct axis_piece *pieces, uint32_t count,
    struct arena *scratch);

/*
 * For who cuts a key space on his own: intervals in ascending order, `most`
 * of them; the first starts at 0. A later one with the same start replaces
 * the one before, and one that says the same as the one before joins it.
 */
struct axis_intervals {
	bool wide;
	void *starts;		/* prefix_key where wide, else uint32_t */
	uint32_t *inner;
	uint32_t count;
};

struct axis_intervals axis_intervals_new(struct arena *scratch, size_t most,
    bool wide);
void axis_begin(struct axis_intervals *in, prefix_key start, uint32_t inner);

/* Fills the axis with a copy from `arena`. */
void axis_keep(struct axis *axis_r, struct arena *arena,
    const struct axis_intervals *in);

/* The inner of the interval around the key; AXIS_NONE in an empty axis. */
uint32_t axis_find(const struct axis *axis, prefix_key key);

#endif
