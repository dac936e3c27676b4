/*
 * crl.h - one certificate revocation list (RFC 5280, section 5): whose it is,
 * and for when.
 *
 * The signature is not looked at and no serial number is: nothing here says
 * that a certificate is, or is not, revoked.
 */
#ifndef SALLYPORT_TRUST_CRL_H
#define SALLYPORT_TRUST_CRL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "trust/der.h"

struct crl {
	struct der_bytes issuer;	/* raw name, in the caller's DER */
	int64_t this_update, next_update;	/* seconds since the epoch */
	bool has_next_update;		/* RFC 5280, 5.1.2.5, demands one */
};

/*
 * Reads der[length]. 0, or -1 with a static text of what is wrong in
 * *error_r.
 */
MUST_USE int crl_read(const uint8_t *der, size_t length, struct crl *out_r,
    const char **error_r);

#endif
