/*
 * tls_keys.h - the keys that session tickets are sealed by: made and turned
 * by the supervisor, read by its workers, in memory they share.
 *
 * The newest seals; the ones before open what they have sealed, as long as
 * that may live, and are wiped then. TLS_KEYS_MAX are kept: where they are
 * turned so fast that a ticket's key is gone before it, the ticket ends early.
 *
 * One process writes, and never the newest. Who reads a key while it is wiped
 * or replaced gets none: half of one, or one that is wiped already, is known
 * to everybody.
 */
#ifndef SALLYPORT_TLS_TLS_KEYS_H
#define SALLYPORT_TLS_TLS_KEYS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "tls/tls_seal.h"

enum { TLS_KEYS_MAX = 32 };

struct tls_keys {
	unsigned cipher_bits;
	int64_t refresh;	/* ms between keys; 0: one for good */
	int64_t life;		/* ms that a ticket may live */
	_Atomic uint32_t newest;
	struct tls_keys_slot {
		_Atomic uint32_t writes;	/* odd while it is written */
		int64_t made;	/* tls_lineage_clock; 0: no key */
		struct tls_seal_key key;
	} slots[TLS_KEYS_MAX];
};

/* Makes the first key. -1 where there is no randomness. */
MUST_USE int tls_keys_init(struct tls_keys *keys, unsigned cipher_bits,
    int64_t refresh, int64_t life);

/* When the next one is due (tls_lineage_clock); INT64_MAX: never. */
int64_t tls_keys_due(const struct tls_keys *keys);

/*
 * Makes the next key and wipes those whose tickets are dead. -1 where there
 * is no randomness; the newest stays what it was.
 */
MUST_USE int tls_keys_turn(struct tls_keys *keys);

/* Copies the one to seal by. The caller wipes it. */
void tls_keys_newest(const struct tls_keys *keys,
    struct tls_seal_key *key_r);

/*
 * Copies the key of that name; false where there is none. The caller wipes
 * it.
 */
MUST_USE bool tls_keys_find(const struct tls_keys *keys,
    const uint8_t name[TLS_SEAL_NAME], struct tls_seal_key *key_r);

#endif
