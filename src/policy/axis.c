#include "policy/axis.h"

#include <stdlib.h>
#include <string.h>

/* Below this, 256 counters a digit cost more than comparisons. */
#define RADIX_LEAST	512

#define KEY_BYTES	sizeof(prefix_key)

/* The outer of two blocks with one start comes first. */
static int
compare_pieces(const void *va, const void *vb)
{
	const struct axis_piece *a = va, *b = vb;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	if (a->free != b->free)
		return a->free > b->free ? -1 : 1;
	return a->owner < b->owner ? -1 : a->owner > b->owner;
}

/* Digit 0 is the block's size, the others are the start's bytes. */
static unsigned
digit(const struct axis_piece *piece, unsigned place)
{
	if (place == 0)
		return 255 - piece->free;
	return (uint8_t)(piece->start >> 8 * (place - 1));
}

static void
scatter(struct axis_piece *to, const struct axis_piece *from, uint32_t count,
    unsigned place)
{
	uint32_t next[256] = { 0 }, sum = 0;

	for (uint32_t i = 0; i < count; i++)
		next[digit(&from[i], place)]++;
	for (unsigned d = 0; d < ARRAY_SIZE(next); d++) {
		uint32_t n = next[d];

		next[d] = sum;
		sum += n;
	}
	for (uint32_t i = 0; i < count; i++)
		to[next[digit(&from[i], place)]++] = from[i];
}

/* Stable, so that pieces that come in owners' order stay in it. */
static void
sort_pieces(struct axis_piece *pieces, uint32_t count, struct arena *scratch)
{
	struct axis_piece *from = pieces, *to = NULL, *swap;
	prefix_key varying = 0;
	uint8_t sizes = 0;

	if (count < RADIX_LEAST) {
		qsort(pieces, count, sizeof(*pieces), compare_pieces);
		return;
	}
	for (uint32_t i = 1; i < count; i++) {
		varying |= pieces[i].start ^ pieces[0].start;
		sizes |= pieces[i].free ^ pieces[0].free;
	}
	for (unsigned place = 0; place <= KEY_BYTES; place++) {
		if ((place == 0 ? sizes :
		    (uint8_t)(varying >> 8 * (place - 1))) == 0)
			continue;
		if (to == NULL)
			to = arena_alloc_array(scratch, count, sizeof(*to));
		scatter(to, from, count, place);
		swap = from;
		from = to;
		to = swap;
	}
	if (from != pieces)
		memcpy(pieces, from, count * sizeof(*pieces));
}

static uint32_t
group_pieces(const struct axis_piece *pieces, uint32_t count,
    struct axis_group *groups_r)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (i > 0 && pieces[i].start == pieces[i - 1].start &&
		    pieces[i].free == pieces[i - 1].free) {
			groups_r[n - 1].count++;
			continue;
		}
		groups_r[n].first = i;
		groups_r[n].count = 1;
		groups_r[n++].up = AXIS_NONE;
	}
	return n;
}

/* Intervals as they are found; a later one with the same start wins. */
struct intervals {
	prefix_key *starts;
	uint32_t *inner;
	uint32_t count;
};

static void
begin_interval(struct intervals *in, prefix_key start, uint32_t inner)
{
	if (in->count > 0 && in->starts[in->count - 1] == start)
		in->count--;
	in->starts[in->count] = start;
	in->inner[in->count++] = inner;
}

static prefix_key
group_end(const struct axis_piece *pieces, const struct axis_group *group)
{
	struct prefix_block block = {
		pieces[group->first].start, pieces[group->first].free
	};

	return prefix_block_end(&block);
}

/*
 * One sweep in order of starts: blocks that end before the next one starts
 * are left, and what is still open is around it.
 */
static void
sweep(struct intervals *in, const struct axis_piece *pieces,
    struct axis_group *groups, uint32_t count)
{
	uint32_t open = AXIS_NONE;

	begin_interval(in, 0, AXIS_NONE);
	for (uint32_t g = 0; g < count; g++) {
		prefix_key start = pieces[groups[g].first].start, end;

		while (open != AXIS_NONE &&
		    (end = group_end(pieces, &groups[open])) < start) {
			open = groups[open].up;
			begin_interval(in, end + 1, open);
		}
		groups[g].up = open;
		open = g;
		begin_interval(in, start, g);
	}
	while (open != AXIS_NONE) {
		prefix_key end = group_end(pieces, &groups[open]);

		open = groups[open].up;
		if (end != ~(prefix_key)0)
			begin_interval(in, end + 1, open);
	}
}

static void
keep_intervals(struct axis *axis_r, struct arena *arena,
    const struct intervals *in, bool wide)
{
	uint32_t *inner, count = in->count;

	/* What comes after the last 32-bit key is asked for by nobody. */
	while (!wide && in->starts[count - 1] > UINT32_MAX)
		count--;
	inner = arena_alloc_array(arena, count, sizeof(*inner));
	memcpy(inner, in->inner, count * sizeof(*inner));
	if (wide) {
		prefix_key *starts = arena_alloc_array(arena, count,
		    sizeof(*starts));

		memcpy(starts, in->starts, count * sizeof(*starts));
		axis_r->starts = starts;
	} else {
		uint32_t *starts = arena_alloc_array(arena, count,
		    sizeof(*starts));

		for (uint32_t i = 0; i < count; i++)
			starts[i] = (uint32_t)in->starts[i];
		axis_r->starts = starts;
	}
	axis_r->inner = inner;
	axis_r->count = count;
	axis_r->wide = wide;
}

uint32_t
axis_build(struct axis *axis_r, struct arena *arena, struct arena *scratch,
    struct axis_piece *pieces, uint32_t count, bool wide,
    struct axis_group *groups_r)
{
	struct arena_mark mark = arena_mark(scratch);
	struct intervals in = { NULL, NULL, 0 };
	uint32_t groups;
	size_t most;

	memset(axis_r, 0, sizeof(*axis_r));
	if (count == 0)
		return 0;
	sort_pieces(pieces, count, scratch);
	groups = group_pieces(pieces, count, groups_r);
	most = 2 * (size_t)groups + 1;
	in.starts = arena_alloc_array(scratch, most, sizeof(*in.starts));
	in.inner = arena_alloc_array(scratch, most, sizeof(*in.inner));
	sweep(&in, pieces, groups_r, groups);
	keep_intervals(axis_r, arena, &in, wide);
	arena_rewind(scratch, mark);
	return groups;
}

/*
 * Both searches halve a range of known length without a branch on the key:
 * a mispredicted branch a step would cost more than the memory does. What
 * the next step may read is fetched on either side meanwhile.
 */
static uint32_t
find_narrow(const uint32_t *starts, uint32_t count, uint32_t key)
{
	const uint32_t *at = starts;

	while (count > 1) {
		uint32_t half = count / 2, next = (count - half) / 2;

		__builtin_prefetch(at + next);
		__builtin_prefetch(at + half + next);
		at += at[half] <= key ? half : 0;
		count -= half;
	}
	return (uint32_t)(at - starts);
}

static uint32_t
find_wide(const prefix_key *starts, uint32_t count, prefix_key key)
{
	const prefix_key *at = starts;

	while (count > 1) {
		uint32_t half = count / 2, next = (count - half) / 2;

		__builtin_prefetch(at + next);
		__builtin_prefetch(at + half + next);
		at += at[half] <= key ? half : 0;
		count -= half;
	}
	return (uint32_t)(at - starts);
}

uint32_t
axis_find(const struct axis *axis, prefix_key key)
{
	if (axis->count == 0)
		return AXIS_NONE;
	if (axis->wide)
		return axis->inner[find_wide(axis->starts, axis->count, key)];
	return axis->inner[find_narrow(axis->starts, axis->count,
	    (uint32_t)key)];
}
