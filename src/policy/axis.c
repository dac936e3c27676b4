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
void
axis_sort(struct axis_piece *pieces, uint32_t count, struct arena *scratch)
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

struct axis_intervals
axis_intervals_new(struct arena *scratch, size_t most, bool wide)
{
	return (struct axis_intervals){
		.wide = wide,
		.starts = arena_alloc_array(scratch, most, wide ?
		    sizeof(prefix_key) : sizeof(uint32_t)),
		.inner = arena_alloc_array(scratch, most, sizeof(uint32_t)),
	};
}

static prefix_key
start_of(const struct axis_intervals *in, uint32_t i)
{
	return in->wide ? ((const prefix_key *)in->starts)[i] :
	    ((const uint32_t *)in->starts)[i];
}

void
axis_begin(struct axis_intervals *in, prefix_key start, uint32_t inner)
{
	/* What comes after the last 32-bit key is asked for by nobody. */
	if (!in->wide && start > UINT32_MAX)
		return;
	if (in->count > 0 && start_of(in, in->count - 1) == start)
		in->count--;
	if (in->count > 0 && in->inner[in->count - 1] == inner)
		return;
	if (in->wide)
		((prefix_key *)in->starts)[in->count] = start;
	else
		((uint32_t *)in->starts)[in->count] = (uint32_t)start;
	in->inner[in->count++] = inner;
}

void
axis_keep(struct axis *axis_r, struct arena *arena,
    const struct axis_intervals *in)
{
	size_t size = in->wide ? sizeof(prefix_key) : sizeof(uint32_t);
	void *starts = arena_alloc_array(arena, in->count, size);
	uint32_t *inner = arena_alloc_array(arena, in->count, sizeof(*inner));

	memcpy(starts, in->starts, in->count * size);
	memcpy(inner, in->inner, in->count * sizeof(*inner));
	*axis_r = (struct axis){
		.count = in->count, .wide = in->wide,
		.starts = starts, .inner = inner,
	};
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
sweep(struct axis_intervals *in, const struct axis_piece *pieces,
    struct axis_group *groups, uint32_t count)
{
	uint32_t open = AXIS_NONE;

	axis_begin(in, 0, AXIS_NONE);
	for (uint32_t g = 0; g < count; g++) {
		prefix_key start = pieces[groups[g].first].start, end;

		while (open != AXIS_NONE &&
		    (end = group_end(pieces, &groups[open])) < start) {
			open = groups[open].up;
			axis_begin(in, end + 1, open);
		}
		groups[g].up = open;
		open = g;
		axis_begin(in, start, g);
	}
	while (open != AXIS_NONE) {
		prefix_key end = group_end(pieces, &groups[open]);

		open = groups[open].up;
		if (end != ~(prefix_key)0)
			axis_begin(in, end + 1, open);
	}
}

uint32_t
axis_build(struct axis *axis_r, struct arena *arena, struct arena *scratch,
    struct axis_piece *pieces, uint32_t count, bool wide,
    struct axis_group *groups_r)
{
	struct arena_mark mark = arena_mark(scratch);
	struct axis_intervals in;
	uint32_t groups;

	memset(axis_r, 0, sizeof(*axis_r));
	if (count == 0)
		return 0;
	axis_sort(pieces, count, scratch);
	groups = group_pieces(pieces, count, groups_r);
	in = axis_intervals_new(scratch, 2 * (size_t)groups + 1, wide);
	sweep(&in, pieces, groups_r, groups);
	axis_keep(axis_r, arena, &in);
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
