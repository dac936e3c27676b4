/*
 * check_option.c - socket options of a wrapped service: the table, values in
 * and out, and what is kept of them.
 */
#include <check.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <string.h>

#include "base/compiler.h"
#include "support/runner.h"
#include "wrap/wrap_memory.h"
#include "wrap/wrap_option-table.h"
#include "wrap/wrap_option-value.h"

/* The table of options */

static bool
is_int(const struct wrap_option_table_row *row)
{
	return row->kind == WRAP_OPTION_TABLE_INT ||
	    row->kind == WRAP_OPTION_TABLE_FLAG;
}

START_TEST(test_rows)
{
	unsigned count = 0;

	for (unsigned i = 0; i < wrap_option_table_count; i++) {
		const struct wrap_option_table_row *row =
		    &wrap_option_table_rows[i];

		/* Found, and so the only one of its name. */
		ck_assert_ptr_eq(wrap_option_table_find(row->level,
		    row->name), row);
		ck_assert_uint_eq(wrap_option_table_index(row), i);
		if (row->kind != WRAP_OPTION_TABLE_FLAG &&
		    row->kind != WRAP_OPTION_TABLE_NATIVE)
			ck_assert_int_gt(row->error, 0);
		count++;
	}
	ck_assert_uint_gt(count, 80);
	ck_assert_ptr_null(wrap_option_table_find(IPPROTO_TCP, 9999));
	ck_assert_ptr_null(wrap_option_table_find(IPPROTO_TCP, SO_DOMAIN));
	ck_assert_ptr_null(wrap_option_table_find(9999, TCP_NODELAY));
	/* What cannot be honoured, and would be missed. */
	ck_assert_ptr_null(wrap_option_table_find(IPPROTO_TCP, TCP_MD5SIG));
}
END_TEST

START_TEST(test_rows_settle)
{
	for (unsigned i = 0; i < wrap_option_table_count; i++) {
		const struct wrap_option_table_row *row =
		    &wrap_option_table_rows[i];
		int kept = -77;

		if (!is_int(row)) {
			ck_assert_int_eq(wrap_option_table_settle(row, 1,
			    &kept), row->error);
			ck_assert_int_eq(kept, -77);
			continue;
		}
		/* Its default can be set, and stays as it is. */
		if (row->name == TCP_MAXSEG && row->level == IPPROTO_TCP)
			continue;
		ck_assert_int_eq(wrap_option_table_settle(row, row->fallback,
		    &kept), 0);
		ck_assert_int_eq(kept, row->fallback);
		if (row->kind == WRAP_OPTION_TABLE_FLAG) {
			ck_assert_int_eq(wrap_option_table_settle(row, -5,
			    &kept), 0);
			ck_assert_int_eq(kept, 1);
			continue;
		}
		if (row->least > INT_MIN)
			ck_assert_int_eq(wrap_option_table_settle(row,
			    row->least - 1, &kept), row->error);
		if (row->most < INT_MAX)
			ck_assert_int_eq(wrap_option_table_settle(row,
			    row->most + 1, &kept), row->error);
	}
}
END_TEST

START_TEST(test_rows_kept_otherwise)
{
	static const struct { int level, name, set, kept; } rows[] = {
		{ IPPROTO_TCP, TCP_LINGER2, -7, -1 },
		{ IPPROTO_TCP, TCP_LINGER2, 500, 120 },
		{ IPPROTO_TCP, TCP_LINGER2, 30, 30 },
		{ IPPROTO_TCP, TCP_WINDOW_CLAMP, 1, 1152 },
		{ IPPROTO_IP, IP_TOS, 0x13, 0x10 },
		{ IPPROTO_IP, IP_TTL, -1, 64 },
		{ IPPROTO_IPV6, IPV6_TCLASS, -1, 0 },
		{ IPPROTO_IPV6, IPV6_TCLASS, 0xff, 0xfc },
		{ IPPROTO_IPV6, IPV6_UNICAST_HOPS, 33, 33 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int kept = -77;

		ck_assert_int_eq(wrap_option_table_settle(
		    wrap_option_table_find(rows[i].level, rows[i].name),
		    rows[i].set, &kept), 0);
		ck_assert_int_eq(kept, rows[i].kept);
	}
}
END_TEST

START_TEST(test_congestion)
{
	char name[16];
	socklen_t length = sizeof(name);
	int number;

	ck_assert_int_eq(wrap_option_value_read_congestion("reno", 4,
	    &number), 0);
	ck_assert_int_eq(wrap_option_value_write_congestion(number, name,
	    &length), 0);
	ck_assert_uint_eq(length, sizeof(name));
	ck_assert_str_eq(name, "reno");
	ck_assert_int_eq(wrap_option_value_read_congestion("bbr\0rest", 8,
	    &number), 0);
	ck_assert_str_eq(wrap_option_table_congestion_name(number), "bbr");
	ck_assert_int_eq(wrap_option_value_read_congestion("ren", 3,
	    &number), -1);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(wrap_option_value_read_congestion("reno", 0,
	    &number), -1);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_int_eq(wrap_option_value_read_congestion(NULL, 4,
	    &number), -1);
	ck_assert_int_eq(errno, EFAULT);
}
END_TEST

/* Values in and out */

static void
check_written(int level, int number, socklen_t room, socklen_t length)
{
	unsigned char bytes[8];

	memset(bytes, 0xee, sizeof(bytes));
	ck_assert_int_eq(wrap_option_value_write_int(level, number, bytes,
	    &room), 0);
	ck_assert_uint_eq(room, length);
	ck_assert_mem_eq(bytes, &number, length);
	for (size_t i = length; i < sizeof(bytes); i++)
		ck_assert_uint_eq(bytes[i], 0xee);
}

START_TEST(test_write_int)
{
	socklen_t length = (socklen_t)-1;
	int number;

	check_written(IPPROTO_TCP, 1, 8, 4);
	check_written(IPPROTO_TCP, 1, 4, 4);
	check_written(IPPROTO_TCP, 0x1234, 2, 2);
	check_written(IPPROTO_TCP, 1, 0, 0);
	check_written(IPPROTO_IP, 64, 4, 4);
	check_written(IPPROTO_IP, 64, 2, 1);
	check_written(IPPROTO_IP, 300, 2, 2);
	ck_assert_int_eq(wrap_option_value_write_int(IPPROTO_TCP, 1, &number,
	    &length), -1);
	ck_assert_int_eq(errno, EINVAL);
	length = 4;
	ck_assert_int_eq(wrap_option_value_write_int(IPPROTO_TCP, 1, NULL,
	    &length), -1);
	ck_assert_int_eq(errno, EFAULT);
	ck_assert_int_eq(wrap_option_value_write_int(IPPROTO_TCP, 1, &number,
	    NULL), -1);
	ck_assert_int_eq(errno, EFAULT);
}
END_TEST

START_TEST(test_read_int)
{
	int set = 0x01020304, number = 0;

	for (socklen_t length = 0; length < 4; length++) {
		ck_assert_int_eq(wrap_option_value_read_int(IPPROTO_TCP,
		    &set, length, &number), -1);
		ck_assert_int_eq(errno, EINVAL);
	}
	ck_assert_int_eq(wrap_option_value_read_int(IPPROTO_TCP, &set, 4,
	    &number), 0);
	ck_assert_int_eq(number, set);
	ck_assert_int_eq(wrap_option_value_read_int(IPPROTO_IPV6, &set, 8,
	    &number), 0);
	ck_assert_int_eq(wrap_option_value_read_int(IPPROTO_IP, &set, 1,
	    &number), 0);
	ck_assert_int_eq(number, *(unsigned char *)&set);
	ck_assert_int_eq(wrap_option_value_read_int(IPPROTO_IP, NULL, 0,
	    &number), 0);
	ck_assert_int_eq(number, 0);
	ck_assert_int_eq(wrap_option_value_read_int(IPPROTO_TCP, NULL, 4,
	    &number), -1);
	ck_assert_int_eq(errno, EFAULT);
}
END_TEST

START_TEST(test_write_structs)
{
	struct tcp_info info;
	struct ucred cred;
	socklen_t length = 8;
	unsigned char few[16];

	memset(few, 0xee, sizeof(few));
	ck_assert_int_eq(wrap_option_value_write_info(false, few, &length),
	    0);
	ck_assert_uint_eq(length, 8);
	ck_assert_uint_eq(few[0], TCP_ESTABLISHED);
	ck_assert_uint_eq(few[8], 0xee);
	length = 4096;
	ck_assert_int_eq(wrap_option_value_write_info(true, &info, &length),
	    0);
	ck_assert_uint_eq(length, sizeof(info));
	ck_assert_uint_eq(info.tcpi_state, TCP_LISTEN);
	length = sizeof(cred);
	ck_assert_int_eq(wrap_option_value_write_cred(&cred, &length), 0);
	ck_assert_int_eq(cred.pid, 0);
	ck_assert(cred.uid == (uid_t)-1 && cred.gid == (gid_t)-1);
}
END_TEST

/* What is kept */

START_TEST(test_memory)
{
	uint64_t value = 7;

	ck_assert(!wrap_memory_get(WRAP_MEMORY_CONNECTION, 1, 2, &value));
	wrap_memory_set(WRAP_MEMORY_CONNECTION, 1, 2, 3);
	wrap_memory_set(WRAP_MEMORY_CONNECTION, 1, 3, 4);
	wrap_memory_set(WRAP_MEMORY_CONNECTION, 1, 2, 5);
	ck_assert(wrap_memory_get(WRAP_MEMORY_CONNECTION, 1, 2, &value));
	ck_assert_uint_eq(value, 5);
	ck_assert(wrap_memory_get(WRAP_MEMORY_CONNECTION, 1, 3, &value));
	ck_assert_uint_eq(value, 4);
	ck_assert(!wrap_memory_get(WRAP_MEMORY_CONNECTION, 2, 2, &value));
	ck_assert(!wrap_memory_get(WRAP_MEMORY_LISTENER, 1, 2, &value));
	/* A socket without a number keeps nothing. */
	wrap_memory_set(WRAP_MEMORY_CONNECTION, 0, 2, 5);
	ck_assert(!wrap_memory_get(WRAP_MEMORY_CONNECTION, 0, 2, &value));
}
END_TEST

/* Many connections push each other out, never a listener, and the newest
 * is there. */
START_TEST(test_memory_is_bounded)
{
	uint64_t value, found = 0;

	wrap_memory_set(WRAP_MEMORY_LISTENER, 9, 1, 99);
	for (uint64_t i = 1; i <= 200000; i++) {
		wrap_memory_set(WRAP_MEMORY_CONNECTION, i, 1, i);
		ck_assert(wrap_memory_get(WRAP_MEMORY_CONNECTION, i, 1,
		    &value));
		ck_assert(value == i);
	}
	for (uint64_t i = 1; i <= 200000; i++)
		if (wrap_memory_get(WRAP_MEMORY_CONNECTION, i, 1, &value)) {
			ck_assert(value == i);
			found++;
		}
	ck_assert_uint_gt(found, 4000);
	ck_assert_uint_lt(found, 20000);
	ck_assert(wrap_memory_get(WRAP_MEMORY_LISTENER, 9, 1, &value));
	ck_assert_uint_eq(value, 99);
}
END_TEST

/* The value of a pair says whose it is: nobody reads another's. */
static void *
hammer(void *arg)
{
	uint64_t seed = (uint64_t)(uintptr_t)arg, value, socket;
	uintptr_t wrong = 0;

	for (int i = 0; i < 200000; i++) {
		seed = seed * UINT64_C(6364136223846793005) + 1;
		socket = (seed >> 40) % 20000 + 1;
		wrap_memory_set(WRAP_MEMORY_CONNECTION, socket, 4,
		    socket * 1000);
		socket = (seed >> 20) % 20000 + 1;
		if (wrap_memory_get(WRAP_MEMORY_CONNECTION, socket, 4,
		    &value) && value != socket * 1000)
			wrong++;
	}
	return (void *)wrong;
}

START_TEST(test_memory_of_threads)
{
	pthread_t threads[4];
	void *wrong;

	for (uintptr_t i = 0; i < ARRAY_SIZE(threads); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, hammer,
		    (void *)(i + 1)), 0);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
		ck_assert_int_eq(pthread_join(threads[i], &wrong), 0);
		ck_assert_ptr_null(wrong);
	}
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("option");
	TCase *table = tcase_create("table"), *values =
	    tcase_create("values"), *kept = tcase_create("kept");

	tcase_add_test(table, test_rows);
	tcase_add_test(table, test_rows_settle);
	tcase_add_test(table, test_rows_kept_otherwise);
	tcase_add_test(table, test_congestion);
	suite_add_tcase(s, table);
	tcase_add_test(values, test_write_int);
	tcase_add_test(values, test_read_int);
	tcase_add_test(values, test_write_structs);
	suite_add_tcase(s, values);
	tcase_set_timeout(kept, 60);
	tcase_add_test(kept, test_memory);
	tcase_add_test(kept, test_memory_is_bounded);
	tcase_add_test(kept, test_memory_of_threads);
	suite_add_tcase(s, kept);
	return s;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make_suite);
}
