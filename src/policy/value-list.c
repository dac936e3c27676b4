#include "policy/value-list.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "policy/context.h"
#include "policy/diag.h"
#include "policy/suites.h"
#include "policy/value.h"

#define CODES_TEXT_MAX	256

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
	for (size_t i = 0; i < r->length; i++)
		if (digit_of(r->word[i], 16) == -1)
			return false;
	return true;
}

/* Whether all of a text are codes of so many digits. */
static bool
are_codes(const struct reading *r, const char *text, size_t length,
    size_t digits)
{
	for (size_t i = 0; i + digits <= length; i += digits)
		if (!is_known(r, number_of(text + i, digits, r->base)))
			return false;
	return length > 0 && length % digits == 0;
}

/* What is in a row of codes but for 0x and what is put between them. */
static size_t
bare_codes(const struct reading *r, char text[CODES_TEXT_MAX])
{
	size_t n = 0, i = 0;

	while (i < r->length && n < CODES_TEXT_MAX) {
		if (r->word[i] == '0' && i + 1 < r->length &&
		    (r->word[i + 1] | 0x20) == 'x')
			i += 2;
		else if (strchr(",:;-", r->word[i]) != NULL)
			i++;
		else
			text[n++] = r->word[i++];
	}
	return n < CODES_TEXT_MAX ? n : 0;
}

/* Codes with something between: what to write instead; else false. */
static bool
cure_codes(const struct reading *r, struct diag_record *record)
{
	struct diag *diag = r->context->diag;
	char text[CODES_TEXT_MAX];
	size_t length = bare_codes(r, text);

	if (are_codes(r, text, length, r->digits)) {
		diag_cure(diag, record, "write %.*s", (int)length, text);
		diag_edit(diag, record, first_span(r->input), "%.*s",
		    (int)length, text);
		return true;
	}
	if (is_suites(r) && r->digits == 2 && are_codes(r, text, length, 4)) {
		diag_cure(diag, record, "codes of four digits belong in "
		    "V3CipherSuites4Char: write %.*s there", (int)length,
		    text);
		return true;
	}
	return false;
}

/* The nearest names; where there is none, the nearest choice of the row. */
static size_t
suggest(const struct reading *r, const char *nearest_r[SUITES_NEAREST_MAX])
{
	if (is_suites(r))
		return suites_suggest(r->word, r->length, nearest_r);
	nearest_r[0] = codes_suggest(r->kind, r->word, r->length);
	if (nearest_r[0] == NULL && r->row->choices != NULL)
		nearest_r[0] = schema_suggest_choice(r->row, r->word,
		    r->length);
	return nearest_r[0] != NULL;
}

static int
refuse_name(const struct reading *r)
{
	struct diag *diag = r->context->diag;
	const struct suites_suite *foreign = is_suites(r) ?
	    suites_find_foreign(r->word, r->length) : NULL;
	const char *nearest[SUITES_NEAREST_MAX];
	char quoted[STR_QUOTE_MAX];
	size_t count = suggest(r, nearest);
	struct diag_record *record = diag_report(diag, r->bad,
	    first_span(r->input), "%s is not a %s",
	    str_quote(r->word, r->length, quoted), r->noun);

	if (cure_codes(r, record))
		return -1;
	if (foreign != NULL) {
		diag_cure(diag, record, "write %s", foreign->name);
		diag_edit(diag, record, first_span(r->input), "%s",
		    foreign->name);
	} else if (count == 1)
		diag_cure(diag, record, "did you mean '%s'?", nearest[0]);
	else if (count == 2)
		diag_cure(diag, record, "did you mean '%s' or '%s'?",
		    nearest[0], nearest[1]);
	else if (is_suites(r))
		diag_cure(diag, record,
		    "use an IANA name, or hexadecimal codes");
	else
		diag_cure(diag, record, "use a name, or %s codes of %zu "
		    "digit%s", r->base == 16 ? "hexadecimal" : "decimal",
		    r->digits, r->digits == 1 ? "" : "s");
	return -1;
}

/* The first name of a list, as it is to be written, or NULL. */
static const char *
first_name(const struct reading *r, char separator)
{
	const char *end = memchr(r->word, separator, r->length);
	const struct suites_suite *suite;

	if (!is_suites(r))
		return NULL;
	suite = suites_find_name(r->word, (size_t)(end - r->word));
	if (suite == NULL)
		suite = suites_find_foreign(r->word, (size_t)(end - r->word));
	return suite == NULL ? NULL : suite->name;
}

static int
refuse_separator(const struct reading *r, char separator)
{
	struct diag *diag = r->context->diag;
	char quoted[STR_QUOTE_MAX];
	const char *name = first_name(r, separator);
	struct diag_record *record = diag_report(diag, r->bad,
	    first_span(r->input), "%s in a list", str_quote(&separator, 1,
	    quoted));

	if (cure_codes(r, record))
		return -1;
	if (name != NULL)
		diag_cure(diag, record, "write each name on a line of its "
		    "own, the first as %s", name);
	else
		diag_cure(diag, record,
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
	else if (is_suites(r) && r->digits == 2 &&
	    are_codes(r, r->word, r->length, 4))
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
