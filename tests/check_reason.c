#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/reason.h"
#include "support/runner.h"

START_TEST(every_reason_is_told_apart)
{
	for (enum reason a = 0; a < REASON_COUNT; a++) {
		for (enum reason b = a + 1; b < REASON_COUNT; b++) {
			ck_assert_int_ne(reason_number(a), reason_number(b));
			ck_assert_str_ne(reason_name(a), reason_name(b));
			ck_assert_str_ne(reason_text(a), reason_text(b));
		}
	}
}
END_TEST

START_TEST(every_reason_says_what_to_do)
{
	for (enum reason r = 0; r < REASON_COUNT; r++) {
		ck_assert_uint_gt(strlen(reason_text(r)), 0);
		ck_assert_uint_gt(strlen(reason_cure(r)), 0);
	}
}
END_TEST

START_TEST(a_name_is_one_lower_case_word)
{
	for (enum reason r = 0; r < REASON_COUNT; r++)
		for (const char *p = reason_name(r); *p != '\0'; p++)
			ck_assert(islower(*p) || isdigit(*p) || *p == '-');
}
END_TEST

START_TEST(found_by_number_and_by_name)
{
	char number[12];

	for (enum reason r = 0; r < REASON_COUNT; r++) {
		snprintf(number, sizeof(number), "%d", reason_number(r));
		ck_assert_int_eq(reason_find(number), r);
		ck_assert_int_eq(reason_find(reason_name(r)), r);
	}
}
END_TEST

START_TEST(what_is_no_reason_is_not_found)
{
	ck_assert_int_eq(reason_find(""), REASON_COUNT);
	ck_assert_int_eq(reason_find("99999"), REASON_COUNT);
	ck_assert_int_eq(reason_find("5001x"), REASON_COUNT);
	ck_assert_int_eq(reason_find("05001"), REASON_COUNT);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("reason");
	TCase *list = tcase_create("list");

	tcase_add_test(list, every_reason_is_told_apart);
	tcase_add_test(list, every_reason_says_what_to_do);
	tcase_add_test(list, a_name_is_one_lower_case_word);
	tcase_add_test(list, found_by_number_and_by_name);
	tcase_add_test(list, what_is_no_reason_is_not_found);
	suite_add_tcase(suite, list);
	return suite;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make_suite);
}
