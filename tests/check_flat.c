/* check_flat.c - ranges cut flat, and counted blocks, against every key. */
#include <check.h>
#include <stdlib.h>

#include "base/arena.h"
#include "policy/flat.h"
#include "support/runner.h"

#define KEYS	64		/* of the narrow space; the wide one's last */
#define RANGES	24

START_TEST(test_blocks_are_counted)
{
	struct prefix_block blocks[PREFIX_BLOCKS_MAX];
	static const prefix_key shifts[] = { 0, 1, 60, 100, 120 };

	for (size_t s = 0; s < ARRAY_SIZE(shifts); s++) {
		for (prefix_key lo = 0; lo < 256; lo++) {
			for (prefix_key hi = lo; hi < 256; hi++) {
				prefix_key a = lo << shifts[s];
				prefix_key b = (hi << shifts[s]) |
				    (((prefix_key)1 << shifts[s]) - 1);

				ck_assert_uint_eq(prefix_count(a, b),
				    prefix_cut(a, b, blocks));
			}
		}
	}
}
END_TEST

struct range {
	prefix_key lo, hi;
};

static uint32_t
first_around(const struct range *ranges, uint32_t count, prefix_key key)
{
	for (uint32_t i = 0; i < count; i++)
		if (key >= ranges[i].lo && key <= ranges[i].hi)
			return 3 * i;
	return AXIS_NONE;
}

/* `base`: where the keys that are looked at begin. */
static void
try_ranges(prefix_key base, bool wide)
{
	struct arena *arena = arena_new(), *scratch = arena_new();
	uint32_t count = 1 + (uint32_t)(rand() % RANGES);
	struct range ranges[RANGES];
	struct axis axis = { 0 };
	struct flat flat;

	flat_init(&flat, scratch, count, wide);
	for (uint32_t i = 0; i < count; i++) {
		unsigned a = (unsigned)(rand() % KEYS);
		unsigned b = a + (unsigned)rand() % (KEYS - a);

		ranges[i] = (struct range){ base + a, base + b };
		flat_add(&flat, base + a, base + b, 3 * i);
	}
	flat_build(&flat, &axis, arena, scratch);
	ck_assert_uint_le(axis.count, 2 * count + 1);
	for (prefix_key key = base; key < base + KEYS; key++) {
		ck_assert_uint_eq(axis_find(&axis, key),
		    first_around(ranges, count, key));
		if (key + 1 == 0)
			break;
	}
	arena_free(&arena);
	arena_free(&scratch);
}

START_TEST(test_the_first_range_around_a_key)
{
	srand(1);
	for (int i = 0; i < 3000; i++) {
		try_ranges(0, false);
		try_ranges(UINT32_MAX - KEYS + 1, false);
		try_ranges(0, true);
		try_ranges(~(prefix_key)0 - KEYS, true);
		try_ranges((prefix_key)7 << 64, true);
	}
}
END_TEST

/* The last key of all is a key. */
START_TEST(test_the_last_key)
{
	struct arena *arena = arena_new();
	struct axis narrow = { 0 }, wide = { 0 };
	struct flat flat;

	flat_init(&flat, arena, 1, false);
	flat_add(&flat, UINT32_MAX, UINT32_MAX, 5);
	flat_build(&flat, &narrow, arena, arena);
	ck_assert_uint_eq(axis_find(&narrow, UINT32_MAX), 5);
	ck_assert_uint_eq(axis_find(&narrow, UINT32_MAX - 1), AXIS_NONE);
	flat_init(&flat, arena, 1, true);
	flat_add(&flat, 0, ~(prefix_key)0, 6);
	flat_build(&flat, &wide, arena, arena);
	ck_assert_uint_eq(axis_find(&wide, ~(prefix_key)0), 6);
	ck_assert_uint_eq(axis_find(&wide, 0), 6);
	arena_free(&arena);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("flat");
	TCase *tc = tcase_create("flat");

	tcase_add_test(tc, test_blocks_are_counted);
	tcase_add_test(tc, test_the_first_range_around_a_key);
	tcase_add_test(tc, test_the_last_key);
	suite_add_tcase(s, tc);
	return s;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make_suite);
}
