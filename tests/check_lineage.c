/* Lineages: how long they live, and that bytes are read as they are. */
#include "tls/tls_lineage.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "support/clock.h"
#include "support/runner.h"
#include "tls/tls_seal.h"

#define LIFE 300000
#define BOOT ((int64_t)1000 * 3600 * 1000)
#define REAL ((int64_t)1790000000 * 1000)

enum { STATE_MAX = 400, ROOM = STATE_MAX + TLS_LINEAGE_WRITTEN };

static struct tls_lineage
some(size_t identity)
{
	struct tls_lineage l = { .since = 1234567890123,
		.not_after = 1790000000, .rule = 0xfedcba98,
		.version = 0x0304, .presented = true };

	memset(l.name, 0xa5, sizeof(l.name));
	memset(l.identity, 'i', identity);
	return l;
}

static void
expect_same(const struct tls_lineage *a, const struct tls_lineage *b)
{
	ck_assert_int_eq(a->since, b->since);
	ck_assert_int_eq(a->not_after, b->not_after);
	ck_assert_uint_eq(a->rule, b->rule);
	ck_assert_uint_eq(a->version, b->version);
	ck_assert_int_eq(a->presented, b->presented);
	ck_assert_mem_eq(a->name, b->name, sizeof(a->name));
	ck_assert_str_eq(a->identity, b->identity);
}

static const size_t identities[] = { 0, 1, 15, 16, 17, 254, 255 };

START_TEST(comes_back_as_it_was)
{
	struct tls_lineage l = some(identities[_i]), back;
	uint8_t bytes[ROOM], state[STATE_MAX];

	memset(state, 0x77, sizeof(state));
	l.presented = _i % 2;
	for (size_t length = 1; length <= STATE_MAX; length++) {
		size_t total;

		memcpy(bytes, state, length);
		total = tls_lineage_append(&l, bytes, length, sizeof(bytes));
		ck_assert_uint_gt(total, length);
		ck_assert_uint_le(total, length + TLS_LINEAGE_WRITTEN);
		ck_assert_uint_eq(total % TLS_SEAL_BLOCK, 0);
		ck_assert_uint_eq(tls_lineage_detach(bytes, total, &back),
		    length);
		ck_assert_mem_eq(bytes, state, length);
		expect_same(&l, &back);
	}
}
END_TEST

/* Memory of the exact size, so that sanitizers see a byte too many. */
START_TEST(needs_all_its_room)
{
	struct tls_lineage l = some(identities[_i]);
	uint8_t bytes[ROOM] = { 0 };
	size_t total = tls_lineage_append(&l, bytes, 100, sizeof(bytes));

	for (size_t room = 100; room <= total; room++) {
		uint8_t *exact = malloc(room);

		memset(exact, 0x11, room);
		ck_assert_uint_eq(tls_lineage_append(&l, exact, 100, room),
		    room == total ? total : 0);
		for (size_t i = 0; i < (room == total ? 100 : room); i++)
			ck_assert_uint_eq(exact[i], 0x11);
		free(exact);
	}
	ck_assert_uint_eq(tls_lineage_append(&l, bytes, 65536, SIZE_MAX), 0);
}
END_TEST

/* A field that is full has no end; it is cut, and read with one. */
START_TEST(cuts_a_name_without_an_end)
{
	struct tls_lineage l = some(TLS_LINEAGE_IDENTITY), back;
	uint8_t bytes[ROOM] = { 0 };
	size_t total = tls_lineage_append(&l, bytes, 10, sizeof(bytes));

	ck_assert_uint_eq(tls_lineage_detach(bytes, total, &back), 10);
	ck_assert_uint_eq(strlen(back.identity), TLS_LINEAGE_IDENTITY - 1);
}
END_TEST

static void
expect_sane(const uint8_t *bytes, size_t length)
{
	uint8_t *exact = malloc(length > 0 ? length : 1);
	struct tls_lineage l;
	size_t state;

	memset(&l, 'x', sizeof(l));
	memcpy(exact, bytes, length);
	state = tls_lineage_detach(exact, length, &l);
	ck_assert_uint_le(state, length);
	if (state > 0)
		ck_assert_uint_lt(strnlen(l.identity, sizeof(l.identity)),
		    sizeof(l.identity));
	ck_assert_mem_eq(exact, bytes, length);
	free(exact);
}

START_TEST(reads_nothing_that_is_not_there)
{
	struct tls_lineage l = some(identities[_i]);
	uint8_t bytes[ROOM];
	size_t total;
	uint32_t random = 1;

	memset(bytes, 0x33, sizeof(bytes));
	total = tls_lineage_append(&l, bytes, 300, sizeof(bytes));
	for (size_t from = 0; from <= total; from++)
		expect_sane(bytes + from, total - from);
	for (size_t to = 0; to <= total; to++)
		expect_sane(bytes, to);
	for (size_t i = 0; i < total; i++) {
		static const uint8_t odd[] = { 0, 1, 0x7f, 0x80, 0xff };
		uint8_t was = bytes[i];

		for (size_t n = 0; n < sizeof(odd); n++) {
			bytes[i] = odd[n];
			expect_sane(bytes, total);
		}
		bytes[i] = was;
	}
	/* Two at once: a length that grows in the room that another gives. */
	for (size_t i = total - 64; i < total; i++)
		for (size_t n = total - 64; n < total; n++) {
			uint8_t was[2] = { bytes[i], bytes[n] };

			bytes[i] = 0;
			bytes[n] = 1;
			expect_sane(bytes, total);
			bytes[n] = was[1];
			bytes[i] = was[0];
		}
	for (int n = 0; n < 2000; n++) {
		for (size_t i = 0; i < total; i++)
			bytes[i] = (uint8_t)((random = random * 1664525 +
			    1013904223) >> 24);
		expect_sane(bytes, total);
		expect_sane(bytes, random % (total + 1));
	}
}
END_TEST

START_TEST(lives_for_its_life)
{
	static const struct {
		int64_t age, left;
	} ages[] = {
		{ 0, LIFE }, { 1, LIFE - 1 }, { LIFE - 1, 1 }, { LIFE, 0 },
		{ LIFE + 1, 0 }, { BOOT, 0 }, { -1, 0 }, { -LIFE, 0 },
		{ -BOOT * 1000, 0 }, { BOOT + 1, 0 },
		{ BOOT - INT64_MAX, 0 },
		/* Ages that no number holds: INT64_MIN and around it. */
		{ INT64_MIN + BOOT, 0 }, { INT64_MIN + BOOT + 1, 0 },
	};
	struct tls_lineage l = { .not_after = INT64_MAX };

	clock_set(BOOT, REAL);
	ck_assert_int_eq(tls_lineage_clock(), BOOT);
	for (size_t i = 0; i < sizeof(ages) / sizeof(ages[0]); i++) {
		l.since = (int64_t)((uint64_t)BOOT - (uint64_t)ages[i].age);
		ck_assert_int_eq(tls_lineage_left(&l, LIFE), ages[i].left);
		ck_assert_int_eq(tls_lineage_lives(&l, LIFE),
		    ages[i].left > 0);
		/* 0: never. */
		ck_assert_int_eq(tls_lineage_left(&l, 0), 0);
		ck_assert(!tls_lineage_lives(&l, 0));
	}
}
END_TEST

START_TEST(never_outlives_its_certificate)
{
	struct tls_lineage l = { .since = BOOT };

	clock_set(BOOT, REAL);
	l.not_after = REAL / 1000 + 1;
	ck_assert(tls_lineage_lives(&l, LIFE));
	l.not_after = REAL / 1000;
	ck_assert(tls_lineage_lives(&l, LIFE));
	l.not_after = REAL / 1000 - 1;
	ck_assert(!tls_lineage_lives(&l, LIFE));
	l.not_after = INT64_MIN;
	ck_assert(!tls_lineage_lives(&l, LIFE));
}
END_TEST

START_TEST(tells_when_that_was)
{
	clock_set(BOOT, REAL + 123);
	ck_assert_int_eq(tls_lineage_when(BOOT), REAL + 123);
	ck_assert_int_eq(tls_lineage_when(BOOT - 123), REAL);
	ck_assert_int_eq(tls_lineage_when(0), REAL + 123 - BOOT);
}
END_TEST

static Suite *
make(void)
{
	Suite *suite = suite_create("lineage");
	TCase *tc = tcase_create("lineage");
	int count = sizeof(identities) / sizeof(identities[0]);

	tcase_add_loop_test(tc, comes_back_as_it_was, 0, count);
	tcase_add_loop_test(tc, needs_all_its_room, 0, count);
	tcase_add_test(tc, cuts_a_name_without_an_end);
	tcase_add_loop_test(tc, reads_nothing_that_is_not_there, 0, count);
	tcase_add_test(tc, lives_for_its_life);
	tcase_add_test(tc, never_outlives_its_certificate);
	tcase_add_test(tc, tells_when_that_was);
	suite_add_tcase(suite, tc);
	return suite;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make);
}
