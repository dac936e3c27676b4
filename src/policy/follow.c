#include "policy/follow.h"

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "policy/context.h"
#include "policy/schema.h"
#include "policy/secret.h"
#include "policy/tree.h"

/* Whether a line begins with no word of the language. */
static bool
is_strange(const struct context *context, const struct tree_node *node,
    const struct tree_node *end)
{
	const char *word;
	size_t length;

	if (node == NULL || node == end || node->block)
		return false;
	word = context_text(context, &node->words[0]);
	length = node->words[0].length;
	return schema_find_statement(word, length) == NULL &&
	    schema_find_home(NULL, word, length) == NULL;
}

/* Whether a strange line is the value of a row that lacks one; alone: it has
 * one word, and parameters have two. */
static bool
is_value_of(const struct schema_statement *statement,
    const struct schema_param *row, const char *word, size_t length,
    bool alone)
{
	const struct schema_choice *choice = row->choices;

	if (alone)
		return true;
	if (row->type != SCHEMA_TYPE_FLAG && row->type != SCHEMA_TYPE_ENUM)
		return schema_suggest_row(statement, word, length, false) ==
		    NULL;
	for (; choice->name != NULL; choice++)
		if (str_equal(word, length, choice->name))
			return true;
	return false;
}

const struct tree_node *
follow_value(const struct context *context,
    const struct schema_statement *statement, const struct schema_param *row,
    const struct tree_node *node, const struct tree_node *end)
{
	const struct tree_node *next = node->next;
	const char *word = context_text(context, &node->words[0]);

	if (secret_keyword(word, node->words[0].length) ==
	    node->words[0].length) {
		for (; is_strange(context, next, end); next = next->next)
			node = next;
		return node;
	}
	if (row == NULL || !is_strange(context, next, end))
		return node;
	word = context_text(context, &next->words[0]);
	return is_value_of(statement, row, word, next->words[0].length,
	    next->count == 1) ? next : node;
}

const struct tree_node *
follow_block(const struct context *context,
    const struct schema_statement *statement, const struct schema_param *row,
    const struct tree_node *node, const struct tree_node *end)
{
	const struct schema_statement *inner =
	    schema_statement(row->statement);
	const struct tree_node *next = node->next;
	const char *word;
	size_t length;

	if (node->count > 1)
		return node;
	for (; next != NULL && next != end && !next->block;
	    next = next->next) {
		word = context_text(context, &next->words[0]);
		length = next->words[0].length;
		if (schema_find_row(inner, word, length, NULL) == NULL ||
		    schema_find_row(statement, word, length, NULL) != NULL)
			break;
		node = next;
	}
	return node;
}
