/* check_language.c - every row of the language: what it takes, what it
 * refuses one past each bound, and that it is kept, shown and tried. */
#include <check.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/str.h"
#include "policy/body.h"
#include "policy/codes.h"
#include "policy/context.h"
#include "policy/diag.h"
#include "policy/names.h"
#include "policy/policy.h"
#include "policy/schema.h"
#include "policy/secret.h"
#include "policy/settings.h"
#include "policy/value-field.h"
#include "policy/value.h"
#include "support/runner.h"

#define LONGEST		4096

/* Calls a check for every row of every statement. */
#define EACH_ROW(statement, row) \
	for (size_t id_ = 0; id_ < SCHEMA_STATEMENT_COUNT; id_++) \
		for (const struct schema_statement *statement = \
		    schema_statement((enum schema_statement_id)id_), \
		    *once_ = statement; once_ != NULL; once_ = NULL) \
			for (size_t i_ = 0; i_ < SCHEMA_ROWS_MAX; i_++) \
				for (const struct schema_param *row = \
				    schema_row(statement, i_); row != NULL; \
				    row = NULL)

static struct context context;
static const struct schema_statement *now_in;

static void
setup(void)
{
	context = (struct context){
		.diag = diag_new(), .directory = "",
		.defaults = POLICY_DEFAULTS_MODERN,
	};
	context.arena = context.scratch = arena_new();
	ck_assert_ptr_nonnull(context.diag);
	ck_assert_ptr_nonnull(context.arena);
}

static void
teardown(void)
{
	arena_free(&context.arena);
	diag_free(&context.diag);
}

static bool
is_link(const struct schema_param *row)
{
	return row->type == SCHEMA_TYPE_BLOCK || row->type == SCHEMA_TYPE_REF;
}

static bool
is_text(const struct schema_param *row)
{
	switch (row->type) {
	case SCHEMA_TYPE_WORD:
	case SCHEMA_TYPE_TEXT:
	case SCHEMA_TYPE_PATH:
	case SCHEMA_TYPE_SECRET:
	case SCHEMA_TYPE_PATTERN:
	case SCHEMA_TYPE_URL:
		return true;
	default:
		return false;
	}
}

/* One word. */
static int
parse(const struct schema_param *row, const char *text, struct value *value_r)
{
	struct tree_word word = { 0, (uint32_t)strlen(text) };
	struct value_input input = {
		.text = text, .words = &word, .count = 1, .end = word.length,
	};

	return value_parse(&context, row, &input, value_r);
}

static void
taken(const struct schema_param *row, const char *text)
{
	struct value value;

	ck_assert_msg(parse(row, text, &value) == 0, "%s, %s: %.80s is refused",
	    now_in->name, row->name, text);
}

static void
refused(const struct schema_param *row, const char *text)
{
	size_t before = diag_count(context.diag, DIAG_ERROR);
	struct value value;

	ck_assert_msg(parse(row, text, &value) == -1, "%s, %s: %.80s is taken",
	    now_in->name, row->name, text);
	ck_assert_uint_eq(diag_count(context.diag, DIAG_ERROR), before + 1);
}

static void
check_numbers(const struct schema_param *row)
{
	char text[32];

	ck_assert_msg(row->min < row->max, "%s", row->name);
	snprintf(text, sizeof(text), "%u", row->min);
	taken(row, text);
	snprintf(text, sizeof(text), "%u", row->max);
	taken(row, text);
	snprintf(text, sizeof(text), "%llu", row->max + 1ULL);
	refused(row, text);
	refused(row, "-2");
	refused(row, "Nonsense");
	if (row->min == 0)
		return;
	snprintf(text, sizeof(text), "%u", row->min - 1);
	refused(row, text);
}

/* A text of so many characters that the row's type takes. */
static const char *
text_of(const struct schema_param *row, size_t length)
{
	static char text[LONGEST];
	static const char front[] = "http://";

	ck_assert_uint_lt(length, sizeof(text));
	memset(text, 'a', length);
	text[length] = '\0';
	if (row->type == SCHEMA_TYPE_URL && length >= sizeof(front))
		memcpy(text, front, sizeof(front) - 1);
	return text;
}

static void
check_lengths(const struct schema_param *row)
{
	ck_assert_uint_ge(row->max, 1);
	if (row->type != SCHEMA_TYPE_URL)
		taken(row, text_of(row, row->min > 0 ? row->min : 1));
	taken(row, text_of(row, row->max));
	refused(row, text_of(row, row->max + 1));
	if (row->min > 0)
		refused(row, "");
	if (row->min > 1)
		refused(row, text_of(row, row->min - 1));
}

static void
check_masks(const struct schema_param *row)
{
	char ones[128];

	memset(ones, '1', sizeof(ones));
	ones[row->max + 1] = '\0';
	refused(row, ones);
	ones[row->max] = '\0';
	taken(row, ones);
	ones[row->min] = '\0';
	taken(row, ones);
	ones[row->min - 1] = '\0';
	refused(row, ones);
}

static void
check_choices(const struct schema_param *row)
{
	const struct schema_choice *choice = row->choices;
	char name[64];

	for (; choice != NULL && choice->name != NULL; choice++) {
		taken(row, choice->name);
		snprintf(name, sizeof(name), "%s", choice->name);
		for (char *c = name; *c != '\0'; c++)
			*c = (char)(islower((unsigned char)*c) ?
			    toupper((unsigned char)*c) :
			    tolower((unsigned char)*c));
		taken(row, name);
		strcat(name, "x");
		refused(row, name);
	}
}

static void
check_codes(const struct schema_param *row, enum codes_kind kind)
{
	const struct codes_code *code;
	char text[32];
	struct str s;

	for (size_t i = 0; (code = codes_at(kind, i)) != NULL; i++) {
		str_init(&s, text, sizeof(text));
		codes_print(kind, code->code, &s);
		taken(row, text);
		taken(row, code->name);
		str_add(&s, "%.*s", kind == CODES_SSL2 ? 1 : 3, "999");
		refused(row, text);
	}
	refused(row, kind == CODES_SSL2 ? "9" : "9999");
	refused(row, "nonsense");
}

START_TEST(test_bounds)
{
	EACH_ROW(s, row) {
		now_in = s;
		check_choices(row);
		if (is_text(row))
			check_lengths(row);
		switch (row->type) {
		case SCHEMA_TYPE_FLAG:
		case SCHEMA_TYPE_ENUM:
			refused(row, "Nonsense");
			refused(row, "");
			break;
		case SCHEMA_TYPE_INT:
			check_numbers(row);
			break;
		case SCHEMA_TYPE_MASK:
			check_masks(row);
			break;
		case SCHEMA_TYPE_PORTS:
			taken(row, "0");
			taken(row, "65535");
			refused(row, "65536");
			break;
		case SCHEMA_TYPE_ADDR_PREFIX:
			taken(row, "192.0.2.1/32");
			taken(row, "2001:db8::/128");
			refused(row, "192.0.2.1/33");
			refused(row, "2001:db8::/129");
			break;
		case SCHEMA_TYPE_SUITES2:
			taken(row, "00");
			refused(row, "FF");
			break;
		case SCHEMA_TYPE_SUITES4:
			taken(row, "1301");
			refused(row, "FFFF");
			break;
		case SCHEMA_TYPE_SUITES_SSL2:
			check_codes(row, CODES_SSL2);
			break;
		case SCHEMA_TYPE_CURVES:
			check_codes(row, CODES_CURVES);
			break;
		case SCHEMA_TYPE_PAIRS:
			check_codes(row, CODES_PAIRS);
			break;
		case SCHEMA_TYPE_PERIOD:
		case SCHEMA_TYPE_HOURS:
		case SCHEMA_TYPE_ZONE:
		case SCHEMA_TYPE_ADDRS:
		case SCHEMA_TYPE_ADDR:
		case SCHEMA_TYPE_ADDR_RANGE:
		case SCHEMA_TYPE_BACKEND:
			refused(row, "Nonsense");
			break;
		default:
			ck_assert_msg(is_text(row) || is_link(row), "%s",
			    row->name);
		}
	}
}
END_TEST

/* What stands in the definition of a condition reaches a rule by a link. */
static bool
is_condition(const struct schema_statement *statement)
{
	switch (statement->id) {
	case SCHEMA_IP_ADDR:
	case SCHEMA_IP_ADDR_SET:
	case SCHEMA_PORT_RANGE:
		return true;
	default:
		return false;
	}
}

START_TEST(test_fields)
{
	EACH_ROW(s, row) {
		ck_assert_msg((row->owner == SCHEMA_OWNER_BODY) ==
		    (is_condition(s) || (is_link(row) && row->size == 0)),
		    "%s, %s", s->name, row->name);
		ck_assert_msg(row->owner == SCHEMA_OWNER_BODY || row->size > 0,
		    "%s, %s", s->name, row->name);
	}
}
END_TEST

static void
check_reason(const struct schema_param *row, enum schema_acts acts,
    const char *reason)
{
	size_t length = reason == NULL ? 0 : strlen(reason);

	if (acts == SCHEMA_ACTS_YES)
		return;
	ck_assert_msg(length > 10, "%s", row->name);
	ck_assert_msg(reason[length - 1] != '.', "%s", row->name);
}

START_TEST(test_reasons)
{
	EACH_ROW(s, row) {
		const struct schema_choice *c = row->choices;
		const char *reason;
		enum schema_acts acts;

		acts = schema_acts(row, NULL, &reason);
		check_reason(row, acts, reason);
		for (; c != NULL && c->name != NULL; c++) {
			acts = schema_acts(row, c, &reason);
			check_reason(row, acts, reason);
		}
		(void)s;
	}
}
END_TEST

/* Some value of the row, or NULL. */
static const char *
example(const struct schema_param *row)
{
	static char number[16];

	if (row->choices != NULL)
		return row->choices[0].name;
	if (row->def != NULL)
		return row->def;
	if (is_text(row))
		return text_of(row, row->max);
	switch (row->type) {
	case SCHEMA_TYPE_INT:
		snprintf(number, sizeof(number), "%u", row->max);
		return number;
	case SCHEMA_TYPE_SUITES2:
		return "352F";
	case SCHEMA_TYPE_SUITES4:
		return "C02F1301";
	case SCHEMA_TYPE_SUITES_SSL2:
		return "71";
	case SCHEMA_TYPE_CURVES:
		return "00290023";
	case SCHEMA_TYPE_PAIRS:
		return "08040403";
	case SCHEMA_TYPE_BACKEND:
		return "127.0.0.1:80";
	case SCHEMA_TYPE_PERIOD:
		return "20260101000000:20260131235959";
	default:
		return NULL;
	}
}

static const char *
print(const struct schema_param *row, const struct value *value, char *buf,
    size_t size)
{
	struct str s;

	str_init(&s, buf, size);
	value_field_print(row, value, &s);
	return buf;
}

/* What is stored in a field is read back from it. */
START_TEST(test_fetch)
{
	static _Alignas(max_align_t) char structure[sizeof(struct settings)];
	char before[LONGEST], after[LONGEST];
	struct value value, again;
	size_t count = 0;

	EACH_ROW(s, row) {
		const char *text = is_link(row) ? NULL : example(row);

		now_in = s;
		if (row->owner == SCHEMA_OWNER_BODY || text == NULL)
			continue;
		memset(structure, 0, sizeof(structure));
		ck_assert_uint_le(row->offset + row->size, sizeof(structure));
		ck_assert_msg(parse(row, text, &value) == 0, "%s: %s",
		    row->name, text);
		value_field_store(row, &value, structure);
		ck_assert_msg(value_field_fetch(row, structure, &again) ||
		    strcmp(text, "All") == 0 || strcmp(text, "0") == 0, "%s",
		    row->name);
		ck_assert_str_eq(print(row, &value, before, sizeof(before)),
		    print(row, &again, after, sizeof(after)));
		count++;
	}
	ck_assert_uint_gt(count, 150);
}
END_TEST

/* What was never written is not there; of numbers that is not known. */
START_TEST(test_fetch_nothing)
{
	static _Alignas(max_align_t) char structure[sizeof(struct settings)];
	struct value value;

	EACH_ROW(s, row) {
		if (row->owner != SCHEMA_OWNER_SETTINGS)
			continue;
		ck_assert_msg(!value_field_fetch(row, structure, &value) ||
		    row->type == SCHEMA_TYPE_INT ||
		    row->type == SCHEMA_TYPE_FLAG ||
		    (row->type == SCHEMA_TYPE_ENUM && value.number == 0),
		    "%s", row->name);
		(void)s;
	}
}
END_TEST

START_TEST(test_secrets)
{
	char run_in[128], quoted[STR_QUOTE_MAX];
	struct source *source;

	EACH_ROW(s, row) {
		size_t length = strlen(row->name);
		size_t found = secret_keyword(row->name, length);

		ck_assert_msg((row->type == SCHEMA_TYPE_SECRET) ==
		    (found == length), "%s", row->name);
		if (row->type != SCHEMA_TYPE_SECRET)
			continue;
		snprintf(run_in, sizeof(run_in), "%shunter2", row->name);
		ck_assert_uint_eq(secret_keyword(run_in, strlen(run_in)),
		    length);
		ck_assert_int_eq(source_from_memory("x.policy", run_in,
		    strlen(run_in), &source), 0);
		secret_quote((struct source_span){ source, 0,
		    (uint32_t)strlen(run_in) }, quoted);
		ck_assert_ptr_null(strstr(quoted, "hunter2"));
		source_free(&source);
		ck_assert_uint_eq(secret_keyword(row->name, length - 1),
		    length - 1);
		(void)s;
	}
}
END_TEST

/* --- the policy that codes everything ------------------------------------ */

static bool coded[SCHEMA_STATEMENT_COUNT][SCHEMA_ROWS_MAX];

static void
collect(const struct body *body)
{
	for (size_t i = 0; i < SCHEMA_ROWS_MAX; i++)
		if (body->seen[i])
			coded[body->statement->id][i] = true;
	for (size_t i = 0; i < body->link_count; i++)
		if (body->links[i].inlined != NULL)
			collect(body->links[i].inlined);
}

START_TEST(test_all_is_tried)
{
	const char *srcdir = getenv("SALLYPORT_SRCDIR");
	const struct context *c;
	struct policy *policy;
	char path[4096];

	ck_assert_ptr_nonnull(srcdir);
	snprintf(path, sizeof(path), "%s/tests/policy/good/"
	    "every-parameter.policy", srcdir);
	policy = policy_load(path, POLICY_DEFAULTS_FILE, context.diag);
	ck_assert_msg(policy != NULL, "%s", path);
	policy_free(&policy);
	policy = policy_examine(path, POLICY_DEFAULTS_FILE, context.diag);
	ck_assert_ptr_nonnull(policy);
	c = policy_context(policy);
	for (struct names_entry *e = names_first(c->names); e != NULL;
	    e = e->next)
		collect(e->body);
	for (size_t i = 0; i < SCHEMA_STATEMENT_COUNT; i++)
		if (c->lines[i] != NULL)
			collect(c->lines[i]);
	EACH_ROW(s, row)
		ck_assert_msg(coded[s->id][i_], "%s, %s", s->name, row->name);
	policy_free(&policy);
}
END_TEST

static Suite *
make(void)
{
	Suite *suite = suite_create("language");
	TCase *tcase = tcase_create("language");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_bounds);
	tcase_add_test(tcase, test_fields);
	tcase_add_test(tcase, test_reasons);
	tcase_add_test(tcase, test_fetch);
	tcase_add_test(tcase, test_fetch_nothing);
	tcase_add_test(tcase, test_secrets);
	tcase_add_test(tcase, test_all_is_tried);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make);
}
