#include "lint/space-text.h"

#include <endian.h>
#include <string.h>

#include "base/addr.h"
#include "base/str.h"
#include "lint/space.h"
#include "policy/network.h"

#define RUNS_SHOWN	3

/* In the order in which they are told. */
static const struct {
	enum region_dimension dimension;
	const char *word;
} told[] = {
	{ REGION_LOCAL_ADDR, "local address" },
	{ REGION_LOCAL_PORT, "local port" },
	{ REGION_REMOTE_ADDR, "remote address" },
	{ REGION_REMOTE_PORT, "remote port" },
	{ REGION_USER, "user" },
	{ REGION_JOB, "job" },
};

static struct addr
addr_of(prefix_key key)
{
	uint64_t high = htobe64((uint64_t)(key >> 64));
	uint64_t low = htobe64((uint64_t)key);
	struct addr addr;

	memcpy(addr.b, &high, sizeof(high));
	memcpy(addr.b + sizeof(high), &low, sizeof(low));
	return addr;
}

/* A range as policies write it. */
static void
add_range(unsigned dimension, prefix_key lo, prefix_key hi, struct str *out)
{
	_Alignas(struct rules_addrs) char room[sizeof(struct rules_addrs) +
	    sizeof(struct addr_range)];
	struct rules_addrs *addrs = (struct rules_addrs *)room;
	struct rules_ports *ports = (struct rules_ports *)room;

	if (dimension == REGION_LOCAL_PORT || dimension == REGION_REMOTE_PORT) {
		ports->count = 1;
		ports->range[0].lo = (uint16_t)lo;
		ports->range[0].hi = (uint16_t)hi;
		network_print_ports(ports, out);
	} else {
		addrs->count = 1;
		addrs->range[0].lo = addr_of(lo);
		addrs->range[0].hi = addr_of(hi);
		network_print_addrs(addrs, out);
	}
}

static void
add_run(const struct space *space, unsigned dimension, struct region_run run,
    struct str *out)
{
	const struct space_axis *axis = &space->axes[dimension];

	if (dimension == REGION_USER || dimension == REGION_JOB)
		space_names_print_run(&space->names[dimension], run, out);
	else
		add_range(dimension, space_axis_low(axis, run.lo),
		    space_axis_high(axis, run.hi), out);
}

static bool
is_told(const struct space *space, const struct region *region,
    unsigned dimension)
{
	const struct region_set *set = &region->sets[dimension];

	return set->count != 1 ||
	    set->runs[0].lo != space->whole[dimension].lo ||
	    set->runs[0].hi != space->whole[dimension].hi;
}

static void
add_directions(struct region_run run, struct str *out)
{
	str_add(out, run.lo != run.hi ? "inbound and outbound" :
	    run.lo == 0 ? "inbound" : "outbound");
}

void
space_text_region(const struct space *space, const struct region *region,
    struct str *out)
{
	add_directions(region->sets[REGION_DIRECTION].runs[0], out);
	for (size_t n = 0; n < ARRAY_SIZE(told); n++) {
		enum region_dimension d = told[n].dimension;
		const struct region_set *set = &region->sets[d];

		if (!is_told(space, region, d))
			continue;
		str_add(out, ", %s ", told[n].word);
		for (uint32_t i = 0; i < set->count && i < RUNS_SHOWN; i++) {
			if (i > 0)
				str_add(out, " ");
			add_run(space, d, set->runs[i], out);
		}
		if (set->count > RUNS_SHOWN)
			str_add(out, " and %u more", set->count - RUNS_SHOWN);
	}
}

void
space_text_point(const struct space *space, const struct region *region,
    const struct region_point *point, struct str *out)
{
	add_directions((struct region_run){ point->at[REGION_DIRECTION],
	    point->at[REGION_DIRECTION] }, out);
	for (size_t n = 0; n < ARRAY_SIZE(told); n++) {
		enum region_dimension d = told[n].dimension;
		prefix_key key;

		if (!is_told(space, region, d))
			continue;
		str_add(out, ", %s ", told[n].word);
		if (d == REGION_USER || d == REGION_JOB) {
			space_names_print(&space->names[d], point->at[d], out);
		} else {
			key = space_axis_low(&space->axes[d], point->at[d]);
			add_range(d, key, key, out);
		}
	}
}
