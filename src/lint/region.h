/*
 * region.h - sets of connections, as products of sets of small integers.
 *
 * A dimension is one fact of a connection; lint/space.h says which integer
 * stands for which of its values. A region holds a connection that is in its
 * set in every dimension, as a rule matches one that meets all its conditions.
 *
 * Runs of a set ascend, and neither overlap nor touch. Nothing is owned: sets
 * are shared between regions and live in their makers' arenas.
 */
#ifndef SALLYPORT_LINT_REGION_H
#define SALLYPORT_LINT_REGION_H

#include <stdbool.h>
#include <stdint.h>

struct arena;

/* Those that rules tell apart best come first: others are seldom asked. */
enum region_dimension {
	REGION_REMOTE_ADDR,
	REGION_LOCAL_PORT,
	REGION_LOCAL_ADDR,
	REGION_REMOTE_PORT,
	REGION_USER,
	REGION_JOB,
	REGION_DIRECTION,
	REGION_TIMES,
	REGION_DIMENSIONS,
};

/* Both ends belong to it. */
struct region_run {
	uint32_t lo, hi;
};

struct region_set {
	const struct region_run *runs;
	uint32_t count;			/* 0: nothing */
};

struct region {
	struct region_set sets[REGION_DIMENSIONS];
};

/* One run a dimension. */
struct region_box {
	uint32_t lo[REGION_DIMENSIONS], hi[REGION_DIMENSIONS];
};

struct region_point {
	uint32_t at[REGION_DIMENSIONS];
};

/* The first run that does not end before `at`; count where there is none. */
static inline uint32_t
region_set_seek(const struct region_set *set, uint32_t at)
{
	uint32_t low = 0, high = set->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (set->runs[middle].hi < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Whether the set and lo to hi have something in common. */
static inline bool
region_set_meets(const struct region_set *set, uint32_t lo, uint32_t hi)
{
	uint32_t i = set->count == 1 ? 0 : region_set_seek(set, lo);

	return i < set->count && set->runs[i].lo <= hi && set->runs[i].hi >= lo;
}

bool region_has(const struct region *region, const struct region_point *point);

/* Whether every connection in `inner` is in `outer`. */
bool region_covers(const struct region *outer, const struct region *inner);

/* Whether a region has something in common with another, or with a box. */
bool region_meets(const struct region *a, const struct region *b);
bool region_meets_box(const struct region *region,
    const struct region_box *box);

/* What two regions have in common; false: nothing. New sets are in `arena`. */
bool region_meet(struct arena *arena, const struct region *a,
    const struct region *b, struct region *out_r);

/* The smallest box around a region that is not empty. */
struct region_box region_around(const struct region *region);

#endif
