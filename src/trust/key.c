#include "trust/key.h"

#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/settings.h>
#include <wolfssl/wolfcrypt/asn_public.h>
#include <wolfssl/wolfcrypt/ecc.h>
#include <wolfssl/wolfcrypt/rsa.h>

#include <stdlib.h>
#include <string.h>

#include "trust/cert.h"

enum { POINT_MAX = 2 * 66 + 1 };	/* of P-521 */

/* The public point of a key as x963 has it; its length, or 0. Frees the key. */
static uint32_t
export(ecc_key *key, int rc, uint8_t point[POINT_MAX])
{
	word32 size = POINT_MAX;

	if (rc != 0 || wc_ecc_export_x963(key, point, &size) != 0)
		size = 0;
	wc_ecc_free(key);
	return size;
}

static uint32_t
point_of_private(const uint8_t *der, uint32_t length, uint8_t *point)
{
	word32 at = 0;
	ecc_key key;
	int rc;

	if (wc_ecc_init(&key) != 0)
		return 0;
	rc = wc_EccPrivateKeyDecode(der, &at, &key, length);
	if (rc == 0)	/* its own word for the point is not taken */
		rc = wc_ecc_make_pub(&key, NULL);
	return export(&key, rc, point);
}

static uint32_t
point_of_public(const struct cert *cert, uint8_t *point)
{
	word32 at = 0;
	ecc_key key;

	if (wc_ecc_init(&key) != 0)
		return 0;
	return export(&key, wc_EccPublicKeyDecode(cert->public_key, &at, &key,
	    cert->public_key_length), point);
}

int
key_fits(const uint8_t *pem, size_t length, const struct cert *cert)
{
	uint8_t ours[POINT_MAX], theirs[POINT_MAX], *der;
	uint32_t size = 0;
	int n;

	if (cert->key != CERT_KEY_ECC)
		return -1;
	der = malloc(length);	/* DER is shorter than its text */
	if (der == NULL)
		return -1;
	n = wc_KeyPemToDer(pem, (int)length, der, (int)length, NULL);
	if (n > 0)
		size = point_of_private(der, (uint32_t)n, ours);
	explicit_bzero(der, length);
	free(der);
	if (size == 0)
		return -1;
	return point_of_public(cert, theirs) == size &&
	    memcmp(ours, theirs, size) == 0;
}

const char *
key_unusable(const struct cert *cert, const char **cure_r)
{
	*cure_r = "make a new key, RSA of 2048 to 4096 bits or ECDSA of "
	    "P-256, and a certificate for it";
	if (cert->key == CERT_KEY_OTHER)
		return "the TLS library knows no keys of this kind";
	if (cert->key == CERT_KEY_RSA && cert->pss_key)
		return "its key is for RSA-PSS alone, which the TLS library "
		    "signs no handshake with";
	if (cert->key == CERT_KEY_RSA &&
	    (cert->key_bits == 0 || cert->key_bits > RSA_MAX_SIZE))
		return "its RSA key is larger than the TLS library takes";
	if (cert->key == CERT_KEY_ECC && cert->key_bits == 0)
		return "the TLS library has no such curve as its key is of";
	/* RFC 8446, 4.2.3, and clients of TLS 1.2. */
	if (cert->key == CERT_KEY_ECC && cert->key_bits < 256)
		return "its key is of a curve that clients take no signature "
		    "by";
	return NULL;
}
