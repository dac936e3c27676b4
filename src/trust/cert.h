/*
 * cert.h - one X.509 certificate, read into what path validation asks.
 *
 * A struct cert owns a copy of what outlives the DER (key, names as text); its
 * `der`, `subject` and `issuer` point into the caller's DER, which must
 * outlive it. Nothing is judged here: no date, no signature, no trust.
 */
#ifndef SALLYPORT_TRUST_CERT_H
#define SALLYPORT_TRUST_CERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/compiler.h"
#include "trust/der.h"

enum cert_key {
	CERT_KEY_OTHER,
	CERT_KEY_RSA,
	CERT_KEY_ECC,
	CERT_KEY_EDDSA,		/* Ed25519, Ed448 */
};

/* A subject or authority key identifier, or its hash where it is long. */
struct cert_key_id {
	uint8_t bytes[32];
	uint32_t length;	/* 0: the certificate has none */
};

struct cert {
	struct der_bytes der;
	struct der_bytes subject, issuer;	/* raw names, as encoded */
	struct cert_key_id skid, akid;
	char alt_name[128];	/* first name of subjectAltName, cut; or "" */
	bool has_alt_name;
	uint8_t *public_key;			/* owned */
	uint32_t public_key_length;
	uint32_t key_oid;			/* wolfCrypt's sum */
	bool weak_signature;			/* by MD2, MD5 or SHA-1 */
	uint16_t signature_pair;	/* TLS's code of it; 0: it has none */
	enum cert_key key;
	uint32_t key_bits;			/* 0: not known */
	bool pss_key;		/* RSA, for RSASSA-PSS alone (RFC 4055) */
	int64_t not_before, not_after;		/* seconds since the epoch */
	int version;				/* 1 or 3 */
	bool is_ca, has_path_length;
	uint32_t path_length;
	bool has_key_usage, digital_signature, cert_sign;
	bool has_extended_usage, client_auth, server_auth;
	/* critical or restricting extensions that path.c does not judge */
	bool name_constraints, explicit_policy, unknown_critical;
};

/*
 * Reads der[length]. 0, or -1 with a text of what is wrong in *error_r
 * (static) and *out_r unusable. A critical extension that is not understood
 * (RFC 5280, 4.2: refuse) is marked in *out_r; where the library cannot read
 * on behind one it is -1, and *critical_r tells.
 */
MUST_USE int cert_read(const uint8_t *der, size_t length, struct cert *out_r,
    const char **error_r, bool *critical_r);
void cert_fini(struct cert *cert);

/*
 * Is `cert` signed by the key of `issuer`? 1 yes, 0 no, -1 the algorithm is
 * broken (MD2, MD5, SHA-1, or PSS with SHA-1) and was not looked at.
 */
MUST_USE int cert_signed_by(const struct cert *cert,
    const struct cert *issuer);

/* A Time (RFC 5280, 4.1.2.5), tag and length included. 0 or -1. */
MUST_USE int cert_read_date(const uint8_t *tlv, int length, int64_t *out_r);

/* "2026-11-21", of a date in seconds, UTC. Returns buf. */
#define CERT_DATE_MAX 32
const char *cert_date(int64_t date, char buf[CERT_DATE_MAX]);

/* Same subject and issuer name, byte for byte. */
bool cert_self_issued(const struct cert *cert);

#endif
