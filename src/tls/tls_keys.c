#include "tls/tls_keys.h"

#include <string.h>

#include "base/log.h"
#include "tls/tls_lineage.h"

/* Milliseconds until a key is tried again that could not be made. */
#define TRY_AGAIN 1000
/* Who is slower than so many turns in a row has no key. */
#define NEWEST_TRIES 100

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

/* A new key where it is due; in how many milliseconds the next one is. */
static int64_t
turn(struct tls_keys *keys)
{
	uint32_t number = newest(keys);
	int64_t left;

	if (keys->refresh == 0)
		return INT64_MAX;
	left = keys->slots[number].made + keys->refresh - tls_lineage_clock();
	if (left > 0)
		return left;
	if (make(keys, (number + 1) % TLS_KEYS_MAX) == 0)
		return keys->refresh;
	log_error("tls", "no new session key: the kernel gives no randomness");
	return TRY_AGAIN;
}

/*
 * Each key has sealed until the one after it was made. Wipes those whose time
 * is over; in how many milliseconds the next one's is.
 */
static int64_t
wipe(struct tls_keys *keys)
{
	uint32_t number = newest(keys);
	int64_t now = tls_lineage_clock(), next = INT64_MAX, left;
	int64_t replaced = keys->slots[number].made;

	for (int i = 1; i < TLS_KEYS_MAX; i++) {
		number = (number + TLS_KEYS_MAX - 1) % TLS_KEYS_MAX;
		if (keys->slots[number].made == 0)
			break;
		left = replaced + keys->life - now;
		replaced = keys->slots[number].made;
		if (left <= 0)
			write_slot(&keys->slots[number], 0, NULL);
		else
			next = left;
	}
	return next;
}

int64_t
tls_keys_tend(struct tls_keys *keys)
{
	int64_t turned = turn(keys), wiped = wipe(keys);

	return turned < wiped ? turned : wiped;
}

void
tls_keys_wipe(struct tls_keys *keys)
{
	for (int i = 0; i < TLS_KEYS_MAX; i++)
		write_slot(&keys->slots[i], 0, NULL);
}

bool
tls_keys_newest(const struct tls_keys *keys, struct tls_seal_key *key_r)
{
	/* Who slept through all turns finds it replaced, and a newer one. */
	for (int i = 0; i < NEWEST_TRIES; i++)
		if (read_slot(&keys->slots[newest(keys)], key_r))
			return true;
	explicit_bzero(key_r, sizeof(*key_r));
	return false;
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
