/*
 * body.h - the lines of one statement, compiled: typed values, references
 * that lead somewhere, and inline statements.
 *
 * A body lives in the compile's scratch memory; the values in it belong to
 * the policy.
 */
#ifndef SALLYPORT_POLICY_BODY_H
#define SALLYPORT_POLICY_BODY_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/schema.h"
#include "policy/source.h"
#include "policy/value.h"

struct arena;
struct context;
struct names_entry;
struct tree_node;

/* A coded value. */
struct body_set {
	const struct schema_param *row;
	struct source_span span;	/* of the whole line */
	struct value value;
};

/* A reference, or an inline statement. */
struct body_link {
	const struct schema_param *row;
	struct source_span span;	/* of the whole line */
	struct names_entry *target;	/* NULL: inline, or unresolved;
					 * where context->early it may be
					 * defined later */
	struct body *inlined;		/* NULL: a reference */
};

/* Bits of body->seen: the row was coded, well or not... */
#define BODY_SEEN_ROW	0x01
/* ...or any form of its value was; at the first row that is one. */
#define BODY_SEEN_VALUE	0x02

struct body {
	const struct schema_statement *statement;
	struct source_span span;	/* of its name, or its keyword */
	const char *name;		/* "" where it has none */
	struct body_set *sets;
	struct body_link *links;
	size_t set_count, set_room, link_count, link_room;
	unsigned char seen[SCHEMA_ROWS_MAX]; /* BODY_SEEN_, by row */
	unsigned flags;			/* of all rows that were coded */
	bool reachable;			/* from a rule */
	bool broken;			/* a mistake was found in it */
	bool homes_checked;		/* for what an inner one codes, too */
};

/* The rows of all statements by name; for context->index. */
struct body_index *body_index_new(struct arena *arena);

/*
 * Compiles the nodes first to end (excluded) under a header. Mistakes are
 * reported; the body holds what could be read. `of_rule`: values that do not
 * act are noted as reachable.
 */
struct body *body_compile(struct context *context,
    const struct schema_statement *statement, const struct tree_node *header,
    const struct tree_node *first, const struct tree_node *end, bool of_rule);

/* Takes one more line; for those at file level. */
void body_add_line(struct context *context, struct body *body,
    const struct tree_node *node);

/* The value of a row, or NULL where it was not coded (well). */
const struct body_set *body_set(const struct body *body, const char *name);
/* The reference or block of this statement, or NULL. */
const struct body_link *body_link(const struct body *body,
    enum schema_statement_id id);
/* The body behind a link, once all are compiled; NULL: unresolved. */
struct body *body_target(const struct body_link *link);

/* A reference in a rule that was read before what it names. */
struct body_pending {
	struct body_pending *next;
	const struct names_entry *target;
	const struct schema_param *row;
	struct tree_word word;
};

/* Reports those of context->pending that lead nowhere. */
void body_settle_pending(struct context *context);

/* Whether any form of the row was coded, well or not. */
bool body_has(const struct body *body, const struct schema_param *row);

/* Whether no mistake was found in it, nor in anything it leads to. */
bool body_sound(const struct body *body);

/* Marks the body, and what it leads to, as reachable from a rule. */
void body_reach(struct body *body);

#endif
