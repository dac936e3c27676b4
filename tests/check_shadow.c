/*
 * check_shadow.c - what rules take from each other, against every connection
 * of small worlds.
 *
 * A world is a few values a dimension, chosen so that no condition of its
 * policies tells apart what two of them stand for. A policy's verdicts are
 * worked out from all connections of the world and all rules, and must be
 * those of lint/overlap.h, bit by bit, and so must who is named.
 */
#include <check.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "lint/overlap.h"
#include "policy/ebcdic.h"
#include "policy/network.h"
#include "policy/rules.h"
#include "policy/settings.h"
#include "policy/times.h"
#include "support/runner.h"

#define RULES_SMALL	12
#define RULES_MOST	400
#define VALUES_MOST	24

/* So many takers of a part are found, if there are. */
#define NAMED_LEAST	32

enum { LOCAL_PORT, REMOTE_PORT, LOCAL_ADDR, REMOTE_ADDR, USER, JOB, TIME,
	DIMENSIONS };

static struct arena *arena;
static uint64_t state;

static void
setup(void)
{
	arena = arena_new();
	ck_assert_ptr_nonnull(arena);
	state = 0x5a11f0057ull;
}

static void
teardown(void)
{
	arena_free(&arena);
}

/* xorshift64*: the same everywhere. */
static uint32_t
pick(uint32_t below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * 0x2545f4914f6cdd1dull >> 32) % below);
}

static bool
chance(uint32_t percent)
{
	return pick(100) < percent;
}

/* ---- a world: what can be told apart, one value each ---- */

/* NULL is the name that is not known. */
static const char *const names[] = {
	NULL, "", "a", "az", "ab", "abz", "abc", "abcd", "Ab", "Az", "b", "ba",
	"\xff", "zz",
};

static const struct times times[2];
static const struct times *const moments[] = { NULL, &times[0], &times[1] };

/* The first address is IPv4, the last is IPv6. */
static struct {
	uint16_t ports[VALUES_MOST];
	struct addr addrs[VALUES_MOST];
	size_t counts[DIMENSIONS];
	bool large;
} world;

static struct addr
addr(const char *text)
{
	struct addr a;

	ck_assert_int_eq(addr_parse(text, strlen(text), &a), 0);
	return a;
}

/* Few values, but all there are of kinds. */
static void
make_small_world(void)
{
	static const uint16_t ports[] = { 1, 2, 3, 4, 1000, 2000, 65535 };
	static const char *const addrs[] = {
		"9.9.9.9", "10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.3",
		"255.255.255.255", "::", "::1", "1::", "2001:db8::",
		"2001:db8::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	};
	const size_t counts[DIMENSIONS] = {
		ARRAY_SIZE(ports), ARRAY_SIZE(ports), ARRAY_SIZE(addrs),
		ARRAY_SIZE(addrs), ARRAY_SIZE(names), ARRAY_SIZE(names),
		ARRAY_SIZE(moments),
	};

	world.large = false;
	memcpy(world.ports, ports, sizeof(ports));
	for (size_t i = 0; i < ARRAY_SIZE(addrs); i++)
		world.addrs[i] = addr(addrs[i]);
	memcpy(world.counts, counts, sizeof(counts));
}

/* A square of addresses and ports, for policies of hundreds of rules. */
static void
make_large_world(void)
{
	const size_t counts[DIMENSIONS] = {
		VALUES_MOST, VALUES_MOST, VALUES_MOST, VALUES_MOST,
		ARRAY_SIZE(names), ARRAY_SIZE(names), ARRAY_SIZE(moments),
	};

	world.large = true;
	for (unsigned i = 0; i < VALUES_MOST; i++) {
		world.ports[i] = (uint16_t)(i + 1);
		world.addrs[i] = addr("10.0.0.0");
		world.addrs[i].b[15] = (uint8_t)i;
	}
	/* What no rule asks for. */
	world.ports[VALUES_MOST - 1] = 65535;
	world.addrs[VALUES_MOST - 2] = addr("192.0.2.1");
	world.addrs[VALUES_MOST - 1] = addr("2001:db8::1");
	memcpy(world.counts, counts, sizeof(counts));
}

/* ---- random policies of that world ---- */

/* Members of a group, or one. */
static size_t
any_count(void)
{
	return !chance(30) ? 1 : 1 + pick(world.large ? 12 : 4);
}

/* Two values in order, near each other in a group. */
static void
any_two(uint32_t below, bool near, uint32_t *a, uint32_t *b)
{
	uint32_t distance = near ? 1 + pick(2) : 1 + pick(below);

	*a = pick(below);
	*b = *a + pick(distance);
	if (*b >= below)
		*b = below - 1;
}

static struct addr_range
any_range(bool near)
{
	static const char *const ranges[][2] = {
		{ "10.0.0.0", "10.0.0.3" }, { "10.0.0.0", "10.0.0.1" },
		{ "10.0.0.1", "10.0.0.2" }, { "10.0.0.2", "10.0.0.2" },
		{ "10.0.0.3", "10.0.0.3" }, { "0.0.0.0", "255.255.255.255" },
		{ "0.0.0.0", "10.0.0.1" }, { "10.0.0.2", "255.255.255.255" },
		{ "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
		{ "2001:db8::", "2001:db8::" },
		{ "2001:db8::", "2001:db8::1" },
		{ "::", "2001:db8::" }, { "::", "::fffe:ffff:ffff" },
		{ "0:0:0:0:1::", "2001:db8::" }, { "::", "::" },
	};
	uint32_t n = pick(ARRAY_SIZE(ranges)), a, b;

	if (!world.large)
		return (struct addr_range){ addr(ranges[n][0]),
		    addr(ranges[n][1]) };
	any_two(VALUES_MOST - 2, near, &a, &b);
	return (struct addr_range){ world.addrs[a], world.addrs[b] };
}

static const struct rules_addrs *
any_addrs(void)
{
	size_t count = any_count();
	struct rules_addrs *set = arena_alloc(arena,
	    sizeof(*set) + count * sizeof(set->range[0]));

	set->count = count;
	for (size_t i = 0; i < count; i++)
		set->range[i] = any_range(count > 1);
	return network_merge_addrs(arena, set->range, count);
}

static const struct rules_ports *
any_ports(void)
{
	static const struct addr_ports ranges[] = {
		{ 1, 1 }, { 2, 2 }, { 3, 3 }, { 1, 2 }, { 2, 3 }, { 1, 3 },
		{ 4, 999 }, { 1000, 1000 }, { 1, 65535 }, { 0, 2 },
		{ 3, 65535 }, { 65535, 65535 }, { 0, 0 },
	};
	size_t count = any_count();
	struct rules_ports *set = arena_alloc(arena,
	    sizeof(*set) + count * sizeof(set->range[0]));

	set->count = count;
	for (size_t i = 0; i < count; i++) {
		uint32_t a, b;

		set->range[i] = ranges[pick(ARRAY_SIZE(ranges) -
		    !chance(10))];
		if (!world.large)
			continue;
		any_two(VALUES_MOST - 1, count > 1, &a, &b);
		set->range[i].lo = world.ports[a];
		set->range[i].hi = world.ports[b];
	}
	return network_merge_ports(arena, set->range, count);
}

static const char *
any_pattern(void)
{
	static const char *const patterns[] = {
		"*", "a", "a*", "ab", "ab*", "abc", "abc*", "A*", "Ab", "b",
		"b*", "\xff*",
	};

	return patterns[pick(ARRAY_SIZE(patterns))];
}

static const struct settings settings[2];
static const struct settings_application application;
static const struct rules_actions actions[] = {
	{ .group = "On1", .secured = true, .settings = &settings[0] },
	{ .group = "On2", .secured = true, .settings = &settings[1] },
	{ .group = "On1 again", .secured = true, .settings = &settings[0] },
	{ .group = "On1 forward", .secured = true, .settings = &settings[0],
	    .application = &application },
	{ .group = "Off" },
	{ .group = "Off again", .settings = &settings[1] },
	{ .group = "wrong1", .secured = true },
	{ .group = "wrong2", .secured = true },
};
/* Equal numbers lead to the same. */
static const int leads_to[ARRAY_SIZE(actions)] = { 0, 1, 0, 2, 3, 3, 4, 5 };

/* How often a policy codes each condition, in percent. */
struct taste {
	uint32_t coded[DIMENSIONS];
	uint32_t rules, priorities, off;
};

static struct taste
any_taste(uint32_t dimensions)
{
	static const uint32_t shares[] = { 20, 50, 90, 100 };
	struct taste t = { { 0 }, 0, 0, 0 };

	while (dimensions-- > 0)
		t.coded[pick(DIMENSIONS)] = shares[pick(ARRAY_SIZE(shares))];
	t.rules = 1 + pick(world.large ? RULES_MOST : RULES_SMALL);
	t.priorities = 1 + pick(chance(50) ? 4 : t.rules);
	t.off = pick(60);
	return t;
}

static struct rules_rule *
any_rule(const struct taste *t, uint32_t number)
{
	static const char letters[] = "azAZ09~-";
	struct rules_rule *r = arena_alloc(arena, sizeof(*r));
	char name[16];

	snprintf(name, sizeof(name), "%c%c%u", letters[pick(8)],
	    letters[pick(8)], number);
	r->name = arena_copy_text(arena, name, strlen(name));
	r->priority = 1 + pick(t->priorities);
	r->direction = (uint8_t)(1 + pick(3));
	if (chance(t->coded[LOCAL_PORT]))
		r->local_ports = any_ports();
	if (chance(t->coded[REMOTE_PORT]))
		r->remote_ports = any_ports();
	if (chance(t->coded[LOCAL_ADDR]))
		r->local_addrs = any_addrs();
	if (chance(t->coded[REMOTE_ADDR]))
		r->remote_addrs = any_addrs();
	if (chance(t->coded[USER]))
		r->user = any_pattern();
	if (chance(t->coded[JOB]))
		r->job = any_pattern();
	if (chance(t->coded[TIME]))
		r->times = &times[pick(2)];
	r->actions = chance(t->off) ? &actions[4 + pick(2)] :
	    &actions[chance(90) ? pick(4) : 6 + pick(2)];
	return r;
}

/* ---- who takes what, from every connection ---- */

struct truth {
	struct rules_rule **rules;	/* in search order, sorted here */
	size_t count;
	/* Whether a rule's condition is met by a value. */
	bool meets[RULES_MOST][DIMENSIONS][VALUES_MOST];
	/* By direction, 0 in and 1 out. */
	bool asked[RULES_MOST], left[RULES_MOST][2];
	bool taken[RULES_MOST][2][RULES_MOST];	/* from, by */
	bool beyond[RULES_MOST][RULES_MOST];	/* the first asks for more */
};

static bool
naive_name(const char *pattern, const char *name, bool fold)
{
	size_t i;

	if (pattern == NULL || strcmp(pattern, "*") == 0)
		return true;
	if (name == NULL)
		return false;
	for (i = 0; pattern[i] != '\0'; i++) {
		if (pattern[i] == '*' && pattern[i + 1] == '\0')
			return true;
		if (fold ? toupper((unsigned char)pattern[i]) !=
		    toupper((unsigned char)name[i]) : pattern[i] != name[i])
			return false;
	}
	return name[i] == '\0';
}

static bool
is_v4(const struct addr *a)
{
	return memcmp(a->b, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) == 0;
}

static bool
naive_addr(const struct rules_addrs *set, const struct addr *a)
{
	for (size_t i = 0; set != NULL && i < set->count; i++)
		if (is_v4(a) == is_v4(&set->range[i].lo) &&
		    memcmp(a->b, set->range[i].lo.b, 16) >= 0 &&
		    memcmp(a->b, set->range[i].hi.b, 16) <= 0)
			return true;
	return set == NULL;
}

static bool
naive_port(const struct rules_ports *set, uint16_t port)
{
	for (size_t i = 0; set != NULL && i < set->count; i++)
		if (port >= set->range[i].lo && port <= set->range[i].hi)
			return true;
	return set == NULL;
}

static bool
naive_meets(const struct rules_rule *r, int dimension, size_t value)
{
	switch (dimension) {
	case LOCAL_PORT:
		return naive_port(r->local_ports,
		    world.ports[value]);
	case REMOTE_PORT:
		return naive_port(r->remote_ports,
		    world.ports[value]);
	case LOCAL_ADDR:
		return naive_addr(r->local_addrs,
		    &world.addrs[value]);
	case REMOTE_ADDR:
		return naive_addr(r->remote_addrs,
		    &world.addrs[value]);
	case USER:
		return naive_name(r->user, names[value], false);
	case JOB:
		return naive_name(r->job, names[value], true);
	default:
		return r->times == NULL || r->times == moments[value];
	}
}

static bool
comes_before(const struct rules_rule *a, const struct rules_rule *b)
{
	static const char order[] = "-abcdefghijklmnopqr~stuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	const char *p = a->name, *q = b->name;

	if (a->priority != b->priority)
		return a->priority > b->priority;
	while (*p == *q)
		p++, q++;
	if (*p == '\0' || *q == '\0')
		return *p == '\0';
	return strchr(order, *p) < strchr(order, *q);
}

static void
note_connection(struct truth *t, int way, const size_t *values)
{
	size_t first = t->count;
	bool matched[RULES_MOST] = { false };

	if (is_v4(&world.addrs[values[LOCAL_ADDR]]) !=
	    is_v4(&world.addrs[values[REMOTE_ADDR]]))
		return;
	for (size_t r = 0; r < t->count; r++) {
		bool meets = (t->rules[r]->direction >> way & 1) != 0;

		for (int d = 0; meets && d < DIMENSIONS; d++)
			meets = t->meets[r][d][values[d]];
		if (!meets)
			continue;
		matched[r] = true;
		t->asked[r] = true;
		if (first == t->count)
			first = r;
		if (first == r)
			t->left[r][way] = true;
		else
			t->taken[r][way][first] = true;
	}
	for (size_t r = 0; r < t->count; r++)
		for (size_t e = 0; matched[r] && e < r; e++)
			t->beyond[r][e] |= !matched[e];
}

/* Dimensions in which no rule asks for anything stay at one value. */
static void
note_all(struct truth *t, int way, const struct taste *taste, int dimension,
    size_t *values)
{
	if (dimension == DIMENSIONS) {
		note_connection(t, way, values);
		return;
	}
	for (size_t i = 0; i < world.counts[dimension]; i++) {
		/* Addresses are of two families. */
		if (taste->coded[dimension] == 0 && i != 0 &&
		    !((dimension == LOCAL_ADDR || dimension == REMOTE_ADDR) &&
		    i + 1 == world.counts[dimension]))
			continue;
		values[dimension] = i;
		note_all(t, way, taste, dimension + 1, values);
	}
}

static struct truth *
find_truth(struct rules_rule **rules, const struct taste *taste)
{
	struct truth *t = arena_alloc(arena, sizeof(*t));
	size_t values[DIMENSIONS];

	t->rules = rules;
	t->count = taste->rules;
	for (size_t i = 0; i < t->count; i++)
		for (size_t k = i; k > 0 && comes_before(rules[k],
		    rules[k - 1]); k--) {
			struct rules_rule *swap = rules[k];

			rules[k] = rules[k - 1];
			rules[k - 1] = swap;
		}
	for (size_t i = 0; i < t->count; i++)
		for (int d = 0; d < DIMENSIONS; d++)
			for (size_t v = 0; v < world.counts[d]; v++)
				t->meets[i][d][v] = naive_meets(rules[i], d, v);
	for (int way = 0; way < 2; way++)
		note_all(t, way, taste, 0, values);
	return t;
}

static unsigned
true_effect(const struct truth *t, size_t earlier, size_t r)
{
	const struct rules_rule *e = t->rules[earlier], *rule = t->rules[r];

	if (e->priority == rule->priority)
		return leads_to[e->actions - actions] ==
		    leads_to[rule->actions - actions] ? OVERLAP_TIE_SAME :
		    OVERLAP_TIE_OTHER;
	return !e->actions->secured && rule->actions->secured ? OVERLAP_OFF :
	    OVERLAP_PART;
}

static unsigned
true_verdict(const struct truth *t, size_t r)
{
	unsigned verdict = 0, ways = t->rules[r]->direction;

	if (!t->asked[r])
		return OVERLAP_EMPTY;
	if (!t->left[r][0] && !t->left[r][1])
		return OVERLAP_NEVER;
	if (ways == RULES_BOTH && !t->left[r][0])
		verdict |= OVERLAP_NO_INBOUND;
	if (ways == RULES_BOTH && !t->left[r][1])
		verdict |= OVERLAP_NO_OUTBOUND;
	for (int way = 0; way < 2; way++)
		for (size_t e = 0; t->left[r][way] && e < r; e++)
			if (t->taken[r][way][e])
				verdict |= true_effect(t, e, r);
	return verdict;
}

/* ---- who is named ---- */

/* Whether an earlier rule brings about this bit. */
static bool
brings(const struct truth *t, size_t e, size_t r, unsigned bit)
{
	for (int way = 0; way < 2; way++) {
		bool lost = !t->left[r][way];

		if (!t->taken[r][way][e])
			continue;
		if (bit == OVERLAP_NEVER ||
		    (bit == OVERLAP_NO_INBOUND && way == 0) ||
		    (bit == OVERLAP_NO_OUTBOUND && way == 1))
			return true;
		if (!lost && (bit & (OVERLAP_NO_INBOUND |
		    OVERLAP_NO_OUTBOUND)) == 0 && true_effect(t, e, r) == bit)
			return true;
	}
	return false;
}

static void
check_named(struct overlap *o, const struct truth *t, size_t r, unsigned bit)
{
	struct overlap_takers by = overlap_find(o, t->rules[r], bit,
	    RULES_MOST);
	bool whole = (bit & (OVERLAP_NEVER | OVERLAP_NO_INBOUND |
	    OVERLAP_NO_OUTBOUND)) != 0;
	bool named[RULES_MOST] = { false };
	size_t off = 0;

	/* Of many that take a part, some are enough. */
	ck_assert(!by.open || (!whole && by.count >= NAMED_LEAST));
	ck_assert_uint_gt(by.count, 0);
	ck_assert_uint_eq(by.count, by.total);
	for (size_t i = 0; i < by.count; i++) {
		size_t e = by.takers[i].rule->number;

		ck_assert(i == 0 || e > by.takers[i - 1].rule->number);
		ck_assert(brings(t, e, r, bit));
		ck_assert(strncmp(by.takers[i].example, "inbound", 7) == 0 ||
		    strncmp(by.takers[i].example, "outbound", 8) == 0);
		named[e] = true;
		off += !by.takers[i].rule->actions->secured;
	}
	ck_assert_uint_eq(off, by.off);
	for (size_t e = 0; !whole && !by.open && e < r; e++)
		ck_assert(named[e] == brings(t, e, r, bit));
	/*
	 * One that takes all by itself stands alone; where it does so only
	 * because IPv4 and IPv6 do not mix, it need not.
	 */
	for (size_t e = 0; bit == OVERLAP_NEVER && by.count > 1 && e < r; e++)
		ck_assert(!named[e] || t->beyond[r][e] ||
		    t->rules[e]->local_addrs != NULL ||
		    t->rules[e]->remote_addrs != NULL);
	if (bit == OVERLAP_NEVER && by.count == 1)
		ck_assert(!t->beyond[r][by.takers[0].rule->number]);
}

static void
check_policy(const struct taste *taste, size_t *seen)
{
	struct rules_rule **rules = arena_alloc_array(arena, RULES_MOST,
	    sizeof(*rules));
	struct truth *truth;
	struct overlap *o;
	struct rules *table;
	const uint16_t *verdicts;

	for (uint32_t i = 0; i < taste->rules; i++)
		rules[i] = any_rule(taste, i);
	table = rules_build(arena, rules, taste->rules);
	truth = find_truth(rules, taste);
	o = overlap_new(arena, table);
	verdicts = overlap_verdicts(o);
	for (uint32_t i = 0; i < taste->rules; i++) {
		unsigned want = true_verdict(truth, i);

		ck_assert(rules_at(table, i) == truth->rules[i]);
		ck_assert_msg(verdicts[i] == want, "rule %u of %u: %03x, "
		    "should be %03x", i, taste->rules, verdicts[i], want);
		for (unsigned b = 0; b < 9; b++) {
			seen[b] += want >> b & 1;
			if ((want >> b & 1) != 0 && 1u << b != OVERLAP_EMPTY)
				check_named(o, truth, i, 1u << b);
		}
	}
}

static size_t
how_many(size_t usual, size_t full)
{
	return getenv("SALLYPORT_FULL") != NULL ? full : usual;
}

/* Every verdict but "undecided" is put to the test, and often. */
static void
check_seen(const size_t *seen, size_t least)
{
	for (size_t b = 0; b < 8; b++)
		ck_assert_msg(seen[b] > least, "bit %zu: %zu", b, seen[b]);
	ck_assert_uint_eq(seen[8], 0);
}

START_TEST(test_small_worlds)
{
	size_t policies = how_many(6000, 200000), seen[9] = { 0 };

	make_small_world();
	for (size_t i = 0; i < policies; i++) {
		struct arena_mark mark = arena_mark(arena);
		struct taste taste = any_taste(i % 500 == 0 ? 5 :
		    1 + pick(3));

		check_policy(&taste, seen);
		arena_rewind(arena, mark);
	}
	check_seen(seen, policies / 40);
}
END_TEST

START_TEST(test_large_worlds)
{
	size_t policies = how_many(60, 600), seen[9] = { 0 };

	make_large_world();
	for (size_t i = 0; i < policies; i++) {
		struct arena_mark mark = arena_mark(arena);
		struct taste taste = any_taste(1 + pick(2));

		/* Many groups of many, in few priorities. */
		if (i % 3 == 0)
			taste = (struct taste){
				.coded = { [LOCAL_PORT] = 100,
				    [REMOTE_ADDR] = 100 },
				.rules = RULES_MOST, .priorities = 1 + pick(2),
				.off = pick(100),
			};
		check_policy(&taste, seen);
		arena_rewind(arena, mark);
	}
	seen[0] += policies;	/* a world of IPv4 has little of this */
	check_seen(seen, policies / 4);
}
END_TEST

/* ---- all there is, cut into tiles ---- */

struct tile {
	uint32_t lo[3], hi[3];		/* local port, IPv4 address, job */
};

static struct addr
v4(uint32_t n)
{
	struct addr a = { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff } };

	for (int k = 0; k < 4; k++)
		a.b[12 + k] = (uint8_t)(n >> (24 - 8 * k));
	return a;
}

static struct rules_rule *
tile_rule(const struct tile *tile, uint32_t number, uint32_t priority)
{
	struct rules_rule *r = arena_alloc(arena, sizeof(*r));
	struct rules_ports *local = arena_alloc(arena,
	    sizeof(*local) + sizeof(local->range[0]));
	struct rules_ports *remote = arena_alloc(arena,
	    sizeof(*remote) + sizeof(remote->range[0]));
	struct rules_addrs *set = arena_alloc(arena,
	    sizeof(*set) + sizeof(set->range[0]));
	char name[16];

	snprintf(name, sizeof(name), "r%u", number);
	r->name = arena_copy_text(arena, name, strlen(name));
	r->priority = priority;
	r->direction = RULES_INBOUND;
	r->actions = &actions[0];
	local->count = remote->count = set->count = 1;
	local->range[0] = (struct addr_ports){ (uint16_t)tile->lo[0],
	    (uint16_t)tile->hi[0] };
	set->range[0] = (struct addr_range){ v4(tile->lo[1]),
	    v4(tile->hi[1]) };
	remote->range[0] = (struct addr_ports){ (uint16_t)tile->lo[2],
	    (uint16_t)tile->hi[2] };
	r->local_ports = local;
	r->remote_addrs = set;
	r->remote_ports = remote;
	return r;
}

/* Cuts a random tile in two, again and again. */
static struct rules_rule **
make_tiles(uint32_t count, const struct tile *whole)
{
	struct tile *tiles = arena_alloc_array(arena, count, sizeof(*tiles));
	struct rules_rule **rules = arena_alloc_array(arena, count + 1,
	    sizeof(*rules));
	uint32_t used = 1;

	tiles[0] = *whole;
	while (used < count) {
		struct tile *tile = &tiles[pick(used)];
		unsigned d = pick(3);
		uint32_t size = tile->hi[d] - tile->lo[d];

		if (size == 0)
			continue;
		tiles[used] = *tile;
		tiles[used].lo[d] = tile->lo[d] + 1 + pick(size);
		tile->hi[d] = tiles[used].lo[d] - 1;
		used++;
	}
	for (uint32_t i = 0; i < count; i++)
		rules[i] = tile_rule(&tiles[i], i, 2);
	rules[count] = tile_rule(whole, count, 1);
	return rules;
}

START_TEST(test_tiles)
{
	static const struct tile whole = {
		{ 1, 0, 1 }, { 65535, UINT32_MAX, 65535 },
	};
	const uint32_t counts[] = { 2, 10, 300, 3000 };

	for (size_t n = 0; n < ARRAY_SIZE(counts); n++) {
		uint32_t count = counts[n], gone;
		struct rules_rule **rules = make_tiles(count, &whole);
		struct overlap *o = overlap_new(arena, rules_build(arena,
		    rules, count + 1));
		const uint16_t *verdicts = overlap_verdicts(o);
		struct overlap_takers by = overlap_find(o, rules[count],
		    OVERLAP_NEVER, 3);

		ck_assert_uint_eq(verdicts[count], OVERLAP_NEVER);
		for (uint32_t i = 0; i < count; i++)
			ck_assert_uint_eq(verdicts[i], 0);
		/* Everyone takes a part. */
		ck_assert_uint_eq(by.total, count);
		ck_assert_uint_eq(by.count, count < 3 ? count : 3);
		ck_assert(!by.open);
		/* Without one of them the rule below has a part of its own. */
		gone = pick(count);
		rules[gone] = rules[count];
		o = overlap_new(arena, rules_build(arena, rules, count));
		verdicts = overlap_verdicts(o);
		ck_assert_uint_eq(verdicts[count - 1], OVERLAP_PART);
	}
}
END_TEST

/*
 * Three hundred rules of one priority, of which the first meets the last and
 * no other; next to the first, in ports, only rules of a higher priority.
 */
START_TEST(test_first_and_last)
{
	const uint32_t above = 16, count = above + 300, port = 60000;
	struct rules_rule **rules = arena_alloc_array(arena, count,
	    sizeof(*rules));
	struct tile tile = { { 0, 0, 1 }, { 0, 99, 65535 } };
	struct rules_rule *first, *last;
	struct overlap_takers by;
	struct overlap *o;
	const uint16_t *verdicts;

	for (uint32_t i = 0; i < count; i++) {
		tile.lo[0] = tile.hi[0] = i < above ? port + 2 * i : i;
		rules[i] = tile_rule(&tile, 1000 + i, i < above ? 2 : 1);
	}
	tile.lo[0] = tile.hi[0] = port + above + 1;
	first = rules[above] = tile_rule(&tile, 1000 + above, 1);
	tile.hi[1] = 100;
	last = rules[count - 1] = tile_rule(&tile, 1000 + count - 1, 1);
	o = overlap_new(arena, rules_build(arena, rules, count));
	verdicts = overlap_verdicts(o);
	for (uint32_t i = 0; i < count - 1; i++)
		ck_assert_uint_eq(verdicts[i], 0);
	ck_assert_uint_eq(verdicts[count - 1], OVERLAP_TIE_SAME);
	by = overlap_find(o, last, OVERLAP_TIE_SAME, 3);
	ck_assert_uint_eq(by.total, 1);
	ck_assert_ptr_eq(by.takers[0].rule, first);
	/* Every remote port needs no telling. */
	ck_assert_str_eq(by.takers[0].common, "inbound, local port 60017, "
	    "remote address 0.0.0.0-0.0.0.99");
	ck_assert_str_eq(by.takers[0].example, "inbound, local port 60017, "
	    "remote address 0.0.0.0");
}
END_TEST

/* Every rule is in the way of every other, and no two in the same way. */
START_TEST(test_too_much)
{
	uint32_t count = 100000;
	struct rules_rule **rules = arena_alloc_array(arena, count,
	    sizeof(*rules));
	size_t undecided = 0;
	const uint16_t *verdicts;

	if (getenv("SALLYPORT_FULL") == NULL)
		return;
	for (uint32_t i = 0; i < count; i++) {
		struct tile tile;

		for (unsigned d = 0; d < 3; d++) {
			uint32_t most = d == 1 ? UINT32_MAX : 65535;

			tile.lo[d] = 1 + pick(most / 2);
			tile.hi[d] = tile.lo[d] + most / 100 + pick(most / 20);
		}
		rules[i] = tile_rule(&tile, i, 1 + i / 10);
	}
	verdicts = overlap_verdicts(overlap_new(arena, rules_build(arena,
	    rules, count)));
	for (uint32_t i = 0; i < count; i++)
		undecided += (verdicts[i] & OVERLAP_UNDECIDED) != 0;
	/* Some are not decided, and that is said; the first ones are easy. */
	ck_assert_uint_gt(undecided, 0);
	ck_assert_uint_lt(undecided, count - count / 100);
	ck_assert_uint_eq(verdicts[0], 0);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("shadow");
	TCase *worlds = tcase_create("worlds");

	tcase_set_timeout(worlds, 3600);
	tcase_add_checked_fixture(worlds, setup, teardown);
	tcase_add_test(worlds, test_small_worlds);
	tcase_add_test(worlds, test_large_worlds);
	tcase_add_test(worlds, test_tiles);
	tcase_add_test(worlds, test_first_and_last);
	tcase_add_test(worlds, test_too_much);
	suite_add_tcase(s, worlds);
	return s;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make_suite);
}
