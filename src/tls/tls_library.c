#include "config.h"

#include "tls/tls_library.h"

#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/settings.h>
#include <wolfssl/ssl.h>
#include <wolfssl/version.h>

#ifdef HAVE_WOLFSSL_INTERNAL
/* Hidden in a shared wolfSSL, reachable in the static one we build. */
#include <wolfssl/internal.h>
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
	return ssl->options.peerHashAlgo == md5_mac ||
	    ssl->options.peerHashAlgo == sha_mac;
#else
	(void)ssl;
	return false;
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
