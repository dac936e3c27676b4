/*
 * overlap.h - which rules take connections that later rules match, too.
 *
 * One rule takes a connection from another where both match it, and the first
 * that matches it is the one: a rule between whose reach a third one covers
 * takes nothing. Verdicts are exact, over directions, addresses, ports, user
 * and job; connections between IPv4 and IPv6 there are none; rules of times
 * that are not the same are taken to have nothing in common.
 *
 * What would be too much work is left undecided and said to be so; the limit
 * is a count, not a time, so that the same policy always gets the same answer.
 */
#ifndef SALLYPORT_LINT_OVERLAP_H
#define SALLYPORT_LINT_OVERLAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/rules.h"

struct arena;
struct overlap;
struct str;

/* What is so of a rule; bits. After one of the first two there are no more. */
enum overlap_verdict {
	OVERLAP_EMPTY = 1 << 0,		/* it asks for what cannot come */
	OVERLAP_NEVER = 1 << 1,		/* earlier rules take all of it */
	OVERLAP_NO_INBOUND = 1 << 2,	/* the same one way; it is Both */
	OVERLAP_NO_OUTBOUND = 1 << 3,
	/*
	 * Rules take a part of it (of the way that is left), with ...
	 * ... higher priority, and are Off while it is On;
	 */
	OVERLAP_OFF = 1 << 4,
	/* ... higher priority, else; */
	OVERLAP_PART = 1 << 5,
	/* ... the same priority, and lead to other actions; */
	OVERLAP_TIE_OTHER = 1 << 6,
	/* ... the same priority, and lead to the same. */
	OVERLAP_TIE_SAME = 1 << 7,
	OVERLAP_UNDECIDED = 1 << 8,	/* there may be more of these */
};

/* The rules, and what becomes of them, are in the arena. */
struct overlap *overlap_new(struct arena *arena, const struct rules *rules);

/* A sum of enum overlap_verdict for each rule, by its number. */
const uint16_t *overlap_verdicts(struct overlap *overlap);

/* A rule that takes something from another. */
struct overlap_taker {
	const struct rules_rule *rule;
	const char *common;		/* what both match */
	const char *example;		/* one connection that is taken */
};

struct overlap_takers {
	struct overlap_taker *takers;	/* in search order */
	size_t count;
	size_t total;			/* count and more, so far as known */
	size_t off;			/* of the total, those that are Off */
	bool open;			/* there may be still more */
};

/*
 * Who brought about one bit of a rule's verdict: at most `most` of them, from
 * the arena. Of OVERLAP_NEVER and lost ways it is the one rule that takes
 * everything by itself, where there is one.
 */
struct overlap_takers overlap_find(struct overlap *overlap,
    const struct rules_rule *rule, enum overlap_verdict verdict, size_t most);

#endif
