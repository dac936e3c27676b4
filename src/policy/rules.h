/*
 * rules.h - the immutable rule table, and the one rule of a connection.
 *
 * First match wins: priority descending, then rule name in EBCDIC (IBM-1047)
 * order, as on z/OS. A condition kind that was not coded is not looked at;
 * several values of one kind are ORed; kinds are ANDed. The table is indexed
 * by direction and port, then by what else a rule asks, so that its cost
 * does not grow with the number of rules that cannot match.
 */
#ifndef SALLYPORT_POLICY_RULES_H
#define SALLYPORT_POLICY_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/compiler.h"
#include "policy/source.h"

struct arena;
struct settings;
struct settings_application;
struct times;
struct times_moment;

/* Bits, so that Both is both. */
enum rules_direction {
	RULES_INBOUND = 1,	/* the socket was accepted */
	RULES_OUTBOUND = 2,	/* the socket was connected */
	RULES_BOTH = 3,
};

/*
 * NULL where the condition was not coded: anything goes. Never empty; ranges
 * ascend, and no two of one family touch (policy/network.h makes them so).
 */
struct rules_addrs {
	size_t count;
	struct addr_range range[];
};

struct rules_ports {
	size_t count;
	struct addr_ports range[];
};

/* What a rule leads to; rules that name the same actions share one. */
struct rules_actions {
	const char *group;		/* the actions' names; NULL: none */
	const char *environment, *connection, *application_name;
	bool secured;			/* TTLSEnabled On */
	const struct settings *settings;	/* never NULL where secured */
	const struct settings_application *application;	/* NULL: none coded */
};

struct rules_rule {
	const char *name;
	uint32_t priority;
	uint8_t direction;		/* enum rules_direction */
	uint32_t number;		/* its place in search order */
	const struct rules_addrs *local_addrs, *remote_addrs;
	const struct rules_ports *local_ports, *remote_ports;
	const char *user, *job;		/* NULL, or a name; one trailing '*' */
	const struct times *times;	/* NULL: always in force */
	const struct rules_actions *actions;	/* never NULL in a table */
	struct source_span span;	/* the rule's name in its file */
};

/* What is known of one connection. */
struct rules_flow {
	uint8_t direction;		/* RULES_INBOUND or RULES_OUTBOUND */
	struct addr_endpoint local, remote;
	/* NULL: unknown, matches no coded name. A job is a process's name;
	 * `unit` the service it belongs to, with its ending, and just as good
	 * for a rule's job. */
	const char *user, *job, *unit;
	const struct times_moment *moment;	/* NULL: no timed rule is met */
};

struct rules;

/*
 * Builds the table over rules[count], which must outlive it; the array is
 * sorted in place into search order. Memory comes from the arena.
 * Cannot fail but by exhaustion of memory (the arena's rule applies).
 */
struct rules *rules_build(struct arena *arena, struct rules_rule **rules,
    size_t count);

/* The first rule that matches, or NULL. Allocates nothing. */
const struct rules_rule *rules_match(const struct rules *table,
    const struct rules_flow *flow);

/* All rules in search order. */
size_t rules_count(const struct rules *table);
const struct rules_rule *rules_at(const struct rules *table, size_t index);

#endif
