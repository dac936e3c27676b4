#include "support/visit.h"

#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/settings.h>
#include <wolfssl/ssl.h>
#include <wolfssl/version.h>

#include <check.h>
#include <string.h>

#include "tls/tls_cache.h"
#include "tls/tls_keys.h"
#include "tls/tls_library.h"
#include "tls/tls_lineage.h"
#include "tls/tls_store.h"

struct tls_store *
visit_store(enum visit_way way)
{
	struct tls_store_params params = {
		.id_life = 2 * VISIT_HOUR, .ids = way == VISIT_BY_ID,
		.ticket_life = 2 * VISIT_HOUR,
		.tickets = way == VISIT_BY_ID ? 0 : 2,
		.key_refresh = VISIT_HOUR, .cipher_bits = 256,
	};
	struct tls_store *store;

	ck_assert_int_eq(tls_store_new(&params, &store), 0);
	ck_assert_ptr_nonnull(store);
	return store;
}

struct tls_store *
visit_store_of_both(void)
{
	static const struct tls_store_params params = {
		.id_life = 2 * VISIT_HOUR, .ids = 100,
		.ticket_life = 2 * VISIT_HOUR, .tickets = 1,
		.key_refresh = 0, .cipher_bits = 128,
	};
	struct tls_store *store;

	ck_assert_int_eq(tls_store_new(&params, &store), 0);
	ck_assert_ptr_nonnull(store);
	return store;
}

struct tls_ctx *
visit_ctx(struct tls_store *store, uint32_t auth)
{
	struct settings s = rig_settings();

	s.client_auth = auth;
	return rig_ctx(&s, store);
}

void
visit_forget(struct visit_kept *kept)
{
	wolfSSL_SESSION_free(kept->session);
	memset(kept, 0, sizeof(*kept));
}

/* A copy: a full handshake would write a new session over it. */
static void
set_copy(WOLFSSL *client, const struct visit_kept *kept)
{
	WOLFSSL_SESSION *copy = wolfSSL_SESSION_dup(kept->session);

	ck_assert_ptr_nonnull(copy);
	/* It refuses one of TLS 1.3 that came without a ticket. */
	ck_assert(wolfSSL_set_session(client, copy) == WOLFSSL_SUCCESS ||
	    kept->length == 0);
	wolfSSL_SESSION_free(copy);
}

void
visit_offer(struct rig *r, enum visit_way way, const char *sni,
    const struct visit_kept *kept)
{
	if (way == VISIT_BY_TICKET)
		ck_assert_int_eq(wolfSSL_UseSessionTicket(r->client),
		    WOLFSSL_SUCCESS);
	if (sni != NULL)
		ck_assert_int_eq(wolfSSL_UseSNI(r->client,
		    WOLFSSL_SNI_HOST_NAME, sni, (word16)strlen(sni)),
		    WOLFSSL_SUCCESS);
	if (kept->session != NULL)
		set_copy(r->client, kept);
	if (kept->length > 0)
		ck_assert_int_eq(wolfSSL_set_SessionTicket(r->client,
		    kept->ticket, kept->length), WOLFSSL_SUCCESS);
}

/* Takes what the server gave, in place of what there was. */
static void
keep(struct rig *r, struct visit_kept *kept)
{
	char waste;
	bool by_id = wolfSSL_session_reused(r->client) && kept->length == 0;

	/* In TLS 1.3 tickets come after the handshake. */
	ck_assert_int_eq(tls_conn_flush(r->conn), TLS_CONN_DONE);
	ck_assert_int_eq(wolfSSL_connect(r->client), WOLFSSL_SUCCESS);
	ck_assert_int_lt(wolfSSL_read(r->client, &waste, 1), 0);
	/* It stays the same, but this client forgets its id. */
	if (by_id)
		return;
	visit_forget(kept);
	kept->session = wolfSSL_get1_session(r->client);
	ck_assert_ptr_nonnull(kept->session);
	kept->length = sizeof(kept->ticket);
	ck_assert_int_eq(wolfSSL_get_SessionTicket(r->client, kept->ticket,
	    &kept->length), WOLFSSL_SUCCESS);
}

struct visit
visit_outcome(const struct rig *r, enum tls_conn_io io)
{
	struct visit v = { .io = io, .reason = tls_conn_reason(r->conn) };
	const char *identity = tls_conn_identity(r->conn);

	v.resumed = tls_conn_resumed(r->conn, &v.when);
	if (identity != NULL)
		strncpy(v.identity, identity, sizeof(v.identity) - 1);
	return v;
}

bool
visit_broke_off(const struct visit *v, enum visit_way way,
    const struct visit_kept *offered)
{
	return LIBWOLFSSL_VERSION_HEX < 0x05008000 &&
	    way == VISIT_BY_TICKET && offered->length > 0 &&
	    v->io == TLS_CONN_FAILED && !v->resumed &&
	    (v->reason == REASON_PEER_ALERT || v->reason == REASON_SESSION);
}

struct visit
visit_as(struct tls_ctx *ctx, enum visit_way way, uint32_t rule,
    const char *name, const char *sni, struct visit_kept *kept)
{
	char text[8];
	size_t n;
	struct rig r;
	struct visit v;

	rig_init_with(&r, ctx, rule, name, way == VISIT_BY_TICKET13);
	visit_offer(&r, way, sni, kept);
	v = visit_outcome(&r, rig_shake(&r));
	if (v.io == TLS_CONN_DONE) {
		keep(&r, kept);
		ck_assert_int_eq(wolfSSL_session_reused(r.client), v.resumed);
		ck_assert_int_eq(wolfSSL_write(r.client, "ping", 4), 4);
		ck_assert_int_eq(tls_conn_read(r.conn, text, sizeof(text),
		    &n), TLS_CONN_DONE);
		ck_assert_uint_eq(n, 4);
	}
	rig_fini(&r);
	if (visit_broke_off(&v, way, kept)) {
		visit_forget(kept);
		return visit_as(ctx, way, rule, name, sni, kept);
	}
	return v;
}

struct visit
visit(struct tls_ctx *ctx, enum visit_way way, struct visit_kept *kept)
{
	return visit_as(ctx, way, 7, "by-root", "one.test", kept);
}

void
visit_expect(const struct visit *v, bool resumed)
{
	ck_assert_int_eq(v->io, TLS_CONN_DONE);
	ck_assert_int_eq(v->resumed, resumed);
	ck_assert_str_eq(v->identity, "CN=by root");
}

static void
change_sealed(const struct tls_seal_key *key, const uint8_t *iv,
    uint8_t *bytes, size_t length, uint8_t *mac, visit_change_fn *change)
{
	struct tls_lineage lineage;
	size_t state;

	ck_assert_int_eq(tls_seal_open(key, iv, bytes, length, mac), 0);
	state = tls_lineage_detach(bytes, length, &lineage);
	ck_assert_uint_gt(state, 0);
	change(&lineage);
	/* Whoever it names, the length stays what it was. */
	ck_assert_uint_eq(tls_lineage_append(&lineage, bytes, state, length),
	    length);
	ck_assert_int_eq(tls_seal_close(key, iv, bytes, length, mac), 0);
}

static void
change_ticket(const struct tls_store *store, struct visit_kept *kept,
    visit_change_fn *change)
{
	uint8_t *t = kept->ticket;
	size_t length = (size_t)t[VISIT_AT_LENGTH] << 8 |
	    t[VISIT_AT_LENGTH + 1];
	struct tls_seal_key key;

	ck_assert_uint_eq(VISIT_AT_BYTES + length + TLS_SEAL_MAC,
	    kept->length);
	ck_assert(tls_keys_find(store->ticket_keys, t, &key));
	change_sealed(&key, t + VISIT_AT_IV, t + VISIT_AT_BYTES, length,
	    t + VISIT_AT_BYTES + length, change);
}

/* The store has one place, so that what is put replaces what was. */
static void
change_id(const struct tls_store *store, const struct visit_kept *kept,
    visit_change_fn *change)
{
	struct tls_cache_session s;
	struct tls_seal_key key;
	const uint8_t *id = tls_library_session_id(kept->session);

	ck_assert_ptr_nonnull(id);
	ck_assert(tls_cache_get(store->cache, id, &s));
	ck_assert(tls_keys_find(store->id_keys, s.key, &key));
	change_sealed(&key, s.iv, s.bytes, s.length, s.mac, change);
	tls_cache_put(store->cache, id, INT64_MAX, &s);
}

void
visit_change(const struct tls_store *store, enum visit_way way,
    struct visit_kept *kept, visit_change_fn *change)
{
	if (way == VISIT_BY_ID)
		change_id(store, kept, change);
	else
		change_ticket(store, kept, change);
}
