#include "tls/tls_keys.h"

#include <string.h>

#include "tls/tls_lineage.h"

static int
make(struct tls_keys *keys, uint32_t slot)
{
	struct tls_seal_key key;
	int rc = tls_seal_make_key(keys->cipher_bits, &key);

	if (rc == 0) {
		keys->slots[slot].key = key;
		keys->slots[slot].made = tls_lineage_clock();
		/* Whoever sees the number sees the whole key. */
		atomic_store_explicit(&keys->newest, slot,
		    memory_order_release);
	}
	explicit_bzero(&key, sizeof(key));
	return rc;
}

int
tls_keys_init(struct tls_keys *keys, unsigned cipher_bits, int64_t refresh,
    int64_t life)
{
	memset(keys, 0, sizeof(*keys));
	keys->cipher_bits = cipher_bits;
	keys->refresh = refresh;
	keys->life = life;
	return make(keys, 0);
}

static uint32_t
newest(const struct tls_keys *keys)
{
	return atomic_load_explicit(&keys->newest, memory_order_acquire);
}

int64_t
tls_keys_due(const struct tls_keys *keys)
{
	return keys->refresh == 0 ? INT64_MAX :
	    keys->slots[newest(keys)].made + keys->refresh;
}

/* A key has sealed until the next one was made. */
static void
wipe_dead(struct tls_keys *keys)
{
	uint32_t slot = newest(keys);
	int64_t now = tls_lineage_clock(), replaced = keys->slots[slot].made;

	for (int i = 1; i < TLS_KEYS_MAX; i++) {
		slot = (slot + TLS_KEYS_MAX - 1) % TLS_KEYS_MAX;
		if (keys->slots[slot].made == 0)
			return;
		if (now - replaced >= keys->life)
			explicit_bzero(&keys->slots[slot],
			    sizeof(keys->slots[slot]));
		else
			replaced = keys->slots[slot].made;
	}
}

int
tls_keys_turn(struct tls_keys *keys)
{
	int rc = make(keys, (newest(keys) + 1) % TLS_KEYS_MAX);

	wipe_dead(keys);
	return rc;
}

const struct tls_seal_key *
tls_keys_newest(const struct tls_keys *keys)
{
	return &keys->slots[newest(keys)].key;
}

bool
tls_keys_find(const struct tls_keys *keys, const uint8_t name[TLS_SEAL_NAME],
    struct tls_seal_key *key_r)
{
	for (int i = 0; i < TLS_KEYS_MAX; i++) {
		if (keys->slots[i].made == 0 ||
		    memcmp(keys->slots[i].key.name, name, TLS_SEAL_NAME) != 0)
			continue;
		*key_r = keys->slots[i].key;
		/* It may be half written; lengths must hold all the same. */
		key_r->cipher_length = keys->cipher_bits / 8;
		return true;
	}
	return false;
}
