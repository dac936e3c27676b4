/* check_addr.c - addresses, ranges and endpoints from text and back. */
#include <arpa/inet.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "support/runner.h"

static struct addr
parsed(const char *text)
{
	struct addr a;

	ck_assert_msg(addr_parse(text, strlen(text), &a) == 0, "%s", text);
	return a;
}

START_TEST(test_parse_prints_back)
{
	static const struct { const char *text, *printed; } rows[] = {
		{ "0.0.0.0", "0.0.0.0" },
		{ "255.255.255.255", "255.255.255.255" },
		{ "192.0.2.1", "192.0.2.1" },
		{ "::", "::" },
		{ "::1", "::1" },
		{ "2001:DB8:0:0::1", "2001:db8::1" },
		{ "::ffff:192.0.2.7", "192.0.2.7" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255",
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	};
	char text[ADDR_TEXT_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct addr a = parsed(rows[i].text);

		ck_assert_str_eq(addr_print(&a, text), rows[i].printed);
	}
}
END_TEST

START_TEST(test_parse_refuses)
{
	static const char *const bad[] = {
		"", "1", "1.2.3", "1.2.3.4.5", "256.0.0.1", "1.2.3.04",
		"1.2.3.4 ", " 1.2.3.4", "0x1.2.3.4", "6793", "1.2.3.",
		":::", "2001:db8::1::2", "2001:db8::g", "fe80::1%eth0",
		"[::1]", "1.2.3.4/8", "localhost",
		"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255:ffff",
	};
	struct addr a, before;

	memset(&a, 0x5a, sizeof(a));
	before = a;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_msg(addr_parse(bad[i], strlen(bad[i]), &a) == -1,
		    "%s", bad[i]);
	ck_assert_int_eq(addr_parse("1.2.3.4\0x", 9, &a), -1);
	ck_assert_int_eq(addr_compare(&a, &before), 0);
	/* Only the given characters are read. */
	ck_assert_int_eq(addr_parse("1.2.3.45", 7, &a), 0);
	before = parsed("1.2.3.4");
	ck_assert_int_eq(addr_compare(&a, &before), 0);
}
END_TEST

static void
check_prefix(const char *text, unsigned prefix, const char *lo,
    const char *hi)
{
	struct addr a = parsed(text), low = parsed(lo), high = parsed(hi);
	struct addr_range range;

	ck_assert_int_eq(addr_prefix(&a, prefix, &range), 0);
	ck_assert_msg(addr_compare(&range.lo, &low) == 0, "%s/%u", text,
	    prefix);
	ck_assert_msg(addr_compare(&range.hi, &high) == 0, "%s/%u", text,
	    prefix);
}

START_TEST(test_prefix)
{
	struct addr v4 = parsed("192.0.2.1"), v6 = parsed("2001:db8::1");
	struct addr_range range;

	check_prefix("10.1.2.3", 8, "10.0.0.0", "10.255.255.255");
	check_prefix("10.1.2.3", 0, "0.0.0.0", "255.255.255.255");
	check_prefix("10.1.2.3", 32, "10.1.2.3", "10.1.2.3");
	check_prefix("10.1.2.3", 31, "10.1.2.2", "10.1.2.3");
	check_prefix("10.1.2.3", 13, "10.0.0.0", "10.7.255.255");
	check_prefix("2001:db8::1", 0, "::",
	    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
	check_prefix("2001:db8::1", 33, "2001:db8::",
	    "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff");
	check_prefix("2001:db8::1", 128, "2001:db8::1", "2001:db8::1");
	ck_assert_int_eq(addr_prefix(&v4, 33, &range), -1);
	ck_assert_int_eq(addr_prefix(&v6, 129, &range), -1);
	ck_assert_int_eq(addr_prefix(&v4, 4000000000u, &range), -1);
}
END_TEST

START_TEST(test_order_and_range)
{
	struct addr low = parsed("10.0.0.1"), high = parsed("10.0.0.9");
	struct addr_range range = { low, high };
	struct addr v6 = parsed("2001:db8::1"), out = parsed("10.0.0.10");

	ck_assert_int_lt(addr_compare(&low, &high), 0);
	ck_assert_int_gt(addr_compare(&v6, &high), 0);
	ck_assert(addr_in_range(&low, &range));
	ck_assert(addr_in_range(&high, &range));
	ck_assert(!addr_in_range(&out, &range));
	ck_assert(!addr_in_range(&v6, &range));
	range.lo = parsed("::");
	range.hi = parsed("ffff::");
	ck_assert(addr_in_range(&v6, &range));
	ck_assert(!addr_in_range(&low, &range));
	ck_assert(addr_is_v4(&low));
	ck_assert(!addr_is_v4(&v6));
}
END_TEST

START_TEST(test_endpoint)
{
	static const char *const good[] = {
		"192.0.2.1:443", "0.0.0.0:0", "[2001:db8::1]:65535", "[::]:1",
	};
	static const char *const bad[] = {
		"", ":", ":80", "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536",
		"192.0.2.1:-1", "192.0.2.1:+1", "192.0.2.1: 1",
		"192.0.2.1:000080", "2001:db8::1:443", "[2001:db8::1]",
		"[2001:db8::1]443", "[2001:db8::1:443", "2001:db8::1]:443",
		"[192.0.2.1]:443", "[]:443", "[:443", "]:1", "[:1",
		"99999999999999999999:1", "192.0.2.1:99999999999",
	};
	char text[ADDR_TEXT_MAX];
	struct addr_endpoint e;

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		ck_assert_int_eq(addr_parse_endpoint(good[i],
		    strlen(good[i]), &e), 0);
		ck_assert_str_eq(addr_print_endpoint(&e, text), good[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_msg(addr_parse_endpoint(bad[i], strlen(bad[i]),
		    &e) == -1, "%s", bad[i]);
}
END_TEST

START_TEST(test_sockaddr)
{
	static const char *const texts[] = {
		"192.0.2.1:443", "[2001:db8::1]:65535",
	};
	struct sockaddr_in6 mapped = { .sin6_family = AF_INET6 };
	struct sockaddr local = { .sa_family = AF_UNIX };
	struct addr_endpoint e, back;
	struct sockaddr_storage ss;
	char text[ADDR_TEXT_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		ck_assert_int_eq(addr_parse_endpoint(texts[i],
		    strlen(texts[i]), &e), 0);
		ck_assert_uint_eq(addr_to_sockaddr(&e, &ss), i == 0 ?
		    sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
		ck_assert_int_eq(addr_from_sockaddr((struct sockaddr *)&ss,
		    &back), 0);
		ck_assert_str_eq(addr_print_endpoint(&back, text), texts[i]);
	}
	ck_assert_int_eq(inet_pton(AF_INET6, "::ffff:192.0.2.9",
	    &mapped.sin6_addr), 1);
	mapped.sin6_port = htons(7);
	ck_assert_int_eq(addr_from_sockaddr((struct sockaddr *)&mapped,
	    &back), 0);
	ck_assert_str_eq(addr_print_endpoint(&back, text), "192.0.2.9:7");
	ck_assert_int_eq(addr_from_sockaddr(&local, &back), -1);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("addr");
	TCase *tc = tcase_create("addr");

	tcase_add_test(tc, test_parse_prints_back);
	tcase_add_test(tc, test_parse_refuses);
	tcase_add_test(tc, test_prefix);
	tcase_add_test(tc, test_order_and_range);
	tcase_add_test(tc, test_endpoint);
	tcase_add_test(tc, test_sockaddr);
	suite_add_tcase(s, tc);
	return s;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make_suite);
}
