/*
 * mistake.h - what is said about a wrong line of a statement, and its cure.
 *
 * Only words: what is wrong was found out by body.c. No secret is ever
 * quoted here.
 */
#ifndef SALLYPORT_POLICY_MISTAKE_H
#define SALLYPORT_POLICY_MISTAKE_H

#include <stdbool.h>

#include "policy/schema.h"
#include "policy/source.h"

struct body;
struct context;
struct tree_node;
struct tree_word;

/* Returns the row that was probably meant, or NULL. */
const char *mistake_unknown(struct context *context,
    const struct schema_statement *statement, const struct tree_node *node);
void mistake_no_block(struct context *context, const struct schema_param *row,
    const struct tree_node *node);
void mistake_block(struct context *context, const struct schema_param *row,
    const struct tree_node *node);
/* next: the value stands on the next line. */
void mistake_no_value(struct context *context, const struct schema_param *row,
    const struct tree_node *node, bool next);
/* Reports the name of a definition where its value is wanted; else false. */
bool mistake_name_for_value(struct context *context,
    const struct schema_statement *statement, const struct schema_param *row,
    const struct tree_node *node);
/* Reports a second name behind a condition's reference; else false. */
bool mistake_second_name(struct context *context,
    const struct schema_param *row, const struct tree_node *node);
void mistake_unresolved(struct context *context,
    const struct schema_param *row, const struct tree_word *word);

/* earlier: the line it was coded on before, as `other`, or NULL. */
void mistake_twice(struct context *context, const struct schema_param *row,
    const struct tree_node *node, const struct source_span *earlier);
void mistake_condition_twice(struct context *context, const struct body *body,
    const struct schema_param *row, const struct schema_param *other,
    const struct tree_node *node, const struct source_span *earlier);

/* The cure for several values where a condition takes one. */
const char *mistake_many(const struct schema_param *row);

/* The row is required, and nothing codes it. */
void mistake_required(struct context *context, const struct body *body,
    const struct schema_param *row);

#endif
