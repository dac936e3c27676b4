#include "tls/tls_seal.h"

#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/settings.h>
#include <wolfssl/wolfcrypt/aes.h>
#include <wolfssl/wolfcrypt/hmac.h>

#include <stdbool.h>
#include <string.h>
#include <sys/random.h>

static int
fill(void *bytes, size_t size)
{
	return getrandom(bytes, size, 0) == (ssize_t)size ? 0 : -1;
}

int
tls_seal_make_key(unsigned cipher_bits, struct tls_seal_key *key_r)
{
	ensure(cipher_bits == 128 || cipher_bits == 256);
	key_r->cipher_length = cipher_bits / 8;
	return fill(key_r->name, sizeof(key_r->name)) < 0 ||
	    fill(key_r->cipher, sizeof(key_r->cipher)) < 0 ||
	    fill(key_r->mac, sizeof(key_r->mac)) < 0 ? -1 : 0;
}

/* Over name, iv and ciphertext, whose lengths but the last are fixed. */
static int
authenticate(const struct tls_seal_key *key, const uint8_t *iv,
    const uint8_t *bytes, size_t length, uint8_t mac_r[TLS_SEAL_MAC])
{
	Hmac hmac;
	int rc;

	if (wc_HmacInit(&hmac, NULL, INVALID_DEVID) != 0)
		return -1;
	rc = wc_HmacSetKey(&hmac, WC_SHA256, key->mac, sizeof(key->mac)) != 0
	    || wc_HmacUpdate(&hmac, key->name, TLS_SEAL_NAME) != 0 ||
	    wc_HmacUpdate(&hmac, iv, TLS_SEAL_IV) != 0 ||
	    wc_HmacUpdate(&hmac, bytes, (word32)length) != 0 ||
	    wc_HmacFinal(&hmac, mac_r) != 0 ? -1 : 0;
	wc_HmacFree(&hmac);
	return rc;
}

static int
transform(const struct tls_seal_key *key, const uint8_t *iv, uint8_t *bytes,
    size_t length, int direction)
{
	Aes aes;
	int rc;

	if (wc_AesInit(&aes, NULL, INVALID_DEVID) != 0)
		return -1;
	rc = wc_AesSetKey(&aes, key->cipher, key->cipher_length, iv,
	    direction);
	if (rc == 0)
		rc = direction == AES_ENCRYPTION ?
		    wc_AesCbcEncrypt(&aes, bytes, bytes, (word32)length) :
		    wc_AesCbcDecrypt(&aes, bytes, bytes, (word32)length);
	wc_AesFree(&aes);
	if (rc == 0)
		return 0;
	explicit_bzero(bytes, length);
	return -1;
}

int
tls_seal_close(const struct tls_seal_key *key, const uint8_t iv[TLS_SEAL_IV],
    uint8_t *bytes, size_t length, uint8_t mac_r[TLS_SEAL_MAC])
{
	ensure(length % TLS_SEAL_BLOCK == 0);
	if (transform(key, iv, bytes, length, AES_ENCRYPTION) == 0 &&
	    authenticate(key, iv, bytes, length, mac_r) == 0)
		return 0;
	explicit_bzero(bytes, length);
	return -1;
}

/* Takes the same time wherever they differ. */
static bool
same(const uint8_t *a, const uint8_t *b, size_t length)
{
	uint8_t differ = 0;

	for (size_t i = 0; i < length; i++)
		differ |= a[i] ^ b[i];
	return differ == 0;
}

int
tls_seal_open(const struct tls_seal_key *key, const uint8_t iv[TLS_SEAL_IV],
    uint8_t *bytes, size_t length, const uint8_t mac[TLS_SEAL_MAC])
{
	uint8_t expected[TLS_SEAL_MAC];

	if (length == 0 || length % TLS_SEAL_BLOCK != 0 ||
	    authenticate(key, iv, bytes, length, expected) < 0 ||
	    !same(mac, expected, TLS_SEAL_MAC))
		return -1;
	return transform(key, iv, bytes, length, AES_DECRYPTION);
}
