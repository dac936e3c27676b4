/*
 * bench_rules.c - what the rule table costs; not part of `make check`.
 *
 *	bench_rules [RULES...]		(default: 1000 100000 1000000)
 *
 * Prints, for each size and shape of policy, the time to build the table,
 * the index's bytes a rule, and the time of a look-up of random flows.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "policy/rules.h"

#define LOOKUPS	2000000
#define OF_TEN	10		/* of as many rules one is looked for */

enum shape {
	SHAPE_NETS,		/* one port, distinct IPv4 networks */
	SHAPE_NETS6,		/* the same in IPv6 */
	SHAPE_PORTS,		/* networks spread over all ports */
	SHAPE_NESTED,		/* networks within networks within networks */
	SHAPE_RANGES,		/* overlapping ranges that are no prefixes */
	SHAPE_WIDE_PORTS,	/* overlapping port ranges, one network each */
	SHAPE_USERS,		/* one port, one user each */
	SHAPE_BESIDE,		/* as the first; nine times more elsewhere */
	SHAPE_COUNT,
};

static const char *const shape_names[SHAPE_COUNT] = {
	"one port, IPv4 nets", "one port, IPv6 nets", "all ports, IPv4 nets",
	"nested nets", "odd ranges", "wide port ranges", "users",
	"a port of ten",
};

static uint64_t state;

static uint32_t
pick(uint32_t below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * 0x2545f4914f6cdd1dull >> 32) % below);
}

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Scattered over the whole space, the same for the same number. */
static struct addr
net(uint32_t i, bool v6)
{
	struct addr a = { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff } };
	uint32_t n = (i + 1) * 2654435761u;

	if (v6) {
		memset(&a, 0, sizeof(a));
		a.b[0] = 0x20;
		a.b[1] = 0x01;
	}
	for (int k = 0; k < 4; k++)
		a.b[(v6 ? 4 : 12) + k] = (uint8_t)(n >> (24 - 8 * k));
	return a;
}

static void
set_addrs(struct arena *arena, struct rules_rule *r, struct addr_range range)
{
	struct rules_addrs *set = arena_alloc(arena,
	    sizeof(*set) + sizeof(range));

	set->count = 1;
	set->range[0] = range;
	r->remote_addrs = set;
}

static void
set_ports(struct arena *arena, struct rules_rule *r, unsigned lo, unsigned hi)
{
	struct rules_ports *set = arena_alloc(arena,
	    sizeof(*set) + sizeof(set->range[0]));

	set->count = 1;
	set->range[0].lo = (uint16_t)lo;
	set->range[0].hi = (uint16_t)hi;
	r->local_ports = set;
}

static struct rules_rule *
make_rule(struct arena *arena, enum shape shape, uint32_t i)
{
	static const unsigned nested[] = { 32, 28, 24, 20, 16, 12, 8 };
	struct rules_rule *r = arena_alloc(arena, sizeof(*r));
	struct addr a = net(i, shape == SHAPE_NETS6);
	struct addr_range range = { a, a };
	unsigned port = 443, top = 443, prefix;
	char name[32];

	snprintf(name, sizeof(name), "rule-number-%" PRIu32, i);
	r->name = arena_copy_text(arena, name, strlen(name));
	r->direction = RULES_INBOUND;
	r->priority = 1 + pick(1000);
	prefix = shape == SHAPE_NETS6 ? 64 : shape == SHAPE_NESTED ?
	    nested[pick(7)] : 32;
	if (addr_prefix(&a, prefix, &range) == -1)
		abort();
	if (shape == SHAPE_RANGES) {
		struct addr b = net(i + 7, false);

		range.lo = addr_compare(&a, &b) < 0 ? a : b;
		range.hi = addr_compare(&a, &b) < 0 ? b : a;
	}
	if (shape == SHAPE_PORTS)
		port = top = pick(65536);
	if (shape == SHAPE_WIDE_PORTS) {
		port = pick(32768);
		top = port + pick(32768);
	}
	if (shape == SHAPE_BESIDE && i % OF_TEN != 0)
		port = top = 1000 + i % OF_TEN;
	if (shape == SHAPE_USERS)
		r->user = r->name + 12;
	else
		set_addrs(arena, r, range);
	set_ports(arena, r, port, top);
	return r;
}

static void
look_up(const struct rules *table, uint32_t count, enum shape shape)
{
	struct rules_flow *flows = calloc(LOOKUPS, sizeof(*flows));
	struct rules_flow *end = flows + LOOKUPS;
	size_t found = 0;
	double start;

	if (flows == NULL)
		abort();
	for (struct rules_flow *f = flows; f < end; f++) {
		const struct rules_rule *r;

		do
			r = rules_at(table, pick(count));
		while (shape == SHAPE_BESIDE &&
		    r->local_ports->range[0].lo != 443);
		f->direction = RULES_INBOUND;
		f->local.addr = net(0, false);
		f->local.port = r->local_ports->range[0].lo;
		f->remote.addr = shape == SHAPE_USERS ? net(1, false) :
		    r->remote_addrs->range[0].lo;
		/* One in eight comes from where no rule is. */
		if (pick(8) == 0)
			f->remote.addr.b[15] ^= 1;
		f->remote.port = 50000;
		f->user = shape == SHAPE_USERS ? r->user : "root";
	}
	start = now();
	for (const struct rules_flow *f = flows; f < end; f++)
		found += rules_match(table, f) != NULL;
	printf("  look-up %6.0f ns (%zu%% found)\n",
	    (now() - start) / LOOKUPS * 1e9, found * 100 / LOOKUPS);
	free(flows);
}

static void
run(enum shape shape, uint32_t count)
{
	struct arena *arena = arena_new();
	struct rules_rule **rules;
	struct rules *table;
	uint32_t times = shape == SHAPE_BESIDE ? OF_TEN : 1;
	double start;
	size_t before;

	if (arena == NULL)
		abort();
	state = 0x5a11f0057ull;
	count *= times;
	rules = arena_alloc_array(arena, count, sizeof(*rules));
	for (uint32_t i = 0; i < count; i++)
		rules[i] = make_rule(arena, shape, i);
	before = arena_size(arena);
	start = now();
	table = rules_build(arena, rules, count);
	printf("%-22s %8" PRIu32 " rules: build %6.3f s, %4.0f bytes a rule,",
	    shape_names[shape], count / times, now() - start,
	    (double)(arena_size(arena) - before) / count);
	look_up(table, count, shape);
	arena_free(&arena);
}

int
main(int argc, char *argv[])
{
	static const char *const usual[] = { "1000", "100000", "1000000" };
	const char *const *counts = usual;
	int number = ARRAY_SIZE(usual);

	if (argc > 1) {
		counts = (const char *const *)argv + 1;
		number = argc - 1;
	}
	for (int shape = 0; shape < SHAPE_COUNT; shape++)
		for (int i = 0; i < number; i++) {
			unsigned long count = strtoul(counts[i], NULL, 10);

			if (count == 0 || count > UINT32_MAX / OF_TEN)
				return 2;
			if (shape == SHAPE_BESIDE && count > 100000)
				continue;
			run((enum shape)shape, (uint32_t)count);
		}
	return 0;
}
