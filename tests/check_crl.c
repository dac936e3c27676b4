/* Revocation lists: whose they are and for when, and nothing of what is none. */
#include "trust/crl.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support/runner.h"

#define ALGORITHM 0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, \
	0x03, 0x02
#define DATE(y1, y2) 0x17, 0x0d, y1, y2, '0', '1', '0', '1', '0', '0', '0', \
	'0', '0', '0', 'Z'
#define SIGNATURE 0x03, 0x02, 0x00, 0x00

/* Of an issuer without a name, of 2026, the next one in 2027. */
static const uint8_t whole[] = {
	0x30, 0x41, 0x30, 0x2f, 0x02, 0x01, 0x01, ALGORITHM, 0x30, 0x00,
	DATE('2', '6'), DATE('2', '7'), ALGORITHM, SIGNATURE,
};
/* Of version 1, without a next update. */
static const uint8_t oldest[] = {
	0x30, 0x2f, 0x30, 0x1d, ALGORITHM, 0x30, 0x00, DATE('2', '6'),
	ALGORITHM, SIGNATURE,
};

static int64_t
year(int number)
{
	struct tm tm = { .tm_year = number - 1900, .tm_mday = 1 };

	return timegm(&tm);
}

static int
read_crl(const uint8_t *der, size_t length, struct crl *crl)
{
	const char *error = NULL;
	int rc = crl_read(der, length, crl, &error);

	ck_assert(rc == 0 || (error != NULL && error[0] != '\0'));
	return rc;
}

START_TEST(reads_issuer_and_dates)
{
	struct crl crl;

	ck_assert_int_eq(read_crl(whole, sizeof(whole), &crl), 0);
	ck_assert_uint_eq(crl.issuer.length, 0);
	ck_assert_int_eq(crl.this_update, year(2026));
	ck_assert(crl.has_next_update);
	ck_assert_int_eq(crl.next_update, year(2027));
	ck_assert_int_eq(read_crl(oldest, sizeof(oldest), &crl), 0);
	ck_assert_int_eq(crl.this_update, year(2026));
	ck_assert(!crl.has_next_update);
}
END_TEST

START_TEST(refuses_what_is_cut_or_longer)
{
	struct crl crl;
	uint8_t *copy;

	/* A copy of its own: a sanitizer sees what is read behind its end. */
	for (size_t n = 0; n <= sizeof(whole) + 1; n++) {
		copy = calloc(1, n + (n == 0));
		ck_assert_ptr_nonnull(copy);
		memcpy(copy, whole, n < sizeof(whole) ? n : sizeof(whole));
		ck_assert_int_eq(read_crl(copy, n, &crl),
		    n == sizeof(whole) ? 0 : -1);
		free(copy);
	}
}
END_TEST

START_TEST(refuses_two_algorithms)
{
	uint8_t copy[sizeof(whole)];
	struct crl crl;

	memcpy(copy, whole, sizeof(whole));
	copy[sizeof(whole) - 5] ^= 1;
	ck_assert_int_eq(read_crl(copy, sizeof(copy), &crl), -1);
}
END_TEST

/* Whatever one byte becomes, there is an answer. */
START_TEST(survives_any_byte)
{
	uint8_t *copy = malloc(sizeof(whole));
	size_t good = 0;
	struct crl crl;

	ck_assert_ptr_nonnull(copy);
	for (size_t at = 0; at < sizeof(whole); at++) {
		for (int byte = 0; byte < 256; byte++) {
			memcpy(copy, whole, sizeof(whole));
			copy[at] = (uint8_t)byte;
			good += read_crl(copy, sizeof(whole), &crl) == 0;
		}
	}
	ck_assert_uint_gt(good, sizeof(whole));
	ck_assert_uint_lt(good, sizeof(whole) * 256 / 2);
	free(copy);
}
END_TEST

static Suite *
make(void)
{
	Suite *suite = suite_create("crl");
	TCase *tc = tcase_create("crl");

	tcase_add_test(tc, reads_issuer_and_dates);
	tcase_add_test(tc, refuses_what_is_cut_or_longer);
	tcase_add_test(tc, refuses_two_algorithms);
	tcase_add_test(tc, survives_any_byte);
	suite_add_tcase(suite, tc);
	return suite;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make);
}
