/*
 * path.h - judges a presented certificate chain: RFC 5280, section 6, for a
 * client's (or server's) end-entity certificate.
 *
 * The judge is independent of the TLS library's own verification and of its
 * stores: it builds a path from the leaf, over the certificates presented in
 * any order, to a trust anchor, and checks signatures, validity, basic
 * constraints, path length, key usage and extended key usage of every
 * certificate on it. What it cannot judge (name constraints, a required
 * explicit policy, unknown critical extensions) it refuses.
 *
 * Anchors are a fixed set for the life of a policy generation. A judgement
 * allocates a little, keeps nothing and is bounded in work: at most
 * PATH_CERTS_MAX certificates are looked at and PATH_SIGNATURES_MAX
 * signatures checked, whatever a client sends.
 */
#ifndef SALLYPORT_TRUST_PATH_H
#define SALLYPORT_TRUST_PATH_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/reason.h"
#include "trust/cert.h"

enum {
	PATH_CERTS_MAX = 10,		/* presented, the leaf included */
	PATH_SIGNATURES_MAX = 12,
	PATH_NAME_MAX = 256,
	PATH_DETAIL_MAX = 384,
};

enum path_purpose { PATH_PURPOSE_CLIENT, PATH_PURPOSE_SERVER };

struct path_anchors;

struct path_params {
	const struct path_anchors *anchors;
	enum path_purpose purpose;
	int64_t now;			/* seconds since the epoch */
	uint32_t min_rsa_bits, min_ecc_bits;
	/* TLS's codes of the signatures that may be on certificates. */
	const uint16_t *pairs;
	size_t pair_count;		/* 0: any but the broken ones */
	/* TLS's codes of the curves that the leaf's key, and CAs' keys, are
	 * to be of. */
	const uint16_t *curves, *ca_curves;
	size_t curve_count, ca_curve_count;	/* 0: any key */
};

struct path_verdict {
	enum reason reason;		/* REASON_OK: valid */
	int depth;			/* of the certificate meant; 0: leaf */
	char identity[PATH_NAME_MAX];	/* the leaf's subject, "" unread */
	char detail[PATH_DETAIL_MAX];	/* "" where the reason says it all */
	int64_t not_after;		/* earliest end on the path, if valid */
};

/*
 * An empty set; a path to it does not exist, so everything is refused.
 * NULL where memory is exhausted.
 */
MUST_USE struct path_anchors *path_anchors_new(void);
void path_anchors_free(struct path_anchors **anchors);

/*
 * Adds a trusted CA; the DER is copied. 0, or -1 with a static text where it
 * cannot be read, is no CA, may not sign certificates, has expired at `now`
 * or restricts what this judge does not evaluate.
 */
MUST_USE int path_anchors_add(struct path_anchors *anchors,
    const uint8_t *der, size_t length, int64_t now, const char **error_r);
size_t path_anchors_count(const struct path_anchors *anchors);

/*
 * Judges chain[count] (DER, leaf first, the rest in any order) and fills the
 * verdict. Anything but a complete, valid path is a refusal.
 */
void path_judge(const struct path_params *params,
    const struct der_bytes *chain, size_t count,
    struct path_verdict *verdict_r);

/*
 * Only who it says to be: fills identity; reason says if it can be read. One
 * with an unknown critical extension is let pass, without an identity.
 */
void path_describe(const struct der_bytes *leaf,
    struct path_verdict *verdict_r);

#endif
