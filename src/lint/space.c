#include "lint/space.h"

#include <stdlib.h>

#include "base/arena.h"
#include "policy/condition.h"
#include "policy/prefix.h"

#define PORT_FIRST	1
#define PORT_LAST	UINT16_MAX
#define ADDR_LAST	(~(prefix_key)0)
#define V4_FIRST	((prefix_key)0xffff << 32)
#define V4_LAST		(V4_FIRST + UINT32_MAX)

/* What rules share, one pointer each: a set, a name; and what became of it. */
struct space_shared {
	const void *key;
	struct region_set set;
};

static const struct region_run both_directions = { 0, 1 };

/* --- what a rule asks in one dimension ------------------------------------ */

/* The condition's own pointer; NULL where anything goes. */
static const void *
asked(const struct rules_rule *rule, unsigned dimension)
{
	unsigned coded = condition_coded(rule);

	switch ((enum region_dimension)dimension) {
	case REGION_LOCAL_PORT:
		return rule->local_ports;
	case REGION_REMOTE_PORT:
		return rule->remote_ports;
	case REGION_LOCAL_ADDR:
		return rule->local_addrs;
	case REGION_REMOTE_ADDR:
		return rule->remote_addrs;
	case REGION_USER:
		return coded & CONDITION_USER ? rule->user : NULL;
	case REGION_JOB:
		return coded & CONDITION_JOB ? rule->job : NULL;
	case REGION_TIMES:
		return rule->times;
	case REGION_DIRECTION:
	case REGION_DIMENSIONS:
		break;
	}
	return NULL;
}

static int
compare_shared(const void *va, const void *vb)
{
	const struct space_shared *a = va, *b = vb;

	return (a->key > b->key) - (a->key < b->key);
}

static void
collect_shared(struct space *s, unsigned dimension)
{
	size_t count = 0;

	s->shared_count = 0;
	for (size_t i = 0; i < rules_count(s->rules); i++) {
		const void *key = asked(rules_at(s->rules, i), dimension);

		if (key != NULL && (count == 0 ||
		    s->shared[count - 1].key != key))
			s->shared[count++].key = key;
	}
	qsort(s->shared, count, sizeof(*s->shared), compare_shared);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || s->shared[i].key != s->shared[i - 1].key)
			s->shared[s->shared_count++] = s->shared[i];
}

/* Every rule's set in this dimension, from the shared ones. */
static void
hand_out(struct space *s, unsigned dimension)
{
	struct space_shared wanted = { NULL, { NULL, 0 } }, *found;

	for (size_t i = 0; i < rules_count(s->rules); i++) {
		struct region_set *set =
		    &s->regions[i + SPACE_IMPOSSIBLE].sets[dimension];

		wanted.key = asked(rules_at(s->rules, i), dimension);
		*set = (struct region_set){ &s->whole[dimension], 1 };
		if (wanted.key == NULL)
			continue;
		found = bsearch(&wanted, s->shared, s->shared_count,
		    sizeof(wanted), compare_shared);
		ensure(found != NULL);
		*set = found->set;
	}
}

/* --- ports and addresses -------------------------------------------------- */

struct span {
	prefix_key lo, hi;
};

static bool
is_port(unsigned dimension)
{
	return dimension == REGION_LOCAL_PORT ||
	    dimension == REGION_REMOTE_PORT;
}

static size_t
span_count(unsigned dimension, const void *set)
{
	return is_port(dimension) ? ((const struct rules_ports *)set)->count :
	    ((const struct rules_addrs *)set)->count;
}

/* False where the range holds nothing: port 0. */
static bool
span_at(unsigned dimension, const void *set, size_t i, struct span *span_r)
{
	const struct rules_addrs *addrs = set;
	const struct rules_ports *ports = set;

	if (!is_port(dimension)) {
		span_r->lo = prefix_of_addr(&addrs->range[i].lo);
		span_r->hi = prefix_of_addr(&addrs->range[i].hi);
		return true;
	}
	span_r->lo = ports->range[i].lo;
	span_r->hi = ports->range[i].hi;
	if (span_r->lo < PORT_FIRST)
		span_r->lo = PORT_FIRST;
	return span_r->lo <= span_r->hi;
}

static void
cut_axis(struct space *s, unsigned dimension)
{
	struct space_axis *axis = &s->axes[dimension];
	size_t ranges = 1;
	struct span span;

	for (size_t i = 0; i < s->shared_count; i++)
		ranges += span_count(dimension, s->shared[i].key);
	if (is_port(dimension)) {
		space_axis_init(axis, s->arena, PORT_FIRST, PORT_LAST, ranges);
	} else {
		space_axis_init(axis, s->arena, 0, ADDR_LAST, ranges);
		space_axis_cut(axis, V4_FIRST, V4_LAST);
	}
	for (size_t i = 0; i < s->shared_count; i++) {
		const void *set = s->shared[i].key;

		for (size_t k = 0; k < span_count(dimension, set); k++)
			if (span_at(dimension, set, k, &span))
				space_axis_cut(axis, span.lo, span.hi);
	}
	space_axis_settle(axis);
	s->whole[dimension] = (struct region_run){ 0,
	    (uint32_t)axis->count - 1 };
}

static int
compare_runs(const void *va, const void *vb)
{
	const struct region_run *a = va, *b = vb;

	return (a->lo > b->lo) - (a->lo < b->lo);
}

/* Sorts runs and joins those that overlap or touch. */
static struct region_set
join_runs(struct region_run *runs, size_t count)
{
	size_t used = 0;

	qsort(runs, count, sizeof(*runs), compare_runs);
	for (size_t i = 0; i < count; i++) {
		if (used > 0 && runs[i].lo <= runs[used - 1].hi + 1) {
			if (runs[i].hi > runs[used - 1].hi)
				runs[used - 1].hi = runs[i].hi;
		} else {
			runs[used++] = runs[i];
		}
	}
	ensure(used <= UINT32_MAX);
	return (struct region_set){ runs, (uint32_t)used };
}

static struct region_set
set_of_ranges(const struct space *s, unsigned dimension, const void *key)
{
	const struct space_axis *axis = &s->axes[dimension];
	size_t ranges = span_count(dimension, key), count = 0;
	struct region_run *runs = arena_alloc_array(s->arena, ranges * 2,
	    sizeof(*runs)), v4 = { 0, 0 };
	struct span span;

	if (!is_port(dimension))
		v4 = space_axis_run(axis, V4_FIRST, V4_LAST);
	for (size_t i = 0; i < ranges; i++) {
		if (!span_at(dimension, key, i, &span))
			continue;
		runs[count] = space_axis_run(axis, span.lo, span.hi);
		/* A range of IPv6 addresses holds no IPv4 address. */
		if (!is_port(dimension) && span.lo < V4_FIRST &&
		    span.hi > V4_LAST) {
			runs[count + 1] = (struct region_run){ v4.hi + 1,
			    runs[count].hi };
			runs[count++].hi = v4.lo - 1;
		}
		count++;
	}
	return join_runs(runs, count);
}

static void
place_ranges(struct space *s, unsigned dimension)
{
	collect_shared(s, dimension);
	cut_axis(s, dimension);
	for (size_t i = 0; i < s->shared_count; i++)
		s->shared[i].set = set_of_ranges(s, dimension,
		    s->shared[i].key);
	hand_out(s, dimension);
}

/* --- names, directions, times --------------------------------------------- */

static struct region_set
set_of_run(const struct space *s, struct region_run run)
{
	struct region_run *runs = arena_alloc(s->arena, sizeof(*runs));

	*runs = run;
	return (struct region_set){ runs, 1 };
}

static void
place_names(struct space *s, unsigned dimension)
{
	struct space_names *names = &s->names[dimension];

	collect_shared(s, dimension);
	space_names_init(names, s->arena, dimension == REGION_JOB,
	    s->shared_count);
	for (size_t i = 0; i < s->shared_count; i++)
		space_names_cut(names, s->shared[i].key);
	space_names_settle(names);
	s->whole[dimension] = (struct region_run){ 0, (uint32_t)names->count };
	for (size_t i = 0; i < s->shared_count; i++)
		s->shared[i].set = set_of_run(s, space_names_run(names,
		    s->shared[i].key));
	hand_out(s, dimension);
}

struct region_set
space_direction(uint8_t direction)
{
	static const struct region_run one[] = { { 0, 0 }, { 1, 1 } };

	if (direction == RULES_BOTH)
		return (struct region_set){ &both_directions, 1 };
	return (struct region_set){ &one[direction == RULES_OUTBOUND], 1 };
}

static void
place_directions(struct space *s)
{
	s->whole[REGION_DIRECTION] = both_directions;
	for (size_t i = 0; i < rules_count(s->rules); i++)
		s->regions[i + SPACE_IMPOSSIBLE].sets[REGION_DIRECTION] =
		    space_direction(rules_at(s->rules, i)->direction);
}

/* Times are one integer each; 0 is a moment at which none is met. */
static void
place_times(struct space *s)
{
	collect_shared(s, REGION_TIMES);
	s->whole[REGION_TIMES] = (struct region_run){ 0,
	    (uint32_t)s->shared_count };
	for (uint32_t i = 0; i < s->shared_count; i++)
		s->shared[i].set = set_of_run(s, (struct region_run){ i + 1,
		    i + 1 });
	hand_out(s, REGION_TIMES);
}

/* --- the whole ------------------------------------------------------------ */

/* IPv4 on one side and IPv6 on the other. */
static void
place_impossible(struct space *s)
{
	static const unsigned sides[SPACE_IMPOSSIBLE][2] = {
		{ REGION_LOCAL_ADDR, REGION_REMOTE_ADDR },
		{ REGION_REMOTE_ADDR, REGION_LOCAL_ADDR },
	};

	for (unsigned i = 0; i < SPACE_IMPOSSIBLE; i++) {
		struct region *region = &s->regions[i];
		struct region_run v4, *v6;

		for (unsigned d = 0; d < REGION_DIMENSIONS; d++)
			region->sets[d] = (struct region_set){
			    &s->whole[d], 1 };
		region->sets[sides[i][0]] = set_of_run(s, space_axis_run(
		    &s->axes[sides[i][0]], V4_FIRST, V4_LAST));
		v4 = space_axis_run(&s->axes[sides[i][1]], V4_FIRST, V4_LAST);
		v6 = arena_alloc_array(s->arena, 2, sizeof(*v6));
		v6[0] = (struct region_run){ 0, v4.lo - 1 };
		v6[1] = (struct region_run){ v4.hi + 1,
		    s->whole[sides[i][1]].hi };
		region->sets[sides[i][1]] = (struct region_set){ v6, 2 };
	}
}

struct space *
space_new(struct arena *arena, const struct rules *rules)
{
	struct space *s = arena_alloc(arena, sizeof(*s));

	ensure(rules_count(rules) <= SPACE_MAX);
	s->arena = arena;
	s->rules = rules;
	s->count = (uint32_t)rules_count(rules) + SPACE_IMPOSSIBLE;
	s->regions = arena_alloc_array(arena, s->count, sizeof(*s->regions));
	s->shared = arena_alloc_array(arena, s->count, sizeof(*s->shared));
	place_directions(s);
	place_ranges(s, REGION_LOCAL_PORT);
	place_ranges(s, REGION_REMOTE_PORT);
	place_ranges(s, REGION_LOCAL_ADDR);
	place_ranges(s, REGION_REMOTE_ADDR);
	place_names(s, REGION_USER);
	place_names(s, REGION_JOB);
	place_times(s);
	place_impossible(s);
	return s;
}
