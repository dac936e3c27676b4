#include "config.h"

#include "tls/tls_ctx.h"

#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/settings.h>
#include <wolfssl/ssl.h>
#include <wolfssl/wolfcrypt/dh.h>
#include <wolfssl/wolfio.h>

#include <stdlib.h>
#include <string.h>

#include "policy/settings.h"
#include "tls/tls_able.h"
#include "tls/tls_hello.h"
#include "tls/tls_io.h"
#include "tls/tls_library.h"
#include "tls/tls_lists.h"
#include "tls/tls_resume.h"
#include "tls/tls_ring.h"

static const struct {
	uint32_t bit;
	int version;		/* for wolfSSL_CTX_SetMinVersion */
	long off;		/* for wolfSSL_CTX_set_options */
} protocols[] = {
	{ 1, WOLFSSL_TLSV1, WOLFSSL_OP_NO_TLSv1 },
	{ 2, WOLFSSL_TLSV1_1, WOLFSSL_OP_NO_TLSv1_1 },
	{ 3, WOLFSSL_TLSV1_2, WOLFSSL_OP_NO_TLSv1_2 },
	{ 4, WOLFSSL_TLSV1_3, WOLFSSL_OP_NO_TLSv1_3 },
};

static int
set_protocols(struct tls_ctx *ctx, const struct settings *s,
    struct tls_ring_error *error_r)
{
	long off = WOLFSSL_OP_NO_SSLv2 | WOLFSSL_OP_NO_SSLv3 |
	    WOLFSSL_OP_NO_COMPRESSION;
	int lowest = 0;

	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++) {
		if ((ctx->lists.protocols & 1u << protocols[i].bit) == 0)
			off |= protocols[i].off;
		else if (lowest == 0)
			lowest = protocols[i].version;
	}
	if (lowest == 0 ||
	    wolfSSL_CTX_SetMinVersion(ctx->library, lowest) !=
	    WOLFSSL_SUCCESS)
		return tls_ring_fault(error_r, s->keyring,
		    "switch TLSv1.2 or TLSv1.3 on",
		    "no protocol version that the library has is on");
	(void)wolfSSL_CTX_set_options(ctx->library, off);
	return 0;
}

/* RFC 7919; IBM's Legacy is a group of 1024 bits, which nobody should use. */
static const DhParams *
edh_group(const struct settings *s, const struct tls_ctx *ctx)
{
	int bits = s->server_edh_group == SETTINGS_EDH_GROUP_MATCH ?
	    tls_library_key_bits(ctx->library) : 0;

#ifdef HAVE_FFDHE_4096
	if (bits > 3072)
		return wc_Dh_ffdhe4096_Get();
#endif
#ifdef HAVE_FFDHE_3072
	if (bits > 2048)
		return wc_Dh_ffdhe3072_Get();
#endif
	(void)bits;
	return wc_Dh_ffdhe2048_Get();
}

static int
set_edh_group(struct tls_ctx *ctx, const struct settings *s,
    struct tls_ring_error *error_r)
{
	const DhParams *group = edh_group(s, ctx);
	bool dhe = false;

	for (size_t i = 0; i < ctx->lists.suites.count; i++)
		dhe = dhe || tls_lists_is_dhe(ctx->lists.suites.codes[i]);
	if (dhe && wolfSSL_CTX_SetTmpDH(ctx->library, group->p,
	    (int)group->p_len, group->g, (int)group->g_len) !=
	    WOLFSSL_SUCCESS)
		return tls_ring_fault(error_r, s->keyring,
		    "leave the DHE suites out",
		    "the library refuses the DHE group");
	return 0;
}

static int
about_suites(struct tls_ring_error *error_r)
{
	error_r->about = TLS_RING_ABOUT_SUITES;
	return -1;
}

static int
set_suites(struct tls_ctx *ctx, const struct settings *s,
    struct tls_ring_error *error_r)
{
	const struct tls_list *suites = &ctx->lists.suites;
	uint8_t bytes[TLS_LISTS_MAX * 2];

	for (size_t i = 0; i < suites->count; i++) {
		bytes[2 * i] = (uint8_t)(suites->codes[i] >> 8);
		bytes[2 * i + 1] = (uint8_t)suites->codes[i];
	}
	if (suites->count == 0 || wolfSSL_CTX_set_cipher_list_bytes(
	    ctx->library, bytes, (int)suites->count * 2) != WOLFSSL_SUCCESS) {
		tls_ring_fault(error_r, s->keyring,
		    "add an ECDHE suite with AES-GCM to TTLSCipherParms",
		    "the TLS library has none of the cipher suites coded");
		return about_suites(error_r);
	}
	if (ctx->lists.protocols != 0)
		return 0;
	tls_ring_fault(error_r, s->keyring,
	    "add suites of a version that is on, or switch theirs on",
	    "no cipher suite is of a protocol version that is on");
	return about_suites(error_r);
}

/* Where lists of these reach the handshake, an empty one serves nobody. */
static int
check_lists(const struct tls_ctx *ctx, const struct settings *s,
    struct tls_ring_error *error_r)
{
	const struct tls_lists *lists = &ctx->lists;

	if (!tls_able_lists())
		return 0;
	if (lists->pairs.count == 0)
		return tls_ring_fault(error_r, s->keyring,
		    "add 0403, 0401 and 0804 to SignaturePairs",
		    "the TLS library has none of the signature pairs coded");
	if ((lists->protocols & 1u << 4) != 0 && lists->groups_coded &&
	    lists->groups.count == 0)
		return tls_ring_fault(error_r, s->keyring,
		    "add 0023 and 0029 to ServerKeyShareGroups",
		    "the TLS library has none of the key share groups coded");
	return 0;
}

static int
set_identity(WOLFSSL_CTX *library, const struct tls_ring *ring,
    struct tls_ring_error *error_r)
{
	int rc;

	rc = wolfSSL_CTX_use_certificate_chain_buffer(library,
	    ring->chain_pem, (long)ring->chain_length);
	if (rc != WOLFSSL_SUCCESS)
		return tls_ring_fault(error_r, ring->chain_path,
		    "look at it with: openssl x509 -noout -text -in FILE",
		    "the TLS library cannot use the certificate chain: %s",
		    wolfSSL_ERR_reason_error_string((unsigned long)rc));
	if (wolfSSL_CTX_use_PrivateKey_buffer(library, ring->key_pem,
	    (long)ring->key_length, WOLFSSL_FILETYPE_PEM) != WOLFSSL_SUCCESS)
		tls_ring_fault(error_r, ring->key_path,
		    "look at it with: openssl pkey -noout -check -in FILE",
		    "the private key cannot be used, or does not match the "
		    "certificate '%s'", ring->label);
	else if (wolfSSL_CTX_check_private_key(library) !=
	    WOLFSSL_SUCCESS)
		tls_ring_fault(error_r, ring->key_path,
		    "put the key there that the certificate was issued for",
		    "the private key does not match the certificate '%s'",
		    ring->label);
	else
		return 0;
	error_r->about = TLS_RING_ABOUT_KEY;
	return -1;
}

static enum tls_ctx_ask
how_to_ask(const struct settings *s)
{
	if (s->role != SETTINGS_ROLE_SERVER_WITH_CLIENT_AUTH)
		return TLS_CTX_ASK_NO;
	if (s->client_auth == SETTINGS_CLIENT_AUTH_PASSTHRU ||
	    s->client_auth == SETTINGS_CLIENT_AUTH_FULL)
		return TLS_CTX_ASK_OPTIONAL;
	return TLS_CTX_ASK_REQUIRED;
}

#ifdef HAVE_WOLFSSL_EXT_CALLBACK
/* The judge reads the certificate again and refuses it where it must. */
static int
leave_to_judge(const word16 *oid, word32 length, int critical,
    const unsigned char *der, word32 size)
{
	(void)oid;
	(void)length;
	(void)critical;
	(void)der;
	(void)size;
	return 0;
}
#endif

static void
set_verification(struct tls_ctx *ctx)
{
	int mode = WOLFSSL_VERIFY_NONE;

	if (ctx->ask == TLS_CTX_ASK_OPTIONAL)
		mode = WOLFSSL_VERIFY_PEER;
	else if (ctx->ask == TLS_CTX_ASK_REQUIRED)
		mode = WOLFSSL_VERIFY_PEER |
		    WOLFSSL_VERIFY_FAIL_IF_NO_PEER_CERT;
	wolfSSL_CTX_set_verify(ctx->library, mode, tls_io_verify);
#ifdef HAVE_WOLFSSL_EXT_CALLBACK
	wolfSSL_CertManagerSetUnknownExtCallback(
	    wolfSSL_CTX_GetCertManager(ctx->library), leave_to_judge);
#endif
}

static int
configure(struct tls_ctx *ctx, const struct settings *s,
    const struct tls_ring *ring, struct tls_ring_error *error_r)
{
	tls_lists_fill(s, &ctx->lists);
	if (set_suites(ctx, s, error_r) < 0 ||
	    check_lists(ctx, s, error_r) < 0 ||
	    set_protocols(ctx, s, error_r) < 0 ||
	    set_identity(ctx->library, ring, error_r) < 0 ||
	    set_edh_group(ctx, s, error_r) < 0 ||
	    tls_hello_configure(ctx, s, ring, set_identity, error_r) < 0)
		return -1;
	ctx->ask = how_to_ask(s);
	set_verification(ctx);
	if (!tls_resume_configure(ctx))
		return tls_ring_fault(error_r, ring->path,
		    "use another build of wolfSSL",
		    "the TLS library's own resumption cannot be replaced");
	/* One flight, one segment. */
	(void)wolfSSL_CTX_set_group_messages(ctx->library);
	wolfSSL_CTX_SetIORecv(ctx->library, tls_io_receive);
	wolfSSL_CTX_SetIOSend(ctx->library, tls_io_send);
	if (!tls_library_lend_generator(ctx->library))
		return tls_ring_fault(error_r, ring->path,
		    "give the daemon access to getrandom(2)",
		    "the random generator cannot be started");
	return 0;
}

struct tls_ctx *
tls_ctx_new(const struct settings *settings, const struct tls_ring *ring,
    struct tls_store *store, tls_judge_fn *judge, void *judge_arg,
    struct tls_ring_error *error_r)
{
	struct tls_ctx *ctx = calloc(1, sizeof(*ctx));

	if (ctx != NULL)
		ctx->library = wolfSSL_CTX_new(wolfSSLv23_server_method());
	if (ctx == NULL || ctx->library == NULL) {
		tls_ring_fault(error_r, ring->path, "free some memory",
		    "memory is exhausted");
		tls_ctx_free(&ctx);
		return NULL;
	}
	ctx->store = store;
	ctx->judge = judge;
	ctx->judge_arg = judge_arg;
	if (configure(ctx, settings, ring, error_r) < 0)
		tls_ctx_free(&ctx);
	return ctx;
}

void
tls_ctx_free(struct tls_ctx **ctx_p)
{
	struct tls_ctx *ctx = *ctx_p;

	if (ctx == NULL)
		return;
	tls_library_return_generator(ctx->library);
	tls_hello_free(&ctx->hello);
	wolfSSL_CTX_free(ctx->library);
	free(ctx);
	*ctx_p = NULL;
}
