#include "lint/witness.h"

#include <string.h>

#include "base/arena.h"

/* Boxes that wait; a search that needs more is given up. */
#define STACK_FIRST	32
#define STACK_MOST	((size_t)1 << 19)

/* A region's set whose integers are numbered without gaps. */
struct frame {
	const struct region_set *set;
	const uint32_t *starts;		/* the new number of each run's first */
};

struct state {
	const struct witness_search *search;
	struct frame frames[REGION_DIMENSIONS];
	struct region_box *stack;
	size_t used, room;
};

/* --- without gaps --------------------------------------------------------- */

static uint32_t
run_length(const struct region_run *run)
{
	return run->hi - run->lo + 1;
}

/* Returns the highest of the new numbers. */
static uint32_t
init_frame(struct frame *frame, struct arena *arena,
    const struct region_set *set)
{
	uint32_t *starts = arena_alloc_array(arena, set->count,
	    sizeof(*starts)), next = 0;

	ensure(set->count > 0);
	for (uint32_t i = 0; i < set->count; i++) {
		starts[i] = next;
		next += run_length(&set->runs[i]);
	}
	*frame = (struct frame){ set, starts };
	return next - 1;
}

/* The run of a new number. */
static uint32_t
run_of(const struct frame *frame, uint32_t number)
{
	uint32_t low = 0, high = frame->set->count;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (frame->starts[middle] <= number)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/*
 * How far a set that holds `at`, which is in the frame's run i, holds all of
 * the frame: in new numbers.
 */
static uint32_t
reach_up(const struct frame *frame, uint32_t i, const struct region_set *set,
    uint32_t at)
{
	uint32_t j = region_set_seek(set, at);
	const struct region_run *mine = frame->set->runs;

	while (set->runs[j].hi >= mine[i].hi) {
		if (i + 1 == frame->set->count)
			return frame->starts[i] + run_length(&mine[i]) - 1;
		while (j < set->count && set->runs[j].hi < mine[i + 1].lo)
			j++;
		if (j == set->count || set->runs[j].lo > mine[i + 1].lo)
			return frame->starts[i + 1] - 1;
		i++;
	}
	return frame->starts[i] + (set->runs[j].hi - mine[i].lo);
}

static uint32_t
reach_down(const struct frame *frame, uint32_t i,
    const struct region_set *set, uint32_t at)
{
	uint32_t j = region_set_seek(set, at);
	const struct region_run *mine = frame->set->runs;

	while (set->runs[j].lo <= mine[i].lo) {
		if (i == 0)
			return 0;
		while (j > 0 && set->runs[j].lo > mine[i - 1].hi)
			j--;
		if (set->runs[j].lo > mine[i - 1].hi ||
		    set->runs[j].hi < mine[i - 1].hi)
			return frame->starts[i];
		i--;
	}
	return frame->starts[i] + (set->runs[j].lo - mine[i].lo);
}

/* --- the search ----------------------------------------------------------- */

static bool
push(struct state *s, const struct region_box *box)
{
	struct region_box *larger;

	if (s->used == s->room) {
		if (s->room == STACK_MOST)
			return false;
		larger = arena_alloc_array(s->search->arena, s->room * 2,
		    sizeof(*larger));
		memcpy(larger, s->stack, s->used * sizeof(*larger));
		s->stack = larger;
		s->room *= 2;
	}
	s->stack[s->used++] = *box;
	return true;
}

/* The middle of a box, in the policy's integers and as runs of the frames. */
static struct region_point
middle_of(const struct state *s, const struct region_box *box,
    uint32_t runs_r[REGION_DIMENSIONS])
{
	struct region_point point;

	for (unsigned d = 0; d < REGION_DIMENSIONS; d++) {
		const struct frame *frame = &s->frames[d];
		uint32_t number = box->lo[d] + (box->hi[d] - box->lo[d]) / 2;

		runs_r[d] = run_of(frame, number);
		point.at[d] = frame->set->runs[runs_r[d]].lo +
		    (number - frame->starts[runs_r[d]]);
	}
	return point;
}

/* Cuts off the box what the region takes around the point; keeps the rest. */
static bool
cut_off(struct state *s, struct region_box box, const struct region *region,
    const struct region_point *point, const uint32_t *runs)
{
	struct region_box rest;
	uint32_t lo, hi;

	for (unsigned d = 0; d < REGION_DIMENSIONS; d++) {
		if (box.lo[d] == box.hi[d])
			continue;
		lo = reach_down(&s->frames[d], runs[d], &region->sets[d],
		    point->at[d]);
		hi = reach_up(&s->frames[d], runs[d], &region->sets[d],
		    point->at[d]);
		rest = box;
		if (box.lo[d] < lo) {
			rest.hi[d] = lo - 1;
			if (!push(s, &rest))
				return false;
			box.lo[d] = lo;
		}
		rest = box;
		if (box.hi[d] > hi) {
			rest.lo[d] = hi + 1;
			if (!push(s, &rest))
				return false;
			box.hi[d] = hi;
		}
	}
	return true;
}

static enum witness
run_search(struct state *s, uint32_t before, struct region_point *point_r)
{
	const struct witness_search *search = s->search;
	uint32_t runs[REGION_DIMENSIONS], number;
	struct region_box box;

	while (s->used > 0) {
		if (region_tree_work(search->tree) >= search->work_end)
			return WITNESS_UNDECIDED;
		box = s->stack[--s->used];
		*point_r = middle_of(s, &box, runs);
		number = region_tree_first(search->tree, point_r, before);
		if (number == REGION_TREE_NONE)
			return WITNESS_FOUND;
		if (search->met != NULL)
			search->met(search->arg, number);
		if (!cut_off(s, box, search->items[number].region, point_r,
		    runs))
			return WITNESS_UNDECIDED;
	}
	return WITNESS_NONE;
}

enum witness
witness_find(const struct witness_search *search, const struct region *region,
    uint32_t before, struct region_point *point_r)
{
	struct arena_mark mark = arena_mark(search->arena);
	struct region_box few[STACK_FIRST], whole;
	struct state s = {
		.search = search, .stack = few, .room = STACK_FIRST,
	};
	enum witness answer;

	memset(&whole, 0, sizeof(whole));
	for (unsigned d = 0; d < REGION_DIMENSIONS; d++)
		whole.hi[d] = init_frame(&s.frames[d], search->arena,
		    &region->sets[d]);
	s.stack[s.used++] = whole;
	answer = run_search(&s, before, point_r);
	arena_rewind(search->arena, mark);
	return answer;
}
