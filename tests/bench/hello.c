#include "hello.h"

#include <string.h>
#include <sys/random.h>

#include "base/compiler.h"

/* A point on secp256r1: its generator (FIPS 186-4, D.1.2.3). */
static const uint8_t point[65] = {
	0x04,
	0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47,
	0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2,
	0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0,
	0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96,
	0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b,
	0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16,
	0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce,
	0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
};

static const uint16_t suites12[] = { 0xC02B, 0xC02F };
static const uint16_t suites13[] = { 0x1301 };
/* ECDSA, RSA-PSS and RSA with SHA-256 */
static const uint16_t signatures[] = { 0x0403, 0x0804, 0x0401 };

struct writer {
	uint8_t *bytes;
	size_t at;
};

static void
put(struct writer *w, const void *bytes, size_t size)
{
	ensure(w->at + size <= HELLO_MAX);
	memcpy(w->bytes + w->at, bytes, size);
	w->at += size;
}

/* A number of `size` bytes, the most significant first. */
static void
number(struct writer *w, size_t size, size_t value)
{
	for (size_t i = size; i-- > 0;) {
		uint8_t byte = (uint8_t)(value >> 8 * i);

		put(w, &byte, 1);
	}
}

/* A vector: its length, in `size` bytes, is filled in by close_vector(). */
static size_t
open_vector(struct writer *w, size_t size)
{
	number(w, size, 0);
	return w->at;
}

static void
close_vector(struct writer *w, size_t size, size_t from)
{
	struct writer length = { w->bytes, from - size };

	number(&length, size, w->at - from);
}

static void
words(struct writer *w, const uint16_t *list, size_t count)
{
	size_t from = open_vector(w, 2);

	for (size_t i = 0; i < count; i++)
		number(w, 2, list[i]);
	close_vector(w, 2, from);
}

static void
extensions(struct writer *w, bool tls12)
{
	static const uint16_t groups[] = { 0x0017 };
	size_t from, share;

	number(w, 2, 10);		/* supported_groups */
	from = open_vector(w, 2);
	words(w, groups, ARRAY_SIZE(groups));
	close_vector(w, 2, from);
	number(w, 2, 13);		/* signature_algorithms */
	from = open_vector(w, 2);
	words(w, signatures, ARRAY_SIZE(signatures));
	close_vector(w, 2, from);
	if (tls12)
		return;
	number(w, 2, 43);		/* supported_versions: one, 1.3 */
	number(w, 2, 3);
	number(w, 1, 2);
	number(w, 2, 0x0304);
	number(w, 2, 51);		/* key_share */
	from = open_vector(w, 2);
	share = open_vector(w, 2);
	number(w, 2, groups[0]);
	number(w, 2, sizeof(point));
	put(w, point, sizeof(point));
	close_vector(w, 2, share);
	close_vector(w, 2, from);
}

size_t
hello_make(bool tls12, uint16_t suite, uint8_t *bytes)
{
	struct writer w = { bytes, 0 };
	uint8_t random[32];
	size_t record, message, list;

	ensure(getrandom(random, sizeof(random), 0) == sizeof(random));
	number(&w, 3, 0x160301);	/* handshake */
	record = open_vector(&w, 2);
	number(&w, 1, 1);		/* client_hello */
	message = open_vector(&w, 3);
	number(&w, 2, 0x0303);
	put(&w, random, sizeof(random));
	number(&w, 1, 0);		/* no session */
	if (suite != 0)
		words(&w, &suite, 1);
	else if (tls12)
		words(&w, suites12, ARRAY_SIZE(suites12));
	else
		words(&w, suites13, ARRAY_SIZE(suites13));
	number(&w, 2, 0x0100);		/* one compression: none */
	list = open_vector(&w, 2);
	extensions(&w, tls12);
	close_vector(&w, 2, list);
	close_vector(&w, 3, message);
	close_vector(&w, 2, record);
	return w.at;
}

int
hello_look(const uint8_t *answer, size_t size)
{
	if (size > 0 && answer[0] != 22)
		return -1;
	if (size > 5 && answer[5] != 2)
		return -1;
	return size >= HELLO_ANSWER;
}
