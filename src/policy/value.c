#include "policy/value.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "policy/context.h"
#include "policy/diag.h"
#include "policy/gap.h"
#include "policy/mend.h"
#include "policy/network.h"
#include "policy/secret.h"
#include "policy/value-list.h"
#include "policy/times-value.h"
#include "policy/wrong-address.h"
#include "policy/wrong-port.h"

#define DEFAULT_WORDS	2

struct source_span
value_span(const struct value_input *input, uint32_t offset, uint32_t length)
{
	return (struct source_span){ input->where.source,
	    input->where.offset + offset, length };
}

static struct source_span
first_span(const struct value_input *input)
{
	return value_span(input, input->words[0].offset,
	    input->words[0].length);
}

static int
check_length(struct context *context, const struct schema_param *row,
    const struct value_input *input, const char *text, size_t length)
{
	size_t characters = 0, n;

	for (size_t i = 0; i < length; characters++) {
		n = str_utf8_length(text + i, length - i);
		i += n == 0 ? 1 : n;
	}
	if (characters >= row->min && characters <= row->max)
		return 0;
	diag_cure(context->diag, diag_report(context->diag,
	    DIAG_VALUE_LENGTH, first_span(input),
	    "the value of %s has %zu characters", row->name, characters),
	    "allowed are %u to %u", row->min, row->max);
	return -1;
}

/* --- one reader a type -------------------------------------------------- */

static bool
find_choice(const struct schema_param *row, const char *word, size_t length,
    struct value *value_r)
{
	const struct schema_choice *choice;

	for (choice = row->choices; choice->name != NULL; choice++) {
		if (str_equal(word, length, choice->name)) {
			value_r->choice = choice;
			value_r->number = choice->value;
			return true;
		}
	}
	return false;
}

static int
parse_choice(struct context *context, const struct schema_param *row,
    const struct value_input *input, struct value *value_r)
{
	const char *nearest;
	char quoted[STR_QUOTE_MAX], values[256];
	struct diag_record *record;
	size_t length;
	const char *word = value_word(input, 0, &length);

	if (find_choice(row, word, length, value_r))
		return 0;
	record = diag_report(context->diag, DIAG_VALUE_BAD, first_span(input),
	    "%s is not a value of %s", str_quote(word, length, quoted),
	    row->name);
	nearest = schema_suggest_choice(row, word, length);
	mend_word(context->diag, record, first_span(input), nearest);
	if (nearest != NULL)
		diag_cure(context->diag, record, "did you mean '%s'?", nearest);
	else
		diag_cure(context->diag, record, "allowed are %s",
		    schema_values(row, values, sizeof(values)));
	return -1;
}

static int
parse_int(struct context *context, const struct schema_param *row,
    const struct value_input *input, struct value *value_r)
{
	size_t length;
	const char *word = value_word(input, 0, &length);
	char quoted[STR_QUOTE_MAX], values[64];
	struct diag_record *record;
	enum diag_code code = DIAG_VALUE_RANGE;
	uint64_t n = 0;

	if (row->choices != NULL && find_choice(row, word, length, value_r))
		return 0;
	for (size_t i = 0; i < length; i++) {
		if (word[i] < '0' || word[i] > '9')
			code = DIAG_VALUE_BAD;
		else if (n <= UINT32_MAX)
			n = n * 10 + (uint64_t)(word[i] - '0');
	}
	if (code == DIAG_VALUE_RANGE && n >= row->min && n <= row->max) {
		value_r->number = (uint32_t)n;
		return 0;
	}
	record = diag_report(context->diag, code, first_span(input),
	    code == DIAG_VALUE_RANGE ? "%s is out of the range of %s" :
	    "%s is not a number, which %s takes",
	    str_quote(word, length, quoted), row->name);
	diag_cure(context->diag, record, "allowed are %s",
	    schema_values(row, values, sizeof(values)));
	return -1;
}

/* The bytes of the quotation mark at text, typed or typeset; or 0. */
static size_t
quote_length(const char *text, size_t left)
{
	if (left >= 1 && (*text == '"' || *text == '\''))
		return 1;
	return left >= 3 && memcmp(text, "\xe2\x80", 2) == 0 &&
	    (unsigned char)text[2] >= 0x98 && (unsigned char)text[2] <= 0x9f ?
	    3 : 0;
}

static void
warn_of_quotes(struct context *context, const struct schema_param *row,
    struct source_span span)
{
	diag_cure(context->diag, diag_report(context->diag, DIAG_QUOTES_KEPT,
	    span, "the quotes are part of %s", row->name),
	    "remove them if they are not meant");
}

static int
parse_word(struct context *context, const struct schema_param *row,
    const struct value_input *input, struct value *value_r)
{
	size_t length;
	const char *word = value_word(input, 0, &length);

	if (check_length(context, row, input, word, length) == -1)
		return -1;
	if (row->type == SCHEMA_TYPE_SECRET && quote_length(word, length) == 1)
		warn_of_quotes(context, row, first_span(input));
	value_r->text = arena_copy_text(context->arena, word, length);
	return 0;
}

/* The text, where a no-break space is the blank that it was told to be. */
static const char *
copy_blanks(struct context *context, const char *text, size_t length)
{
	char *copy = arena_alloc(context->arena, length + 1);
	size_t n = 0, blank;
	const char *close;

	for (size_t i = 0; i < length; i += blank) {
		blank = gap_blank(text + i, length - i);
		close = text[i] == '"' ? memchr(text + i + 1, '"',
		    length - i - 1) : NULL;
		/* Inside quotes it is none. */
		if (close != NULL) {
			blank = (size_t)(close + 1 - text) - i;
			memcpy(copy + n, text + i, blank);
			n += blank;
		} else if (blank == 2) {
			copy[n++] = ' ';
		} else {
			blank = 1;
			copy[n++] = text[i];
		}
	}
	return copy;
}

/* Two parameters on one line: nothing would hide the password. */
static int
check_no_secret(struct context *context, const struct schema_param *row,
    const struct value_input *input)
{
	const char *text = input->text;
	uint32_t at = input->words[0].offset, start;

	while (at < input->end) {
		start = at;
		while (at < input->end && strchr(" \t", text[at]) == NULL)
			at++;
		if (secret_is_keyword(text + start, at - start)) {
			diag_cure(context->diag, diag_report(context->diag,
			    DIAG_VALUE_SECRET, value_span(input, start,
			    at - start), "%.*s stands in the value of %s",
			    (int)(at - start), text + start, row->name),
			    "put it on a line of its own");
			return -1;
		}
		at++;
	}
	return 0;
}

static int
parse_text(struct context *context, const struct schema_param *row,
    const struct value_input *input, struct value *value_r)
{
	const char *text = input->text + input->words[0].offset;
	size_t length = input->end - input->words[0].offset;

	if (check_length(context, row, input, text, length) == -1 ||
	    check_no_secret(context, row, input) == -1)
		return -1;
	if (quote_length(text, length) == 1)
		warn_of_quotes(context, row, value_span(input,
		    input->words[0].offset, (uint32_t)length));
	value_r->text = copy_blanks(context, text, length);
	return 0;
}

/* Without blanks in it a path needs no quotes, and z/OS has none. */
static void
advise_no_quotes(struct context *context, const struct schema_param *row,
    const struct value_input *input)
{
	struct diag_record *record;
	size_t length;
	const char *word = value_word(input, 0, &length);

	for (size_t i = 0; i < length; i++)
		if (gap_blank(word + i, length - i) > 0)
			return;
	record = diag_report(context->diag, DIAG_QUOTES_KEPT,
	    first_span(input), "%s needs no quotes", row->name);
	diag_cure(context->diag, record, "remove them: to z/OS they would be "
	    "part of the name");
	mend_quotes(context->diag, record, first_span(input));
}

/* Quotes group a path that holds blanks, and are not part of it. */
static int
parse_path(struct context *context, const struct schema_param *row,
    const struct value_input *input, struct value *value_r)
{
	size_t length, front;
	const char *word = value_word(input, 0, &length);
	char *path;

	if (length > 2 && word[0] == '"' && word[length - 1] == '"') {
		advise_no_quotes(context, row, input);
		word++;
		length -= 2;
	} else if (quote_length(word, length) == 1) {
		warn_of_quotes(context, row, first_span(input));
	}
	if (check_length(context, row, input, word, length) == -1)
		return -1;
	front = word[0] == '/' ? 0 : strlen(context->directory);
	path = arena_alloc(context->arena, front + length + 1);
	memcpy(path, context->directory, front);
	memcpy(path + front, word, length);
	value_r->text = path;
	return 0;
}

/* A wildcard that is not the last character, or is not one here. */
static int
refuse_wildcard(struct context *context, const struct schema_param *row,
    const struct value_input *input, size_t at)
{
	size_t length;
	const char *word = value_word(input, 0, &length);
	char quoted[STR_QUOTE_MAX];

	diag_cure(context->diag, diag_report(context->diag,
	    DIAG_WILDCARD_BAD, value_span(input,
	    input->words[0].offset + (uint32_t)at, 1),
	    "%s in %s is no wildcard", str_quote(word + at, 1, quoted),
	    row->name),
	    "only a * at the end is one, and stands for any ending");
	return -1;
}

static int
parse_pattern(struct context *context, const struct schema_param *row,
    const struct value_input *input, struct value *value_r)
{
	size_t length;
	const char *word = value_word(input, 0, &length);
	char quoted[STR_QUOTE_MAX];

	if (check_length(context, row, input, word, length) == -1)
		return -1;
	for (size_t i = 0; i < length; i++) {
		bool last = i + 1 == length;

		if ((word[i] >= '0' && word[i] <= '9') ||
		    (word[i] >= 'A' && word[i] <= 'Z') ||
		    (word[i] >= 'a' && word[i] <= 'z') ||
		    strchr("@#$_-.:\\", word[i]) != NULL ||
		    (last && word[i] == '*'))
			continue;
		if (word[i] == '*' || word[i] == '?')
			return refuse_wildcard(context, row, input, i);
		diag_cure(context->diag, diag_report(context->diag,
		    DIAG_VALUE_BAD, first_span(input), "%s is not a value of "
		    "%s", str_quote(word, length, quoted), row->name),
		    "letters, digits and @ # $ _ - . : \\; one * at the end");
		return -1;
	}
	value_r->text = arena_copy_text(context->arena, word, length);
	return 0;
}

/* http://host[:port][/path[?query]]: a host there must be. */
static int
parse_url(struct context *context, const struct schema_param *row,
    const struct value_input *input, struct value *value_r)
{
	static const char scheme[] = "http://";
	size_t length, front = sizeof(scheme) - 1;
	const char *word = value_word(input, 0, &length);
	char quoted[STR_QUOTE_MAX];

	if (check_length(context, row, input, word, length) == -1)
		return -1;
	if (length <= front || !str_equal(word, front, scheme) ||
	    strchr(":/?#@", word[front]) != NULL) {
		diag_cure(context->diag, diag_report(context->diag,
		    DIAG_URL_BAD, first_span(input), "%s is not an HTTP URL, "
		    "which %s takes", str_quote(word, length, quoted),
		    row->name), "write http://HOST, with :PORT and /PATH where "
		    "they are needed");
		return -1;
	}
	value_r->text = arena_copy_text(context->arena, word, length);
	return 0;
}

/* --- any type ----------------------------------------------------------- */

/* Both of two directions; -1 where they are two. */
static int
check_second_choice(struct context *context, const struct schema_param *row,
    const struct value_input *input, const struct value *value)
{
	char quoted[STR_QUOTE_MAX];
	size_t length;
	const char *word = value_word(input, 1, &length);
	struct value second;

	if (!find_choice(row, word, length, &second) ||
	    second.choice == value->choice)
		return 0;
	diag_cure(context->diag, diag_report(context->diag, DIAG_VALUE_SECOND,
	    value_span(input, input->words[1].offset, (uint32_t)length),
	    "%s is a second value: %s takes one", str_quote(word, length,
	    quoted), row->name), "write Both where both are meant");
	return -1;
}

/* A second value of a condition would be lost: -1. */
static int
check_second(struct context *context, const struct schema_param *row,
    const struct value_input *input, uint32_t used, const struct value *value)
{
	switch (row->type) {
	case SCHEMA_TYPE_ADDRS:
	case SCHEMA_TYPE_ADDR:
	case SCHEMA_TYPE_ADDR_PREFIX:
	case SCHEMA_TYPE_ADDR_RANGE:
		return wrong_address_refuse_rest(context, row, input, used);
	case SCHEMA_TYPE_PORTS:
		return wrong_port_refuse_rest(context, row, input, used);
	case SCHEMA_TYPE_ENUM:
		return row->owner != SCHEMA_OWNER_RULE ? 0 :
		    check_second_choice(context, row, input, value);
	default:
		return 0;
	}
}

/* What follows the words used is no part of the value. */
static int
check_rest(struct context *context, const struct schema_param *row,
    const struct value_input *input, uint32_t used, const struct value *value)
{
	bool list = (row->flags & SCHEMA_REPEAT) != 0;
	struct diag_record *record;
	struct source_span rest;

	if (input->count <= used)
		return 0;
	if (check_second(context, row, input, used, value) == -1)
		return -1;
	rest = value_span(input, input->words[used].offset,
	    input->end - input->words[used].offset);
	record = diag_report(context->diag, DIAG_TEXT_AFTER_VALUE, rest,
	    "text after the value is ignored");
	if (list)
		diag_cure(context->diag, record, "write each value on a line "
		    "of its own, behind %s", row->name);
	else if (row->type == SCHEMA_TYPE_PATTERN)
		diag_cure(context->diag, record, "write a rule for each name; "
		    "put a # before a remark");
	else
		diag_cure(context->diag, record,
		    "remove it, or put a # before it");
	if (!list)
		mend_rest(context->diag, record, rest);
	return 0;
}

/* The language has no quotes; only where text is free may they stand. */
static int
refuse_quotes(struct context *context, const struct schema_param *row,
    const struct value_input *input)
{
	struct diag_record *record;
	size_t length;
	const char *word = value_word(input, 0, &length);

	if (quote_length(word, length) == 0)
		return 0;
	switch (row->type) {
	case SCHEMA_TYPE_TEXT:
	case SCHEMA_TYPE_PATH:
	case SCHEMA_TYPE_SECRET:
		return 0;
	default:
		record = diag_report(context->diag, DIAG_VALUE_QUOTED,
		    first_span(input), "the value of %s is in quotes",
		    row->name);
		diag_cure(context->diag, record,
		    "remove them: the language has no quotes");
		mend_quotes(context->diag, record, first_span(input));
		return -1;
	}
}

static int
parse_typed(struct context *context, const struct schema_param *row,
    const struct value_input *input, struct value *value_r, uint32_t *used_r)
{
	switch (row->type) {
	case SCHEMA_TYPE_FLAG:
	case SCHEMA_TYPE_ENUM:
		return parse_choice(context, row, input, value_r);
	case SCHEMA_TYPE_INT:
		return parse_int(context, row, input, value_r);
	case SCHEMA_TYPE_WORD:
	case SCHEMA_TYPE_SECRET:
		return parse_word(context, row, input, value_r);
	case SCHEMA_TYPE_TEXT:
		*used_r = input->count;
		return parse_text(context, row, input, value_r);
	case SCHEMA_TYPE_PATH:
		return parse_path(context, row, input, value_r);
	case SCHEMA_TYPE_PATTERN:
		return parse_pattern(context, row, input, value_r);
	case SCHEMA_TYPE_ADDRS:
	case SCHEMA_TYPE_ADDR:
	case SCHEMA_TYPE_ADDR_PREFIX:
	case SCHEMA_TYPE_ADDR_RANGE:
		return network_parse_addrs(context, row, input,
		    &value_r->addrs);
	case SCHEMA_TYPE_PORTS:
		return network_parse_ports(context, row, input,
		    &value_r->ports, used_r);
	case SCHEMA_TYPE_URL:
		return parse_url(context, row, input, value_r);
	case SCHEMA_TYPE_SUITES2:
		return value_list_parse_suites(context, input, 2,
		    &value_r->ciphers);
	case SCHEMA_TYPE_SUITES4:
		return value_list_parse_suites(context, input, 4,
		    &value_r->ciphers);
	case SCHEMA_TYPE_SUITES_SSL2:
	case SCHEMA_TYPE_CURVES:
	case SCHEMA_TYPE_PAIRS:
		return value_list_parse_codes(context, row, input, value_r);
	case SCHEMA_TYPE_BACKEND:
		return network_parse_backend(context, input,
		    &value_r->backend);
	case SCHEMA_TYPE_MASK:
		*used_r = input->count;
		return times_value_mask(context, row, input, &value_r->mask);
	case SCHEMA_TYPE_PERIOD:
		*used_r = input->count;
		return times_value_period(context, input, &value_r->period);
	case SCHEMA_TYPE_HOURS:
		*used_r = input->count;
		return times_value_hours(context, input, &value_r->hours);
	case SCHEMA_TYPE_ZONE:
		*used_r = input->count;
		return times_value_zone(context, input, &value_r->zone);
	case SCHEMA_TYPE_BLOCK:
	case SCHEMA_TYPE_REF:
	case SCHEMA_TYPE_COUNT:
		break;
	}
	ensure(!"a type that has values");
	return -1;
}

/* The text of a parameter that may be repeated is a list of one. */
static void
list_text(struct context *context, const struct schema_param *row,
    struct value *value)
{
	const char **names;

	if (!value_is_names(row))
		return;
	names = arena_alloc(context->arena, sizeof(*names));
	names[0] = value->text;
	value->names = (struct settings_names){ names, 1 };
}

bool
value_is_names(const struct schema_param *row)
{
	switch (row->type) {
	case SCHEMA_TYPE_WORD:
	case SCHEMA_TYPE_TEXT:
	case SCHEMA_TYPE_URL:
		return (row->flags & SCHEMA_REPEAT) != 0;
	default:
		return false;
	}
}

int
value_parse(struct context *context, const struct schema_param *row,
    const struct value_input *input, struct value *value_r)
{
	uint32_t used = 1;

	memset(value_r, 0, sizeof(*value_r));
	if (refuse_quotes(context, row, input) == -1 ||
	    parse_typed(context, row, input, value_r, &used) == -1)
		return -1;
	if (row->flags & SCHEMA_REPEAT)
		list_text(context, row, value_r);
	return check_rest(context, row, input, used, value_r);
}

void
value_parse_default(struct context *context, const struct schema_param *row,
    const char *text, struct value *value_r)
{
	struct tree_word word = { 0, (uint32_t)strlen(text) };
	struct value_input input = {
		.text = text, .words = &word, .count = 1, .end = word.length,
	};

	ensure(value_parse(context, row, &input, value_r) == 0);
}
