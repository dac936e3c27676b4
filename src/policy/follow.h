/*
 * follow.h - the lines that belong to one that is wrong, so that one mistake
 * is one message.
 *
 * All functions return the last line that belongs to `node`, which may be
 * itself; `end` is past the last line of the statement.
 */
#ifndef SALLYPORT_POLICY_FOLLOW_H
#define SALLYPORT_POLICY_FOLLOW_H

struct context;
struct schema_param;
struct schema_statement;
struct tree_node;

/*
 * A row without a value, whose value may stand on the next line; NULL: a word
 * that is not known, and may be the misspelt keyword of a password. All that
 * may be a password belongs to it.
 */
const struct tree_node *follow_value(const struct context *context,
    const struct schema_statement *statement, const struct schema_param *row,
    const struct tree_node *node, const struct tree_node *end);

/* A block without braces and name, and the lines that were to be in it. */
const struct tree_node *follow_block(const struct context *context,
    const struct schema_statement *statement, const struct schema_param *row,
    const struct tree_node *node, const struct tree_node *end);

#endif
