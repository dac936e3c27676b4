/*
 * bench_lint.c - what it costs to find rules in each other's way; not part
 * of `make check`.
 *
 *	bench_lint [RULES]		(default: 100000)
 *
 * Prints, for each shape of policy, the CPU seconds of shadow_check and what it
 * found: warnings, advice, and whether all was decided.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "lint/shadow.h"
#include "policy/diag.h"
#include "policy/rules.h"

enum shape {
	SHAPE_NETS,		/* one port, distinct networks */
	SHAPE_NESTED,		/* networks within networks within networks */
	SHAPE_TILES,		/* all there is cut up, and a rule for all */
	SHAPE_SAME,		/* each is like the other */
	SHAPE_CROSS,		/* half name a port, half name a network */
	SHAPE_RANGES,		/* wide ranges of addresses, of any priority */
	SHAPE_USERS,		/* one user each */
	SHAPE_GROUPS,		/* sixteen networks and eight ports each */
	SHAPE_BOXES,		/* wide ranges in four dimensions */
	SHAPE_GENERAL,		/* tiles of ports, under half of the rules */
	SHAPE_COUNT,
};

static const char *const shape_names[SHAPE_COUNT] = {
	"one port, nets", "nested nets", "tiles under one rule", "all the same",
	"ports across nets", "wide ranges", "users", "groups", "boxes",
	"many rules over tiles",
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

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static struct addr
v4(uint32_t n)
{
	struct addr a = { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff } };

	for (int k = 0; k < 4; k++)
		a.b[12 + k] = (uint8_t)(n >> (24 - 8 * k));
	return a;
}

static uint32_t
scattered(uint32_t i)
{
	return (i + 1) * 2654435761u;
}

static struct rules_addrs *
addrs_of(struct arena *arena, size_t count)
{
	struct rules_addrs *set = arena_alloc(arena,
	    sizeof(*set) + count * sizeof(set->range[0]));

	set->count = count;
	return set;
}

static const struct rules_addrs *
one_range(struct arena *arena, uint32_t lo, uint32_t hi)
{
	struct rules_addrs *set = addrs_of(arena, 1);

	set->range[0].lo = v4(lo < hi ? lo : hi);
	set->range[0].hi = v4(lo < hi ? hi : lo);
	return set;
}

static const struct rules_ports *
port_range(struct arena *arena, uint32_t lo, uint32_t hi)
{
	struct rules_ports *set = arena_alloc(arena,
	    sizeof(*set) + sizeof(set->range[0]));

	set->count = 1;
	set->range[0].lo = (uint16_t)(lo < hi ? lo : hi);
	set->range[0].hi = (uint16_t)(lo < hi ? hi : lo);
	return set;
}

static void
set_groups(struct arena *arena, struct rules_rule *r)
{
	struct rules_addrs *nets = addrs_of(arena, 16);
	struct rules_ports *ports = arena_alloc(arena,
	    sizeof(*ports) + 8 * sizeof(ports->range[0]));

	for (size_t i = 0; i < nets->count; i++) {
		uint32_t net = pick(UINT32_MAX) & ~UINT32_C(0xff);

		nets->range[i].lo = v4(net);
		nets->range[i].hi = v4(net | 0xff);
	}
	ports->count = 8;
	for (size_t i = 0; i < ports->count; i++)
		ports->range[i].lo = ports->range[i].hi =
		    (uint16_t)(1 + pick(60000));
	r->remote_addrs = nets;
	r->local_ports = ports;
}

/* A tile of a square of ports and addresses, the last rule under all. */
static void
set_tile(struct arena *arena, struct rules_rule *r, uint32_t i,
    uint32_t count)
{
	uint32_t side = 1, row, column, step;

	r->priority = 2;
	while ((side + 1) * (side + 1) < count)
		side++;
	if (i + 1 == count) {
		r->priority = 1;
		r->remote_addrs = one_range(arena, 0, UINT32_MAX);
		r->local_ports = port_range(arena, 1, 65535);
		return;
	}
	/* What is left over of the count are more of the same. */
	row = i / side % side;
	column = i % side;
	step = UINT32_MAX / side;
	r->remote_addrs = one_range(arena, row * step, row + 1 == side ?
	    UINT32_MAX : (row + 1) * step - 1);
	step = 65535 / side;
	r->local_ports = port_range(arena, 1 + column * step,
	    column + 1 == side ? 65535 : (column + 1) * step);
}

static void
set_box(struct arena *arena, struct rules_rule *r)
{
	uint32_t port = 1 + pick(60000), far = 1 + pick(60000);

	r->local_addrs = one_range(arena, pick(UINT32_MAX), pick(UINT32_MAX));
	r->remote_addrs = one_range(arena, pick(UINT32_MAX),
	    pick(UINT32_MAX));
	r->local_ports = port_range(arena, port, port + pick(5000));
	r->remote_ports = port_range(arena, far, far + pick(5000));
}

static void
set_shape(struct arena *arena, struct rules_rule *r, enum shape shape,
    uint32_t i, uint32_t count)
{
	static const unsigned nested[] = { 32, 28, 24, 20, 16, 12, 8 };
	uint32_t net = scattered(i), port = 1 + i / 2 % 65535, mask;

	r->local_ports = port_range(arena, 443, 443);
	switch (shape) {
	case SHAPE_NETS:
		r->remote_addrs = one_range(arena, net, net);
		break;
	case SHAPE_NESTED:
		mask = nested[pick(7)] == 32 ? 0 :
		    UINT32_MAX >> nested[pick(6) + 1];
		r->remote_addrs = one_range(arena, net & ~mask, net | mask);
		break;
	case SHAPE_TILES:
		set_tile(arena, r, i, count);
		break;
	case SHAPE_SAME:
	case SHAPE_COUNT:
		break;
	case SHAPE_CROSS:
		r->local_ports = i % 2 == 0 ?
		    port_range(arena, port, port) : NULL;
		if (i % 2 != 0)
			r->remote_addrs = one_range(arena, net, net);
		break;
	case SHAPE_RANGES:
		r->remote_addrs = one_range(arena, net, scattered(i + 7));
		break;
	case SHAPE_USERS:
		r->user = r->name;
		break;
	case SHAPE_GROUPS:
		set_groups(arena, r);
		break;
	case SHAPE_BOXES:
		set_box(arena, r);
		break;
	case SHAPE_GENERAL:
		r->priority = 1 + i % 2;
		r->local_ports = i % 2 == 0 ? port_range(arena, 1, 65535) :
		    port_range(arena, port, port);
		if (i % 2 == 0)
			r->remote_addrs = one_range(arena, net, net);
		break;
	}
}

static struct rules_rule *
make_rule(struct arena *arena, enum shape shape, uint32_t i, uint32_t count)
{
	static const struct rules_actions off, on[2] = {
		{ .group = "a", .secured = true },
		{ .group = "b", .secured = true },
	};
	struct rules_rule *r = arena_alloc(arena, sizeof(*r));
	uint32_t n = pick(16);
	char name[32];

	snprintf(name, sizeof(name), "rule-number-%" PRIu32, i);
	r->name = arena_copy_text(arena, name, strlen(name));
	r->direction = RULES_INBOUND;
	r->priority = 1 + pick(1000);
	r->actions = n == 0 ? &off : &on[n % 2];
	set_shape(arena, r, shape, i, count);
	return r;
}

static const char *
undecided(struct diag *diag)
{
	const struct diag_record *record;

	for (size_t i = 0; (record = diag_at(diag, i)) != NULL; i++)
		if (record->code == DIAG_SHADOW_UNDECIDED)
			return record->message;
	return "all decided";
}

static void
run(enum shape shape, uint32_t count)
{
	struct arena *arena = arena_new();
	struct diag *diag = diag_new();
	struct rules_rule **rules;
	struct rules *table;
	double start;

	if (arena == NULL || diag == NULL)
		abort();
	state = 0x5a11f0057ull;
	rules = arena_alloc_array(arena, count, sizeof(*rules));
	for (uint32_t i = 0; i < count; i++)
		rules[i] = make_rule(arena, shape, i, count);
	table = rules_build(arena, rules, count);
	start = now();
	shadow_check(table, diag);
	printf("%-22s %8" PRIu32 " rules: %6.3f s, %zu warnings, %zu advice, "
	    "%s\n",
	    shape_names[shape], count, now() - start,
	    diag_count(diag, DIAG_WARNING), diag_count(diag, DIAG_ADVICE),
	    undecided(diag));
	diag_free(&diag);
	arena_free(&arena);
}

int
main(int argc, char *argv[])
{
	unsigned long count = 100000;

	if (argc > 1)
		count = strtoul(argv[1], NULL, 10);
	if (count == 0 || count > UINT32_MAX)
		return 2;
	for (int shape = 0; shape < SHAPE_COUNT; shape++)
		run((enum shape)shape, (uint32_t)count);
	return 0;
}
