#include "policy/times-pool.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "policy/body.h"
#include "policy/context.h"
#include "policy/times.h"
#include "policy/value-field.h"

#define FIRST_ROOM	16

struct times_pool {
	struct context *context;
	const struct times **slots;	/* by hash; NULL: free */
	size_t count, room;		/* room: a power of two */
};

struct times_pool *
times_pool_new(struct context *context)
{
	struct times_pool *pool = arena_alloc(context->arena, sizeof(*pool));

	pool->context = context;
	return pool;
}

/* Every day is one of the first 31: the other half adds none. */
void
times_pool_read(const struct body *body, struct times_condition *condition_r)
{
	const uint64_t first = (UINT64_C(1) << TIMES_DAYS_MAX) - 1;

	*condition_r = times_wide;
	for (size_t i = 0; i < body->set_count; i++)
		value_field_store(body->sets[i].row, &body->sets[i].value,
		    condition_r);
	if ((condition_r->days & first) == first)
		condition_r->days = TIMES_ALL_DAYS;
}

/* --- equal or not ------------------------------------------------------- */

static int
compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int
compare_hours(const struct times_hours *a, const struct times_hours *b)
{
	int diff;

	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	diff = compare_numbers(a->count, b->count);
	return diff != 0 ? diff : memcmp(a->span, b->span,
	    a->count * sizeof(a->span[0]));
}

static int
compare_conditions(const void *va, const void *vb)
{
	const struct times_condition *a = va, *b = vb;
	const uint64_t of_a[] = { a->months, a->days, a->weekdays,
		(uint64_t)a->period.from, (uint64_t)a->period.to,
		(uint32_t)a->zone };
	const uint64_t of_b[] = { b->months, b->days, b->weekdays,
		(uint64_t)b->period.from, (uint64_t)b->period.to,
		(uint32_t)b->zone };
	int diff = 0;

	for (size_t i = 0; diff == 0 && i < ARRAY_SIZE(of_a); i++)
		diff = compare_numbers(of_a[i], of_b[i]);
	return diff != 0 ? diff : compare_hours(a->hours, b->hours);
}

static bool
is_wide(const struct times_condition *c)
{
	struct times_condition here = *c;

	/* Whose clock counts is no matter where every moment does. */
	here.zone = times_wide.zone;
	return compare_conditions(&here, &times_wide) == 0;
}

static uint64_t
hash_number(uint64_t hash, uint64_t number)
{
	hash = (hash ^ number) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 29;
}

static uint64_t
hash_times(const struct times *times)
{
	uint64_t hash = times->count;

	for (size_t i = 0; i < times->count; i++) {
		const struct times_condition *c = &times->condition[i];

		hash = hash_number(hash, c->months);
		hash = hash_number(hash, c->days);
		hash = hash_number(hash, c->weekdays);
		hash = hash_number(hash, (uint64_t)c->period.from);
		hash = hash_number(hash, (uint64_t)c->period.to);
		hash = hash_number(hash, (uint32_t)c->zone);
		for (size_t s = 0; c->hours != NULL && s < c->hours->count;
		    s++)
			hash = hash_number(hash, (uint64_t)
			    c->hours->span[s].from << 16 |
			    c->hours->span[s].to);
	}
	return hash;
}

static bool
is_equal(const struct times *a, const struct times *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (compare_conditions(&a->condition[i],
		    &b->condition[i]) != 0)
			return false;
	return true;
}

/* --- the pool ----------------------------------------------------------- */

/* Where these times are, or would be. */
static const struct times **
find_slot(const struct times_pool *pool, const struct times *times)
{
	size_t at = hash_times(times) & (pool->room - 1);

	while (pool->slots[at] != NULL && !is_equal(pool->slots[at], times))
		at = (at + 1) & (pool->room - 1);
	return &pool->slots[at];
}

static void
make_room(struct times_pool *pool)
{
	const struct times **old = pool->slots;
	size_t old_room = pool->room;

	if (pool->count * 2 < pool->room)
		return;
	pool->room = old_room == 0 ? FIRST_ROOM : old_room * 2;
	pool->slots = arena_alloc_array(pool->context->arena, pool->room,
	    sizeof(*pool->slots));
	for (size_t i = 0; i < old_room; i++)
		if (old[i] != NULL)
			*find_slot(pool, old[i]) = old[i];
}

static const struct times *
keep(struct times_pool *pool, const struct times *times)
{
	struct arena *arena = pool->context->arena;
	struct times_condition *conditions;
	const struct times **slot;
	struct times *kept;

	make_room(pool);
	slot = find_slot(pool, times);
	if (*slot != NULL)
		return *slot;
	conditions = arena_alloc_array(arena, times->count,
	    sizeof(*conditions));
	memcpy(conditions, times->condition,
	    times->count * sizeof(*conditions));
	kept = arena_alloc(arena, sizeof(*kept));
	*kept = (struct times){ times->count, conditions };
	pool->count++;
	return *slot = kept;
}

/* In one order, each once. */
static size_t
settle(struct times_condition *conditions, size_t count)
{
	size_t kept = 0;

	if (count > 0)
		qsort(conditions, count, sizeof(*conditions),
		    compare_conditions);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || compare_conditions(&conditions[kept - 1],
		    &conditions[i]) != 0)
			conditions[kept++] = conditions[i];
	return kept;
}

const struct times *
times_pool_of(struct times_pool *pool, const struct body *rule)
{
	struct arena_mark mark = arena_mark(pool->context->scratch);
	struct times_condition *conditions = NULL;
	struct times times = { 0, NULL };
	const struct times *kept = NULL;
	const struct body *body;
	bool always = false;

	for (size_t i = 0; i < rule->link_count; i++) {
		if (rule->links[i].row->statement !=
		    SCHEMA_IP_TIME_CONDITION)
			continue;
		body = body_target(&rule->links[i]);
		if (body == NULL)
			continue;
		if (conditions == NULL)
			conditions = arena_alloc_array(pool->context->scratch,
			    rule->link_count, sizeof(*conditions));
		times_pool_read(body, &conditions[times.count]);
		always |= is_wide(&conditions[times.count]);
		times.count++;
	}
	times.count = settle(conditions, times.count);
	times.condition = conditions;
	if (times.count > 0 && !always)
		kept = keep(pool, &times);
	arena_rewind(pool->context->scratch, mark);
	return kept;
}
