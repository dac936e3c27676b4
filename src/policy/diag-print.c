#include "policy/diag-print.h"

#include <stdint.h>
#include <string.h>

#include "base/str.h"
#include "policy/diag.h"
#include "policy/secret.h"

#define LINE_BEFORE	90	/* characters shown left of a caret... */
#define LINE_AFTER	70	/* ...and from it on, of 4 bytes at most */
#define SHOWN_MAX	2048
#define GUTTER		8	/* columns in front of the line's text */

/* The line and what stands under it, built side by side. */
struct picture {
	struct str line, under;
	char line_text[SHOWN_MAX], under_text[SHOWN_MAX];
	uint32_t caret, caret_end;	/* bytes, from the line's start */
	bool caret_drawn;
};

/*
 * How far a line was searched for a secret. Lines may be long and hold many
 * faults, which are shown in order: each byte is searched once.
 */
struct search {
	const char *line;	/* NULL: none yet */
	size_t at;		/* searched up to here */
	size_t secret;		/* found here, or past the line's end */
};

/* Where a secret starts, if that is before `end` of the line, or after it. */
static size_t
find_secret(struct search *search, struct source_span span, const char *line,
    size_t length, size_t end)
{
	if (search->line != line)
		*search = (struct search){ line, 0,
		    secret_precedes(span) ? 0 : SIZE_MAX };
	if (search->secret == SIZE_MAX)
		search->secret = secret_search(line, length, &search->at, end);
	return search->secret;
}

/* Adds one character of the line, and as much underneath. */
static size_t
draw_character(struct picture *p, const char *line, uint32_t at, size_t length,
    bool secret)
{
	size_t n = str_utf8_length(line + at, length - at), width = 1, before;
	bool tab = line[at] == '\t';
	bool marked = at == p->caret ||
	    (at > p->caret && at < p->caret_end);
	size_t used = n == 0 ? 1 : n;

	if (tab) {
		str_add_bytes(&p->line, "\t", 1);
	} else if (secret && line[at] != ' ') {
		str_add_bytes(&p->line, "*", 1);
	} else {
		before = p->line.length;
		str_add_shown(&p->line, line + at, used);
		/* an escape is as wide as it is long, a character is one */
		if (p->line.text[before] == '\\')
			width = p->line.length - before;
	}
	for (size_t i = 0; i < width; i++) {
		if (!marked)
			str_add_bytes(&p->under, tab ? "\t" : " ", 1);
		else
			str_add_bytes(&p->under, p->caret_drawn ? "~" : "^", 1);
		p->caret_drawn = p->caret_drawn || marked;
	}
	return used;
}

/* Goes back from an offset by a number of characters, or to the start. */
static uint32_t
step_back(const char *line, uint32_t at, int characters)
{
	while (at > 0 && characters-- > 0) {
		at--;
		while (at > 0 && ((unsigned char)line[at] & 0xc0) == 0x80)
			at--;
	}
	return at;
}

static void
draw_line(struct picture *p, const char *line, size_t length, size_t secret)
{
	uint32_t at = step_back(line, p->caret, LINE_BEFORE);
	int after = 0;

	str_init(&p->line, p->line_text, sizeof(p->line_text));
	str_init(&p->under, p->under_text, sizeof(p->under_text));
	p->caret_drawn = false;
	if (at > 0) {
		str_add(&p->line, "...");
		str_add(&p->under, "   ");
	}
	while (at < length && after < LINE_AFTER) {
		if (at >= p->caret)
			after++;
		at += (uint32_t)draw_character(p, line, at, length,
		    at >= secret);
	}
	if (at < length)
		str_add(&p->line, "...");
	if (!p->caret_drawn)
		str_add_bytes(&p->under, "^", 1);
	while (p->under.length > 0 &&
	    strchr(" \t", p->under.text[p->under.length - 1]) != NULL)
		p->under.text[--p->under.length] = '\0';
}

static void
print_line(const struct diag_record *record, struct search *search, FILE *out)
{
	const struct source_span *span = &record->span;
	const char *text = source_text(span->source);
	struct picture picture;
	uint32_t start;
	size_t secret, length = source_line(span->source, span->offset, &start);

	picture.caret = span->offset < start ? 0 : span->offset - start;
	if (picture.caret > length)
		picture.caret = (uint32_t)length;
	picture.caret_end = picture.caret + span->length;
	secret = find_secret(search, *span, text + start, length,
	    picture.caret + (size_t)4 * LINE_AFTER);
	draw_line(&picture, text + start, length, secret);
	fprintf(out, "%5u | %s\n%*s %s", source_locate(span->source,
	    span->offset).line, picture.line.text, GUTTER - 1, "|",
	    picture.under.text);
	if (record->cure != NULL)
		fprintf(out, " %s", record->cure);
	putc('\n', out);
}

static void
print_place(const struct source_span *span, FILE *out)
{
	struct source_place place;

	if (span->source == NULL)
		return;
	fprintf(out, "%s:", source_path(span->source));
	if (source_size(span->source) > 0) {
		place = source_locate(span->source, span->offset);
		fprintf(out, "%u:%u:", place.line, place.column);
	}
	putc(' ', out);
}

static void
print_record(const struct diag_record *record, struct search *search,
    FILE *out)
{
	const struct diag_note *note;
	char name[DIAG_NAME_MAX];

	print_place(&record->span, out);
	fprintf(out, "%s: %s [%s]\n", diag_severity_name(record->severity),
	    record->message, diag_code_name(record->code, name));
	if (record->span.source != NULL && source_size(record->span.source) > 0)
		print_line(record, search, out);
	else if (record->cure != NULL)
		fprintf(out, "help: %s\n", record->cure);
	for (note = record->notes; note != NULL; note = note->next) {
		print_place(&note->span, out);
		fprintf(out, "note: %s\n", note->text);
	}
}

static const char *
plural(size_t n)
{
	return n == 1 ? "" : "s";
}

void
diag_print_all(struct diag *diag, FILE *out)
{
	const struct diag_record *record;
	struct search search = { NULL, 0, SIZE_MAX };
	size_t shown = 0, all = 0;

	diag_sort(diag);
	while ((record = diag_at(diag, shown)) != NULL) {
		print_record(record, &search, out);
		shown++;
	}
	for (int i = 0; i < DIAG_SEVERITIES; i++)
		all += diag_count(diag, (enum diag_severity)i);
	if (all > shown)
		fprintf(out, "%zu more not shown\n", all - shown);
}

void
diag_print_summary(const struct diag *diag, FILE *out)
{
	size_t errors = diag_count(diag, DIAG_ERROR);
	size_t warnings = diag_count(diag, DIAG_WARNING);

	if (errors + warnings == 0)
		return;
	fprintf(out, "%zu error%s, %zu warning%s%s\n", errors, plural(errors),
	    warnings, plural(warnings),
	    errors > 0 ? "; no policy installed" : "");
}
