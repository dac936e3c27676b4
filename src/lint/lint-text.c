#include "lint/lint-text.h"

#include <string.h>
#include <strings.h>

#include "base/compiler.h"
#include "base/str.h"
#include "lint/lint-lines.h"
#include "lint/lint-scope.h"
#include "policy/context.h"
#include "policy/schema.h"
#include "policy/tree.h"

/* --- characters --------------------------------------------------- */

enum oddity { ODD_NOT, ODD_DAMAGED, ODD_LOOKALIKE, ODD_CONTROL };

static uint32_t
code_point(const unsigned char *b, size_t length)
{
	switch (length) {
	case 2:
		return (uint32_t)(b[0] & 0x1f) << 6 | (b[1] & 0x3f);
	case 3:
		return (uint32_t)(b[0] & 0x0f) << 12 |
		    (uint32_t)(b[1] & 0x3f) << 6 | (b[2] & 0x3f);
	default:
		return 0x10000;
	}
}

/* Quotes, dashes, blanks and marks of no width, and full-width ASCII. */
static bool
looks_like_another(uint32_t c)
{
	return c == 0xad || (c >= 0x2000 && c <= 0x201f) ||
	    (c >= 0x2028 && c <= 0x202f) || c == 0x205f || c == 0x2060 ||
	    c == 0x2212 || c == 0x3000 || c == 0xfeff ||
	    (c >= 0xff01 && c <= 0xff5e);
}

/*
 * The first oddity of a text. What was UTF-8 once and was read as Latin-1 has
 * the control characters of ISO 8859-1 in it, which nobody writes.
 */
static enum oddity
find_oddity(const char *text, size_t length, size_t *at_r, size_t *length_r)
{
	const unsigned char *b = (const unsigned char *)text;
	uint32_t c;
	size_t n;

	for (size_t i = 0; i < length; i += n) {
		n = b[i] < 0x80 ? 1 : str_utf8_length(text + i, length - i);
		*at_r = i;
		*length_r = n == 0 ? 1 : n;
		if (n == 0)
			return ODD_DAMAGED;
		if (n == 1) {
			if ((b[i] < 0x20 && b[i] != '\t') || b[i] == 0x7f)
				return ODD_CONTROL;
			continue;
		}
		c = code_point(b + i, n);
		if (c == 0xfffd || (c >= 0x80 && c < 0xa0))
			return ODD_DAMAGED;
		if (looks_like_another(c))
			return ODD_LOOKALIKE;
	}
	return ODD_NOT;
}

static void
judge_characters(struct lint_scope *scope, struct source_span span)
{
	const char *text = lint_scope_text(span);
	size_t at, length;

	switch (find_oddity(text, span.length, &at, &length)) {
	case ODD_NOT:
		return;
	case ODD_DAMAGED:
		span.offset += (uint32_t)at;
		span.length = (uint32_t)length;
		diag_cure(scope->diag, lint_scope_report(scope,
		    DIAG_TEXT_DAMAGED, span, "a damaged character"),
		    "write it again; the file is to be UTF-8");
		return;
	case ODD_LOOKALIKE:
		span.offset += (uint32_t)at;
		span.length = (uint32_t)length;
		/* That it is a quotation mark was told. */
		if (lint_scope_is_wrong(scope, span) && length == 3 &&
		    memcmp(text + at, "\xe2\x80", 2) == 0 &&
		    (unsigned char)text[at + 2] >= 0x98)
			return;
		diag_cure(scope->diag, lint_scope_report(scope,
		    DIAG_TEXT_LOOKALIKE, span, "this only looks like a blank, "
		    "quote, hyphen or letter of ASCII"),
		    "type it again; it often comes from a web page");
		return;
	case ODD_CONTROL:
		span.offset += (uint32_t)at;
		span.length = (uint32_t)length;
		diag_cure(scope->diag, lint_scope_report(scope,
		    DIAG_TEXT_CONTROL, span, "a control character"),
		    "remove it");
	}
}

/* --- # inside words ----------------------------------------------- */

static void
judge_hash(struct lint_scope *scope, const struct lint_line *line,
    struct source_span value)
{
	const char *text = lint_scope_text(value);
	const char *hash = memchr(text, '#', value.length);
	struct source_span span = value;
	bool glued;

	/* Job names may have it. */
	if (hash == NULL || hash == text || (line->row != NULL &&
	    line->row->type == SCHEMA_TYPE_PATTERN))
		return;
	span.offset += (uint32_t)(hash - text);
	span.length = line->node->end - span.offset;
	glued = span.length == 1 || memchr(hash, ' ', span.length) != NULL ||
	    memchr(hash, '\t', span.length) != NULL;
	if (glued)
		diag_cure(scope->diag, lint_scope_report(scope,
		    DIAG_REMARK_GLUED, span, "this # begins no remark: it is "
		    "part of the word"), "put a blank before it");
	else
		diag_cure(scope->diag, lint_scope_report(scope,
		    DIAG_HASH_INSIDE, span, "this # is part of the word"),
		    "other readers end the line there: another character is "
		    "safer");
}

/* --- what templates leave ----------------------------------------- */

/* Whether an opening and a closing mark have a word between them. */
static bool
between(const char *text, size_t length, const char *open, char close)
{
	size_t n = strlen(open);
	const char *from = memmem(text, length, open, n), *to;

	if (from == NULL)
		return false;
	from += n;
	to = memchr(from, close, length - (size_t)(from - text));
	return to != NULL && to > from;
}

static bool
begins(const char *text, size_t length, const char *word)
{
	size_t n = strlen(word);

	return length >= n && strncasecmp(text, word, n) == 0;
}

static bool
is_residue(const char *text, size_t length)
{
	static const char *const words[] = {
		"changeme", "change_me", "change-me", "replaceme",
		"replace_me", "replace-me", "your_", "your-", "todo", "tbd",
		"fixme",
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (begins(text, length, words[i]) && (length ==
		    strlen(words[i]) || strlen(words[i]) > 4))
			return true;
	return between(text, length, "<", '>') ||
	    between(text, length, "%", '%') ||
	    between(text, length, "[", ']') ||
	    between(text, length, "?", '?');
}

static void
judge_residue(struct lint_scope *scope, const struct lint_line *line,
    struct source_span word)
{
	const char *text = lint_scope_text(word);
	char quoted[STR_QUOTE_MAX];

	/* References are told; brackets of a URL hold an address. */
	if (line->row != NULL && (line->row->type == SCHEMA_TYPE_REF ||
	    line->row->type == SCHEMA_TYPE_URL))
		return;
	/* These are refused. */
	if (strchr("<?[", *text) != NULL || !is_residue(text, word.length))
		return;
	diag_cure(scope->diag, lint_scope_report(scope, DIAG_TEMPLATE_LIKELY,
	    word, "%s seems to be left from a template",
	    str_quote(text, word.length, quoted)),
	    "replace it by what it stands for");
}

void
lint_text_line(struct lint_scope *scope, const struct lint_line *line)
{
	struct source_span word = lint_lines_word(scope, line, 1);
	struct source_span whole = lint_lines_word(scope, line, 0);

	/* What is not known is told, and may hold a secret. */
	if (line->row == NULL ? line->node != line->header :
	    line->row->type == SCHEMA_TYPE_SECRET)
		return;
	if (line->row != NULL && line->row->type == SCHEMA_TYPE_TEXT &&
	    word.length > 0)
		word = lint_lines_rest(scope, line, 1);
	whole.length = word.offset + word.length - whole.offset;
	judge_characters(scope, whole);
	if (word.length == 0)
		return;
	judge_hash(scope, line, word);
	judge_residue(scope, line, word);
}

void
lint_text_remarks(struct lint_scope *scope)
{
	const struct source *source = scope->context->source;
	const char *text = source_text(source), *hash, *end;
	size_t size = source_size(source), at, length;
	struct source_span span = { source, 0, 0 };
	const char *from = text;

	for (; (hash = memchr(from, '#', size - (size_t)(from - text))) !=
	    NULL; from = hash + 1) {
		if (hash > text && strchr(" \t\r\v\f\n", hash[-1]) == NULL)
			continue;
		end = memchr(hash, '\n', size - (size_t)(hash - text));
		if (end == NULL)
			end = text + size;
		if (find_oddity(hash, (size_t)(end - hash), &at, &length) ==
		    ODD_DAMAGED) {
			span.offset = (uint32_t)(hash + at - text);
			span.length = (uint32_t)length;
			lint_scope_count(scope, DIAG_REMARK_DAMAGED, "#", span,
			    "write it again; the file is to be UTF-8",
			    "a damaged character in a remark");
		}
		hash = end - 1;
	}
}
