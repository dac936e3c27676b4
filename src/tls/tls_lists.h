/*
 * tls_lists.h - what a rule's settings leave to choose from in a handshake:
 * protocol versions, cipher suites, curves, groups and signature pairs, each
 * in the policy's order. What the TLS library lacks is not in them.
 *
 * A SuiteBProfile takes the place of all (RFC 5430, RFC 6460): TLS 1.2 alone,
 * its suites, curves and pairs.
 */
#ifndef SALLYPORT_TLS_TLS_LISTS_H
#define SALLYPORT_TLS_TLS_LISTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct settings;

#define TLS_LISTS_MAX	128

struct tls_list {
	uint16_t codes[TLS_LISTS_MAX];
	size_t count;
};

struct tls_lists {
	uint32_t protocols;	/* bit n: version 0x0300 + n is on, and has a
				 * suite */
	struct tls_list suites;
	/* `coded`: nothing else may be used, so none where count is 0; not
	 * coded: the library's own. */
	bool curves_coded, groups_coded;
	/* A pair of ECDSA is for a key of its curve alone, as in TLS 1.3. */
	bool curve_bound;
	struct tls_list curves, groups;
	struct tls_list pairs;
};

/*
 * A Suite B profile; 0 in an array: none. The CAs of a chain may be stronger
 * than what they sign (RFC 5759, 3: P-256 with SHA-256, P-384 with SHA-384).
 */
struct tls_lists_profile {
	uint16_t suites[4], curves[2], pairs[2];
	uint16_t ca_curves[2], chain_pairs[2];
};

/* NULL where SuiteBProfile is off. */
const struct tls_lists_profile *tls_lists_profile(
    const struct settings *settings);

/* How many codes there are in one of its arrays. */
size_t tls_lists_profile_count(const uint16_t *codes, size_t size);

/* Fills in what there is; lists that are not coded stay empty. */
void tls_lists_fill(const struct settings *settings,
    struct tls_lists *lists_r);

/* Is the code in the list? */
bool tls_lists_has(const struct tls_list *list, uint16_t code);

/* What a suite of TLS 1.2 or older needs. */
bool tls_lists_is_dhe(uint16_t suite);
bool tls_lists_is_ecdhe(uint16_t suite);
/* Signed by an ECDSA (or EdDSA) key; else by an RSA key, or without one. */
bool tls_lists_is_ecdsa(uint16_t suite);
/* Signed at all: RSA key exchange is not (RFC 5246, 7.4.3). */
bool tls_lists_is_signed(uint16_t suite);
/* Is it one of that version's (0x0303)? */
bool tls_lists_is_of(uint16_t suite, uint16_t version);

#endif
