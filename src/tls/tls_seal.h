/*
 * tls_seal.h - seals what a session needs to be resumed: AES-CBC, and
 * HMAC-SHA-256 over the result (encrypt, then MAC; the layout RFC 5077, 4
 * recommends). Who has the key only can read it, or make one.
 */
#ifndef SALLYPORT_TLS_TLS_SEAL_H
#define SALLYPORT_TLS_TLS_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

enum {
	TLS_SEAL_NAME = 16,
	TLS_SEAL_IV = 16,
	TLS_SEAL_MAC = 32,
	TLS_SEAL_BLOCK = 16,	/* what is sealed is a multiple of it */
};

struct tls_seal_key {
	uint8_t name[TLS_SEAL_NAME];	/* tells keys apart; not secret */
	uint8_t cipher[32];
	uint8_t mac[32];
	uint32_t cipher_length;		/* bytes: 16 or 32 */
};

/*
 * A new key from the kernel's generator; cipher_bits: 128 or 256. 0, or -1
 * where the kernel gives no randomness; the key is not to be used then.
 */
MUST_USE int tls_seal_make_key(unsigned cipher_bits,
    struct tls_seal_key *key_r);

/*
 * Encrypts bytes[length] in place and fills mac_r. The iv must be random and
 * never used twice. -1 where the library fails; the bytes are wiped then.
 */
MUST_USE int tls_seal_close(const struct tls_seal_key *key,
    const uint8_t iv[TLS_SEAL_IV], uint8_t *bytes, size_t length,
    uint8_t mac_r[TLS_SEAL_MAC]);

/*
 * Checks and decrypts bytes[length] in place. -1 where it is not what was
 * sealed by this key; the bytes are as they were then, or wiped.
 */
MUST_USE int tls_seal_open(const struct tls_seal_key *key,
    const uint8_t iv[TLS_SEAL_IV], uint8_t *bytes, size_t length,
    const uint8_t mac[TLS_SEAL_MAC]);

#endif
