#include "config.h"

#include "tls/tls_library.h"

#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/settings.h>
#include <wolfssl/ssl.h>
#include <wolfssl/version.h>

#include <unistd.h>

#ifdef HAVE_WOLFSSL_INTERNAL
/* Hidden in a shared wolfSSL, reachable in the static one we build. */
#include <wolfssl/internal.h>
#endif

#if defined(HAVE_WOLFSSL_INTERNAL) && defined(SINGLE_THREADED)
static struct {
	WC_RNG *rng;		/* the library's memory */
	size_t users;
	pid_t owner;
} generator;

bool
tls_library_lend_generator(WOLFSSL_CTX *ctx)
{
	/* Two processes with one state would repeat each other. */
	ensure(generator.users == 0 || generator.owner == getpid());
	if (generator.users == 0) {
		if (wolfSSL_CTX_new_rng(ctx) != WOLFSSL_SUCCESS)
			return false;
		generator.rng = ctx->rng;
		generator.owner = getpid();
	}
	ctx->rng = generator.rng;
	generator.users++;
	return true;
}

void
tls_library_return_generator(WOLFSSL_CTX *ctx)
{
	if (ctx == NULL || ctx->rng == NULL)
		return;
	/* The last one's context frees it. */
	if (--generator.users > 0)
		ctx->rng = NULL;
}
#else
bool
tls_library_lend_generator(WOLFSSL_CTX *ctx)
{
#ifdef SINGLE_THREADED
	return wolfSSL_CTX_new_rng(ctx) == WOLFSSL_SUCCESS;
#else
	(void)ctx;
	return true;
#endif
}

void
tls_library_return_generator(WOLFSSL_CTX *ctx)
{
	(void)ctx;
}
#endif

int
tls_library_start(void)
{
	/* Another version than the headers' has structs of other sizes. */
	if (wolfSSL_lib_version_hex() != LIBWOLFSSL_VERSION_HEX)
		return -1;
	return wolfSSL_Init() == WOLFSSL_SUCCESS ? 0 : -1;
}

void
tls_library_end(void)
{
	wolfSSL_Cleanup();
}

const char *
tls_library_version(void)
{
	return wolfSSL_lib_version();
}

int
tls_library_key_bits(const WOLFSSL_CTX *ctx)
{
#ifdef HAVE_WOLFSSL_INTERNAL
	return ctx->privateKeySz * 8;
#else
	(void)ctx;
	return 0;
#endif
}

bool
tls_library_alert(WOLFSSL *ssl, int alert)
{
#ifdef HAVE_WOLFSSL_INTERNAL
	(void)SendAlert(ssl, alert_fatal, alert);
	return true;
#else
	(void)ssl;
	(void)alert;
	return false;
#endif
}

bool
tls_library_peer_proved_weakly(WOLFSSL *ssl)
{
#ifdef HAVE_WOLFSSL_INTERNAL
	return IsAtLeastTLSv1_2(ssl) &&
	    (ssl->options.peerHashAlgo == md5_mac ||
	    ssl->options.peerHashAlgo == sha_mac);
#else
	(void)ssl;
	return false;
#endif
}

bool
tls_library_may_resume(WOLFSSL *ssl)
{
#ifdef HAVE_WOLFSSL_INTERNAL
	const TLSX *modes;

	if (!IsAtLeastTLSv1_3(ssl->version))
		return ssl->options.haveEMS;
	for (modes = ssl->extensions; modes != NULL; modes = modes->next)
		if (modes->type == TLSX_PSK_KEY_EXCHANGE_MODES)
			return (modes->val & 1u << PSK_DHE_KE) != 0;
	return false;
#else
	(void)ssl;
	return false;
#endif
}

bool
tls_library_only_fresh(WOLFSSL_CTX *ctx)
{
#if LIBWOLFSSL_VERSION_HEX >= 0x05006000
	return wolfSSL_CTX_only_dhe_psk(ctx) == 0;
#else
	(void)ctx;
	return false;
#endif
}

void
tls_library_promise_ticket(WOLFSSL *ssl)
{
#ifdef HAVE_WOLFSSL_INTERNAL
	TLSX *at;

	if (wolfSSL_UseSessionTicket(ssl) != WOLFSSL_SUCCESS)
		return;
	for (at = ssl->extensions; at != NULL; at = at->next)
		if (at->type == TLSX_SESSION_TICKET)
			at->resp = 1;
	ssl->options.createTicket = 1;
	ssl->options.useTicket = 1;
#else
	(void)ssl;
#endif
}

void
tls_library_restart_nonces(WOLFSSL *ssl)
{
#ifdef HAVE_WOLFSSL_INTERNAL
	ssl->session->ticketNonce.len = 0;
#else
	(void)ssl;
#endif
}

const uint8_t *
tls_library_session_id(const WOLFSSL_SESSION *session)
{
#ifdef HAVE_WOLFSSL_INTERNAL
	return session->sessionIDSz == ID_LEN ? session->sessionID : NULL;
#else
	(void)session;
	return NULL;
#endif
}

bool
tls_library_has_alerts(void)
{
#ifdef HAVE_WOLFSSL_INTERNAL
	return true;
#else
	return false;
#endif
}
