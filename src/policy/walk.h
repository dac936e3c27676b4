/*
 * walk.h - finds the statements of a tree, wherever their braces are.
 *
 * A statement without braces takes the lines that follow it, up to the next
 * statement. One that stands in a block where it cannot stand is taken out of
 * it, and the brace that is missing before it is reported.
 */
#ifndef SALLYPORT_POLICY_WALK_H
#define SALLYPORT_POLICY_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/schema.h"
#include "policy/source.h"

struct context;
struct tree;
struct tree_node;

/*
 * One statement: its header, and the nodes of its body, end excluded. A line
 * at file level is its own body.
 */
typedef void walk_found(struct context *context, void *argument,
    const struct schema_statement *statement, const struct tree_node *node,
    const struct tree_node *first, const struct tree_node *end);

/*
 * Calls `found` for each statement at file level, in file order, but for
 * those that are spent.
 */
void walk_statements(struct context *context, const struct tree *tree,
    walk_found *found, void *argument);

/*
 * The node after a statement without braces and what it takes, or NULL; the
 * statement may be one that a misspelt header was meant to be.
 */
const struct tree_node *walk_end_of_adoption(const struct context *context,
    const struct schema_statement *adopter, const struct tree_node *header);

/*
 * Whether two bodies say the same, whatever their blanks, their comments and
 * the case of their keywords and enumerated values.
 */
bool walk_same_body(const struct context *context,
    const struct schema_statement *statement,
    const struct tree_node *a, const struct tree_node *a_end,
    const struct tree_node *b, const struct tree_node *b_end);

/*
 * Reports a placeholder such as <name>, ?name?, [name] or "..."; else false.
 * The span is a word; its text goes on to the end of the source.
 */
bool walk_refuse_template(struct context *context, const char *text,
    struct source_span span);

/* Reports what begins a remark in other languages, but not here; else false. */
bool walk_refuse_remark(struct context *context, const char *text,
    struct source_span span);

/* Warns of words from number `used` on. */
void walk_warn_of_rest(struct context *context, const struct tree_node *node,
    uint32_t used);

#endif
