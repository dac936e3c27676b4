#include "tls/tls_store.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "tls/tls_cache.h"
#include "tls/tls_keys.h"

/*
 * Keys of what is kept by id: so many in its life. What has ended stays in
 * the cache until another takes its place, and must not be read by then.
 */
#define ID_KEYS_IN_A_LIFE 8
#define ID_REFRESH_MIN 1000	/* milliseconds */

struct shared {
	struct tls_keys ticket_keys, id_keys;
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
start_ids(struct tls_store *store, struct shared *shared)
{
	int64_t life = store->params.id_life;
	int64_t refresh = life / ID_KEYS_IN_A_LIFE;

	store->cache = tls_cache_init(shared->cache, store->params.ids);
	store->id_keys = &shared->id_keys;
	return tls_keys_init(store->id_keys, 128,
	    refresh < ID_REFRESH_MIN ? ID_REFRESH_MIN : refresh, life);
}

static int
start_tickets(struct tls_store *store, struct shared *shared)
{
	const struct tls_store_params *p = &store->params;

	store->ticket_keys = &shared->ticket_keys;
	return tls_keys_init(store->ticket_keys, p->cipher_bits,
	    p->key_refresh, p->ticket_life);
}

static int
fill(struct tls_store *store)
{
	struct shared *shared = store->memory;

	if (keeps_ids(&store->params) && start_ids(store, shared) < 0)
		return -1;
	return gives_tickets(&store->params) ?
	    start_tickets(store, shared) : 0;
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
tls_store_wipe(struct tls_store *store)
{
	if (store == NULL)
		return;
	/* Keys first, by their rules: pages are zeroed one by one. */
	if (store->ticket_keys != NULL)
		tls_keys_wipe(store->ticket_keys);
	if (store->id_keys != NULL)
		tls_keys_wipe(store->id_keys);
	if (store->cache != NULL &&
	    madvise(store->memory, store->size, MADV_REMOVE) < 0)
		explicit_bzero(store->cache, tls_cache_size(
		    store->params.ids));
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
tls_store_tend(struct tls_store *store)
{
	int64_t tickets = INT64_MAX, ids = INT64_MAX;

	if (store != NULL && store->ticket_keys != NULL)
		tickets = tls_keys_tend(store->ticket_keys);
	if (store != NULL && store->id_keys != NULL)
		ids = tls_keys_tend(store->id_keys);
	return tickets < ids ? tickets : ids;
}
