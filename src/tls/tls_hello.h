/*
 * tls_hello.h - the answer to a client's hello, as far as it is the policy's:
 * what is demanded of the client, which certificate it gets, and the curve and
 * signature chosen in the policy's order.
 *
 * Only with the library that the set-up builds (tls_able_lists); with any
 * other one the library chooses by itself, and what must be demanded cannot
 * be had: a context that needs it is not made.
 */
#ifndef SALLYPORT_TLS_TLS_HELLO_H
#define SALLYPORT_TLS_TLS_HELLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/reason.h"

struct settings;
struct tls_ctx;
struct tls_ring;
struct tls_ring_error;
struct WOLFSSL;
struct WOLFSSL_CTX;

/* One certificate with its key, as the library holds them. */
struct tls_hello_identity {
	struct WOLFSSL_CTX *library;	/* the first one's is not owned */
	char *label;
};

/* ServerHandshakeSNIList: a server name, and whose certificate it gets. */
struct tls_hello_name {
	char *name;
	size_t identity;
};

/* Part of a context. */
struct tls_hello {
	uint32_t ems;			/* enum settings_master_secret */
	uint32_t max_fragment, truncated_hmac;	/* enum settings_wanted */
	uint32_t name, name_match;	/* enum settings_wanted */
	bool scsv, indication, compatibility;
	bool mute_13;	/* no key can sign in TLS 1.3: it is off */
	struct tls_hello_identity *identities;
	size_t identity_count;
	size_t common_count;		/* of them, those for any name */
	struct tls_hello_name *names;
	size_t name_count;
};

/*
 * The labels whose certificates a rule presents: labels_r[0] is the first one
 * (NULL: the ring's default), the `*common_r` first are for any name. How
 * many; at most `size` are written.
 */
size_t tls_hello_labels(const struct settings *settings,
    const char **labels_r, size_t size, size_t *common_r);

/*
 * Once the context has its lists, certificate and key: takes over what of the
 * settings is answered here, and the certificates of ring->next. `load` gives
 * a library's context certificate and key. 0, or -1 and *error_r filled.
 */
MUST_USE int tls_hello_configure(struct tls_ctx *ctx,
    const struct settings *settings, const struct tls_ring *ring,
    int (*load)(struct WOLFSSL_CTX *library, const struct tls_ring *ring,
    struct tls_ring_error *error_r), struct tls_ring_error *error_r);
void tls_hello_free(struct tls_hello *hello);

/*
 * The handshake is done: did the client prove its key by a pair that the
 * rule allows?
 */
bool tls_hello_proved(const struct tls_ctx *ctx, struct WOLFSSL *ssl);

/* The handshake is done: frees what only the answer to a hello needed. */
void tls_hello_finish(struct WOLFSSL *ssl);

#endif
