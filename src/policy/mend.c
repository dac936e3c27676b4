#include "policy/mend.h"

#include <string.h>

#include "base/str.h"
#include "policy/diag.h"
#include "policy/gap.h"
#include "policy/schema.h"
#include "policy/tree.h"

#define WORD_MIN	4	/* shorter ones are near to too many */

static struct source_span
span_of(const struct source *source, uint32_t from, uint32_t to)
{
	return (struct source_span){ source, from, to - from };
}

/* --- words -------------------------------------------------------------- */

/* The next digit of a word, or 0. */
static char
next_digit(const char *text, size_t length, size_t *at)
{
	while (*at < length) {
		char c = text[(*at)++];

		if (c >= '0' && c <= '9')
			return c;
	}
	return 0;
}

static bool
same_digits(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t i = 0, j = 0;
	char c;

	do {
		c = next_digit(a, a_length, &i);
		if (c != next_digit(b, b_length, &j))
			return false;
	} while (c != 0);
	return true;
}

void
mend_word(struct diag *diag, struct diag_record *record,
    struct source_span word, const char *meant)
{
	size_t length = meant == NULL ? 0 : strlen(meant);
	const char *text;

	if (record == NULL || word.source == NULL ||
	    word.length < WORD_MIN || length < WORD_MIN)
		return;
	text = source_text(word.source) + word.offset;
	if (str_distance(text, word.length, meant, length, 1) > 1 ||
	    !same_digits(text, word.length, meant, length))
		return;
	diag_edit(diag, record, word, "%s", meant);
}

void
mend_quotes(struct diag *diag, struct diag_record *record,
    struct source_span quoted)
{
	size_t length = quoted.length;
	const char *text;

	if (record == NULL || quoted.source == NULL || length < 3)
		return;
	text = source_text(quoted.source) + quoted.offset;
	if ((text[0] != '"' && text[0] != '\'') || text[length - 1] != text[0])
		return;
	for (size_t i = 1; i < length - 1; i++)
		if (gap_blank(text + i, length - i) > 0 ||
		    strchr("\"'#{}", text[i]) != NULL)
			return;
	diag_edit(diag, record, quoted, "%.*s", (int)(length - 2), text + 1);
}

/* --- lines -------------------------------------------------------------- */

/* The offset of the line end at or after one, which may be the text's end. */
static uint32_t
line_end(const struct source *source, uint32_t offset)
{
	const char *text = source_text(source);
	const char *end = memchr(text + offset, '\n',
	    source_size(source) - offset);

	return end == NULL ? (uint32_t)source_size(source) :
	    (uint32_t)(end - text);
}

void
mend_rest(struct diag *diag, struct diag_record *record,
    struct source_span rest)
{
	const char *text;
	struct gap gap;

	if (record == NULL || rest.source == NULL)
		return;
	text = source_text(rest.source);
	/* A brace on the same line would be in the comment, too. */
	gap = gap_next(rest.source, rest.offset + rest.length);
	if (gap.kind == GAP_BRACE && gap.lines == 0)
		return;
	rest.length = 0;
	diag_edit(diag, record, rest, "%s", rest.offset > 0 &&
	    (text[rest.offset - 1] == ' ' || text[rest.offset - 1] == '\t' ||
	    text[rest.offset - 1] == '\xa0') ? "# " : " # ");
}

/* Whether blanks after a line's keyword are part of its value, or may be. */
static bool
is_text(const struct source *source, uint32_t offset)
{
	const char *text = source_text(source);
	const struct schema_statement *home;
	const struct schema_param *row;
	uint32_t start;
	size_t length = 0;

	for (start = offset; start > source_start(source) &&
	    strchr("\n{}", text[start - 1]) == NULL; start--)
		;
	while (start < offset && gap_blank(text + start, offset - start) > 0)
		start += (uint32_t)gap_blank(text + start, offset - start);
	while (start + length < offset &&
	    gap_blank(text + start + length, offset - start - length) == 0)
		length++;
	/* Right behind the keyword it is a blank, whatever follows. */
	if (start + length == offset)
		return false;
	home = schema_find_home(NULL, text + start, length);
	if (home == NULL)
		return schema_find_statement(text + start, length) == NULL;
	row = schema_find_row(home, text + start, length, NULL);
	return !schema_is_words(row);
}

static void
mend_line_blanks(struct diag *diag, struct diag_record *record)
{
	struct source_span first = record->span;
	const char *text = source_text(first.source);
	uint32_t at, end = line_end(first.source, first.offset);
	unsigned count = 0;

	if (is_text(first.source, first.offset))
		return;
	for (at = first.offset; at < end; at++) {
		/* Inside quotes it is no blank; in a comment, no matter. */
		if (text[at] == '"' || text[at] == '#')
			return;
		if (gap_blank(text + at, end - at) == 2 &&
		    !is_text(first.source, at) && count++ < MEND_EDITS_MAX)
			diag_edit(diag, record, span_of(first.source, at,
			    at + 2), " ");
	}
}

void
mend_blanks(struct diag *diag)
{
	struct diag_record *record;

	for (size_t i = 0; (record = diag_record(diag, i)) != NULL; i++)
		if (record->code == DIAG_NO_BREAK_SPACE &&
		    record->edits == NULL)
			mend_line_blanks(diag, record);
}

/* Whether all of a stretch of text is blank. */
static bool
all_blank(const struct source *source, uint32_t from, uint32_t to)
{
	const char *text = source_text(source);
	size_t n;

	while (from < to && (n = gap_blank(text + from, to - from)) > 0)
		from += (uint32_t)n;
	return from == to;
}

/* Removes lines that hold this and nothing else, not even a comment. */
static void
remove_lines(struct diag *diag, struct diag_record *record,
    struct source_span span)
{
	const struct source *source = span.source;
	uint32_t start, end = line_end(source, span.offset + span.length);

	(void)source_line(source, span.offset, &start);
	if (!all_blank(source, start, span.offset) ||
	    !all_blank(source, span.offset + span.length, end))
		return;
	if (end < source_size(source))
		end++;
	diag_edit(diag, record, span_of(source, start, end), "%s", "");
}

void
mend_line(struct diag *diag, struct diag_record *record,
    struct source_span line, struct source_span earlier)
{
	if (record != NULL && line.length == earlier.length &&
	    memcmp(source_text(line.source) + line.offset,
	    source_text(earlier.source) + earlier.offset, line.length) == 0)
		remove_lines(diag, record, line);
}

/* --- braces ------------------------------------------------------------- */

void
mend_brace(struct diag *diag, struct diag_record *record,
    struct source_span brace)
{
	const char *text = source_text(brace.source);
	uint32_t line, from = brace.offset;
	int indent = 0;

	if (record == NULL)
		return;
	(void)source_line(brace.source, brace.offset, &line);
	while (text[line + (uint32_t)indent] == '\t')
		indent++;
	while (from > line && (text[from - 1] == ' ' || text[from - 1] == '\t'))
		from--;
	diag_edit(diag, record, span_of(brace.source, from, brace.offset),
	    "\n%.*s", indent > 0 ? indent - 1 : 0, text + line);
}

/* Past the comment that follows on the same line. */
static uint32_t
past_comment(const struct source *source, uint32_t offset)
{
	struct gap gap = gap_next(source, offset);

	return gap.kind == GAP_COMMENT && gap.lines == 0 ?
	    gap.offset + gap.length : offset;
}

/* The offset past what a statement without braces takes. */
static uint32_t
end_of(const struct source *source, const struct tree_node *header,
    const struct tree_node *end)
{
	while (header->next != end)
		header = header->next;
	return gap_node_end(source, header);
}

void
mend_braces(struct diag *diag, struct diag_record *record,
    const struct source *source, const struct tree_node *header,
    const struct tree_node *end)
{
	uint32_t open, close, line;
	int indent;

	if (record == NULL)
		return;
	open = past_comment(source, header->end);
	close = past_comment(source, end_of(source, header, end));
	(void)source_line(source, header->words[0].offset, &line);
	indent = all_blank(source, line, header->words[0].offset) ?
	    (int)(header->words[0].offset - line) : 0;
	if (header->next == end) {
		diag_edit(diag, record, span_of(source, open, open),
		    "\n%.*s{\n%.*s}", indent, source_text(source) + line,
		    indent, source_text(source) + line);
		return;
	}
	diag_edit(diag, record, span_of(source, open, open), "\n%.*s{", indent,
	    source_text(source) + line);
	diag_edit(diag, record, span_of(source, close, close), "\n%.*s}",
	    indent, source_text(source) + line);
}

/* --- statements --------------------------------------------------------- */

/* Goes past a brace; true where a comment comes first. */
static bool
comment_before_brace(const struct source *source, uint32_t *at)
{
	struct gap gap = gap_next(source, *at);

	*at = gap.offset + gap.length;
	return gap.kind == GAP_COMMENT;
}

/* Goes past a node; true where a comment comes first, or is in it. */
static bool
has_comment(const struct source *source, uint32_t *at,
    const struct tree_node *node)
{
	const struct tree_node *child;

	if (gap_next(source, *at).kind == GAP_COMMENT)
		return true;
	*at = node->end;
	if (!node->block)
		return false;
	if (comment_before_brace(source, at))
		return true;
	for (child = node->first; child != NULL; child = child->next)
		if (has_comment(source, at, child))
			return true;
	return comment_before_brace(source, at);
}

void
mend_statement(struct diag *diag, struct diag_record *record,
    const struct source *source, const struct tree_node *header,
    const struct tree_node *end)
{
	const struct tree_node *node = header;
	uint32_t at = header->words[0].offset;

	if (record == NULL || (header->block && !header->closed))
		return;
	if (header->block)
		end = header->next;
	for (; node != end; node = node->next)
		if (has_comment(source, &at, node))
			return;
	remove_lines(diag, record, span_of(source, header->words[0].offset,
	    at));
}
