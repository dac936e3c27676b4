#include "policy/wrong.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "base/str.h"
#include "policy/context.h"
#include "policy/mistake.h"
#include "policy/schema.h"
#include "policy/value.h"

struct wrong
wrong_of(struct context *context, const struct schema_param *row,
    const struct value_input *input)
{
	struct wrong w = { context, row, input, NULL, 0 };

	w.word = value_word(input, 0, &w.length);
	return w;
}

struct source_span
wrong_span(const struct value_input *input, uint32_t from, uint32_t to)
{
	return value_span(input, input->words[from].offset,
	    input->words[to].offset + input->words[to].length -
	    input->words[from].offset);
}

bool
wrong_tell(const struct wrong *w, enum diag_code code, uint32_t words,
    const char *what, const char *cure, ...)
{
	struct source_span span = wrong_span(w->input, 0, words - 1);
	struct diag *diag = w->context->diag;
	char quoted[STR_QUOTE_MAX], text[STR_QUOTE_MAX];
	struct diag_record *record;
	va_list arguments;

	va_start(arguments, cure);
	vsnprintf(text, sizeof(text), cure, arguments);
	va_end(arguments);
	record = diag_report(diag, code, span, "%s %s", str_quote(w->word,
	    span.length, quoted), what);
	diag_cure(diag, record, "%s", text);
	return true;
}

bool
wrong_tell_meant(const struct wrong *w, enum diag_code code, uint32_t words,
    const char *what, const char *meant)
{
	struct source_span span = wrong_span(w->input, 0, words - 1);
	struct diag *diag = w->context->diag;
	char quoted[STR_QUOTE_MAX];
	struct diag_record *record = diag_report(diag, code, span, "%s %s",
	    str_quote(w->word, span.length, quoted), what);

	diag_cure(diag, record, "write %s", meant);
	diag_edit(diag, record, span, "%s", meant);
	return true;
}

bool
wrong_join(const struct wrong *w, char text[WRONG_TEXT_MAX], uint32_t *words_r)
{
	size_t length, second;
	const char *next;
	struct str s;

	if (w->input->count < 2)
		return false;
	next = value_word(w->input, 1, &second);
	if (w->word[w->length - 1] != '-' && next[0] != '-')
		return false;
	str_init(&s, text, WRONG_TEXT_MAX);
	*words_r = second == 1 && next[0] == '-' && w->input->count > 2 ? 3 : 2;
	for (uint32_t i = 0; i < *words_r; i++) {
		next = value_word(w->input, i, &length);
		str_add_bytes(&s, next, length);
	}
	return true;
}

bool
wrong_word_is(const struct value_input *input, uint32_t i, const char *word)
{
	size_t length;
	const char *text = value_word(input, i, &length);

	return str_equal(text, length, word);
}

uint32_t
wrong_past_joint(const struct value_input *input, uint32_t i)
{
	static const char *const joints[] = {
		",", ";", "&", "+", "|", "and", "or", "to", "thru", "through",
		"mask", "netmask",
	};

	for (size_t j = 0; i + 1 < input->count && j < ARRAY_SIZE(joints); j++)
		if (wrong_word_is(input, i, joints[j]))
			return i + 1;
	return i;
}

bool
wrong_refuse_list(const struct wrong *w)
{
	if (memchr(w->word, ',', w->length) == NULL &&
	    memchr(w->word, ';', w->length) == NULL)
		return false;
	return wrong_tell(w, w->row->type == SCHEMA_TYPE_PORTS ? DIAG_PORT_BAD :
	    DIAG_ADDRESS_BAD, 1, "is a list", "%s", mistake_many(w->row));
}

void
wrong_tell_second(const struct wrong *w, uint32_t at, const char *cure)
{
	char quoted[STR_QUOTE_MAX];
	size_t length;
	const char *word = value_word(w->input, at, &length);

	diag_cure(w->context->diag, diag_report(w->context->diag,
	    DIAG_VALUE_SECOND, wrong_span(w->input, at, at),
	    "%s is a second value: %s takes one", str_quote(word, length,
	    quoted), w->row->name), "%s", cure != NULL ? cure :
	    mistake_many(w->row));
}
