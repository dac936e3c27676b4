/*
 * tls_library.h - the TLS library as a whole: start, end, what it is, and the
 * one door to what its public interface lacks.
 */
#ifndef SALLYPORT_TLS_TLS_LIBRARY_H
#define SALLYPORT_TLS_TLS_LIBRARY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct WOLFSSL;
struct WOLFSSL_CTX;
struct WOLFSSL_SESSION;

/*
 * Call once a process before anything else of tls or trust. 0, or -1 where
 * the library does not start or is another than the one compiled for.
 */
MUST_USE int tls_library_start(void);
void tls_library_end(void);

/* "5.9.2", of the library that runs. */
const char *tls_library_version(void);

/*
 * How large the key of a context is. Only the library that the set-up builds
 * tells; with any other one: 0.
 */
int tls_library_key_bits(const struct WOLFSSL_CTX *ctx);

/*
 * Sends a fatal alert of our choice. wolfSSL exports no such call; with the
 * library that the set-up builds its own is reached, with any other one
 * false is returned and the client gets the library's choice.
 */
bool tls_library_alert(struct WOLFSSL *ssl, int alert);

/*
 * Did the peer prove with an MD5 or SHA-1 signature that the key is its own?
 * RFC 9155 forbids it in TLS 1.2; TLS 1.0 and 1.1 know nothing else, and are
 * not asked. Only the library that the set-up builds tells; with any other
 * one: false.
 */
bool tls_library_peer_proved_weakly(struct WOLFSSL *ssl);

/*
 * May this connection be resumed without harm? In TLS 1.3: the client wants a
 * fresh key exchange with it (RFC 8446, 4.2.9). Before: the master secret is
 * bound to the handshake (RFC 7627, 5.4). Only the library that the set-up
 * builds tells; with any other one: false.
 */
bool tls_library_may_resume(struct WOLFSSL *ssl);

/*
 * Has a context resume in TLS 1.3 with a fresh key exchange only. False where
 * the library cannot (wolfSSL before 5.6), or fails.
 */
MUST_USE bool tls_library_only_fresh(struct WOLFSSL_CTX *ctx);

/*
 * Promises a new ticket to a client whose ticket of TLS 1.2 is not taken;
 * wolfSSL before 5.8 would give it none. For the ticket callback alone. Only
 * with the library that the set-up builds; with any other one: nothing.
 */
void tls_library_promise_ticket(struct WOLFSSL *ssl);

/*
 * Lets the tickets of a connection begin with the first nonce. It needs to be
 * unique on one connection (RFC 8446, 4.6.1), but wolfSSL counts on where the
 * resumed session's ticket was, and fails the connection after 255.
 */
void tls_library_restart_nonces(struct WOLFSSL *ssl);

/*
 * The id of a session, 32 bytes, the session's own. Only the library that the
 * set-up builds tells; with any other one, and where it has none: NULL.
 */
const uint8_t *tls_library_session_id(const struct WOLFSSL_SESSION *session);

/*
 * Gives a context the process's one random generator, started with the first;
 * take it back before the context is freed. A seed costs a third of a
 * handshake, so with the library that the set-up builds no connection has its
 * own. A generator does not survive a fork: contexts are made after it.
 * False where there is no randomness to seed it with.
 */
MUST_USE bool tls_library_lend_generator(struct WOLFSSL_CTX *ctx);
/* NULL, and a context that has none, are allowed. */
void tls_library_return_generator(struct WOLFSSL_CTX *ctx);

/* Can tls_library_alert speak? */
bool tls_library_has_alerts(void);

#endif
