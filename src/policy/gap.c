#include "policy/gap.h"

#include <string.h>

#include "policy/source.h"
#include "policy/tree.h"

size_t
gap_blank(const char *text, size_t left)
{
	if (left == 0)
		return 0;
	switch (*text) {
	case ' ': case '\t': case '\r': case '\v': case '\f':
		return 1;
	case '\xc2':
		return left > 1 && text[1] == '\xa0' ? 2 : 0;
	default:
		return 0;
	}
}

/* A comment ends with its line; blanks behind it are not part of it. */
static uint32_t
comment_length(const char *text, size_t left)
{
	const char *end = memchr(text, '\n', left);
	size_t length = end == NULL ? left : (size_t)(end - text);

	while (strchr(" \t\r\v\f", text[length - 1]) != NULL)
		length--;
	return (uint32_t)length;
}

struct gap
gap_next(const struct source *source, uint32_t offset)
{
	const char *text = source_text(source);
	size_t size = source_size(source), n;
	struct gap gap = { GAP_END, offset, 0, 0 };

	if (gap.offset < source_start(source))
		gap.offset = (uint32_t)source_start(source);
	while (gap.offset < size) {
		n = gap_blank(text + gap.offset, size - gap.offset);
		if (n == 0 && text[gap.offset] == '\n') {
			gap.lines++;
			n = 1;
		}
		if (n == 0)
			break;
		gap.offset += (uint32_t)n;
	}
	if (gap.offset >= size)
		return gap;
	gap.kind = GAP_WORD;
	if (text[gap.offset] == '#') {
		gap.kind = GAP_COMMENT;
		gap.length = comment_length(text + gap.offset,
		    size - gap.offset);
	} else if (text[gap.offset] == '{' || text[gap.offset] == '}') {
		gap.kind = GAP_BRACE;
		gap.length = 1;
	}
	return gap;
}

/* Past the next brace, or the end. */
static uint32_t
past_brace(const struct source *source, uint32_t offset)
{
	struct gap gap;

	do {
		gap = gap_next(source, offset);
		offset = gap.offset + gap.length;
	} while (gap.kind == GAP_COMMENT);
	return offset;
}

uint32_t
gap_node_end(const struct source *source, const struct tree_node *node)
{
	const struct tree_node *child = node->first;

	if (!node->block)
		return node->end;
	if (child == NULL)
		return past_brace(source, past_brace(source, node->end));
	while (child->next != NULL)
		child = child->next;
	return past_brace(source, gap_node_end(source, child));
}
