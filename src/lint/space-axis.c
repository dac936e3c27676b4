#include "lint/space-axis.h"

#include <stdlib.h>

#include "base/arena.h"

void
space_axis_init(struct space_axis *axis, struct arena *arena,
    prefix_key first, prefix_key last, size_t ranges)
{
	axis->first = first;
	axis->last = last;
	axis->starts = arena_alloc_array(arena, 2 * ranges + 1,
	    sizeof(*axis->starts));
	axis->starts[0] = first;
	axis->count = 1;
}

void
space_axis_cut(struct space_axis *axis, prefix_key lo, prefix_key hi)
{
	ensure(axis->first <= lo && lo <= hi && hi <= axis->last);
	if (lo != axis->first)
		axis->starts[axis->count++] = lo;
	if (hi != axis->last)
		axis->starts[axis->count++] = hi + 1;
}

static int
compare_keys(const void *va, const void *vb)
{
	const prefix_key *a = va, *b = vb;

	return (*a > *b) - (*a < *b);
}

void
space_axis_settle(struct space_axis *axis)
{
	size_t count = 1;

	qsort(axis->starts, axis->count, sizeof(*axis->starts), compare_keys);
	for (size_t i = 1; i < axis->count; i++)
		if (axis->starts[i] != axis->starts[count - 1])
			axis->starts[count++] = axis->starts[i];
	axis->count = count;
	ensure(count <= UINT32_MAX);
}

/* The piece of a key: at `low` or behind it, and before `high`. */
static size_t
piece_between(const struct space_axis *axis, prefix_key key, size_t low,
    size_t high)
{
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (axis->starts[middle] <= key)
			low = middle;
		else
			high = middle;
	}
	return low;
}

struct region_run
space_axis_run(const struct space_axis *axis, prefix_key lo, prefix_key hi)
{
	size_t first = piece_between(axis, lo, 0, axis->count), last = first;
	size_t step = 1;

	/* Most ranges are narrow. */
	while (step < axis->count - last && axis->starts[last + step] <= hi) {
		last += step;
		step *= 2;
	}
	if (step > axis->count - last)
		step = axis->count - last;
	last = piece_between(axis, hi, last, last + step);
	return (struct region_run){ (uint32_t)first, (uint32_t)last };
}

prefix_key
space_axis_low(const struct space_axis *axis, uint32_t piece)
{
	return axis->starts[piece];
}

prefix_key
space_axis_high(const struct space_axis *axis, uint32_t piece)
{
	return piece + (size_t)1 < axis->count ? axis->starts[piece + 1] - 1 :
	    axis->last;
}
