/*
 * fit.h - does a rule's cipher list fit the key that its server proves to be
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

/* What a coded list comes to with a key. */
struct fit {
	/* bit n: version 0x0300 + n is on, and has a suite ... */
	uint32_t served;	/* that the key fits */
	uint32_t lost;		/* that it does not fit, and none that it does */
	size_t unfit;		/* suites that are for other keys */
	uint16_t example;	/* one of them */
};

/* Of settings with a coded list; without one, whatever is on is served. */
struct fit fit_judge(const struct settings *settings, enum cert_key key);

/* Must a certificate for these suites allow digitalSignature? */
bool fit_needs_signature(const struct settings *settings);

/* "RSA", "ECDSA": what a key is used for in a suite's name. */
const char *fit_key_name(enum cert_key key);

#endif
