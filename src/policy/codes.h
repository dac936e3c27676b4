/*
 * codes.h - curves, signature algorithms and SSL 2 ciphers: names and codes,
 * as far as the policy language knows them.
 *
 * Curves and groups: IANA's "TLS Supported Groups", written as four decimal
 * digits. Signature algorithm pairs: IANA's "TLS SignatureScheme", as four
 * hexadecimal digits; the names are those of z/OS, and IANA's where z/OS has
 * none. SSL 2 ciphers: one digit, as System SSL numbers them.
 */
#ifndef SALLYPORT_POLICY_CODES_H
#define SALLYPORT_POLICY_CODES_H

#include <stddef.h>
#include <stdint.h>

struct str;

enum codes_kind {
	CODES_CURVES,
	CODES_PAIRS,
	CODES_SSL2,
	CODES_KINDS,
};

struct codes_code {
	uint16_t code;
	const char *name;
};

/* By name, ignoring case; by code; NULL where it is not in the table. */
const struct codes_code *codes_find_name(enum codes_kind kind,
    const char *name, size_t length);
const struct codes_code *codes_find_code(enum codes_kind kind, uint16_t code);

/* Number `index` in order of code, or NULL past the last. */
const struct codes_code *codes_at(enum codes_kind kind, size_t index);

/*
 * The one nearest name within three edits, or of what others call by this
 * name; or NULL.
 */
const char *codes_suggest(enum codes_kind kind, const char *name,
    size_t length);

/* "curve", "signature algorithm", ... */
const char *codes_noun(enum codes_kind kind);

/* Digits of a code as policies write it, and their base, 10 or 16. */
size_t codes_digits(enum codes_kind kind);
unsigned codes_base(enum codes_kind kind);

/* Adds a code as policies write it. */
void codes_print(enum codes_kind kind, uint16_t code, struct str *out);

#endif
