/*
 * space.h - the rules of a policy as regions, exactly.
 *
 * What no rule tells apart is one: ports, addresses and names become integers
 * that are as few as the policy's conditions allow (lint/space-axis.h,
 * lint/space-names.h). In order of addresses IPv4 is where its mapped
 * form is. Ports are 1 to 65535. Times that are not the same are taken to
 * have no moment in common, and all of them to leave a moment out; and a
 * connection to have one job name, though its process and its unit may have
 * different ones. So no rule is thought to stand in another's way where it
 * may not; and whether one takes all of another is not touched by it.
 *
 * The first regions are no rules, but what cannot come: connections between
 * IPv4 and IPv6. They stand before all rules in search order, so that nothing
 * is said of rules that have only those in common.
 */
#ifndef SALLYPORT_LINT_SPACE_H
#define SALLYPORT_LINT_SPACE_H

#include <stdint.h>

#include "lint/region.h"
#include "lint/space-axis.h"
#include "lint/space-names.h"
#include "policy/rules.h"

struct arena;
struct space_shared;

/* Regions that are no rules; rule n is region n + SPACE_IMPOSSIBLE. */
#define SPACE_IMPOSSIBLE 2

/* At most so many rules. */
#define SPACE_MAX ((size_t)1 << 26)

struct space {
	/* A rule that asks for port 0 only has an empty set. */
	struct region *regions;
	uint32_t count;
	struct region_run whole[REGION_DIMENSIONS];	/* all there is */
	struct space_axis axes[REGION_DIMENSIONS];	/* ports, addresses */
	struct space_names names[REGION_DIMENSIONS];	/* user, job */
	/* Of the making: */
	struct arena *arena;
	const struct rules *rules;
	struct space_shared *shared;
	size_t shared_count;
};

/* Never NULL; all of it is in the arena. */
struct space *space_new(struct arena *arena, const struct rules *rules);

/* One direction, or both (enum rules_direction), as a set. */
struct region_set space_direction(uint8_t direction);

#endif
