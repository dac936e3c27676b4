/*
 * tls_library-hello.h - a client's hello as the TLS library has read it, and
 * what of it the library is to see when it chooses. wolfSSL has no calls for
 * that: this is the second file that reaches its own structs, and only those
 * of the library that the set-up builds (HAVE_WOLFSSL_HELLO); with any other
 * one nothing here exists.
 *
 * All calls but those at the end are for the callbacks that come between the
 * reading of a hello and the choice.
 */
#ifndef SALLYPORT_TLS_TLS_LIBRARY_HELLO_H
#define SALLYPORT_TLS_TLS_LIBRARY_HELLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct WOLFSSL;
struct WOLFSSL_CTX;
struct tls_list;

/* Suites; signalling values (RFC 5746, RFC 7507) are among them. */
bool tls_library_hello_has_suite(struct WOLFSSL *ssl, uint16_t suite);
/* Is there one that `is` is true for? */
bool tls_library_hello_any_suite(struct WOLFSSL *ssl,
    bool (*is)(uint16_t suite));
/* Forgets those that `drop` is true for. */
void tls_library_hello_drop_suites(struct WOLFSSL *ssl,
    bool (*drop)(uint16_t suite));

/* supported_groups; empty where the client did not send it. */
bool tls_library_hello_names_groups(struct WOLFSSL *ssl);
bool tls_library_hello_has_group(struct WOLFSSL *ssl, uint16_t group);
/*
 * Up to TLS 1.2: ECDHE is by this curve, the client's only one. One of NIST's
 * may be chosen for a client that names none, too.
 */
void tls_library_hello_only_curve(struct WOLFSSL *ssl, uint16_t curve);

/* signature_algorithms; empty where the client did not send it. */
bool tls_library_hello_names_pairs(struct WOLFSSL *ssl);
bool tls_library_hello_has_pair(struct WOLFSSL *ssl, uint16_t pair);
void tls_library_hello_only_pair(struct WOLFSSL *ssl, uint16_t pair);
/* As if the client had not sent it: before TLS 1.3 the library signs then. */
void tls_library_hello_forget_pairs(struct WOLFSSL *ssl);

/* extended_master_secret, max_fragment_length, truncated_hmac. */
bool tls_library_hello_has_ems(struct WOLFSSL *ssl);
void tls_library_hello_forget_ems(struct WOLFSSL *ssl);
bool tls_library_hello_has_max_fragment(struct WOLFSSL *ssl);
void tls_library_hello_forget_max_fragment(struct WOLFSSL *ssl);
bool tls_library_hello_has_truncated_hmac(struct WOLFSSL *ssl);
void tls_library_hello_forget_truncated_hmac(struct WOLFSSL *ssl);

/* Does the client know secure renegotiation (RFC 5746)? */
bool tls_library_hello_has_indication(struct WOLFSSL *ssl);

/* No change_cipher_spec is sent in TLS 1.3. */
void tls_library_hello_no_compatibility(struct WOLFSSL *ssl);

/* The server name is answered: it was looked at (RFC 6066, 3). */
void tls_library_hello_acknowledge_name(struct WOLFSSL *ssl);

/* Certificate and key of another context, which must outlive the ssl. */
void tls_library_hello_use_identity(struct WOLFSSL *ssl,
    const struct WOLFSSL_CTX *from);

/* Can the key of a context sign by the pair, in that version (0x0303)? */
bool tls_library_hello_can_sign(const struct WOLFSSL_CTX *ctx, uint16_t pair,
    uint16_t version);
bool tls_library_hello_key_is_rsa(const struct WOLFSSL_CTX *ctx);

/*
 * What every handshake of a context begins with. Call the first one before
 * any: the library would leave out of a connection's suites those that the
 * context's own key has no use for, and another may be chosen.
 */
void tls_library_hello_keep_suites(struct WOLFSSL_CTX *ctx);
void tls_library_hello_set_groups(struct WOLFSSL_CTX *ctx,
    const struct tls_list *groups);
void tls_library_hello_set_pairs(struct WOLFSSL_CTX *ctx,
    const struct tls_list *pairs);

/*
 * The handshake is done: a connection's own list of suites is freed, which the
 * library keeps for a renegotiation.
 */
void tls_library_hello_forget_suites(struct WOLFSSL *ssl);

/* By which pair the peer proved that its key is its own; 0: not known. */
uint16_t tls_library_hello_peer_pair(struct WOLFSSL *ssl);

#endif
