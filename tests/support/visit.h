/*
 * visit.h - a client that comes back with the session it was given: a rig
 * (rig.h) with a store, and what time or another server would change in it.
 */
#ifndef SALLYPORT_TESTS_SUPPORT_VISIT_H
#define SALLYPORT_TESTS_SUPPORT_VISIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/reason.h"
#include "support/rig.h"
#include "tls/tls_seal.h"

struct tls_ctx;
struct tls_lineage;
struct tls_store;
struct WOLFSSL_SESSION;

#define VISIT_HOUR ((int64_t)3600 * 1000)	/* in milliseconds */

enum visit_way {
	VISIT_BY_ID,		/* TLS 1.2 */
	VISIT_BY_TICKET,	/* TLS 1.2 */
	VISIT_BY_TICKET13,
	VISIT_WAYS,
};

/* A ticket: name, iv, length, what is sealed, mac (RFC 5077, 4). */
enum {
	VISIT_AT_IV = TLS_SEAL_NAME,
	VISIT_AT_LENGTH = VISIT_AT_IV + TLS_SEAL_IV,
	VISIT_AT_BYTES = VISIT_AT_LENGTH + 2,
};

/* What a client keeps of a visit; zeroed: nothing. */
struct visit_kept {
	struct WOLFSSL_SESSION *session;
	uint8_t ticket[2048];
	uint32_t length;	/* 0: no ticket */
};

/* How one went. */
struct visit {
	enum tls_conn_io io;
	enum reason reason;
	bool resumed;
	int64_t when;
	char identity[64];
};

/*
 * A store for that way only, with a life of two hours; it keeps one id. (Where
 * a server that gives both turns a ticket down, it says a new id, which this
 * library's client takes for a resumption.)
 */
struct tls_store *visit_store(enum visit_way way);

/* A store of ids and tickets. */
struct tls_store *visit_store_of_both(void);

/* A context with that SETTINGS_CLIENT_AUTH_...; the store may be NULL. */
struct tls_ctx *visit_ctx(struct tls_store *store, uint32_t auth);

/*
 * Comes to the rule with what is kept, says something, and keeps what it is
 * given in its place. `name`: as in rig_init_with; `sni` may be NULL. Where
 * the client broke off (below), it comes again with nothing.
 */
struct visit visit_as(struct tls_ctx *ctx, enum visit_way way, uint32_t rule,
    const char *name, const char *sni, struct visit_kept *kept);

/* The same by "by-root", to rule 7 at "one.test". */
struct visit visit(struct tls_ctx *ctx, enum visit_way way,
    struct visit_kept *kept);

/* It was admitted as "by-root", and resumed or not. */
void visit_expect(const struct visit *visit, bool resumed);

/* Its parts, for a test that shakes hands itself. */
void visit_offer(struct rig *rig, enum visit_way way, const char *sni,
    const struct visit_kept *kept);
struct visit visit_outcome(const struct rig *rig, enum tls_conn_io io);
void visit_forget(struct visit_kept *kept);

/*
 * Before 5.8 wolfSSL's own client fails wherever its ticket of TLS 1.2 is not
 * taken, by any server. Was that so? Then nobody was admitted.
 */
bool visit_broke_off(const struct visit *visit, enum visit_way way,
    const struct visit_kept *offered);

/* Changes what is sealed, by the store's own key. */
typedef void visit_change_fn(struct tls_lineage *lineage);
void visit_change(const struct tls_store *store, enum visit_way way,
    struct visit_kept *kept, visit_change_fn *change);

#endif
