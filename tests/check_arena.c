/* check_arena.c - memory that is given back all at once. */
#include <check.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "support/runner.h"

static jmp_buf guard;

static struct arena *
guarded(void)
{
	struct arena *arena = arena_new();

	ck_assert_ptr_nonnull(arena);
	arena_set_guard(arena, &guard);
	return arena;
}

START_TEST(test_alloc_is_zeroed_and_aligned)
{
	static const unsigned char zeros[3000];
	struct arena *arena = arena_new();
	unsigned char *last = NULL;

	ck_assert_ptr_nonnull(arena);
	for (size_t size = 0; size < 3000; size++) {
		unsigned char *p = arena_alloc(arena, size);

		ck_assert_ptr_nonnull(p);
		ck_assert_uint_eq((uintptr_t)p % (size % 16 == 0 ? 16 : 8), 0);
		ck_assert_mem_eq(p, zeros, size);
		memset(p, 0xa5, size);
		if (size > 1)
			ck_assert_uint_eq(last[size - 2], 0xa5);
		last = p;
	}
	ck_assert_uint_ge(arena_size(arena), 3000 * 2999 / 2);
	arena_free(&arena);
	ck_assert_ptr_null(arena);
	arena_free(&arena);
}
END_TEST

START_TEST(test_large_blocks)
{
	struct arena *arena = arena_new();
	char *p;

	p = arena_alloc(arena, (size_t)5 << 20);
	memset(p, 1, (size_t)5 << 20);
	p = arena_alloc(arena, 10);
	memset(p, 1, 10);
	ck_assert_uint_lt(arena_size(arena), (size_t)8 << 20);
	arena_free(&arena);
}
END_TEST

START_TEST(test_copy_text)
{
	struct arena *arena = arena_new();

	ck_assert_str_eq(arena_copy_text(arena, "rule one", 4), "rule");
	ck_assert_str_eq(arena_copy_text(arena, "x", 0), "");
	arena_free(&arena);
}
END_TEST

START_TEST(test_rewind)
{
	struct arena *arena = arena_new();
	struct arena_mark empty = arena_mark(arena), mark;
	char *kept = arena_alloc(arena, 100), *again;
	size_t size;

	memset(kept, 7, 100);
	mark = arena_mark(arena);
	size = arena_size(arena);
	again = arena_alloc(arena, 64);
	memset(again, 9, 64);
	for (int i = 0; i < 100; i++)
		arena_alloc(arena, 100000);
	ck_assert_uint_gt(arena_size(arena), size);
	arena_rewind(arena, mark);
	ck_assert_uint_eq(arena_size(arena), size);
	ck_assert_ptr_eq(arena_alloc(arena, 64), again);
	ck_assert_int_eq(again[0], 0);
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(kept[i], 7);
	arena_rewind(arena, empty);
	ck_assert_uint_eq(arena_size(arena), 0);
	arena_free(&arena);
}
END_TEST

START_TEST(test_exhaustion_jumps_to_the_guard)
{
	static const size_t counts[] = { SIZE_MAX, SIZE_MAX / 2, SIZE_MAX / 8 };
	struct arena *volatile arena = guarded();
	struct arena *gone;

	for (volatile size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		if (setjmp(guard) == 0) {
			arena_alloc_array(arena, counts[i], 16);
			ck_abort_msg("%zu elements", counts[i]);
		}
		if (setjmp(guard) == 0) {
			arena_alloc(arena, counts[i]);
			ck_abort_msg("%zu bytes", counts[i]);
		}
	}
	/* The arena is as good as before. */
	ck_assert_ptr_nonnull(arena_alloc(arena, 10));
	gone = arena;
	arena_free(&gone);
}
END_TEST

START_TEST(test_exhaustion_without_a_guard_exits)
{
	struct arena *arena = arena_new();

	arena_alloc(arena, SIZE_MAX);
}
END_TEST

static Suite *
make(void)
{
	Suite *suite = suite_create("arena");
	TCase *tcase = tcase_create("arena");

	tcase_add_test(tcase, test_alloc_is_zeroed_and_aligned);
	tcase_add_test(tcase, test_large_blocks);
	tcase_add_test(tcase, test_copy_text);
	tcase_add_test(tcase, test_rewind);
	tcase_add_test(tcase, test_exhaustion_jumps_to_the_guard);
	tcase_add_exit_test(tcase, test_exhaustion_without_a_guard_exits, 1);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make);
}
