#include "tls/tls_keys.h"

#include <string.h>

#include "tls/tls_lineage.h"

/* Odd, the content, even: a reader that saw one number saw all of it. */
static void
write_slot(struct tls_keys_slot *slot, int64_t made,
    const struct tls_seal_key *key)
{
	uint32_t writes = atomic_load_explicit(&slot->writes,
	    memory_order_relaxed);

	atomic_store_explicit(&slot->writes, writes + 1,
	    memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	slot->made = made;
	if (key != NULL)
		slot->key = *key;
	else
		explicit_bzero(&slot->key, sizeof(slot->key));
	atomic_store_explicit(&slot->writes, writes + 2,
	    memory_order_release);
}

/* False where there is no key, or it is being written. */
static bool
read_slot(const struct tls_keys_slot *slot, struct tls_seal_key *key_r)
{
	uint32_t writes = atomic_load_explicit(&slot->writes,
	    memory_order_acquire);
	int64_t made = slot->made;

	*key_r = slot->key;
	atomic_thread_fence(memory_order_acquire);
	return made != 0 && writes % 2 == 0 && atomic_load_explicit(
	    &slot->writes, memory_order_relaxed) == writes;
}

static int
make(struct tls_keys *keys, uint32_t number)
{
	struct tls_seal_key key;
	int rc = tls_seal_make_key(keys->cipher_bits, &key);

	if (rc == 0) {
		write_slot(&keys->slots[number], tls_lineage_clock(), &key);
		atomic_store_explicit(&keys->newest, number,
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
			write_slot(&keys->slots[slot], 0, NULL);
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

void
tls_keys_newest(const struct tls_keys *keys, struct tls_seal_key *key_r)
{
	/* Who slept through all turns finds it replaced, and a newer one. */
	while (!read_slot(&keys->slots[newest(keys)], key_r))
		continue;
}

bool
tls_keys_find(const struct tls_keys *keys, const uint8_t name[TLS_SEAL_NAME],
    struct tls_seal_key *key_r)
{
	for (int i = 0; i < TLS_KEYS_MAX; i++)
		if (read_slot(&keys->slots[i], key_r) &&
		    memcmp(key_r->name, name, TLS_SEAL_NAME) == 0)
			return true;
	explicit_bzero(key_r, sizeof(*key_r));
	return false;
}
