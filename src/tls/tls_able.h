/*
 * tls_able.h - which codes of the policy language the TLS library that we are
 * built with can act on. All take IANA's numbers.
 */
#ifndef SALLYPORT_TLS_TLS_ABLE_H
#define SALLYPORT_TLS_TLS_ABLE_H

#include <stdbool.h>
#include <stdint.h>

/* A cipher suite. */
bool tls_able_suite(uint16_t code);

/* A key share group of TLS 1.3; a curve of ECDHE before. */
bool tls_able_group(uint16_t code);
bool tls_able_curve(uint16_t code);

/* A pair of hash and signature; those with less than SHA-256 are not used. */
bool tls_able_pair(uint16_t code);

/*
 * Do lists of groups, curves and pairs reach the handshake, and do the other
 * parameters that look at a client's hello? Only in the library that the
 * set-up builds.
 */
bool tls_able_lists(void);

#endif
