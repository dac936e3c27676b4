/*
 * tls_cache.h - sessions kept under their ids (RFC 5246, 7.4.1.2), in memory
 * that workers share.
 *
 * Any worker may put and get at any time, and may be killed while it does;
 * there is no lock that could be left behind. What is kept is sealed
 * (tls_seal.h): an entry that two wrote at once, or that was half written,
 * does not open, and that costs its client a full handshake. The size is
 * fixed: a new session takes the place of the one that ends first among a
 * few. Keys and nothing else make what is found trustworthy.
 */
#ifndef SALLYPORT_TLS_TLS_CACHE_H
#define SALLYPORT_TLS_TLS_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "tls/tls_seal.h"

enum {
	TLS_CACHE_ID = 32,
	TLS_CACHE_SESSION = 640,	/* bytes of a session at most */
};

/* What is kept: sealed, with what it takes to open it but the key. */
struct tls_cache_session {
	uint32_t length;
	uint8_t key[TLS_SEAL_NAME];
	uint8_t iv[TLS_SEAL_IV], mac[TLS_SEAL_MAC];
	uint8_t bytes[TLS_CACHE_SESSION];
};

struct tls_cache;

/* Bytes of memory for `sessions` of them. */
size_t tls_cache_size(uint32_t sessions);

/*
 * The memory must be zeroed, aligned for any type, and outlive the cache. Who
 * zeroes it again ends the cache: nothing is kept in it, nothing found.
 */
struct tls_cache *tls_cache_init(void *memory, uint32_t sessions);

/* Keeps it until `until` (tls_lineage_clock), or until it is pushed out. */
void tls_cache_put(struct tls_cache *cache, const uint8_t id[TLS_CACHE_ID],
    int64_t until, const struct tls_cache_session *session);

/* Drops what is kept under that id, if anything. */
void tls_cache_drop(struct tls_cache *cache, const uint8_t id[TLS_CACHE_ID]);

/* Copies what is kept under that id; false where there is nothing. */
MUST_USE bool tls_cache_get(const struct tls_cache *cache,
    const uint8_t id[TLS_CACHE_ID], struct tls_cache_session *session_r);

#endif
