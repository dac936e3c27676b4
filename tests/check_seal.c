/* Seals: what was sealed comes back, and nothing else does. */
#include "tls/tls_seal.h"

#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/runner.h"

enum { LONGEST = 1024 };

struct sealed {
	struct tls_seal_key key;
	uint8_t iv[TLS_SEAL_IV], mac[TLS_SEAL_MAC];
	uint8_t bytes[LONGEST];
	size_t length;
};

static void
fill(uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		bytes[i] = (uint8_t)(i * 7 + length);
}

static struct sealed
seal(unsigned bits, size_t length)
{
	struct sealed s = { .length = length };

	ck_assert_int_eq(tls_seal_make_key(bits, &s.key), 0);
	ck_assert_uint_eq(s.key.cipher_length, bits / 8);
	fill(s.bytes, length);
	memset(s.iv, 0x5a, sizeof(s.iv));
	ck_assert_int_eq(tls_seal_close(&s.key, s.iv, s.bytes, length,
	    s.mac), 0);
	return s;
}

static bool
opens(struct sealed s)
{
	return tls_seal_open(&s.key, s.iv, s.bytes, s.length, s.mac) == 0;
}

START_TEST(gives_back_what_was_sealed)
{
	unsigned bits = _i ? 256 : 128;
	uint8_t plain[LONGEST];

	for (size_t length = 16; length <= LONGEST; length += 16) {
		struct sealed s = seal(bits, length);

		fill(plain, length);
		ck_assert_mem_ne(s.bytes, plain, length);
		ck_assert_int_eq(tls_seal_open(&s.key, s.iv, s.bytes,
		    length, s.mac), 0);
		ck_assert_mem_eq(s.bytes, plain, length);
	}
}
END_TEST

/* The sealed bytes are left as they are, or wiped: never half opened. */
static void
expect_refused(const struct sealed *good, struct sealed bad)
{
	struct sealed before = bad;
	uint8_t plain[LONGEST];

	ck_assert(opens(*good));
	ck_assert(tls_seal_open(&bad.key, bad.iv, bad.bytes, bad.length,
	    bad.mac) < 0);
	fill(plain, good->length);
	if (bad.length == good->length)
		ck_assert_mem_ne(bad.bytes, plain, bad.length);
	if (memcmp(bad.bytes, before.bytes, bad.length) != 0)
		for (size_t i = 0; i < bad.length; i++)
			ck_assert_uint_eq(bad.bytes[i], 0);
}

static void
flip_each(const struct sealed *good, size_t at, size_t length)
{
	for (size_t bit = 0; bit < 8 * length; bit++) {
		struct sealed bad = *good;

		((uint8_t *)&bad)[at + bit / 8] ^= (uint8_t)(1u << bit % 8);
		expect_refused(good, bad);
	}
}

START_TEST(refuses_each_bit_that_differs)
{
	struct sealed s = seal(_i ? 256 : 128, 64);

	flip_each(&s, offsetof(struct sealed, iv), sizeof(s.iv));
	flip_each(&s, offsetof(struct sealed, mac), sizeof(s.mac));
	flip_each(&s, offsetof(struct sealed, bytes), s.length);
	flip_each(&s, offsetof(struct sealed, key.name), sizeof(s.key.name));
	flip_each(&s, offsetof(struct sealed, key.mac), sizeof(s.key.mac));
}
END_TEST

START_TEST(refuses_another_length)
{
	struct sealed s = seal(256, 64);

	for (size_t length = 0; length <= 128; length++) {
		struct sealed other = s;

		other.length = length;
		if (length != 64)
			expect_refused(&s, other);
	}
}
END_TEST

START_TEST(two_seals_differ)
{
	struct sealed one = seal(128, 64), two = seal(128, 64);
	uint8_t plain[64];

	/* By their keys, ... */
	ck_assert_mem_ne(one.key.name, two.key.name, TLS_SEAL_NAME);
	ck_assert_mem_ne(one.key.cipher, two.key.cipher, 16);
	ck_assert_mem_ne(one.key.mac, two.key.mac, 32);
	ck_assert_mem_ne(one.bytes, two.bytes, 64);
	ck_assert_mem_ne(one.mac, two.mac, TLS_SEAL_MAC);
	memcpy(two.bytes, one.bytes, 64);
	memcpy(two.mac, one.mac, TLS_SEAL_MAC);
	ck_assert(!opens(two));
	/* ... or by their random start, in every block. */
	two = one;
	fill(plain, sizeof(plain));
	memcpy(two.bytes, plain, sizeof(plain));
	two.iv[0] ^= 1;
	ck_assert_int_eq(tls_seal_close(&two.key, two.iv, two.bytes, 64,
	    two.mac), 0);
	for (size_t at = 0; at < 64; at += 16)
		ck_assert_mem_ne(one.bytes + at, two.bytes + at, 16);
	ck_assert_mem_ne(one.mac, two.mac, TLS_SEAL_MAC);
}
END_TEST

/* --- by others' reckoning ----------------------------------------------- */

static void
from_hex(const char *hex, uint8_t *bytes)
{
	for (; *hex != '\0'; hex += 2, bytes++)
		ck_assert_int_eq(sscanf(hex, "%2hhx", bytes), 1);
}

static void
to_hex(const uint8_t *bytes, size_t length, char *hex)
{
	hex[0] = '\0';
	for (size_t i = 0; i < length; i++)
		sprintf(hex + 2 * i, "%02x", bytes[i]);
}

/* RFC 3602, 4, case 4; NIST SP 800-38A, F.2.5 */
static const struct {
	unsigned bits;
	const char *key, *iv, *plain, *sealed;
} vectors[] = {
	{ 128, "56e47a38c5598974bc46903dba290349",
	  "8ce82eefbea0da3c44699ed7db51b7d9",
	  "a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf"
	  "c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf",
	  "c30e32ffedc0774e6aff6af0869f71aa0f3af07a9a31a9c684db207eb0ef8e4e"
	  "35907aa632c3ffdf868bb7b29d3d46ad83ce9f9a102ee99d49a53e87f4c3da55" },
	{ 256,
	  "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
	  "000102030405060708090a0b0c0d0e0f",
	  "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
	  "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
	  "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d"
	  "39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b" },
};

START_TEST(encrypts_as_the_standard_says)
{
	struct sealed s = seal(vectors[_i].bits, 64);
	uint8_t expected[64];

	from_hex(vectors[_i].key, s.key.cipher);
	from_hex(vectors[_i].iv, s.iv);
	from_hex(vectors[_i].plain, s.bytes);
	from_hex(vectors[_i].sealed, expected);
	ck_assert_int_eq(tls_seal_close(&s.key, s.iv, s.bytes, 64, s.mac),
	    0);
	ck_assert_mem_eq(s.bytes, expected, 64);
	ck_assert(opens(s));
}
END_TEST

/* What openssl makes of such input. */
static void
run_openssl(const char *options, const char *hex, char *line)
{
	char path[] = "/tmp/check_seal.XXXXXX", command[1024];
	uint8_t bytes[512];
	size_t length = strlen(hex) / 2, got;
	int fd = mkstemp(path);
	FILE *pipe;

	from_hex(hex, bytes);
	ck_assert_int_eq(write(fd, bytes, length), (ssize_t)length);
	close(fd);
	snprintf(command, sizeof(command), "openssl %s <%s", options, path);
	pipe = popen(command, "r");
	ck_assert_ptr_nonnull(pipe);
	got = fread(bytes, 1, sizeof(bytes), pipe);
	ck_assert_int_eq(pclose(pipe), 0);
	unlink(path);
	to_hex(bytes, got, line);
}

START_TEST(agrees_with_openssl)
{
	unsigned bits = _i ? 256 : 128;
	struct sealed s = seal(bits, 80);
	char options[512], key[65] = "", mac[65], iv[33], text[512];
	char line[1025], expected[512];
	uint8_t plain[80];

	fill(plain, sizeof(plain));
	to_hex(s.key.cipher, bits / 8, key);
	to_hex(s.iv, sizeof(s.iv), iv);
	to_hex(plain, sizeof(plain), text);
	snprintf(options, sizeof(options),
	    "enc -aes-%u-cbc -nopad -K %s -iv %s", bits, key, iv);
	run_openssl(options, text, line);
	to_hex(s.bytes, s.length, expected);
	ck_assert_str_eq(line, expected);

	/* The layout of RFC 5077, 4: name, iv, what is sealed. */
	to_hex(s.key.mac, sizeof(s.key.mac), mac);
	snprintf(options, sizeof(options),
	    "dgst -sha256 -binary -mac HMAC -macopt hexkey:%s", mac);
	to_hex(s.key.name, TLS_SEAL_NAME, text);
	to_hex(s.iv, TLS_SEAL_IV, text + 32);
	to_hex(s.bytes, s.length, text + 64);
	run_openssl(options, text, line);
	to_hex(s.mac, sizeof(s.mac), expected);
	ck_assert_str_eq(line, expected);
}
END_TEST

static Suite *
make(void)
{
	Suite *suite = suite_create("seal");
	TCase *tc = tcase_create("seal");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, gives_back_what_was_sealed, 0, 2);
	tcase_add_loop_test(tc, refuses_each_bit_that_differs, 0, 2);
	tcase_add_test(tc, refuses_another_length);
	tcase_add_test(tc, two_seals_differ);
	tcase_add_loop_test(tc, encrypts_as_the_standard_says, 0, 2);
	tcase_add_loop_test(tc, agrees_with_openssl, 0, 2);
	suite_add_tcase(suite, tc);
	return suite;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make);
}
