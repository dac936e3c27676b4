/*
 * check_rules.c - the rule table against a matcher that reads every rule.
 *
 * Random policies and random flows from one fixed seed; keys are drawn from
 * small pools and their neighbours, so that conditions nest, overlap, touch
 * and repeat.
 */
#include <check.h>
#include <ctype.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "policy/condition.h"
#include "policy/ebcdic.h"
#include "policy/network.h"
#include "policy/rules.h"
#include "policy/times.h"
#include "support/runner.h"

#define FLOWS_TOTAL	1200000
#define FLOWS_A_POLICY	2000

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

/* ---- the naive matcher: shares no code with the table ---- */

static int
naive_order(const struct rules_rule *a, const struct rules_rule *b)
{
	/* IBM-1047's order of what the names here are made of. */
	static const char order[] =
	    ".<(+|&!$*);^-/,%_>?`:#@'=\"abcdefghijklmnopqr~stuvwxyz[]"
	    "{ABCDEFGHI}JKLMNOPQR\\STUVWXYZ0123456789";
	const char *p = a->name, *q = b->name;

	if (a->priority != b->priority)
		return a->priority > b->priority ? -1 : 1;
	while (*p != '\0' && *p == *q)
		p++, q++;
	if (*p == *q)
		return 0;
	if (*p == '\0' || *q == '\0')
		return *p == '\0' ? -1 : 1;
	return strchr(order, *p) < strchr(order, *q) ? -1 : 1;
}

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
naive_job(const char *pattern, const struct rules_flow *flow)
{
	char stem[64] = "";
	size_t length = flow->unit == NULL ? 0 : strlen(flow->unit);

	if (naive_name(pattern, flow->job, true) ||
	    naive_name(pattern, flow->unit, true))
		return true;
	if (length < 9 || strcmp(flow->unit + length - 8, ".service") != 0)
		return false;
	memcpy(stem, flow->unit, length - 8);
	return naive_name(pattern, stem, true);
}

/* The times here are hours of a day, Greenwich's. */
static bool
naive_times(const struct times *times, const struct times_moment *moment)
{
	if (times == NULL || moment == &times_any)
		return true;
	for (size_t i = 0; moment != NULL && i < times->count; i++) {
		const struct times_span *span =
		    &times->condition[i].hours->span[0];
		int64_t minute = moment->epoch % 86400 / 60;

		if (span->from <= minute && minute < span->to)
			return true;
	}
	return false;
}

static bool
naive_addrs(const struct rules_addrs *set, const struct addr *addr)
{
	bool v4 = memcmp(addr->b, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) == 0;

	for (size_t i = 0; set != NULL && i < set->count; i++) {
		const struct addr_range *r = &set->range[i];

		if (v4 == (memcmp(r->lo.b, "\0\0\0\0\0\0\0\0\0\0\xff\xff",
		    12) == 0) && memcmp(addr->b, r->lo.b, 16) >= 0 &&
		    memcmp(addr->b, r->hi.b, 16) <= 0)
			return true;
	}
	return set == NULL;
}

static bool
naive_ports(const struct rules_ports *set, unsigned port)
{
	for (size_t i = 0; set != NULL && i < set->count; i++)
		if (port >= set->range[i].lo && port <= set->range[i].hi)
			return true;
	return set == NULL;
}

static const struct rules_rule *
naive_match(struct rules_rule *const *rules, size_t count,
    const struct rules_flow *flow)
{
	const struct rules_rule *best = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct rules_rule *r = rules[i];

		if ((r->direction & flow->direction) != 0 &&
		    (best == NULL || naive_order(r, best) < 0) &&
		    naive_ports(r->local_ports, flow->local.port) &&
		    naive_ports(r->remote_ports, flow->remote.port) &&
		    naive_addrs(r->local_addrs, &flow->local.addr) &&
		    naive_addrs(r->remote_addrs, &flow->remote.addr) &&
		    naive_name(r->user, flow->user, false) &&
		    naive_job(r->job, flow) &&
		    naive_times(r->times, flow->moment))
			best = r;
	}
	return best;
}

/* ---- random policies ---- */

/* What one policy is like; the extremes matter more than the middle. */
struct taste {
	uint32_t rules, ports, nets, priorities;
	uint32_t local_port, remote_port, local_addr, remote_addr, name, time;
	uint32_t v6, group, odd;	/* percent */
};

static uint16_t
any_port(const struct taste *t)
{
	if (chance(3))
		return chance(50) ? 65535 : 0;
	return (uint16_t)(pick(t->ports) * 7 + 440 + pick(3));
}

static struct addr
any_addr(const struct taste *t)
{
	struct addr a = { { 0 } };
	uint32_t net = pick(t->nets);

	if (chance(t->v6)) {
		a.b[0] = 0x20;
		a.b[1] = 1;
		a.b[6] = (uint8_t)(net >> 8);
		a.b[7] = (uint8_t)net;
		a.b[15] = (uint8_t)pick(4);
		if (chance(2))
			memset(a.b, chance(50) ? 0xff : 0, sizeof(a.b));
		return a;
	}
	a.b[10] = a.b[11] = 0xff;
	a.b[12] = 10;
	a.b[13] = (uint8_t)(net >> 8);
	a.b[14] = (uint8_t)net;
	a.b[15] = (uint8_t)pick(4);
	if (chance(2))
		memset(a.b + 12, chance(50) ? 0xff : 0, 4);
	return a;
}

static struct addr_range
any_range(const struct taste *t)
{
	static const unsigned prefixes[] = { 32, 24, 23, 16, 30, 8, 0 };
	struct addr a = any_addr(t), b = any_addr(t);
	struct addr_range range;
	unsigned prefix = prefixes[pick(ARRAY_SIZE(prefixes))];

	if (chance(t->odd) && addr_is_v4(&a) == addr_is_v4(&b)) {
		range.lo = addr_compare(&a, &b) < 0 ? a : b;
		range.hi = addr_compare(&a, &b) < 0 ? b : a;
		return range;
	}
	if (!addr_is_v4(&a))
		prefix *= 4;
	ck_assert_int_eq(addr_prefix(&a, prefix, &range), 0);
	return range;
}

static const struct rules_addrs *
any_addrs(const struct taste *t)
{
	size_t count = chance(t->group) ? 1 + pick(6) : 1;
	struct rules_addrs *set = arena_alloc(arena,
	    sizeof(*set) + count * sizeof(set->range[0]));

	set->count = count;
	for (size_t i = 0; i < count; i++)
		set->range[i] = any_range(t);
	return network_merge_addrs(arena, set->range, count);
}

static const struct rules_ports *
any_ports(const struct taste *t)
{
	size_t count = chance(t->group) ? 1 + pick(6) : 1;
	struct rules_ports *set = arena_alloc(arena,
	    sizeof(*set) + count * sizeof(set->range[0]));

	set->count = count;
	for (size_t i = 0; i < count; i++) {
		uint16_t a = any_port(t), b = chance(t->odd) ? any_port(t) : a;

		set->range[i].lo = a < b ? a : b;
		set->range[i].hi = a < b ? b : a;
	}
	return network_merge_ports(arena, set->range, count);
}

static const char *
any_name(bool pattern)
{
	static const char *const stems[] = {
		"A", "AB", "ABC", "ABCD", "ab", "Web", "WEB", "webserv",
		"WEBSERV1", "", "averylongnamefifteen", "averylongnamefif",
		"averylongnamefi", "averylongnamefifteeN", "z\xc3\xa9",
	};
	const char *stem = stems[pick(ARRAY_SIZE(stems))];
	char *name;

	if (pattern && *stem == '\0')
		return "*";
	if (!pattern || chance(60))
		return stem;
	name = arena_alloc(arena, strlen(stem) + 2);
	sprintf(name, "%s*", stem);
	return name;
}

/* A process's name and a unit's may be each other's. */
static const char *
any_job(bool pattern)
{
	static const char *const endings[] = {
		"", "", "", ".service", ".service", ".SERVICE", ".scope",
		"@1.service", ".service.d", ".service*", ".serv*",
	};
	const char *stem = any_name(pattern), *ending;
	char *name;

	ending = endings[pick(ARRAY_SIZE(endings))];
	if (*ending == '\0' || (!pattern && strchr(ending, '*') != NULL) ||
	    strchr(stem, '*') != NULL)
		return stem;
	name = arena_alloc(arena, strlen(stem) + strlen(ending) + 1);
	sprintf(name, "%s%s", stem, ending);
	return name;
}

static const char *
any_unit(void)
{
	static const char *const endings[] = {
		".service", ".service", "@1.service", "", ".scope",
	};
	const char *stem = any_name(false);
	const char *ending = endings[pick(ARRAY_SIZE(endings))];
	char *name = arena_alloc(arena, strlen(stem) + strlen(ending) + 1);

	sprintf(name, "%s%s", stem, ending);
	return name;
}

static const struct times *
any_times(void)
{
	size_t count = 1 + pick(3);
	struct times_condition *conditions = arena_alloc_array(arena, count,
	    sizeof(*conditions));
	struct times *times = arena_alloc(arena, sizeof(*times));

	for (size_t i = 0; i < count; i++) {
		struct times_hours *hours = arena_alloc(arena,
		    sizeof(*hours) + sizeof(hours->span[0]));

		hours->count = 1;
		hours->span[0].from = (uint16_t)pick(TIMES_DAY);
		hours->span[0].to = (uint16_t)(hours->span[0].from + 1 +
		    pick(TIMES_DAY - hours->span[0].from));
		conditions[i] = (struct times_condition){
			.months = UINT64_MAX, .days = UINT64_MAX,
			.weekdays = UINT64_MAX,
			.period = { 0, INT64_MAX }, .hours = hours,
		};
	}
	*times = (struct times){ count, conditions };
	return times;
}

static const struct times_moment *
any_moment(void)
{
	struct times_moment *moment = arena_alloc(arena, sizeof(*moment));

	if (chance(10))
		return chance(50) ? NULL : &times_any;
	times_set(moment, 1700000000 + (int64_t)pick(1000000) * 60);
	return moment;
}

static struct rules_rule *
any_rule(const struct taste *t, uint32_t number)
{
	static const char letters[] = "azAZ09_-~@#$.";
	struct rules_rule *r = arena_alloc(arena, sizeof(*r));
	char name[40];
	size_t n = pick(28);

	for (size_t i = 0; i < n; i++)
		name[i] = chance(80) ? 'r' :
		    letters[pick(sizeof(letters) - 1)];
	snprintf(name + n, sizeof(name) - n, "%c%u",
	    letters[pick(sizeof(letters) - 1)], number);
	r->name = arena_copy_text(arena, name, strlen(name));
	r->priority = 1 + pick(t->priorities);
	r->direction = (uint8_t)(1 + pick(3));
	if (chance(t->local_port))
		r->local_ports = any_ports(t);
	if (chance(t->remote_port))
		r->remote_ports = any_ports(t);
	if (chance(t->local_addr))
		r->local_addrs = any_addrs(t);
	if (chance(t->remote_addr))
		r->remote_addrs = any_addrs(t);
	if (chance(t->name))
		r->user = any_name(true);
	if (chance(t->name))
		r->job = any_job(true);
	if (chance(t->time))
		r->times = any_times();
	return r;
}

static struct taste
any_taste(void)
{
	static const uint32_t shares[] = { 0, 5, 50, 95, 100 };
	static const uint32_t sizes[] = { 0, 1, 2, 9, 40, 200, 700 };
	struct taste t;
	uint32_t *share[] = {
		&t.local_port, &t.remote_port, &t.local_addr,
		&t.remote_addr, &t.name, &t.time, &t.v6, &t.group, &t.odd,
	};

	t.rules = sizes[pick(ARRAY_SIZE(sizes))];
	t.ports = 1 + pick(chance(50) ? 4 : 200);
	t.nets = 1 + pick(chance(50) ? 8 : 900);
	t.priorities = chance(50) ? 1 + pick(4) : 2000000000;
	for (size_t i = 0; i < ARRAY_SIZE(share); i++)
		*share[i] = shares[pick(ARRAY_SIZE(shares))];
	return t;
}

static struct rules_flow
any_flow(const struct taste *t)
{
	struct rules_flow flow = {
		.direction = chance(50) ? RULES_INBOUND : RULES_OUTBOUND,
		.local = { any_addr(t), any_port(t) },
		.remote = { any_addr(t), any_port(t) },
	};

	if (chance(80))
		flow.user = any_name(false);
	if (chance(80))
		flow.job = any_job(false);
	if (chance(50))
		flow.unit = any_unit();
	flow.moment = any_moment();
	return flow;
}

static void
compare_policy(const struct taste *t, size_t flows, size_t *matched_r)
{
	struct rules_rule **rules = arena_alloc_array(arena, t->rules,
	    sizeof(*rules)), **copy;
	struct rules *table;

	for (uint32_t i = 0; i < t->rules; i++)
		rules[i] = any_rule(t, i);
	copy = arena_alloc_array(arena, t->rules, sizeof(*copy));
	memcpy(copy, rules, t->rules * sizeof(*copy));
	table = rules_build(arena, rules, t->rules);
	ck_assert_uint_eq(rules_count(table), t->rules);
	for (uint32_t i = 1; i < t->rules; i++)
		ck_assert_int_lt(naive_order(rules_at(table, i - 1),
		    rules_at(table, i)), 0);
	for (size_t i = 0; i < flows; i++) {
		struct rules_flow flow = any_flow(t);
		const struct rules_rule *got = rules_match(table, &flow);
		const struct rules_rule *want = naive_match(copy, t->rules,
		    &flow);

		ck_assert_msg(got == want, "%u rules: %s, should be %s",
		    t->rules, got == NULL ? "none" : got->name,
		    want == NULL ? "none" : want->name);
		*matched_r += want != NULL;
	}
}

START_TEST(test_random_policies)
{
	size_t matched = 0, flows = 0;

	while (flows < FLOWS_TOTAL) {
		struct arena_mark mark = arena_mark(arena);
		struct taste t = any_taste();

		compare_policy(&t, FLOWS_A_POLICY, &matched);
		flows += FLOWS_A_POLICY;
		arena_rewind(arena, mark);
	}
	/* A test in which everything misses would prove little. */
	ck_assert_uint_gt(matched, flows / 5);
	ck_assert_uint_lt(matched, flows / 5 * 4);
}
END_TEST

START_TEST(test_large_policy)
{
	struct taste t = {
		.rules = 20000, .ports = 5, .nets = 60000, .priorities = 9,
		.local_port = 100, .remote_addr = 95, .local_addr = 3,
		.name = 2, .time = 20, .v6 = 30, .group = 5, .odd = 10,
	};
	size_t matched = 0;

	compare_policy(&t, 2000, &matched);
	ck_assert_uint_gt(matched, 100);
}
END_TEST

/* ---- memory stays in proportion, whatever the conditions ---- */

static const struct rules_addrs *
scattered_addrs(size_t count)
{
	struct rules_addrs *set = arena_alloc(arena,
	    sizeof(*set) + count * sizeof(set->range[0]));

	set->count = count;
	for (size_t i = 0; i < count; i++) {
		struct addr a = { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff,
		    10, (uint8_t)(i >> 7), (uint8_t)(i << 1), 0 } };

		ck_assert_int_eq(addr_prefix(&a, 24, &set->range[i]), 0);
	}
	return set;
}

static const struct rules_ports *
scattered_ports(size_t count)
{
	struct rules_ports *set = arena_alloc(arena,
	    sizeof(*set) + count * sizeof(set->range[0]));

	set->count = count;
	for (size_t i = 0; i < count; i++)
		set->range[i].lo = set->range[i].hi = (uint16_t)(i * 2 + 1);
	return set;
}

START_TEST(test_shared_groups_do_not_multiply)
{
	const struct rules_addrs *addrs = scattered_addrs(1000);
	const struct rules_ports *ports = scattered_ports(1000);
	size_t count = 5000, before;
	struct rules_rule **rules = arena_alloc_array(arena, count,
	    sizeof(*rules));
	struct rules_flow flow = { .direction = RULES_INBOUND };
	struct rules *table;
	char name[20];

	for (size_t i = 0; i < count; i++) {
		rules[i] = arena_alloc(arena, sizeof(**rules));
		snprintf(name, sizeof(name), "U%05zu", i);
		rules[i]->name = rules[i]->user =
		    arena_copy_text(arena, name, strlen(name));
		rules[i]->direction = RULES_BOTH;
		rules[i]->priority = 1;
		rules[i]->remote_addrs = addrs;
		rules[i]->local_ports = ports;
	}
	before = arena_size(arena);
	table = rules_build(arena, rules, count);
	/* The full product would be 5,000,000,000 places. */
	ck_assert_uint_lt(arena_size(arena) - before, 20u << 20);
	flow.local.port = 801;
	flow.remote.addr = addrs->range[99].lo;
	flow.user = "U04321";
	ck_assert_str_eq(rules_match(table, &flow)->name, "U04321");
	flow.local.port = 802;
	ck_assert_ptr_null(rules_match(table, &flow));
}
END_TEST

/* ---- small facts ---- */

START_TEST(test_empty_table)
{
	struct rules_flow flow = { .direction = RULES_INBOUND };
	struct rules *table = rules_build(arena, NULL, 0);

	ck_assert_uint_eq(rules_count(table), 0);
	ck_assert_ptr_null(rules_match(table, &flow));
}
END_TEST

START_TEST(test_names)
{
	ck_assert(condition_user_met("alice", "alice"));
	ck_assert(!condition_user_met("alice", "Alice"));
	ck_assert(!condition_user_met("alice", "alice2"));
	ck_assert(!condition_user_met("alice", NULL));
	ck_assert(condition_user_met("al*", "alice"));
	ck_assert(condition_user_met("al*", "al"));
	ck_assert(!condition_user_met("al*", "a"));
	ck_assert(!condition_user_met("al*", NULL));
	ck_assert(condition_user_met("*", NULL));
	ck_assert(condition_user_met("*", ""));
	ck_assert(condition_job_met("AZF*", "azfmfa"));
	ck_assert(condition_job_met("azfmfa", "AZFMFA"));
	ck_assert(!condition_job_met("AZFMFA", "AZFMF"));
	ck_assert(!condition_job_met("AZ[", "az{"));
	ck_assert(condition_job_met("*", NULL));
}
END_TEST

START_TEST(test_units)
{
	static const char unit[] = "a-unit-with-a-long-name@1.service";

	ck_assert(condition_unit_met("nginx", "nginx.service"));
	ck_assert(condition_unit_met("NGINX", "nginx.service"));
	ck_assert(condition_unit_met("nginx.service", "nginx.service"));
	ck_assert(condition_unit_met("nginx.s*", "nginx.service"));
	ck_assert(condition_unit_met("ng*", "nginx.service"));
	ck_assert(!condition_unit_met("nginx.", "nginx.service"));
	ck_assert(!condition_unit_met("ngin", "nginx.service"));
	ck_assert(!condition_unit_met("nginxx", "nginx.service"));
	ck_assert(!condition_unit_met("nginx", "nginx.scope"));
	ck_assert(!condition_unit_met("nginx", NULL));
	ck_assert(!condition_unit_met("", ".service"));
	ck_assert(condition_unit_met("a-unit-with-a-long-name@1", unit));
	ck_assert(!condition_unit_met("a-unit-with-a-long-name@2", unit));
	ck_assert(!condition_unit_met("a-unit-with-a-long-name", unit));
	ck_assert(condition_unit_met("a-unit-with-a-long-name@*", unit));
}
END_TEST

/* ---- collation ---- */

START_TEST(test_collation_order)
{
	static const char *const ascending[] = {
		"", " ", ".", "<", "$", "*", "-", "_", "#", "@", "a", "aa",
		"ab", "a~", "i", "j", "r", "~", "s", "z", "A", "I", "J", "R",
		"S", "Z", "0", "00", "9", "\xc3\xa4",
	};

	for (size_t i = 0; i < ARRAY_SIZE(ascending); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(ascending); j++) {
			int got = ebcdic_compare(ascending[i], ascending[j]);

			/* "ab" before "a~": b is 82, ~ is A1. */
			ck_assert_msg((got < 0) == (i < j) &&
			    (got > 0) == (i > j), "%s, %s", ascending[i],
			    ascending[j]);
		}
	}
}
END_TEST

START_TEST(test_collation_is_ibm_1047)
{
	iconv_t cd = iconv_open("IBM1047", "ASCII");

	if (cd == (iconv_t)-1)
		return;		/* this C library lacks the code page */
	for (int c = 1; c < 128; c++) {
		char text[2] = { (char)c, '\0' }, *in = text;
		unsigned char code, *out = &code;
		size_t in_left = 1, out_left = 1;
		uint8_t key;

		ck_assert_uint_eq(iconv(cd, &in, &in_left, (char **)&out,
		    &out_left), 0);
		ebcdic_key(text, &key, 1);
		ck_assert_msg(key == code, "character %d: %02x, not %02x", c,
		    key, code);
	}
	iconv_close(cd);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("rules");
	TCase *match = tcase_create("match"), *names = tcase_create("names");

	tcase_set_timeout(match, 600);
	tcase_add_checked_fixture(match, setup, teardown);
	tcase_add_test(match, test_random_policies);
	tcase_add_test(match, test_large_policy);
	tcase_add_test(match, test_shared_groups_do_not_multiply);
	tcase_add_test(match, test_empty_table);
	suite_add_tcase(s, match);
	tcase_add_test(names, test_names);
	tcase_add_test(names, test_units);
	tcase_add_test(names, test_collation_order);
	tcase_add_test(names, test_collation_is_ibm_1047);
	suite_add_tcase(s, names);
	return s;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make_suite);
}
