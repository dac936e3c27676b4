#include "tls/tls_store.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/log.h"
#include "tls/tls_cache.h"
#include "tls/tls_keys.h"
#include "tls/tls_lineage.h"

/* Milliseconds until a key is tried again that could not be made. */
#define TRY_AGAIN 1000

struct shared {
	struct tls_seal_key id_key;
	struct tls_keys keys;
	alignas(max_align_t) uint8_t cache[];
};

static bool
keeps_ids(const struct tls_store_params *params)
{
	return params->ids > 0 && params->id_life > 0;
}

static bool
gives_tickets(const struct tls_store_params *params)
{
	return params->tickets > 0 && params->ticket_life > 0;
}

static int
fill(struct tls_store *store)
{
	const struct tls_store_params *p = &store->params;
	struct shared *shared = store->memory;

	store->id_key = &shared->id_key;
	if (tls_seal_make_key(128, store->id_key) < 0)
		return -1;
	if (keeps_ids(p))
		store->cache = tls_cache_init(shared->cache, p->ids);
	if (!gives_tickets(p))
		return 0;
	store->keys = &shared->keys;
	return tls_keys_init(store->keys, p->cipher_bits, p->key_refresh,
	    p->ticket_life);
}

int
tls_store_new(const struct tls_store_params *params,
    struct tls_store **store_r)
{
	struct tls_store *store;

	*store_r = NULL;
	if (!keeps_ids(params) && !gives_tickets(params))
		return 0;
	store = calloc(1, sizeof(*store));
	if (store == NULL)
		return -1;
	store->params = *params;
	store->size = sizeof(struct shared) +
	    (keeps_ids(params) ? tls_cache_size(params->ids) : 0);
	store->memory = mmap(NULL, store->size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (store->memory == MAP_FAILED) {
		free(store);
		return -1;
	}
	if (madvise(store->memory, store->size, MADV_DONTDUMP) < 0 ||
	    fill(store) < 0) {
		tls_store_free(&store);
		return -1;
	}
	*store_r = store;
	return 0;
}

void
tls_store_free(struct tls_store **store_p)
{
	struct tls_store *store = *store_p;

	if (store == NULL)
		return;
	munmap(store->memory, store->size);
	free(store);
	*store_p = NULL;
}

int64_t
tls_store_turn(struct tls_store *store)
{
	int64_t left;

	if (store == NULL || store->keys == NULL ||
	    tls_keys_due(store->keys) == INT64_MAX)
		return -1;
	left = tls_keys_due(store->keys) - tls_lineage_clock();
	if (left > 0)
		return left;
	if (tls_keys_turn(store->keys) == 0)
		return store->params.key_refresh;
	log_error("tls", "no new ticket key: the kernel gives no randomness");
	return TRY_AGAIN;
}
