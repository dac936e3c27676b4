#include "config.h"

#include "tls/tls_able.h"

#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/settings.h>
#include <wolfssl/ssl.h>
#include <wolfssl/wolfcrypt/ecc.h>

#include <string.h>

bool
tls_able_suite(uint16_t code)
{
	const char *name = wolfSSL_get_cipher_name_from_suite(
	    (unsigned char)(code >> 8), (unsigned char)code);

	return name != NULL && strcmp(name, "None") != 0;
}

static bool
has_curve(int id)
{
	return wc_ecc_is_valid_idx(wc_ecc_get_curve_idx(id)) == 1;
}

bool
tls_able_curve(uint16_t code)
{
	switch (code) {
	case 19:
		return ECC_MIN_KEY_SZ <= 192 && has_curve(ECC_SECP192R1);
	case 21:
		return ECC_MIN_KEY_SZ <= 224 && has_curve(ECC_SECP224R1);
	case 23:
		return has_curve(ECC_SECP256R1);
	case 24:
		return has_curve(ECC_SECP384R1);
	case 25:
		return has_curve(ECC_SECP521R1);
#ifdef HAVE_CURVE25519
	case 29:
		return true;
#endif
#ifdef HAVE_CURVE448
	case 30:
		return true;
#endif
	default:
		return false;
	}
}

bool
tls_able_group(uint16_t code)
{
	switch (code) {
	case 23:
	case 24:
	case 25:
	case 29:
	case 30:
		return tls_able_curve(code);
#ifdef HAVE_FFDHE_2048
	case 256:
		return true;
#endif
#ifdef HAVE_FFDHE_3072
	case 257:
		return true;
#endif
#ifdef HAVE_FFDHE_4096
	case 258:
		return true;
#endif
#if defined(WOLFSSL_HAVE_MLKEM) && defined(WOLFSSL_PQC_HYBRIDS)
	case 4587:	/* SecP256r1MLKEM768 */
	case 4588:	/* X25519MLKEM768 */
	case 4589:	/* SecP384r1MLKEM1024 */
		return true;
#endif
	default:
		return false;
	}
}

bool
tls_able_pair(uint16_t code)
{
	switch (code) {
	case 0x0401:
	case 0x0403:
	case 0x0501:
	case 0x0503:
	case 0x0601:
	case 0x0603:
		return true;
#ifdef WC_RSA_PSS
	case 0x0804:
	case 0x0805:
	case 0x0806:
		return true;
#endif
#ifdef HAVE_ED25519
	case 0x0807:
		return true;
#endif
#ifdef HAVE_ED448
	case 0x0808:
		return true;
#endif
	default:
		return false;
	}
}

bool
tls_able_lists(void)
{
#ifdef HAVE_WOLFSSL_HELLO
	return true;
#else
	return false;
#endif
}
