/*
 * inert.h - the coded parameters of a policy that do not act in this version,
 * or cannot act on Linux. lint warns of them; the agent does not start with
 * those that a later version builds.
 */
#ifndef SALLYPORT_POLICY_INERT_H
#define SALLYPORT_POLICY_INERT_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/schema.h"
#include "policy/source.h"

struct arena;
struct body;
struct context;
struct value;

struct inert_item {
	struct source_span span;	/* of the line */
	const char *statement, *parameter, *value, *reason;
	enum schema_acts acts;		/* LATER or NO */
	bool reachable;			/* from a rule */
	bool dependent;			/* on another that does not act: alone
					 * it means nothing */
};

struct inert;

/* An empty list, in the arena. */
struct inert *inert_new(struct arena *arena);

/*
 * Notes a coded value, where its row does not act on it and it differs from
 * the default. body NULL: of a rule, so reachable.
 */
void inert_note(struct context *context,
    const struct schema_statement *statement, const struct schema_param *row,
    const struct value *value, struct source_span span,
    const struct body *body);

/* Sets `reachable` from the bodies; they may go away afterwards. */
void inert_settle(struct inert *inert);

/* NULL past the last; in file order within a statement. */
const struct inert_item *inert_at(const struct inert *inert, size_t index);

#endif
