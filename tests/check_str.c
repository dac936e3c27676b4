/* check_str.c - builder, comparison, edit distance, UTF-8. */
#include <check.h>
#include <string.h>

#include "base/str.h"
#include "support/runner.h"

START_TEST(test_builder_is_bounded)
{
	char buf[8];
	struct str s;

	str_init(&s, buf, sizeof(buf));
	ck_assert_str_eq(buf, "");
	str_add(&s, "%d-", 12);
	str_add_bytes(&s, "abc", 3);
	ck_assert_str_eq(buf, "12-abc");
	ck_assert(!s.cut);
	str_add_bytes(&s, "de", 2);
	ck_assert_str_eq(buf, "12-abcd");
	ck_assert(s.cut);
	str_add(&s, "more");
	ck_assert_str_eq(buf, "12-abcd");
	ck_assert_uint_eq(s.length, 7);
}
END_TEST

START_TEST(test_shown)
{
	static const struct { const char *raw; size_t length; const char *text; }
	    rows[] = {
		{ "plain", 5, "plain" },
		{ "a\0b", 3, "a\\x00b" },
		{ "\x1b[31m\r\n", 7, "\\x1B[31m\\x0D\\x0A" },
		{ "\x7f\xc2\x85", 3, "\\x7F\\xC2\\x85" },
		{ "caf\xc3\xa9", 5, "caf\xc3\xa9" },
		{ "\xc3", 1, "\\xC3" },
		{ "\xed\xa0\x80", 3, "\\xED\\xA0\\x80" },
	};
	char buf[64];
	struct str s;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		str_init(&s, buf, sizeof(buf));
		str_add_shown(&s, rows[i].raw, rows[i].length);
		ck_assert_str_eq(buf, rows[i].text);
	}
	/* Neither an escape nor a character is cut in two. */
	str_init(&s, buf, 4);
	str_add_shown(&s, "ab\xc3\xa9", 4);
	ck_assert_str_eq(buf, "ab");
	str_init(&s, buf, 4);
	str_add_shown(&s, "\x01", 1);
	ck_assert_str_eq(buf, "");
	ck_assert(s.cut);
}
END_TEST

START_TEST(test_quote_is_cut)
{
	char word[1000], buf[STR_QUOTE_MAX];

	ck_assert_str_eq(str_quote("web", 3, buf), "'web'");
	ck_assert_str_eq(str_quote("", 0, buf), "''");
	memset(word, 'x', sizeof(word));
	str_quote(word, sizeof(word), buf);
	ck_assert_uint_eq(strlen(buf), 1 + 60 + 4);
	ck_assert_str_eq(buf + 61, "...'");
	memset(word, '\x01', sizeof(word));
	str_quote(word, sizeof(word), buf);
	ck_assert_uint_eq(strlen(buf), 1 + 60 * 4 + 4);
	for (size_t i = 0; i + 4 <= sizeof(word); i += 4)
		memcpy(word + i, "\xf0\x9f\x94\x92", 4);
	str_quote(word, sizeof(word), buf);
	ck_assert_uint_eq(strlen(buf), 1 + 60 * 4 + 4);
}
END_TEST

START_TEST(test_equal_and_hash)
{
	ck_assert(str_equal("TTLSRULE", 8, "ttlsrule"));
	ck_assert(!str_equal("TTLSRul", 7, "TTLSRule"));
	ck_assert(!str_equal("TTLSRule", 8, "TTLSRul"));
	ck_assert(!str_equal("a[", 2, "a{"));
	ck_assert_uint_eq(str_hash("AbC", 3, true), str_hash("aBc", 3, true));
	ck_assert_uint_ne(str_hash("AbC", 3, false), str_hash("aBc", 3, false));
}
END_TEST

START_TEST(test_distance)
{
	static const struct { const char *a, *b; unsigned limit, distance; }
	    rows[] = {
		{ "Direction", "direction", 3, 0 },
		{ "Directon", "Direction", 3, 1 },
		{ "Direktion", "Direction", 3, 1 },
		{ "Dierction", "Direction", 3, 1 },
		{ "Directtion", "Direction", 3, 1 },
		{ "", "abc", 3, 3 },
		{ "abc", "", 2, 3 },
		{ "kitten", "sitting", 5, 3 },
		{ "kitten", "sitting", 2, 3 },
		{ "ca", "abc", 5, 3 },
	};
	char a[200], b[200];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		ck_assert_uint_eq(str_distance(rows[i].a, strlen(rows[i].a),
		    rows[i].b, strlen(rows[i].b), rows[i].limit),
		    rows[i].distance);
		ck_assert_uint_eq(str_distance(rows[i].b, strlen(rows[i].b),
		    rows[i].a, strlen(rows[i].a), rows[i].limit),
		    rows[i].distance);
	}
	memset(a, 'x', sizeof(a));
	memset(b, 'x', sizeof(b));
	for (size_t n = 0; n < sizeof(a); n++)
		ck_assert_uint_eq(str_distance(a, n, b, n, 2),
		    n <= 63 ? 0 : 3);
}
END_TEST

START_TEST(test_utf8_length)
{
	static const struct { const char *text; size_t left, length; } rows[] = {
		{ "a", 1, 1 }, { "a", 0, 0 }, { "\0", 1, 1 },
		{ "\xc2\xa0", 2, 2 }, { "\xc2\xa0", 1, 0 },
		{ "\xe2\x82\xac", 3, 3 }, { "\xe2\x82\xac", 2, 0 },
		{ "\xf0\x9f\x94\x92", 4, 4 }, { "\xf4\x90\x80\x80", 4, 0 },
		{ "\xc0\x80", 2, 0 }, { "\xe0\x80\x80", 3, 0 },
		{ "\xf0\x80\x80\x80", 4, 0 }, { "\xed\xa0\x80", 3, 0 },
		{ "\x80", 1, 0 }, { "\xff", 1, 0 }, { "\xc3\x28", 2, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		ck_assert_uint_eq(str_utf8_length(rows[i].text, rows[i].left),
		    rows[i].length);
}
END_TEST

static Suite *
make(void)
{
	Suite *suite = suite_create("str");
	TCase *tcase = tcase_create("str");

	tcase_add_test(tcase, test_builder_is_bounded);
	tcase_add_test(tcase, test_shown);
	tcase_add_test(tcase, test_quote_is_cut);
	tcase_add_test(tcase, test_equal_and_hash);
	tcase_add_test(tcase, test_distance);
	tcase_add_test(tcase, test_utf8_length);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make);
}
