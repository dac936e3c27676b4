/*
 * environment.h - the secured rules' settings, with what their files hold.
 *
 * An environment is z/OS's word: one set of settings with its key ring and
 * the CAs it trusts. The supervisor loads all of them, with its own rights,
 * before it forks; workers inherit the memory and open nothing.
 */
#ifndef SALLYPORT_AGENT_ENVIRONMENT_H
#define SALLYPORT_AGENT_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "trust/judge.h"

struct diag;
struct path_anchors;
struct rules;
struct settings;
struct tls_ring;
struct tls_store;

struct environment {
	const struct settings *settings;
	struct tls_ring *ring;
	struct path_anchors *anchors;
	struct judge judge;
	struct tls_store *store;	/* NULL: no session is resumed */
	bool mute_13;	/* as proved: TLS 1.3 is off, for want of a pair */
};

struct environment_table {
	struct environment *items;	/* ordered by settings' address */
	size_t count;
};

/*
 * Loads the environment of every secured rule of the table and proves it
 * (agent/proof.h). All faults are added to `diag`. 0, or -1 where there was
 * any.
 */
MUST_USE int environment_load(const struct rules *rules, struct diag *diag,
    struct environment_table *table_r);

/*
 * The same, to see the faults only: nothing is kept. What else is to be said
 * of the files (agent/inspect.h) is added as warnings and advice.
 */
void environment_check(const struct rules *rules, struct diag *diag);

/*
 * Makes what workers share to resume sessions; for the supervisor, once, when
 * the table is proved. -1 where there is no memory, or no randomness (errno).
 */
MUST_USE int environment_share_sessions(struct environment_table *table);

/*
 * Turns and wipes the session keys that are due. Returns in how many
 * milliseconds to come again, INT64_MAX for never.
 */
int64_t environment_tend_keys(struct environment_table *table);

/*
 * Ends the resumption of sessions in every process that has the table: what
 * was sealed cannot be opened any more.
 */
void environment_end_sessions(struct environment_table *table);

/* Wipes the private keys and frees all; safe on a table that failed to load. */
void environment_free(struct environment_table *table);

/* The environment of a secured rule's settings; never NULL for those. */
struct environment *environment_find(const struct environment_table *table,
    const struct settings *settings);

#endif
