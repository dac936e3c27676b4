#include "lint/region.h"

#include "base/arena.h"

bool
region_has(const struct region *region, const struct region_point *point)
{
	for (unsigned d = 0; d < REGION_DIMENSIONS; d++)
		if (!region_set_meets(&region->sets[d], point->at[d],
		    point->at[d]))
			return false;
	return true;
}

static bool
set_covers(const struct region_set *outer, const struct region_set *inner)
{
	uint32_t o = 0;

	if (outer->runs == inner->runs && outer->count == inner->count)
		return true;
	for (uint32_t i = 0; i < inner->count; i++) {
		while (o < outer->count &&
		    outer->runs[o].hi < inner->runs[i].lo)
			o++;
		if (o == outer->count ||
		    outer->runs[o].lo > inner->runs[i].lo ||
		    outer->runs[o].hi < inner->runs[i].hi)
			return false;
	}
	return true;
}

bool
region_covers(const struct region *outer, const struct region *inner)
{
	for (unsigned d = 0; d < REGION_DIMENSIONS; d++)
		if (!set_covers(&outer->sets[d], &inner->sets[d]))
			return false;
	return true;
}

/* Above this the runs of the longer set are sought, not walked. */
#define FAR_LONGER	8

static bool
sets_meet(const struct region_set *a, const struct region_set *b)
{
	if (a->count > b->count)
		return sets_meet(b, a);
	if (b->count / FAR_LONGER < a->count) {
		for (uint32_t i = 0, j = 0; i < a->count && j < b->count; ) {
			if (a->runs[i].hi < b->runs[j].lo)
				i++;
			else if (b->runs[j].hi < a->runs[i].lo)
				j++;
			else
				return true;
		}
		return false;
	}
	for (uint32_t i = 0; i < a->count; i++)
		if (region_set_meets(b, a->runs[i].lo, a->runs[i].hi))
			return true;
	return false;
}

bool
region_meets(const struct region *a, const struct region *b)
{
	for (unsigned d = 0; d < REGION_DIMENSIONS; d++)
		if (!sets_meet(&a->sets[d], &b->sets[d]))
			return false;
	return true;
}

bool
region_meets_box(const struct region *region, const struct region_box *box)
{
	for (unsigned d = 0; d < REGION_DIMENSIONS; d++)
		if (!region_set_meets(&region->sets[d], box->lo[d],
		    box->hi[d]))
			return false;
	return true;
}

static struct region_set
meet_sets(struct arena *arena, const struct region_set *a,
    const struct region_set *b)
{
	struct region_run *runs;
	uint32_t i = 0, j = 0, count = 0;

	if (set_covers(a, b))
		return *b;
	if (set_covers(b, a))
		return *a;
	runs = arena_alloc_array(arena, (size_t)a->count + b->count,
	    sizeof(*runs));
	while (i < a->count && j < b->count) {
		const struct region_run *p = &a->runs[i], *q = &b->runs[j];
		struct region_run both = {
			p->lo > q->lo ? p->lo : q->lo,
			p->hi < q->hi ? p->hi : q->hi,
		};

		if (both.lo <= both.hi)
			runs[count++] = both;
		if (p->hi < q->hi)
			i++;
		else
			j++;
	}
	return (struct region_set){ runs, count };
}

bool
region_meet(struct arena *arena, const struct region *a,
    const struct region *b, struct region *out_r)
{
	for (unsigned d = 0; d < REGION_DIMENSIONS; d++) {
		out_r->sets[d] = meet_sets(arena, &a->sets[d], &b->sets[d]);
		if (out_r->sets[d].count == 0)
			return false;
	}
	return true;
}

struct region_box
region_around(const struct region *region)
{
	struct region_box box;

	for (unsigned d = 0; d < REGION_DIMENSIONS; d++) {
		const struct region_set *set = &region->sets[d];

		ensure(set->count > 0);
		box.lo[d] = set->runs[0].lo;
		box.hi[d] = set->runs[set->count - 1].hi;
	}
	return box;
}
