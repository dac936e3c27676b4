#include "config.h"

#ifdef HAVE_WOLFSSL_HELLO

#include "tls/tls_library-hello.h"

#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/settings.h>
#include <wolfssl/ssl.h>
#include <wolfssl/internal.h>

#include <string.h>

#include "base/compiler.h"
#include "tls/tls_lists.h"

static uint16_t
code_at(const byte *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

bool
tls_library_hello_has_suite(WOLFSSL *ssl, uint16_t suite)
{
	const Suites *offered = ssl->clSuites;

	for (word16 i = 0; offered != NULL && i + 1 < offered->suiteSz; i += 2)
		if (code_at(&offered->suites[i]) == suite)
			return true;
	return false;
}

bool
tls_library_hello_any_suite(WOLFSSL *ssl, bool (*is)(uint16_t suite))
{
	const Suites *offered = ssl->clSuites;

	for (word16 i = 0; i + 1 < offered->suiteSz; i += 2)
		if (is(code_at(&offered->suites[i])))
			return true;
	return false;
}

void
tls_library_hello_drop_suites(WOLFSSL *ssl, bool (*drop)(uint16_t suite))
{
	Suites *offered = ssl->clSuites;
	word16 kept = 0;

	for (word16 i = 0; i + 1 < offered->suiteSz; i += 2) {
		if (drop(code_at(&offered->suites[i])))
			continue;
		memmove(&offered->suites[kept], &offered->suites[i], 2);
		kept += 2;
	}
	offered->suiteSz = kept;
}

/* --- groups ------------------------------------------------------------- */

static TLSX *
find(WOLFSSL *ssl, TLSX_Type type)
{
	TLSX *at = ssl->extensions;

	while (at != NULL && at->type != type)
		at = at->next;
	return at;
}

static SupportedCurve *
groups_of(WOLFSSL *ssl)
{
	TLSX *extension = find(ssl, TLSX_SUPPORTED_GROUPS);

	return extension == NULL ? NULL : extension->data;
}

bool
tls_library_hello_names_groups(WOLFSSL *ssl)
{
	return find(ssl, TLSX_SUPPORTED_GROUPS) != NULL;
}

bool
tls_library_hello_has_group(WOLFSSL *ssl, uint16_t group)
{
	const SupportedCurve *at;

	for (at = groups_of(ssl); at != NULL; at = at->next)
		if (at->name == group)
			return true;
	return false;
}

/* By this size the library compares curves. */
static word16
octets_of(uint16_t curve)
{
	switch (curve) {
	case WOLFSSL_ECC_SECP192R1:
		return 24;
	case WOLFSSL_ECC_SECP224R1:
		return 28;
	case WOLFSSL_ECC_SECP384R1:
		return 48;
	case WOLFSSL_ECC_X448:
		return 57;
	case WOLFSSL_ECC_SECP521R1:
		return 66;
	default:
		return 32;
	}
}

void
tls_library_hello_only_curve(WOLFSSL *ssl, uint16_t curve)
{
	SupportedCurve *at;

	for (at = groups_of(ssl); at != NULL; at = at->next)
		if (!WOLFSSL_NAMED_GROUP_IS_FFDHE(at->name))
			at->name = curve;
	ssl->eccTempKeySz = octets_of(curve);
}

void
tls_library_hello_set_groups(WOLFSSL_CTX *ctx, const struct tls_list *groups)
{
	size_t count = groups->count < WOLFSSL_MAX_GROUP_COUNT ?
	    groups->count : WOLFSSL_MAX_GROUP_COUNT;

	for (size_t i = 0; i < count; i++)
		ctx->group[i] = groups->codes[i];
	ctx->numGroups = (byte)count;
}

/* --- signatures --------------------------------------------------------- */

bool
tls_library_hello_names_pairs(WOLFSSL *ssl)
{
	return ssl->clSuites->hashSigAlgoSz > 0;
}

bool
tls_library_hello_has_pair(WOLFSSL *ssl, uint16_t pair)
{
	const Suites *offered = ssl->clSuites;

	for (word16 i = 0; i + 1 < offered->hashSigAlgoSz; i += 2)
		if (code_at(&offered->hashSigAlgo[i]) == pair)
			return true;
	return false;
}

static void
put_pairs(Suites *suites, const uint16_t *pairs, size_t count)
{
	if (count > WOLFSSL_MAX_SIGALGO / 2)
		count = WOLFSSL_MAX_SIGALGO / 2;
	for (size_t i = 0; i < count; i++) {
		suites->hashSigAlgo[2 * i] = (byte)(pairs[i] >> 8);
		suites->hashSigAlgo[2 * i + 1] = (byte)pairs[i];
	}
	suites->hashSigAlgoSz = (word16)(2 * count);
}

void
tls_library_hello_only_pair(WOLFSSL *ssl, uint16_t pair)
{
	put_pairs(ssl->clSuites, &pair, 1);
}

void
tls_library_hello_forget_pairs(WOLFSSL *ssl)
{
	ssl->clSuites->hashSigAlgoSz = 0;
}

void
tls_library_hello_set_pairs(WOLFSSL_CTX *ctx, const struct tls_list *pairs)
{
	put_pairs(ctx->suites, pairs->codes, pairs->count);
}

bool
tls_library_hello_key_is_rsa(const WOLFSSL_CTX *ctx)
{
	return ctx->privateKeyType == rsa_sa_algo ||
	    ctx->privateKeyType == rsa_pss_sa_algo;
}

/* RFC 8446, 4.2.3: in TLS 1.3 the curve of an ECDSA key goes with its hash. */
static int
curve_octets(uint16_t pair)
{
	return pair == 0x0403 ? 32 : pair == 0x0503 ? 48 : 66;
}

/* RFC 8017, 9.1.1: twice the hash, and two bytes, must fit in the modulus. */
static bool
fits_pss(const WOLFSSL_CTX *ctx, uint16_t pair)
{
	int hash = pair == 0x0804 ? 32 : pair == 0x0805 ? 48 : 64;

	return ctx->privateKeySz >= 2 * hash + 2;
}

bool
tls_library_hello_can_sign(const WOLFSSL_CTX *ctx, uint16_t pair,
    uint16_t version)
{
	switch (pair) {
	case 0x0401:
	case 0x0501:
	case 0x0601:
		return ctx->privateKeyType == rsa_sa_algo && version < 0x0304;
	case 0x0804:
	case 0x0805:
	case 0x0806:
		return ctx->privateKeyType == rsa_sa_algo &&
		    fits_pss(ctx, pair);
	case 0x0403:
	case 0x0503:
	case 0x0603:
		return ctx->privateKeyType == ecc_dsa_sa_algo &&
		    (version < 0x0304 ||
		    ctx->privateKeySz == curve_octets(pair));
	case 0x0807:
		return ctx->privateKeyType == ed25519_sa_algo;
	case 0x0808:
		return ctx->privateKeyType == ed448_sa_algo;
	default:
		return false;
	}
}

void
tls_library_hello_forget_suites(WOLFSSL *ssl)
{
	/* The context's are used then; nothing chooses from them any more. */
	FreeSuites(ssl);
}

uint16_t
tls_library_hello_peer_pair(WOLFSSL *ssl)
{
	unsigned hash = ssl->options.peerHashAlgo;

	switch (ssl->options.peerSigAlgo) {
	case rsa_sa_algo:
		return (uint16_t)(hash << 8 | 0x01);
	case ecc_dsa_sa_algo:
		return (uint16_t)(hash << 8 | 0x03);
	case rsa_pss_sa_algo:
		return (uint16_t)(0x0800 | hash);
	case ed25519_sa_algo:
		return 0x0807;
	case ed448_sa_algo:
		return 0x0808;
	default:
		return 0;
	}
}

/* --- extensions --------------------------------------------------------- */

bool
tls_library_hello_has_ems(WOLFSSL *ssl)
{
	return ssl->options.haveEMS;
}

void
tls_library_hello_forget_ems(WOLFSSL *ssl)
{
	ssl->options.haveEMS = 0;
}

bool
tls_library_hello_has_max_fragment(WOLFSSL *ssl)
{
	return find(ssl, TLSX_MAX_FRAGMENT_LENGTH) != NULL;
}

void
tls_library_hello_forget_max_fragment(WOLFSSL *ssl)
{
	TLSX_Remove(&ssl->extensions, TLSX_MAX_FRAGMENT_LENGTH, ssl->heap);
	ssl->max_fragment = MAX_RECORD_SIZE;
}

bool
tls_library_hello_has_truncated_hmac(WOLFSSL *ssl)
{
	return ssl->truncated_hmac;
}

void
tls_library_hello_forget_truncated_hmac(WOLFSSL *ssl)
{
	TLSX_Remove(&ssl->extensions, TLSX_TRUNCATED_HMAC, ssl->heap);
	ssl->truncated_hmac = 0;
}

bool
tls_library_hello_has_indication(WOLFSSL *ssl)
{
	return ssl->secure_renegotiation != NULL &&
	    ssl->secure_renegotiation->enabled;
}

void
tls_library_hello_no_compatibility(WOLFSSL *ssl)
{
	ssl->options.tls13MiddleBoxCompat = 0;
}

void
tls_library_hello_acknowledge_name(WOLFSSL *ssl)
{
	TLSX *extension = find(ssl, TLSX_SERVER_NAME);

	if (extension != NULL)
		extension->resp = 1;
}

/* --- certificate and key ------------------------------------------------ */

void
tls_library_hello_keep_suites(WOLFSSL_CTX *ctx)
{
	/* By this alone wolfSSL_new leaves suites with RSA keys out. */
	ctx->haveStaticECC = 0;
}

void
tls_library_hello_use_identity(WOLFSSL *ssl, const WOLFSSL_CTX *from)
{
	/* Borrowed, as those of its own context were. */
	ensure(!ssl->buffers.weOwnCert && !ssl->buffers.weOwnCertChain &&
	    !ssl->buffers.weOwnKey);
	ssl->buffers.certificate = from->certificate;
	ssl->buffers.certChain = from->certChain;
	ssl->buffers.certChainCnt = from->certChainCnt;
	ssl->buffers.key = from->privateKey;
	ssl->buffers.keyType = from->privateKeyType;
	ssl->buffers.keySz = from->privateKeySz;
	ssl->options.haveRSA = from->haveRSA;
	ssl->options.haveECDSAsig = from->haveECDSAsig;
	ssl->options.haveECC = from->haveECC;
	ssl->pkCurveOID = from->pkCurveOID;
}

#endif
