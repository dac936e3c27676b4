/*
 * fit.h - does a rule's cipher list fit the keys that its server proves to be
 * itself with?
 *
 * RFC 5246, 7.4.2 and A.5; RFC 8422, 5.3 and 5.10 (EdDSA keys serve the ECDSA
 * suites of TLS 1.2). A suite of TLS 1.3 says nothing of the key (RFC 8446).
 */
#ifndef SALLYPORT_AGENT_FIT_H
#define SALLYPORT_AGENT_FIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trust/cert.h"

struct settings;

/* A set of keys, one bit each, by enum cert_key. */
#define FIT_KEY(key)	(1u << (key))

/* What a coded list comes to with such keys. */
struct fit {
	/* bit n: version 0x0300 + n is on, and has a suite ... */
	uint32_t served;	/* that a key fits */
	uint32_t lost;		/* that none fits, and no other one */
	uint16_t example;	/* a suite that is for another key */
};

/* Of settings with a list that acts; without one, whatever is on is served. */
struct fit fit_judge(const struct settings *settings, unsigned keys);

/* Must a certificate for these suites allow digitalSignature? */
bool fit_needs_signature(const struct settings *settings);

/* "RSA", "RSA and ECDSA"; buf holds FIT_NAMES_MAX bytes. Returns buf. */
#define FIT_NAMES_MAX 64
const char *fit_key_names(unsigned keys, char *buf);

#endif
