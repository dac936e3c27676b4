#include "policy/flat.h"

/* What an edge is, in its lowest bit or its `free`. */
enum { ENDS, BEGINS };

#define DIGIT_BITS	11
#define DIGIT_COUNT	(1u << DIGIT_BITS)
#define KEY_SHIFT	32

void
flat_init(struct flat *flat, struct arena *scratch, size_t most, bool wide)
{
	ensure(most < (size_t)1 << 31);
	*flat = (struct flat){ .wide = wide };
	flat->ranks = arena_alloc_array(scratch, most, sizeof(uint32_t));
	if (wide)
		flat->wide_edges = arena_alloc_array(scratch, 2 * most,
		    sizeof(*flat->wide_edges));
	else
		flat->narrow_edges = arena_alloc_array(scratch, 2 * most,
		    sizeof(*flat->narrow_edges));
}

static void
add_edge(struct flat *flat, prefix_key key, uint32_t range, unsigned kind)
{
	if (flat->wide)
		flat->wide_edges[flat->edge_count++] = (struct axis_piece){
			key, range, (uint8_t)kind
		};
	else
		flat->narrow_edges[flat->edge_count++] =
		    (uint64_t)key << KEY_SHIFT | (uint64_t)range << 1 | kind;
}

void
flat_add(struct flat *flat, prefix_key lo, prefix_key hi, uint32_t rank)
{
	prefix_key last = flat->wide ? ~(prefix_key)0 : UINT32_MAX;

	flat->ranks[flat->count] = rank;
	add_edge(flat, lo, flat->count, BEGINS);
	if (hi != last)
		add_edge(flat, hi + 1, flat->count, ENDS);
	flat->count++;
}

/* --- sorting narrow edges by key ---------------------------------------- */

static void
scatter(uint64_t *to, const uint64_t *from, uint32_t count, unsigned shift)
{
	uint32_t next[DIGIT_COUNT] = { 0 }, sum = 0;

	for (uint32_t i = 0; i < count; i++)
		next[from[i] >> shift & (DIGIT_COUNT - 1)]++;
	for (unsigned d = 0; d < DIGIT_COUNT; d++) {
		uint32_t n = next[d];

		next[d] = sum;
		sum += n;
	}
	for (uint32_t i = 0; i < count; i++)
		to[next[from[i] >> shift & (DIGIT_COUNT - 1)]++] = from[i];
}

static void
sort_narrow(struct flat *flat, struct arena *scratch)
{
	uint64_t *to = arena_alloc_array(scratch, flat->edge_count,
	    sizeof(*to)), *swap;

	for (unsigned shift = KEY_SHIFT; shift < 64; shift += DIGIT_BITS) {
		scatter(to, flat->narrow_edges, flat->edge_count, shift);
		swap = flat->narrow_edges;
		flat->narrow_edges = to;
		to = swap;
	}
}

/* --- the sweep ---------------------------------------------------------- */

/*
 * What is open: a heap of ranges, which are in order of rank. Those that have
 * ended are dropped at its top only.
 */
struct sweep {
	const struct flat *flat;
	uint32_t *heap;
	uint32_t size;
	bool *ended;
};

static void
push(struct sweep *s, uint32_t range)
{
	uint32_t at = s->size++, up;

	for (; at > 0 && s->heap[up = (at - 1) / 2] > range; at = up)
		s->heap[at] = s->heap[up];
	s->heap[at] = range;
}

static void
pop(struct sweep *s)
{
	uint32_t last = s->heap[--s->size], at = 0, down;

	while ((down = 2 * at + 1) < s->size) {
		if (down + 1 < s->size && s->heap[down + 1] < s->heap[down])
			down++;
		if (s->heap[down] >= last)
			break;
		s->heap[at] = s->heap[down];
		at = down;
	}
	s->heap[at] = last;
}

static uint32_t
first_open(struct sweep *s)
{
	while (s->size > 0 && s->ended[s->heap[0]])
		pop(s);
	return s->size == 0 ? AXIS_NONE : s->flat->ranks[s->heap[0]];
}

static prefix_key
edge_key(const struct flat *flat, uint32_t i)
{
	return flat->wide ? flat->wide_edges[i].start :
	    flat->narrow_edges[i] >> KEY_SHIFT;
}

static void
pass_edge(struct sweep *s, uint32_t i)
{
	const struct flat *flat = s->flat;
	uint32_t range = flat->wide ? flat->wide_edges[i].owner :
	    (uint32_t)flat->narrow_edges[i] >> 1;

	if (flat->wide ? flat->wide_edges[i].free == ENDS :
	    (flat->narrow_edges[i] & 1) == ENDS)
		s->ended[range] = true;
	else
		push(s, range);
}

void
flat_build(struct flat *flat, struct axis *axis_r, struct arena *arena,
    struct arena *scratch)
{
	struct sweep s = { .flat = flat };
	struct axis_intervals in;

	if (flat->count == 0)
		return;
	s.heap = arena_alloc_array(scratch, flat->count, sizeof(*s.heap));
	s.ended = arena_alloc_array(scratch, flat->count, sizeof(*s.ended));
	in = axis_intervals_new(scratch, (size_t)flat->edge_count + 1,
	    flat->wide);
	if (flat->wide)
		axis_sort(flat->wide_edges, flat->edge_count, scratch);
	else
		sort_narrow(flat, scratch);
	axis_begin(&in, 0, AXIS_NONE);
	for (uint32_t i = 0; i < flat->edge_count; i++) {
		prefix_key key = edge_key(flat, i);

		pass_edge(&s, i);
		if (i + 1 == flat->edge_count || edge_key(flat, i + 1) != key)
			axis_begin(&in, key, first_open(&s));
	}
	axis_keep(axis_r, arena, &in);
}
