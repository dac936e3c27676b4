/*
 * key.h - is a private key that of a certificate, and can it serve?
 *
 * The TLS library asks this too, but wolfSSL 5.5 takes any key of the
 * certificate's curve.
 */
#ifndef SALLYPORT_TRUST_KEY_H
#define SALLYPORT_TRUST_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct cert;

/*
 * pem[length] holds an unencrypted private key, among other things. 1 yes, 0
 * no, -1 where it cannot be told here: the key is no ECDSA key, or cannot be
 * read.
 */
MUST_USE int key_fits(const uint8_t *pem, size_t length,
    const struct cert *cert);

/*
 * Why the TLS library cannot prove a server by a key of this kind, and what to
 * do about it; NULL: it can.
 */
const char *key_unusable(const struct cert *cert, const char **cure_r);

#endif
