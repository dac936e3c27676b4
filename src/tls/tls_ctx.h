/*
 * tls_ctx.h - the TLS library's context of one rule's settings.
 *
 * A context is made after the worker's fork, never inherited: it holds the
 * worker's random generator. Every default of the library that would widen
 * access is set explicitly: no certificate authority is ever loaded into the
 * library (the judge is ours), its own session cache is off, no renegotiation
 * is allowed, and only the policy's protocols and suites are.
 */
#ifndef SALLYPORT_TLS_TLS_CTX_H
#define SALLYPORT_TLS_TLS_CTX_H

#include <stdint.h>

#include "base/compiler.h"
#include "tls/tls_hello.h"
#include "tls/tls_judge.h"
#include "tls/tls_lists.h"

struct settings;
struct tls_ring;
struct tls_ring_error;
struct tls_store;
struct WOLFSSL_CTX;

/* Whether the handshake asks for a client certificate, and insists. */
enum tls_ctx_ask {
	TLS_CTX_ASK_NO,
	TLS_CTX_ASK_OPTIONAL,
	TLS_CTX_ASK_REQUIRED,
};

struct tls_ctx {
	struct WOLFSSL_CTX *library;
	enum tls_ctx_ask ask;
	struct tls_store *store;	/* not owned; NULL: nothing resumes */
	struct tls_lists lists;
	struct tls_hello hello;
	tls_judge_fn *judge;
	void *judge_arg;
};

/*
 * Makes a server context from settings and their ring; both are only read
 * here. Further certificates that the settings ask for (tls_hello_labels) are
 * those of ring->next. The judge and the store (NULL: no session is resumed) must outlive
 * it. NULL and *error_r filled where the key does not fit the certificate, no
 * suite of the list can be used, or memory is exhausted.
 */
MUST_USE struct tls_ctx *tls_ctx_new(const struct settings *settings,
    const struct tls_ring *ring, struct tls_store *store,
    tls_judge_fn *judge, void *judge_arg, struct tls_ring_error *error_r);
void tls_ctx_free(struct tls_ctx **ctx);

#endif
