/* check_source.c - texts, lines and columns. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/compiler.h"
#include "policy/source.h"
#include "support/runner.h"

static struct source *
source_of(const char *text, size_t size)
{
	struct source *source = NULL;

	ck_assert_int_eq(source_from_memory("x.policy", text, size, &source),
	    0);
	return source;
}

static void
expect_place(const struct source *source, uint32_t offset, uint32_t line,
    uint32_t column)
{
	struct source_place place = source_locate(source, offset);

	ck_assert_msg(place.line == line && place.column == column,
	    "offset %u is %u:%u, not %u:%u", offset, place.line, place.column,
	    line, column);
}

START_TEST(test_places)
{
	struct source *source = source_of("ab\n\n\tc\xc3\xa9""d\r\nlast", 15);

	expect_place(source, 0, 1, 1);
	expect_place(source, 2, 1, 3);
	expect_place(source, 3, 2, 1);
	expect_place(source, 4, 3, 1);
	expect_place(source, 5, 3, 2);
	expect_place(source, 6, 3, 3);
	expect_place(source, 8, 3, 4);
	expect_place(source, 14, 4, 4);
	expect_place(source, 15, 4, 5);
	/* beyond the end is the end; and back again */
	expect_place(source, 4000, 4, 5);
	expect_place(source, 1, 1, 2);
	/* back on the same line, and into a character */
	expect_place(source, 14, 4, 4);
	expect_place(source, 12, 4, 2);
	expect_place(source, 7, 3, 3);
	expect_place(source, 5, 3, 2);
	source_free(&source);
	ck_assert_ptr_null(source);
}
END_TEST

START_TEST(test_lines)
{
	struct source *source = source_of("ab\r\n\nno end", 11);
	uint32_t start;

	ck_assert_uint_eq(source_line(source, 1, &start), 2);
	ck_assert_uint_eq(start, 0);
	ck_assert_uint_eq(source_line(source, 3, &start), 2);
	ck_assert_uint_eq(source_line(source, 4, &start), 0);
	ck_assert_uint_eq(start, 4);
	ck_assert_uint_eq(source_line(source, 11, &start), 6);
	ck_assert_uint_eq(start, 5);
	source_free(&source);
}
END_TEST

START_TEST(test_byte_order_mark)
{
	struct source *source = source_of("\xef\xbb\xbfTTLSRule", 11);
	uint32_t start;

	ck_assert_uint_eq(source_start(source), 3);
	expect_place(source, 3, 1, 1);
	ck_assert_uint_eq(source_line(source, 5, &start), 8);
	ck_assert_uint_eq(start, 3);
	source_free(&source);
}
END_TEST

START_TEST(test_padding_and_empty)
{
	struct source *source = source_of("", 0);

	ck_assert_uint_eq(source_size(source), 0);
	ck_assert_mem_eq(source_text(source), "\0\0", 2);
	expect_place(source, 0, 1, 1);
	source_free(&source);
	source = source_of("a\0b", 3);
	ck_assert_uint_eq(source_size(source), 3);
	ck_assert_mem_eq(source_scan_buffer(source), "a\0b\0\0", 5);
	source_free(&source);
}
END_TEST

START_TEST(test_load)
{
	char path[] = "/tmp/check_source.XXXXXX";
	int fd = mkstemp(path);
	struct source *source = NULL;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, "one\ntwo", 7), 7);
	close(fd);
	ck_assert_int_eq(source_load(path, &source), 0);
	ck_assert_str_eq(source_path(source), path);
	ck_assert_uint_eq(source_size(source), 7);
	ck_assert_mem_eq(source_text(source), "one\ntwo\0\0", 9);
	source_free(&source);
	unlink(path);
	ck_assert_int_eq(source_load(path, &source), -1);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(source_load("/", &source), -1);
	ck_assert_int_eq(errno, EISDIR);
	ck_assert_ptr_null(source);
}
END_TEST

/* A pipe has no size that could be asked for. */
START_TEST(test_load_pipe)
{
	enum { SIZE = 300000 };
	char path[64], *text;
	struct source *source = NULL;
	FILE *writer;
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[0]);
	if (fork() == 0) {
		close(ends[0]);
		writer = fdopen(ends[1], "w");
		for (int i = 0; writer != NULL && i < SIZE; i++)
			putc('a' + i % 26, writer);
		if (writer != NULL)
			fclose(writer);
		_exit(0);
	}
	close(ends[1]);
	ck_assert_int_eq(source_load(path, &source), 0);
	ck_assert_uint_eq(source_size(source), SIZE);
	text = source_scan_buffer(source);
	for (int i = 0; i < SIZE; i++)
		ck_assert_int_eq(text[i], 'a' + i % 26);
	source_free(&source);
	close(ends[0]);
}
END_TEST

static Suite *
make(void)
{
	Suite *suite = suite_create("source");
	TCase *tcase = tcase_create("source");

	tcase_add_test(tcase, test_places);
	tcase_add_test(tcase, test_lines);
	tcase_add_test(tcase, test_byte_order_mark);
	tcase_add_test(tcase, test_padding_and_empty);
	tcase_add_test(tcase, test_load);
	tcase_add_test(tcase, test_load_pipe);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make);
}
