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

/* Who wipes the memory makes both 0, whatever others do with it just now. */
struct tls_cache {
	_Atomic uint32_t sets, ways;
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
	uint32_t sets = sessions < WAYS ? 1 : sessions / WAYS;

	ensure(sessions > 0);
	cache->sets = sets;
	cache->ways = sessions / sets;
	return cache;
}

struct set {
	size_t first;		/* of its places */
	uint32_t ways;		/* 0: the memory was wiped */
};

/* Ids that are kept were made by us, at random: nobody chooses their set. */
static struct set
set_of(const struct tls_cache *cache, const uint8_t *id)
{
	uint32_t hash, sets = cache->sets, ways = cache->ways;

	if (sets == 0 || ways == 0)
		return (struct set){ .ways = 0 };
	memcpy(&hash, id, sizeof(hash));
	return (struct set){ (size_t)(hash % sets) * ways, ways };
}

void
tls_cache_put(struct tls_cache *cache, const uint8_t id[TLS_CACHE_ID],
    int64_t until, const struct tls_cache_session *session)
{
	struct set set = set_of(cache, id);
	struct place *places = &cache->places[set.first], *place = places;

	if (set.ways == 0)
		return;
	for (uint32_t i = 1; i < set.ways; i++)
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
	struct set set = set_of(cache, id);
	struct place *places = &cache->places[set.first];

	for (uint32_t i = 0; i < set.ways; i++)
		if (memcmp(places[i].id, id, TLS_CACHE_ID) == 0)
			places[i].until = 0;
}

bool
tls_cache_get(const struct tls_cache *cache, const uint8_t id[TLS_CACHE_ID],
    struct tls_cache_session *session_r)
{
	struct set set = set_of(cache, id);
	const struct place *places = &cache->places[set.first];
	int64_t now = tls_lineage_clock();

	for (uint32_t i = 0; i < set.ways; i++) {
		if (places[i].until <= now ||
		    memcmp(places[i].id, id, TLS_CACHE_ID) != 0)
			continue;
		*session_r = places[i].session;
		/* Another worker may be writing it. */
		return session_r->length <= TLS_CACHE_SESSION;
	}
	return false;
}
