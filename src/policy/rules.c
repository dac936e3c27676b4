#include "policy/rules.h"

#include <endian.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "policy/ebcdic.h"
#include "policy/rule-index.h"

struct rules {
	struct rules_rule **rules;
	size_t count;
	const struct rule_index *index;
};

/* What decides nearly every comparison, beside the pointer: 32 bytes. */
struct order {
	uint64_t key[3];	/* inverted priority, then the name's start */
	struct rules_rule *rule;
};

static void
order_init(struct order *order, struct rules_rule *rule)
{
	uint32_t inverted = htobe32(~rule->priority);
	uint8_t bytes[sizeof(order->key)];

	memcpy(bytes, &inverted, sizeof(inverted));
	ebcdic_key(rule->name, bytes + sizeof(inverted),
	    sizeof(bytes) - sizeof(inverted));
	memcpy(order->key, bytes, sizeof(bytes));
	for (size_t i = 0; i < ARRAY_SIZE(order->key); i++)
		order->key[i] = be64toh(order->key[i]);
	order->rule = rule;
}

static int
compare_orders(const void *va, const void *vb)
{
	const struct order *a = va, *b = vb;
	int diff;

	for (size_t i = 0; i < ARRAY_SIZE(a->key); i++)
		if (a->key[i] != b->key[i])
			return a->key[i] < b->key[i] ? -1 : 1;
	diff = ebcdic_compare(a->rule->name, b->rule->name);
	/* One name twice is the compiler's to refuse; the file decides. */
	if (diff == 0)
		diff = (a->rule->span.offset > b->rule->span.offset) -
		    (a->rule->span.offset < b->rule->span.offset);
	return diff;
}

static void
sort_rules(struct arena *scratch, struct rules_rule **rules, size_t count)
{
	struct arena_mark mark = arena_mark(scratch);
	struct order *orders = arena_alloc_array(scratch, count,
	    sizeof(*orders));

	for (size_t i = 0; i < count; i++)
		order_init(&orders[i], rules[i]);
	qsort(orders, count, sizeof(*orders), compare_orders);
	for (size_t i = 0; i < count; i++) {
		rules[i] = orders[i].rule;
		rules[i]->number = (uint32_t)i;
	}
	arena_rewind(scratch, mark);
}

static struct rules *
build(struct arena *arena, struct arena *scratch, struct rules_rule **rules,
    size_t count)
{
	struct rules *table = arena_alloc(arena, sizeof(*table));

	sort_rules(scratch, rules, count);
	table->rules = rules;
	table->count = count;
	table->index = rule_index_build(arena, scratch, rules, count);
	return table;
}

struct rules *
rules_build(struct arena *arena, struct rules_rule **rules, size_t count)
{
	struct arena *scratch = arena_new();
	struct rules *table = NULL;
	jmp_buf guard, *outer;

	if (scratch == NULL)
		arena_exhausted(arena);
	/* Whichever of the two runs out, the scratch must not be left behind. */
	outer = arena_set_guard(arena, &guard);
	arena_set_guard(scratch, &guard);
	if (setjmp(guard) == 0)
		table = build(arena, scratch, rules, count);
	arena_set_guard(arena, outer);
	arena_free(&scratch);
	if (table == NULL)
		arena_exhausted(arena);
	return table;
}

const struct rules_rule *
rules_match(const struct rules *table, const struct rules_flow *flow)
{
	uint32_t rank = rule_index_find(table->index, table->rules, flow);

	return rank == RULE_INDEX_NONE ? NULL : table->rules[rank];
}

size_t
rules_count(const struct rules *table)
{
	return table->count;
}

const struct rules_rule *
rules_at(const struct rules *table, size_t index)
{
	ensure(index < table->count);
	return table->rules[index];
}
