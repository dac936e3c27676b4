/*
 * judge.h - the judge of a rule: binds path validation to what the rule's
 * settings demand of a client (ClientAuthType, CertValidationMode, key sizes).
 */
#ifndef SALLYPORT_TRUST_JUDGE_H
#define SALLYPORT_TRUST_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "tls/tls_judge.h"

struct path_anchors;

struct judge {
	/*
	 * ClientAuthType PassThru: whoever comes is admitted, and only
	 * described. IBM: "no validation is performed".
	 */
	bool admits_all;
	const struct path_anchors *anchors;	/* not owned */
	uint32_t min_rsa_bits, min_ecc_bits;
	/* SuiteBProfile's, else SignaturePairsCert, else SignaturePairs; not
	 * owned; 0: any. */
	const uint16_t *pairs;
	size_t pair_count;
	/* SuiteBProfile's, for the leaf and CAs; not owned; 0: any. */
	const uint16_t *curves, *ca_curves;
	size_t curve_count, ca_curve_count;
};

/* A tls_judge_fn; `arg` is a const struct judge. */
void judge_chain(void *arg, const struct tls_judge_cert *chain, size_t count,
    struct tls_judge_verdict *verdict_r);

#endif
