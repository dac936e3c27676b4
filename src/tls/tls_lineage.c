#include "tls/tls_lineage.h"

#include <string.h>
#include <time.h>

#include "tls/tls_seal.h"

/* Fixed in size, at the very end; the identity's bytes stand before it. */
struct written {
	int64_t since, not_after;
	uint32_t rule;
	uint16_t version;
	uint16_t state_length, identity_length;
	uint8_t presented;
	uint8_t name[TLS_LINEAGE_NAME];
};

_Static_assert(sizeof(struct written) + TLS_LINEAGE_IDENTITY +
    TLS_SEAL_BLOCK <= TLS_LINEAGE_WRITTEN, "room for the longest identity");

#define NANOSECONDS 1000000	/* in a millisecond */

static int64_t
nanoseconds(clockid_t clock)
{
	struct timespec now;

	ensure(clock_gettime(clock, &now) == 0);
	return (int64_t)now.tv_sec * 1000 * NANOSECONDS + now.tv_nsec;
}

int64_t
tls_lineage_clock(void)
{
	return nanoseconds(CLOCK_BOOTTIME) / NANOSECONDS;
}

int64_t
tls_lineage_when(int64_t since)
{
	int64_t start = nanoseconds(CLOCK_REALTIME) -
	    nanoseconds(CLOCK_BOOTTIME);

	/* Rounded, so that one moment has one name. */
	return since + (start + NANOSECONDS / 2) / NANOSECONDS;
}

int64_t
tls_lineage_left(const struct tls_lineage *lineage, int64_t life)
{
	int64_t now = tls_lineage_clock();

	/* Any number may stand there, and a difference of some is none. */
	if (lineage->since < 0 || lineage->since > now ||
	    now - lineage->since >= life)
		return 0;
	return life - (now - lineage->since);
}

bool
tls_lineage_lives(const struct tls_lineage *lineage, int64_t life)
{
	return tls_lineage_left(lineage, life) > 0 &&
	    time(NULL) <= lineage->not_after;
}

size_t
tls_lineage_append(const struct tls_lineage *lineage, uint8_t *state,
    size_t length, size_t room)
{
	size_t identity = strnlen(lineage->identity,
	    TLS_LINEAGE_IDENTITY - 1);
	size_t used = length + identity + sizeof(struct written);
	size_t total = (used + TLS_SEAL_BLOCK - 1) / TLS_SEAL_BLOCK *
	    TLS_SEAL_BLOCK;
	struct written w;

	if (total > room || length > UINT16_MAX)
		return 0;
	memset(&w, 0, sizeof(w));
	w.since = lineage->since;
	w.not_after = lineage->not_after;
	w.rule = lineage->rule;
	w.version = lineage->version;
	w.state_length = (uint16_t)length;
	w.identity_length = (uint16_t)identity;
	w.presented = lineage->presented;
	memcpy(w.name, lineage->name, sizeof(w.name));
	memcpy(state + length, lineage->identity, identity);
	memset(state + length + identity, 0, total - used);
	memcpy(state + total - sizeof(w), &w, sizeof(w));
	return total;
}

size_t
tls_lineage_detach(const uint8_t *bytes, size_t length,
    struct tls_lineage *lineage_r)
{
	struct written w;

	if (length < sizeof(w))
		return 0;
	memcpy(&w, bytes + length - sizeof(w), sizeof(w));
	if (w.identity_length >= TLS_LINEAGE_IDENTITY || (size_t)
	    w.state_length + w.identity_length > length - sizeof(w))
		return 0;
	*lineage_r = (struct tls_lineage){
		.since = w.since, .not_after = w.not_after, .rule = w.rule,
		.version = w.version, .presented = w.presented != 0,
	};
	memcpy(lineage_r->name, w.name, sizeof(w.name));
	memcpy(lineage_r->identity, bytes + w.state_length,
	    w.identity_length);
	return w.state_length;
}
