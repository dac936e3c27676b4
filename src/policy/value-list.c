#include "policy/value-list.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "policy/context.h"
#include "policy/diag.h"
#include "policy/suites.h"
#include "policy/value.h"

/* One reading of a list of codes, or of a name. */
struct reading {
	struct context *context;
	const struct value_input *input;
	const char *word, *noun;
	size_t length, digits;
	unsigned base;
	const struct schema_param *row;	/* NULL: cipher suites */
	enum codes_kind kind;
	enum diag_code bad, cut;
};

static bool
is_suites(const struct reading *r)
{
	return r->row == NULL;
}

static struct source_span
first_span(const struct value_input *input)
{
	return value_span(input, input->words[0].offset,
	    input->words[0].length);
}

static int
digit_of(char c, unsigned base)
{
	int digit = -1;

	if (c >= '0' && c <= '9')
		digit = c - '0';
	else if (c >= 'A' && c <= 'F')
		digit = c - 'A' + 10;
	else if (c >= 'a' && c <= 'f')
		digit = c - 'a' + 10;
	return digit < (int)base ? digit : -1;
}

/* The number at text, or -1. */
static int
number_of(const char *text, size_t digits, unsigned base)
{
	int number = 0, digit;

	for (size_t i = 0; i < digits; i++) {
		digit = digit_of(text[i], base);
		if (digit == -1)
			return -1;
		number = number * (int)base + digit;
	}
	return number;
}

static bool
is_known(const struct reading *r, int code)
{
	if (code == -1)
		return false;
	return is_suites(r) ? suites_find_code((uint16_t)code) != NULL :
	    codes_find_code(r->kind, (uint16_t)code) != NULL;
}

/* -1 where no code has this name. */
static int
code_of_name(const struct reading *r)
{
	const struct suites_suite *suite;
	const struct codes_code *code;

	if (is_suites(r)) {
		suite = suites_find_name(r->word, r->length);
		return suite == NULL ? -1 : suite->code;
	}
	code = codes_find_name(r->kind, r->word, r->length);
	return code == NULL ? -1 : code->code;
}

static bool
looks_like_codes(const struct reading *r)
{
	if (is_suites(r))
		return memchr(r->word, '_', r->length) == NULL;
	for (size_t i = 0; i < r->length; i++)
		if (digit_of(r->word[i], 16) == -1)
			return false;
	return true;
}

/* The nearest name, or choice of the row; NULL where there is none. */
static const char *
suggest(const struct reading *r)
{
	const char *nearest = is_suites(r) ?
	    suites_suggest(r->word, r->length) :
	    codes_suggest(r->kind, r->word, r->length);

	if (nearest == NULL && !is_suites(r) && r->row->choices != NULL)
		nearest = schema_suggest_choice(r->row, r->word, r->length);
	return nearest;
}

static int
refuse_name(const struct reading *r)
{
	struct diag *diag = r->context->diag;
	char quoted[STR_QUOTE_MAX];
	const char *nearest = suggest(r);
	struct diag_record *record = diag_report(diag, r->bad,
	    first_span(r->input), "%s is not a %s",
	    str_quote(r->word, r->length, quoted), r->noun);

	if (nearest != NULL)
		diag_cure(diag, record, "did you mean '%s'?", nearest);
	else if (is_suites(r))
		diag_cure(diag, record,
		    "use an IANA name, or hexadecimal codes");
	else
		diag_cure(diag, record, "use a name, or %s codes of %zu "
		    "digit%s", r->base == 16 ? "hexadecimal" : "decimal",
		    r->digits, r->digits == 1 ? "" : "s");
	return -1;
}

/* Whether a two-digit list is one of known four-digit codes. */
static bool
is_four_digit(const struct reading *r)
{
	if (!is_suites(r) || r->digits != 2 || r->length % 4 != 0)
		return false;
	for (size_t i = 0; i < r->length; i += 4)
		if (!is_known(r, number_of(r->word + i, 4, 16)))
			return false;
	return true;
}

static int
refuse_separator(const struct reading *r, char separator)
{
	struct diag *diag = r->context->diag;
	char quoted[STR_QUOTE_MAX];

	diag_cure(diag, diag_report(diag, r->bad, first_span(r->input),
	    "%s in a list of codes", str_quote(&separator, 1, quoted)),
	    "run codes together; write names on a line each");
	return -1;
}

static int
refuse_code(const struct reading *r, size_t at)
{
	struct diag *diag = r->context->diag;
	const char *text = r->word + at;
	char quoted[STR_QUOTE_MAX];
	int hex = number_of(text, r->digits, 16);
	struct diag_record *record = diag_report(diag, r->bad,
	    value_span(r->input, r->input->words[0].offset + (uint32_t)at,
	    (uint32_t)r->digits), "%s is not the code of a %s",
	    str_quote(text, r->digits, quoted), r->noun);

	if (r->base == 10 && is_known(r, hex))
		diag_cure(diag, record, "these codes are decimal: write %0*d "
		    "for %s", (int)r->digits, hex,
		    codes_find_code(r->kind, (uint16_t)hex)->name);
	else if (is_four_digit(r))
		diag_cure(diag, record, "codes of four digits belong in "
		    "V3CipherSuites4Char");
	else
		diag_cure(diag, record, "codes have %zu %s digit%s", r->digits,
		    r->base == 16 ? "hexadecimal" : "decimal",
		    r->digits == 1 ? "" : "s");
	return -1;
}

static int
refuse_length(const struct reading *r)
{
	struct diag *diag = r->context->diag;
	struct diag_record *record = diag_report(diag, r->cut,
	    first_span(r->input), "%zu digits are not a list of %zu-digit "
	    "%s codes", r->length, r->digits,
	    is_suites(r) ? "cipher" : r->noun);

	diag_cure(diag, record, "write %zu digits for each %s, or a name",
	    r->digits, is_suites(r) ? "suite" : r->noun);
	return -1;
}

/*
 * One list after another: a code counts where it is first. twice_r gets the
 * place of the first code that counts no more, or the length of both.
 */
static struct settings_codes
join(struct context *context, struct settings_codes first,
    struct settings_codes second, size_t *twice_r)
{
	uint8_t seen[UINT16_MAX / 8 + 1] = { 0 };
	size_t total = first.count + second.count, count = 0;
	uint16_t *codes, code;

	*twice_r = total;
	codes = arena_alloc_array(context->scratch, total, sizeof(*codes));
	for (size_t i = 0; i < total; i++) {
		code = i < first.count ? first.codes[i] :
		    second.codes[i - first.count];
		if (seen[code / 8] & (1 << code % 8)) {
			if (*twice_r == total)
				*twice_r = i;
			continue;
		}
		seen[code / 8] |= (uint8_t)(1 << code % 8);
		codes[count++] = code;
	}
	/* What is kept is no longer than the table of codes. */
	first.codes = memcpy(arena_alloc_array(context->arena, count,
	    sizeof(*codes)), codes, count * sizeof(*codes));
	first.count = count;
	return first;
}

static struct diag_record *
warn_twice(struct context *context, const struct schema_param *row,
    struct source_span span, uint16_t code)
{
	bool suites = row == NULL || row->type == SCHEMA_TYPE_SUITES2 ||
	    row->type == SCHEMA_TYPE_SUITES4;
	struct diag_record *record = diag_report(context->diag,
	    suites ? DIAG_CIPHER_TWICE : DIAG_CODE_TWICE, span,
	    "%s is listed twice", suites ? suites_find_code(code)->name :
	    codes_find_code(value_list_kind(row), code)->name);

	diag_cure(context->diag, record,
	    "the first of them counts; remove the other");
	return record;
}

static int
read_list(struct reading *r, struct settings_codes *codes_r)
{
	struct context *context = r->context;
	struct settings_codes one = { 0 };
	int code = code_of_name(r);
	uint16_t *codes;
	size_t twice;

	if (memchr(r->word, ',', r->length) != NULL)
		return refuse_separator(r, ',');
	if (memchr(r->word, ':', r->length) != NULL)
		return refuse_separator(r, ':');
	if (code == -1 && !looks_like_codes(r))
		return refuse_name(r);
	if (code == -1 && r->length % r->digits != 0)
		return refuse_length(r);
	codes = arena_alloc_array(context->scratch, r->length, sizeof(*codes));
	one.codes = codes;
	if (code != -1)
		codes[one.count++] = (uint16_t)code;
	for (size_t i = 0; code == -1 && i < r->length; i += r->digits) {
		int next = number_of(r->word + i, r->digits, r->base);

		if (!is_known(r, next))
			return refuse_code(r, i);
		codes[one.count++] = (uint16_t)next;
	}
	*codes_r = join(context, (struct settings_codes){ 0 }, one, &twice);
	if (twice < one.count)
		warn_twice(context, r->row, value_span(r->input,
		    r->input->words[0].offset + (uint32_t)(twice * r->digits),
		    (uint32_t)r->digits), codes[twice]);
	return 0;
}

int
value_list_parse_suites(struct context *context,
    const struct value_input *input, size_t digits,
    struct settings_ciphers *ciphers_r)
{
	struct reading r = {
		.context = context, .input = input, .noun = "cipher suite",
		.digits = digits, .base = 16,
		.bad = DIAG_CIPHER_BAD, .cut = DIAG_CIPHER_LENGTH,
	};
	struct settings_codes codes;

	r.word = value_word(input, 0, &r.length);
	if (read_list(&r, &codes) == -1)
		return -1;
	*ciphers_r = (struct settings_ciphers){ codes.codes, codes.count };
	return 0;
}

enum codes_kind
value_list_kind(const struct schema_param *row)
{
	return row->type == SCHEMA_TYPE_CURVES ? CODES_CURVES :
	    row->type == SCHEMA_TYPE_PAIRS ? CODES_PAIRS : CODES_SSL2;
}

int
value_list_parse_codes(struct context *context,
    const struct schema_param *row, const struct value_input *input,
    struct value *value_r)
{
	enum codes_kind kind = value_list_kind(row);
	struct reading r = {
		.context = context, .input = input, .row = row, .kind = kind,
		.noun = codes_noun(kind), .digits = codes_digits(kind),
		.base = codes_base(kind), .bad = DIAG_CODE_BAD,
		.cut = DIAG_CODE_LENGTH,
	};
	const struct schema_choice *choice = row->choices;
	uint16_t *code;

	r.word = value_word(input, 0, &r.length);
	for (; choice != NULL && choice->name != NULL; choice++) {
		if (!str_equal(r.word, r.length, choice->name))
			continue;
		code = arena_alloc(context->arena, sizeof(*code));
		code[0] = (uint16_t)choice->value;
		value_r->choice = choice;
		value_r->codes = (struct settings_codes){ code, 1 };
		return 0;
	}
	if (read_list(&r, &value_r->codes) == -1)
		return -1;
	if (value_r->codes.count == 1 || (row->flags & SCHEMA_REPEAT))
		return 0;
	diag_cure(context->diag, diag_report(context->diag, DIAG_CODE_LENGTH,
	    first_span(input), "%s takes one %s, not %zu", row->name, r.noun,
	    value_r->codes.count), "write one code, or one name");
	return -1;
}

/* --- lines that add up --------------------------------------------------- */

struct settings_codes
value_list_add(struct context *context, struct settings_codes first,
    struct settings_codes second)
{
	size_t twice;

	return join(context, first, second, &twice);
}

static struct settings_codes
as_codes(const struct settings_ciphers *ciphers)
{
	return (struct settings_codes){ ciphers->suites, ciphers->count };
}

/* The array has room for a power of two, and grows when it is full. */
static void
join_names(struct context *context, struct settings_names *names,
    const struct settings_names *more)
{
	const char **grown = (const char **)(uintptr_t)names->names;

	for (size_t i = 0; i < more->count; i++) {
		if ((names->count & (names->count - 1)) == 0) {
			grown = arena_alloc_array(context->arena,
			    names->count * 2, sizeof(*grown));
			memcpy(grown, names->names,
			    names->count * sizeof(*grown));
			names->names = grown;
		}
		grown[names->count++] = more->names[i];
	}
}

static void
join_any(struct context *context, struct value *value,
    const struct value *more, struct source_span line)
{
	if (value->choice != more->choice)
		diag_cure(context->diag, diag_report(context->diag,
		    DIAG_CURVES_ANY, line, "Any and other curves stand in one "
		    "list"), "Any counts; remove it, or the others");
	if (more->choice != NULL)
		*value = *more;
}

void
value_list_join(struct context *context, const struct schema_param *row,
    struct value *value, const struct value *more, struct source_span line,
    struct source_span begin)
{
	struct settings_codes first = value->codes, second = more->codes, all;
	bool suites = row->type == SCHEMA_TYPE_SUITES2 ||
	    row->type == SCHEMA_TYPE_SUITES4;
	size_t twice;

	if (value_is_names(row)) {
		join_names(context, &value->names, &more->names);
		return;
	}
	if (value->choice != NULL || more->choice != NULL) {
		join_any(context, value, more, line);
		return;
	}
	if (suites) {
		first = as_codes(&value->ciphers);
		second = as_codes(&more->ciphers);
	}
	all = join(context, first, second, &twice);
	if (twice < first.count + second.count)
		diag_note(context->diag, warn_twice(context, row, line,
		    second.codes[twice - first.count]), begin,
		    "the list begins here");
	if (suites)
		value->ciphers = (struct settings_ciphers){ all.codes,
		    all.count };
	else
		value->codes = all;
}
