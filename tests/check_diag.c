/* check_diag.c - diagnostics: kept, counted, sorted and shown. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "policy/diag-print.h"
#include "policy/diag.h"
#include "support/runner.h"

static struct source_span
span_of(const struct source *source, const char *word)
{
	const char *at = strstr(source_text(source), word);

	ck_assert_ptr_nonnull(at);
	return (struct source_span){ source,
	    (uint32_t)(at - source_text(source)), (uint32_t)strlen(word) };
}

static struct source *
text(struct diag *diag, const char *policy)
{
	struct source *source = diag_load_memory(diag, "web.policy", policy,
	    strlen(policy));

	ck_assert_ptr_nonnull(source);
	return source;
}

/* Everything that is printed; the caller frees it. */
static char *
printed(struct diag *diag)
{
	char *said = NULL;
	size_t size;
	FILE *out = open_memstream(&said, &size);

	ck_assert_ptr_nonnull(out);
	diag_print_all(diag, out);
	diag_print_summary(diag, out);
	fclose(out);
	return said;
}

static void
expect(struct diag *diag, const char *wanted)
{
	char *said = printed(diag);

	ck_assert_str_eq(said, wanted);
	free(said);
	diag_free(&diag);
}

START_TEST(test_form)
{
	struct diag *diag = diag_new();
	struct source *s = text(diag,
	    "TTLSRule web\n{\n\tDirecton\tBoth\t# x\n}\n");
	struct diag_record *r;

	r = diag_report(diag, DIAG_UNKNOWN_PARAMETER, span_of(s, "Directon"),
	    "unknown parameter '%s'", "Directon");
	diag_cure(diag, r, "did you mean '%s'?", "Direction");
	diag_note(diag, r, span_of(s, "web"), "in this one");
	diag_report(diag, DIAG_TEXT_AFTER_VALUE, span_of(s, "web"), "a warning");
	expect(diag,
	    "web.policy:1:10: warning: a warning [SP1312]\n"
	    "    1 | TTLSRule web\n"
	    "      |          ^~~\n"
	    "web.policy:3:2: error: unknown parameter 'Directon' [SP1203]\n"
	    "    3 | \tDirecton\tBoth\t# x\n"
	    "      | \t^~~~~~~~ did you mean 'Direction'?\n"
	    "web.policy:1:10: note: in this one\n"
	    "1 error, 1 warning; no policy installed\n");
}
END_TEST

START_TEST(test_nothing_is_said_of_nothing)
{
	expect(diag_new(), "");
}
END_TEST

START_TEST(test_advice_alone_has_no_summary)
{
	struct diag *diag = diag_new();
	struct source *s = text(diag, "TTLSRule web");

	diag_report(diag, DIAG_BRACES_LEFT_OUT, span_of(s, "TTLSRule"), "x");
	ck_assert_uint_eq(diag_count(diag, DIAG_ADVICE), 1);
	expect(diag, "web.policy:1:1: advice: x [SP1107]\n"
	    "    1 | TTLSRule web\n      | ^~~~~~~~\n");
}
END_TEST

START_TEST(test_secrets_are_masked)
{
	static const char *const lines[] = {
		"KeyringPw hunter2", "keyringpw\thunter2 # hunter2",
		"KeyringPwhunter2", "KeyringPw=hunter2", "KeyrngPw hunter2",
		"KeyringPassword hunter2", "X { KeyringPw hunter2 }",
		"KeyringPw\xc2\xa0hunter2", "\"KeyringPw\" \"hunter2\"",
		"GSK_LDAP_USER_PW hunter2",
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct diag *diag = diag_new();
		struct source *s = text(diag, lines[i]);
		char *said;

		diag_report(diag, DIAG_SYNTAX, span_of(s, lines[i]), "x");
		said = printed(diag);
		ck_assert_msg(strstr(said, "hunter") == NULL, "%s", said);
		ck_assert_msg(strstr(said, "*******") != NULL, "%s", said);
		free(said);
		diag_free(&diag);
	}
}
END_TEST

START_TEST(test_paths_are_not_masked)
{
	struct diag *diag = diag_new();
	struct source *s = text(diag, "Keyring /etc/ring");

	diag_report(diag, DIAG_SYNTAX, span_of(s, "/etc"), "x");
	expect(diag, "web.policy:1:9: error: x [SP1106]\n"
	    "    1 | Keyring /etc/ring\n      |         ^~~~\n"
	    "1 error, 0 warnings; no policy installed\n");
}
END_TEST

START_TEST(test_long_line_is_windowed)
{
	enum { LONG = 100000 };
	char *policy = malloc(LONG + 1), *said;
	struct diag *diag = diag_new();
	struct source *s;
	struct source_span span;

	memset(policy, 'x', LONG);
	policy[LONG] = '\0';
	s = text(diag, policy);
	span = (struct source_span){ s, LONG / 2, LONG / 2 };
	diag_report(diag, DIAG_SYNTAX, span, "%s", policy);
	said = printed(diag);
	ck_assert_uint_lt(strlen(said), 2000);
	ck_assert_ptr_nonnull(strstr(said, "web.policy:1:50001: error: xxx"));
	ck_assert_ptr_nonnull(strstr(said, "    1 | ...xxx"));
	free(said);
	free(policy);
	diag_free(&diag);
}
END_TEST

START_TEST(test_odd_bytes_are_escaped)
{
	struct diag *diag = diag_new();
	struct source *s = diag_load_memory(diag, "web.policy",
	    "a\x1b\xff b\0c", 7);
	struct source_span span = { s, 4, 1 };

	diag_report(diag, DIAG_SYNTAX, span, "%s", "\x1b[1m\xff");
	expect(diag, "web.policy:1:5: error: \\x1B[1m\\xFF [SP1106]\n"
	    "    1 | a\\x1B\\xFF b\\x00c\n"
	    "      |           ^\n"
	    "1 error, 0 warnings; no policy installed\n");
}
END_TEST

START_TEST(test_place_past_the_end)
{
	struct diag *diag = diag_new();
	struct source *s = text(diag, "x\n");
	struct source_span span = { s, 2, 0 };

	diag_report(diag, DIAG_BLOCK_UNCLOSED, span, "end");
	expect(diag, "web.policy:2:1: error: end [SP1101]\n"
	    "    2 | \n      | ^\n"
	    "1 error, 0 warnings; no policy installed\n");
}
END_TEST

START_TEST(test_more_than_are_kept)
{
	struct diag *diag = diag_new();
	struct source *s = text(diag, "x y");
	size_t kept = 0;

	for (int i = 0; i < 1000; i++) {
		diag_report(diag, DIAG_TEXT_AFTER_VALUE, span_of(s, "y"), "w");
		ck_assert_int_eq(diag_has_room(diag, DIAG_WARNING),
		    i + 1 < DIAG_KEPT);
	}
	/* Warnings do not push an error out. */
	ck_assert(diag_has_room(diag, DIAG_ERROR));
	for (int i = 0; i < 2000; i++) {
		struct diag_record *r = diag_report(diag, DIAG_SYNTAX,
		    span_of(s, "x"), "e");

		diag_cure(diag, r, "cure");
		diag_note(diag, r, span_of(s, "y"), "note");
		ck_assert_int_eq(r != NULL, i < DIAG_KEPT);
	}
	while (diag_at(diag, kept) != NULL)
		kept++;
	ck_assert_uint_eq(kept, 2 * DIAG_KEPT);
	ck_assert_uint_eq(diag_count(diag, DIAG_ERROR), 2000);
	ck_assert_uint_eq(diag_count(diag, DIAG_WARNING), 1000);
	diag_sort(diag);
	ck_assert_int_eq(diag_at(diag, 0)->severity, DIAG_ERROR);
	ck_assert_int_eq(diag_at(diag, kept - 1)->severity, DIAG_WARNING);
	diag_free(&diag);
}
END_TEST

START_TEST(test_file_that_is_not_there)
{
	struct diag *diag = diag_new();

	ck_assert_ptr_null(diag_load(diag, "/no/such.policy"));
	expect(diag, "/no/such.policy: error: the policy cannot be read: No such "
	    "file or directory [SP1001]\n"
	    "1 error, 0 warnings; no policy installed\n");
}
END_TEST

START_TEST(test_codes)
{
	char name[DIAG_NAME_MAX], other[DIAG_NAME_MAX];

	for (enum diag_code c = 0; c < DIAG_CODE_COUNT; c++) {
		diag_code_name(c, name);
		ck_assert_int_eq(diag_code_find(name), c);
		ck_assert_int_eq(diag_code_find(name + 2), c);
		ck_assert(diag_code_title(c)[0] != '\0');
		ck_assert(diag_code_help(c)[0] != '\0');
		for (enum diag_code d = 0; d < c; d++)
			ck_assert_str_ne(diag_code_name(d, other), name);
	}
	ck_assert_int_eq(diag_code_find("sp1203"), DIAG_UNKNOWN_PARAMETER);
	ck_assert_int_eq(diag_code_find("SP9999"), DIAG_CODE_COUNT);
	ck_assert_int_eq(diag_code_find(""), DIAG_CODE_COUNT);
}
END_TEST

static Suite *
make(void)
{
	Suite *suite = suite_create("diag");
	TCase *tcase = tcase_create("diag");

	tcase_add_test(tcase, test_form);
	tcase_add_test(tcase, test_nothing_is_said_of_nothing);
	tcase_add_test(tcase, test_advice_alone_has_no_summary);
	tcase_add_test(tcase, test_secrets_are_masked);
	tcase_add_test(tcase, test_paths_are_not_masked);
	tcase_add_test(tcase, test_long_line_is_windowed);
	tcase_add_test(tcase, test_odd_bytes_are_escaped);
	tcase_add_test(tcase, test_place_past_the_end);
	tcase_add_test(tcase, test_more_than_are_kept);
	tcase_add_test(tcase, test_file_that_is_not_there);
	tcase_add_test(tcase, test_codes);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make);
}
