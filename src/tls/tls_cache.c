#include "tls/tls_cache.h"

#include <string.h>

#include "tls/tls_lineage.h"

/* Places where one session may be, at least; all, where there are fewer. */
#define WAYS 16

struct place {
	int64_t until;		/* 0: free */
	uint8_t id[TLS_CACHE_ID];
	struct tls_cache_session session;
};

struct tls_cache {
	uint32_t sets, ways;
	struct place places[];
};

size_t
tls_cache_size(uint32_t sessions)
{
	return sizeof(struct tls_cache) + sessions * sizeof(struct place);
}

struct tls_cache *
tls_cache_init(void *memory, uint32_t sessions)
{
	struct tls_cache *cache = memory;

	ensure(sessions > 0);
	cache->sets = sessions < WAYS ? 1 : sessions / WAYS;
	cache->ways = sessions / cache->sets;
	return cache;
}

/* Ids that are kept were made by us, at random: nobody chooses their set. */
static size_t
first_place(const struct tls_cache *cache, const uint8_t *id)
{
	uint32_t hash;

	memcpy(&hash, id, sizeof(hash));
	return (size_t)(hash % cache->sets) * cache->ways;
}

void
tls_cache_put(struct tls_cache *cache, const uint8_t id[TLS_CACHE_ID],
    int64_t until, const struct tls_cache_session *session)
{
	struct place *places = &cache->places[first_place(cache, id)];
	struct place *place = places;

	for (uint32_t i = 1; i < cache->ways; i++)
		if (places[i].until < place->until)
			place = &places[i];
	place->until = until;
	memcpy(place->id, id, TLS_CACHE_ID);
	memcpy(&place->session, session, offsetof(struct tls_cache_session,
	    bytes) + session->length);
}

void
tls_cache_drop(struct tls_cache *cache, const uint8_t id[TLS_CACHE_ID])
{
	struct place *places = &cache->places[first_place(cache, id)];

	for (uint32_t i = 0; i < cache->ways; i++)
		if (memcmp(places[i].id, id, TLS_CACHE_ID) == 0)
			places[i].until = 0;
}

bool
tls_cache_get(const struct tls_cache *cache, const uint8_t id[TLS_CACHE_ID],
    struct tls_cache_session *session_r)
{
	const struct place *places = &cache->places[first_place(cache, id)];
	int64_t now = tls_lineage_clock();

	for (uint32_t i = 0; i < cache->ways; i++) {
		if (places[i].until <= now ||
		    memcmp(places[i].id, id, TLS_CACHE_ID) != 0)
			continue;
		*session_r = places[i].session;
		/* Another worker may be writing it. */
		return session_r->length <= TLS_CACHE_SESSION;
	}
	return false;
}
