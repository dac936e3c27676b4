#include "tls/tls_id.h"

#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/settings.h>
#include <wolfssl/ssl.h>

#include <string.h>

#include "tls/tls_cache.h"
#include "tls/tls_ctx.h"
#include "tls/tls_io.h"
#include "tls/tls_keys.h"
#include "tls/tls_library.h"
#include "tls/tls_lineage.h"
#include "tls/tls_resume.h"
#include "tls/tls_store.h"

/* The library's state of a session, and what is said of it, sealed. */
static bool
pack(const struct tls_resume *resume, WOLFSSL_SESSION *session,
    const struct tls_lineage *lineage, struct tls_cache_session *kept_r)
{
	unsigned char *at = kept_r->bytes;
	int state = wolfSSL_i2d_SSL_SESSION(session, NULL);
	struct tls_seal_key key;
	bool good;

	if (state <= 0 || (size_t)state > sizeof(kept_r->bytes) ||
	    wolfSSL_i2d_SSL_SESSION(session, &at) != state)
		return false;
	kept_r->length = (uint32_t)tls_lineage_append(lineage, kept_r->bytes,
	    (size_t)state, sizeof(kept_r->bytes));
	good = tls_keys_newest(resume->ctx->store->id_keys, &key) &&
	    kept_r->length > 0 && wc_RNG_GenerateBlock(wolfSSL_GetRNG(
	    resume->io->ssl), kept_r->iv, TLS_SEAL_IV) == 0 &&
	    tls_seal_close(&key, kept_r->iv, kept_r->bytes, kept_r->length,
	    kept_r->mac) == 0;
	memcpy(kept_r->key, key.name, TLS_SEAL_NAME);
	explicit_bzero(&key, sizeof(key));
	if (!good)
		explicit_bzero(kept_r, sizeof(*kept_r));
	return good;
}

/* wolfSSL's new_sess_cb; 0: no reference is kept. */
static int
on_new(WOLFSSL *ssl, WOLFSSL_SESSION *session)
{
	struct tls_resume *resume = tls_resume_of(ssl);
	const struct tls_store *store = resume->ctx->store;
	const uint8_t *id = tls_library_session_id(session);
	struct tls_cache_session kept;
	struct tls_lineage lineage;

	if (!resume->ticketed && tls_resume_version(resume) < 0x0304 &&
	    id != NULL && tls_resume_describe(resume, &lineage) &&
	    pack(resume, session, &lineage, &kept))
		tls_cache_put(store->cache, id, lineage.since +
		    store->params.id_life, &kept);
	return 0;
}

/* Opens it in place; how long the library's state is, or 0. */
static size_t
open_kept(const struct tls_store *store, struct tls_cache_session *kept,
    struct tls_lineage *lineage_r)
{
	struct tls_seal_key key;
	int rc;

	if (!tls_keys_find(store->id_keys, kept->key, &key))
		return 0;
	rc = tls_seal_open(&key, kept->iv, kept->bytes, kept->length,
	    kept->mac);
	explicit_bzero(&key, sizeof(key));
	return rc < 0 ? 0 : tls_lineage_detach(kept->bytes, kept->length,
	    lineage_r);
}

static WOLFSSL_SESSION *
unpack(struct tls_resume *resume, const unsigned char *id,
    struct tls_cache_session *kept)
{
	const struct tls_store *store = resume->ctx->store;
	const unsigned char *at = kept->bytes;
	struct tls_lineage lineage;
	size_t state = open_kept(store, kept, &lineage);
	WOLFSSL_SESSION *session;
	const uint8_t *sealed_id;

	if (state == 0)
		return NULL;
	session = wolfSSL_d2i_SSL_SESSION(NULL, &at, (long)state);
	if (session == NULL)
		return NULL;
	/* The place is shared; what was sealed says whose it is. */
	sealed_id = tls_library_session_id(session);
	if (sealed_id != NULL && memcmp(sealed_id, id, TLS_CACHE_ID) == 0 &&
	    tls_resume_consider(resume, &lineage, store->params.id_life,
	    true, kept->mac))
		return session;
	wolfSSL_SESSION_free(session);
	return NULL;
}

/*
 * wolfSSL's get_sess_cb; *copy_r 0: the library frees what it gets. In TLS
 * 1.3 it asks for an id that a client gave for a ticket; there are none.
 */
static WOLFSSL_SESSION *
on_get(WOLFSSL *ssl, const unsigned char *id, int length, int *copy_r)
{
	struct tls_resume *resume = tls_resume_of(ssl);
	struct tls_cache_session kept;
	WOLFSSL_SESSION *session = NULL;

	*copy_r = 0;
	if (length != TLS_CACHE_ID || tls_resume_version(resume) >= 0x0304 ||
	    !tls_cache_get(resume->ctx->store->cache, id, &kept))
		return NULL;
	session = unpack(resume, id, &kept);
	explicit_bzero(&kept, sizeof(kept));
	return session;
}

void
tls_id_forget(const struct tls_resume *resume)
{
	const struct tls_store *store = resume->ctx->store;
	const uint8_t *id;

	if (store == NULL || store->cache == NULL ||
	    tls_resume_version(resume) >= 0x0304)
		return;
	id = tls_library_session_id(wolfSSL_get_session(resume->io->ssl));
	if (id != NULL)
		tls_cache_drop(store->cache, id);
}

bool
tls_id_configure(struct tls_ctx *ctx)
{
	if (ctx->store->cache == NULL) {
		(void)wolfSSL_CTX_set_session_cache_mode(ctx->library,
		    WOLFSSL_SESS_CACHE_OFF);
		return true;
	}
	(void)wolfSSL_CTX_set_session_cache_mode(ctx->library,
	    WOLFSSL_SESS_CACHE_NO_INTERNAL_STORE |
	    WOLFSSL_SESS_CACHE_NO_INTERNAL_LOOKUP);
	wolfSSL_CTX_sess_set_new_cb(ctx->library, on_new);
	wolfSSL_CTX_sess_set_get_cb(ctx->library, on_get);
	return true;
}
