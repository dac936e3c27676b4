/* Buffers: every byte in order, and nothing borrowed where nothing is held. */
#include "io/buffer.h"

#include <check.h>
#include <string.h>

#include "support/runner.h"

START_TEST(holds_bytes_in_order)
{
	struct buffer b = { 0 };
	uint8_t in = 0, out = 0, *to;
	size_t room, step = 1, wrong = 0;

	for (int i = 0; i < 20000; i++) {
		to = buffer_room(&b, &room);
		ck_assert_ptr_nonnull(to);
		step = (step * 31 + 7) % 997 + 1;
		for (size_t n = 0; n < step && n < room; n++)
			to[n] = in++;
		buffer_add(&b, step < room ? step : room);
		step = (step * 17 + 3) % 1009 + 1;
		if (step > buffer_length(&b))
			step = buffer_length(&b);
		for (size_t n = 0; n < step; n++)
			wrong += buffer_bytes(&b)[n] != out++;
		buffer_take(&b, step);
	}
	ck_assert_uint_eq(wrong, 0);
	ck_assert_uint_gt(buffer_length(&b), 0);
	buffer_drop(&b);
	buffer_trim();
}
END_TEST

START_TEST(borrows_only_while_it_holds)
{
	struct buffer b = { 0 }, other = { 0 };
	size_t room;
	uint8_t *block;

	ck_assert_ptr_null(b.block);
	block = buffer_room(&b, &room);
	ck_assert_uint_eq(room, BUFFER_SIZE);
	buffer_settle(&b);
	ck_assert_ptr_null(b.block);
	/* The pool gives the same block to the next. */
	ck_assert_ptr_eq(buffer_room(&other, &room), block);
	buffer_add(&other, 3);
	buffer_settle(&other);
	ck_assert_ptr_nonnull(other.block);
	buffer_take(&other, 3);
	ck_assert_ptr_null(other.block);
	buffer_trim();
}
END_TEST

START_TEST(says_when_it_is_full)
{
	struct buffer b = { 0 };
	size_t room;

	ck_assert_ptr_nonnull(buffer_room(&b, &room));
	buffer_add(&b, BUFFER_SIZE);
	ck_assert_ptr_nonnull(buffer_room(&b, &room));
	ck_assert_uint_eq(room, 0);
	buffer_take(&b, 10);
	/* What was taken at the front is room at the end. */
	ck_assert_ptr_nonnull(buffer_room(&b, &room));
	ck_assert_uint_eq(room, 10);
	buffer_drop(&b);
	buffer_trim();
}
END_TEST

START_TEST(wipes_what_it_drops)
{
	struct buffer b = { 0 }, next = { 0 };
	static const uint8_t zero[8];
	size_t room;

	memcpy(buffer_room(&b, &room), "password", 8);
	buffer_add(&b, 8);
	buffer_drop(&b);
	ck_assert_mem_eq(buffer_room(&next, &room), zero, 8);
	buffer_drop(&next);
	buffer_trim();
}
END_TEST

static Suite *
make(void)
{
	Suite *suite = suite_create("buffer");
	TCase *tc = tcase_create("buffer");

	tcase_add_test(tc, holds_bytes_in_order);
	tcase_add_test(tc, borrows_only_while_it_holds);
	tcase_add_test(tc, says_when_it_is_full);
	tcase_add_test(tc, wipes_what_it_drops);
	suite_add_tcase(suite, tc);
	return suite;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make);
}
