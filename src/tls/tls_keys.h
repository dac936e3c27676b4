/*
 * tls_keys.h - the keys that sessions are sealed by: made and turned by the
 * supervisor, read by its workers, in memory they share.
 *
 * The newest seals; the ones before open what they have sealed, as long as
 * that may live, and are wiped then, so that what was sealed is nobody's any
 * more. TLS_KEYS_MAX are kept: where they are turned so fast that a ticket's
 * key is gone before it, the ticket ends early.
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
	int64_t life;		/* ms that what they seal may live */
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

/*
 * Makes the next key where it is due, and wipes those that have nothing to
 * open any more. Returns in how many milliseconds to come again; INT64_MAX:
 * never. Without randomness the newest stays what it was for a while longer.
 */
int64_t tls_keys_tend(struct tls_keys *keys);

/* Wipes them all, under the eyes of whoever has them still: none is left. */
void tls_keys_wipe(struct tls_keys *keys);

/*
 * Copies the one to seal by; false where all are wiped. The caller wipes it.
 */
MUST_USE bool tls_keys_newest(const struct tls_keys *keys,
    struct tls_seal_key *key_r);

/*
 * Copies the key of that name; false where there is none. The caller wipes
 * it.
 */
MUST_USE bool tls_keys_find(const struct tls_keys *keys,
    const uint8_t name[TLS_SEAL_NAME], struct tls_seal_key *key_r);

#endif
