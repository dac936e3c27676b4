/*
 * What keeper and worker share of connections that shall end with a reset.
 */
#include "agent/resets.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support/runner.h"

START_TEST(what_one_notes_the_other_finds)
{
	struct resets *keeper = resets_new(), *worker;

	ck_assert_ptr_nonnull(keeper);
	worker = resets_open(resets_fd(keeper));
	ck_assert_ptr_nonnull(worker);
	ck_assert(!resets_has(worker, 7));
	resets_set(keeper, 7, true);
	ck_assert(resets_has(worker, 7));
	ck_assert(!resets_has(worker, 8));
	resets_set(keeper, 7, false);
	ck_assert(!resets_has(worker, 7));
	resets_release(&worker);
	ck_assert_ptr_null(worker);
	resets_release(&keeper);
}
END_TEST

/* Never one connection for another, however many there are. */
START_TEST(a_number_is_itself_or_nothing)
{
	struct resets *table = resets_new();
	uint64_t far = UINT64_C(1) << 40;

	for (uint64_t i = 1; i <= 20000; i++)
		resets_set(table, far + i, true);
	ck_assert(resets_has(table, far + 20000));
	for (uint64_t i = 1; i <= 20000; i++)
		ck_assert(!resets_has(table, i));
	/* Who was displaced takes nobody's place away. */
	resets_set(table, far + 1, false);
	ck_assert(resets_has(table, far + 20000));
	resets_release(&table);
}
END_TEST

START_TEST(what_could_shrink_is_no_table)
{
	char path[] = "/tmp/check_resets-XXXXXX";
	int file = mkstemp(path), bare = memfd_create("bare",
	    MFD_ALLOW_SEALING), fds[2];

	ck_assert_int_ge(file, 0);
	unlink(path);
	ck_assert_int_eq(ftruncate(file, 4096 * 8), 0);
	ck_assert_int_eq(ftruncate(bare, 4096 * 8), 0);
	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_ptr_null(resets_open(file));
	ck_assert_int_eq(errno, EPROTO);
	ck_assert_ptr_null(resets_open(bare));
	ck_assert_ptr_null(resets_open(fds[0]));
	ck_assert_ptr_null(resets_open(-1));
	/* Sealed, but too small. */
	ck_assert_int_eq(ftruncate(bare, 4096), 0);
	ck_assert_int_eq(fcntl(bare, F_ADD_SEALS, F_SEAL_SHRINK), 0);
	ck_assert_ptr_null(resets_open(bare));
	close(file);
	close(bare);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

static Suite *
make(void)
{
	Suite *suite = suite_create("resets");
	TCase *tc = tcase_create("resets");

	tcase_add_test(tc, what_one_notes_the_other_finds);
	tcase_add_test(tc, a_number_is_itself_or_nothing);
	tcase_add_test(tc, what_could_shrink_is_no_table);
	suite_add_tcase(suite, tc);
	return suite;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make);
}
