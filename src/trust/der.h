/*
 * der.h - walks DER elements (ITU-T X.690) of a certificate, without copying.
 */
#ifndef SALLYPORT_TRUST_DER_H
#define SALLYPORT_TRUST_DER_H

#include <stdbool.h>
#include <stdint.h>

enum {
	DER_INTEGER = 0x02,
	DER_BIT_STRING = 0x03,
	DER_OID = 0x06,
	DER_UTC_TIME = 0x17,
	DER_GENERALIZED_TIME = 0x18,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31,
	DER_CONTEXT_0 = 0xa0,
};

/* A run of bytes; not owned. */
struct der_bytes {
	const uint8_t *data;
	uint32_t length;
};

/*
 * Takes one element off the front of `in`: its tag and content. False where
 * `in` does not begin with a whole one; it is unchanged then.
 */
bool der_next(struct der_bytes *in, uint8_t *tag_r,
    struct der_bytes *content_r);

/* The same, where only `tag` will do. */
bool der_expect(struct der_bytes *in, uint8_t tag,
    struct der_bytes *content_r);

/* The same bytes. */
bool der_same(const struct der_bytes *a, const struct der_bytes *b);

#endif
