/*
 * tls_store.h - what the workers of one generation share to resume the
 * sessions of one environment: ticket keys, and sessions kept by id.
 *
 * The supervisor makes it before it forks, and turns the keys; a worker that
 * takes another one's place finds it as it was. A reload makes new ones: what
 * was sealed before, nobody can open any more. The memory is shared,
 * anonymous, and left out of core dumps.
 */
#ifndef SALLYPORT_TLS_TLS_STORE_H
#define SALLYPORT_TLS_TLS_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct tls_cache;
struct tls_keys;

/* Times in milliseconds. */
struct tls_store_params {
	int64_t id_life;	/* since the full handshake */
	uint32_t ids;		/* sessions kept by id; 0: none */
	int64_t ticket_life;
	uint32_t tickets;	/* TLS 1.3, after a full handshake; 0: none
				 * of any protocol */
	int64_t key_refresh;	/* 0: one key for good */
	unsigned cipher_bits;	/* of tickets: 128 or 256 */
};

struct tls_store {
	struct tls_store_params params;
	struct tls_keys *ticket_keys;	/* NULL: no tickets */
	struct tls_keys *id_keys;	/* of what is kept by id */
	struct tls_cache *cache;	/* NULL: no ids */
	void *memory;
	size_t size;
};

/*
 * 0 and the store; NULL where nothing is to be resumed. -1 where there is no
 * memory, or no randomness (errno).
 */
MUST_USE int tls_store_new(const struct tls_store_params *params,
    struct tls_store **store_r);

/*
 * Wipes it for every process that has it: nothing is resumed from it any
 * more. NULL is allowed.
 */
void tls_store_wipe(struct tls_store *store);

/* Unmaps it here; other processes keep theirs. */
void tls_store_free(struct tls_store **store);

/*
 * Turns and wipes the keys that are due. Returns in how many milliseconds to
 * come again, INT64_MAX for never. NULL is allowed.
 */
int64_t tls_store_tend(struct tls_store *store);

#endif
