/* check_log.c - one write a line, levels, and text that cannot forge. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "support/runner.h"

/* Standard error goes to a packet pipe: each read is one write. */
static int pipe_fds[2], saved_stderr;

static void
capture(void)
{
	ck_assert_int_eq(pipe2(pipe_fds, O_DIRECT | O_NONBLOCK), 0);
	saved_stderr = dup(STDERR_FILENO);
	ck_assert_int_ge(dup2(pipe_fds[1], STDERR_FILENO), 0);
}

static void
release(void)
{
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
}

static ssize_t
next_write(char *buf, size_t size)
{
	ssize_t n = read(pipe_fds[0], buf, size - 1);

	if (n >= 0)
		buf[n] = '\0';
	return n;
}

START_TEST(test_one_write_a_line)
{
	char buf[8192];

	log_open("sallyport", true);
	errno = EDOM;
	log_warning("worker", "%s and %d", "text", 7);
	ck_assert_int_eq(errno, EDOM);
	ck_assert_int_gt(next_write(buf, sizeof(buf)), 0);
	/* 2026-03-01T12:00:00.123Z */
	ck_assert_msg(strspn(buf, "0123456789-T:.") == 23 &&
	    buf[10] == 'T' && buf[23] == 'Z', "%s", buf);
	ck_assert_str_eq(buf + 24, " warning worker: text and 7\n");
	ck_assert_int_eq(next_write(buf, sizeof(buf)), -1);
}
END_TEST

START_TEST(test_errno_is_for_m)
{
	char buf[8192];

	log_open("sallyport", true);
	errno = ENOENT;
	log_error("m", "%m");
	ck_assert_int_gt(next_write(buf, sizeof(buf)), 0);
	ck_assert_ptr_nonnull(strstr(buf, strerror(ENOENT)));
}
END_TEST

START_TEST(test_levels)
{
	char buf[8192];

	log_debug("m", "dropped at first");
	ck_assert_int_eq(next_write(buf, sizeof(buf)), -1);
	log_set_level(LOG_LEVEL_DEBUG);
	log_debug("m", "seen");
	ck_assert_int_gt(next_write(buf, sizeof(buf)), 0);
	log_set_level(LOG_LEVEL_ERROR);
	log_warning("m", "dropped");
	ck_assert_int_eq(next_write(buf, sizeof(buf)), -1);
	log_error("m", "seen");
	ck_assert_int_gt(next_write(buf, sizeof(buf)), 0);
}
END_TEST

START_TEST(test_long_line_is_cut)
{
	char buf[8192], text[6000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_error("m", "%s", text);
	/* A packet pipe would split what is longer than a page. */
	ck_assert_int_eq(next_write(buf, sizeof(buf)), 4096);
	ck_assert_int_eq(buf[4095], '\n');
	ck_assert_ptr_eq(strchr(buf, '\n'), buf + 4095);
	ck_assert_int_eq(next_write(buf, sizeof(buf)), -1);
}
END_TEST

START_TEST(test_newline_forges_nothing)
{
	char buf[8192];

	log_error("m", "one\ntwo\r\x1b[31m");
	ck_assert_int_gt(next_write(buf, sizeof(buf)), 0);
	ck_assert_ptr_nonnull(strstr(buf, "m: one two  [31m\n"));
}
END_TEST

START_TEST(test_syslog_leaves_stderr_alone)
{
	char buf[8192];

	log_open("sallyport-test", false);
	log_debug("m", "dropped");
	log_notice("m", "a test's line");
	ck_assert_int_eq(next_write(buf, sizeof(buf)), -1);
}
END_TEST

START_TEST(test_escape)
{
	static const struct { const char *text, *escaped; } rows[] = {
		{ "", "" },
		{ "CN=plain, O=x", "CN=plain, O=x" },
		{ "a\nb\tc\x7f", "a\\x0ab\\x09c\\x7f" },
		{ "say \"it's\" \\", "say \\x22it\\x27s\\x22 \\x5c" },
		{ "caf\xc3\xa9", "caf\xc3\xa9" },
		{ "\xe2\x82\xac\xf0\x9f\x98\x80",
		  "\xe2\x82\xac\xf0\x9f\x98\x80" },
		{ "\xc3", "\\xc3" },
		{ "\xc3(", "\\xc3(" },
		{ "\xe2\x82", "\\xe2\\x82" },
		{ "\xc0\xaf", "\\xc0\\xaf" },		/* overlong */
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },	/* surrogate */
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },
		{ "\xc2\x9b", "\\xc2\\x9b" },		/* C1 control */
		{ "\xff\x80", "\\xff\\x80" },
	};
	char buf[64];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		ck_assert_str_eq(log_escape(rows[i].text, buf, sizeof(buf)),
		    rows[i].escaped);
}
END_TEST

START_TEST(test_escape_cuts_between_characters)
{
	char buf[8];

	ck_assert_str_eq(log_escape("abcdefghi", buf, sizeof(buf)),
	    "abcdefg");
	ck_assert_str_eq(log_escape("abcdef\xc3\xa9", buf, sizeof(buf)),
	    "abcdef");
	ck_assert_str_eq(log_escape("abcd\n", buf, sizeof(buf)), "abcd");
	ck_assert_str_eq(log_escape("abc\n", buf, sizeof(buf)), "abc\\x0a");
	ck_assert_str_eq(log_escape("abc", buf, 1), "");
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("log");
	TCase *lines = tcase_create("lines"), *escape = tcase_create("escape");

	tcase_add_checked_fixture(lines, capture, release);
	tcase_add_test(lines, test_one_write_a_line);
	tcase_add_test(lines, test_errno_is_for_m);
	tcase_add_test(lines, test_levels);
	tcase_add_test(lines, test_long_line_is_cut);
	tcase_add_test(lines, test_newline_forges_nothing);
	tcase_add_test(lines, test_syslog_leaves_stderr_alone);
	suite_add_tcase(s, lines);
	tcase_add_test(escape, test_escape);
	tcase_add_test(escape, test_escape_cuts_between_characters);
	suite_add_tcase(s, escape);
	return s;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make_suite);
}
