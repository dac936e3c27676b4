/*
 * tls_judge.h - who decides about a presented certificate chain.
 *
 * The TLS layer carries certificates and asks; the judge (in trust) decides.
 */
#ifndef SALLYPORT_TLS_TLS_JUDGE_H
#define SALLYPORT_TLS_TLS_JUDGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/reason.h"

/* A presented certificate, DER. */
struct tls_judge_cert {
	const uint8_t *data;
	uint32_t length;
};

struct tls_judge_verdict {
	enum reason reason;	/* REASON_OK admits */
	char identity[256];	/* the certificate's subject */
	char detail[384];
	/* Earliest end on the client's path, seconds since the epoch: no
	 * session of it may be resumed later. */
	int64_t not_after;
};

/*
 * Judges a presented chain, leaf first. Called within the handshake, once,
 * and only where a certificate was presented. Must fill the verdict.
 */
typedef void tls_judge_fn(void *arg, const struct tls_judge_cert *chain,
    size_t count, struct tls_judge_verdict *verdict_r);

#endif
