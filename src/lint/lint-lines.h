/*
 * lint-lines.h - every line of a policy, with the row that it codes.
 */
#ifndef SALLYPORT_LINT_LINT_LINES_H
#define SALLYPORT_LINT_LINT_LINES_H

#include <stddef.h>

#include "policy/source.h"

struct lint_scope;
struct schema_param;
struct schema_statement;
struct tree_node;

struct lint_line {
	const struct schema_statement *statement;
	const struct tree_node *header;		/* of the statement */
	const struct schema_param *row;		/* NULL: no such row, or the
						 * header itself */
	const struct tree_node *node;
};

/* Calls `found` for each header and each line; inline blocks' ones, too. */
void lint_lines_each(struct lint_scope *scope,
    void (*found)(struct lint_scope *scope, const struct lint_line *line));

/* Word number i of a line; of no length where there is none. */
struct source_span lint_lines_word(const struct lint_scope *scope,
    const struct lint_line *line, size_t i);

/* From word number i to the line's last one. */
struct source_span lint_lines_rest(const struct lint_scope *scope,
    const struct lint_line *line, size_t i);

/* The remark at the line's end, from its #; of no length without one. */
struct source_span lint_lines_remark(const struct lint_scope *scope,
    const struct lint_line *line);

#endif
