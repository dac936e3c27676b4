#include "lint/lint-lines.h"

#include <string.h>

#include "lint/lint-scope.h"
#include "policy/context.h"
#include "policy/names.h"
#include "policy/schema.h"
#include "policy/tree.h"

typedef void line_found(struct lint_scope *scope, const struct lint_line *line);

static void
each_of(struct lint_scope *scope, const struct lint_line *header,
    const struct tree_node *first, const struct tree_node *end,
    line_found *found)
{
	const struct tree_node *node;
	const struct tree_word *word;
	struct lint_line line = *header;

	found(scope, header);
	for (node = first; node != end; node = node->next) {
		if (node->taken)
			continue;
		word = &node->words[0];
		line.node = node;
		line.row = schema_find_row(header->statement,
		    context_text(scope->context, word), word->length, NULL);
		if (line.row != NULL && line.row->type == SCHEMA_TYPE_BLOCK) {
			struct lint_line inner = {
				schema_statement(line.row->statement), node,
				NULL, node
			};

			each_of(scope, &inner, node->first, NULL, found);
		} else {
			found(scope, &line);
		}
	}
}

void
lint_lines_each(struct lint_scope *scope, line_found *found)
{
	struct names_entry *entry = names_first(scope->context->names);

	for (; entry != NULL; entry = entry->next) {
		struct lint_line line = {
			entry->statement, entry->node, NULL, entry->node
		};

		/* What is said of the first one is enough. */
		if (!entry->repeated)
			each_of(scope, &line, entry->first, entry->end,
			    found);
	}
}

struct source_span
lint_lines_word(const struct lint_scope *scope, const struct lint_line *line,
    size_t i)
{
	if (i >= line->node->count)
		return (struct source_span){ scope->context->source,
		    line->node->end, 0 };
	return context_span(scope->context, &line->node->words[i]);
}

struct source_span
lint_lines_rest(const struct lint_scope *scope, const struct lint_line *line,
    size_t i)
{
	struct source_span span = lint_lines_word(scope, line, i);

	span.length = line->node->end - span.offset;
	return span;
}

struct source_span
lint_lines_remark(const struct lint_scope *scope, const struct lint_line *line)
{
	const struct source *source = scope->context->source;
	const char *text = source_text(source);
	uint32_t start, at = line->node->end;
	size_t end = source_line(source, at, &start);

	end += start;
	while (at < end && text[at] != '#')
		at++;
	return (struct source_span){ source, at, (uint32_t)(end - at) };
}
