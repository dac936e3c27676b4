/* check_schema.c - the table of the language is whole and consistent. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/str.h"
#include "policy/context.h"
#include "policy/diag.h"
#include "policy/rules.h"
#include "policy/schema.h"
#include "policy/settings.h"
#include "policy/value-field.h"
#include "policy/value.h"
#include "support/runner.h"

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

static bool
is_sentence(const char *doc)
{
	return doc != NULL && strlen(doc) > 10 && doc[strlen(doc) - 1] == '.';
}

START_TEST(test_statements)
{
	for (size_t i = 0; i < SCHEMA_STATEMENT_COUNT; i++) {
		const struct schema_statement *s =
		    schema_statement((enum schema_statement_id)i);

		ck_assert_uint_eq(s->id, i);
		ck_assert_msg(is_sentence(s->doc), "%s", s->name);
		ck_assert_uint_ne(s->form, 0);
		ck_assert_ptr_nonnull(schema_row(s, 0));
		ck_assert_ptr_eq(schema_find_statement(s->name,
		    strlen(s->name)), s);
		ck_assert_ptr_null(schema_row(s, SCHEMA_ROWS_MAX - 1));
	}
}
END_TEST

START_TEST(test_rows_are_documented)
{
	char values[512];

	EACH_ROW(s, row) {
		ck_assert_msg(is_sentence(row->doc), "%s", row->name);
		ck_assert_msg(row->acts == SCHEMA_ACTS_YES ||
		    row->reason != NULL, "%s", row->name);
		ck_assert_msg(schema_values(row, values, sizeof(values))[0] !=
		    '\0', "%s", row->name);
		ck_assert(schema_type_name(row->type)[0] != '\0');
		ck_assert_ptr_eq(schema_find_row(s, row->name,
		    strlen(row->name), NULL), row);
	}
}
END_TEST

START_TEST(test_names_are_unique)
{
	EACH_ROW(s, row) {
		const struct schema_param *other;

		for (size_t i = 0; (other = schema_row(s, i)) != NULL; i++)
			ck_assert_msg(other == row ||
			    strcasecmp(other->name, row->name) != 0, "%s",
			    row->name);
	}
}
END_TEST

/* A name with one letter dropped is recognised, unless it is a name itself
 * or as near to another one. */
START_TEST(test_names_suggest_themselves)
{
	size_t tried = 0, found = 0;

	EACH_ROW(s, row) {
		char name[64];
		size_t length = strlen(row->name);

		for (size_t drop = 0; drop < length; drop++) {
			const char *nearest;

			memcpy(name, row->name, drop);
			memcpy(name + drop, row->name + drop + 1,
			    length - drop - 1);
			if (schema_find_row(s, name, length - 1, NULL) != NULL)
				continue;
			nearest = schema_suggest_row(s, name, length - 1,
			    row->type == SCHEMA_TYPE_BLOCK);
			tried++;
			ck_assert_msg(nearest == NULL ||
			    strcmp(nearest, row->name) == 0, "%.*s: %s",
			    (int)length - 1, name, nearest);
			found += nearest != NULL;
		}
	}
	ck_assert_uint_gt(tried, 1000);
	ck_assert_msg(found * 100 > tried * 95, "%zu of %zu", found, tried);
}
END_TEST

START_TEST(test_choices)
{
	EACH_ROW(s, row) {
		ck_assert_msg((row->type != SCHEMA_TYPE_FLAG &&
		    row->type != SCHEMA_TYPE_ENUM) || row->choices != NULL,
		    "%s", row->name);
		if (row->choices == NULL)
			continue;
		for (const struct schema_choice *c = row->choices;
		    c->name != NULL; c++) {
			for (const struct schema_choice *d = row->choices;
			    d != c; d++)
				ck_assert(strcasecmp(c->name, d->name) != 0 &&
				    c->value != d->value);
			ck_assert_msg(!c->own_acts ||
			    c->acts == SCHEMA_ACTS_YES || c->reason != NULL,
			    "%s %s", row->name, c->name);
		}
		(void)s;
	}
}
END_TEST

static struct context *
context_new(struct arena *arena)
{
	struct context *context = arena_alloc(arena, sizeof(*context));

	context->arena = context->scratch = arena;
	context->diag = diag_new();
	context->directory = "";
	context->defaults = POLICY_DEFAULTS_MODERN;
	return context;
}

/* Defaults are valid, and print back as they are written. */
START_TEST(test_defaults_parse_and_print_back)
{
	struct arena *arena = arena_new();
	struct context *context = context_new(arena);
	size_t count = 0;

	EACH_ROW(s, row) {
		const char *texts[] = { row->def, row->def_zos };

		for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
			char buf[128];
			struct value value, again;
			struct str out;

			if (texts[i] == NULL)
				continue;
			value_parse_default(context, row, texts[i], &value);
			str_init(&out, buf, sizeof(buf));
			value_field_print(row, &value, &out);
			ck_assert_str_eq(buf, texts[i]);
			value_parse_default(context, row, buf, &again);
			count++;
		}
		(void)s;
	}
	ck_assert_uint_gt(count, 40);
	ck_assert_uint_eq(diag_count(context->diag, DIAG_ERROR), 0);
	ck_assert_uint_eq(diag_count(context->diag, DIAG_WARNING), 0);
	diag_free(&context->diag);
	arena_free(&arena);
}
END_TEST

/*
 * Every byte of the two structs that the compiler fills belongs to a row,
 * but for padding, which no field of these structs is as large as.
 */
static void
check_covered(enum schema_owner owner, size_t size)
{
	unsigned char *seen = calloc(1, size);
	size_t gap = 0;

	EACH_ROW(s, row) {
		if (row->owner != owner)
			continue;
		ck_assert_uint_le(row->offset + row->size, size);
		memset(seen + row->offset, 1, row->size);
		(void)s;
	}
	for (size_t i = 0; i < size; i++) {
		gap = seen[i] ? 0 : gap + 1;
		ck_assert_msg(gap < _Alignof(max_align_t) / 2,
		    "no row fills offset %zu", i);
	}
	free(seen);
}

START_TEST(test_every_field_has_a_row)
{
	check_covered(SCHEMA_OWNER_SETTINGS, sizeof(struct settings));
	check_covered(SCHEMA_OWNER_APPLICATION,
	    sizeof(struct settings_application));
	check_covered(SCHEMA_OWNER_FILE, sizeof(struct settings_file));
}
END_TEST

/* Two rows that share a field are the same parameter, or forms of one value. */
START_TEST(test_shared_fields)
{
	EACH_ROW(s, row) {
		if (row->owner == SCHEMA_OWNER_BODY)
			continue;
		for (size_t id = 0; id < SCHEMA_STATEMENT_COUNT; id++) {
			const struct schema_statement *t =
			    schema_statement((enum schema_statement_id)id);
			const struct schema_param *other;

			for (size_t i = 0;
			    (other = schema_row(t, i)) != NULL; i++) {
				if (other->owner != row->owner ||
				    other->offset != row->offset)
					continue;
				ck_assert_msg(strcmp(other->name, row->name) ==
				    0 || other->slot == row->slot, "%s and %s",
				    row->name, other->name);
				ck_assert_uint_eq(other->size, row->size);
			}
		}
		(void)s;
	}
}
END_TEST

START_TEST(test_modern_and_zos)
{
	static const struct { const char *name, *modern, *zos; } rows[] = {
		{ "TLSv1", "Off", "On" }, { "TLSv1.1", "Off", "On" },
		{ "TLSv1.2", "On", "Off" }, { "TLSv1.3", "On", "Off" },
		{ "SSLv2", "Off", "Off" }, { "SSLv3", "Off", "Off" },
		{ "PeerMinRsaKeySize", "2048", "1024" },
		{ "PeerMinECCKeySize", "224", "192" },
		{ "PeerMinDHKeySize", "2048", "1024" },
		{ "PeerMinDsaKeySize", "2048", "1024" },
		{ "HandshakeTimeout", "10", "10" },
		{ "ClientAuthType", "Required", "Required" },
		{ "CertValidationMode", "Any", "Any" },
	};
	const struct schema_statement *environment =
	    schema_statement(SCHEMA_ENVIRONMENT_ADVANCED);
	const struct schema_statement *connection =
	    schema_statement(SCHEMA_CONNECTION_ADVANCED);
	const struct schema_param *row;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		row = schema_find_row(environment, rows[i].name,
		    strlen(rows[i].name), NULL);
		ck_assert_ptr_nonnull(row);
		ck_assert_str_eq(schema_default(environment, row,
		    POLICY_DEFAULTS_MODERN), rows[i].modern);
		ck_assert_str_eq(schema_default(environment, row,
		    POLICY_DEFAULTS_ZOS), rows[i].zos);
		ck_assert_ptr_null(schema_default(connection, row,
		    POLICY_DEFAULTS_ZOS));
	}
}
END_TEST

/* IBM's numbers, whatever the defaults; and each of them acts. */
START_TEST(test_resumption)
{
	static const struct { const char *name, *def; } rows[] = {
		{ "GSK_V3_SESSION_TIMEOUT", "86400" },
		{ "GSK_V3_SIDCACHE_SIZE", "512" },
		{ "GSK_SESSION_TICKET_SERVER_ENABLE", "On" },
		{ "GSK_SESSION_TICKET_SERVER_ALGORITHM", "AESCBC128" },
		{ "GSK_SESSION_TICKET_SERVER_COUNT", "2" },
		{ "GSK_SESSION_TICKET_SERVER_KEY_REFRESH", "300" },
		{ "GSK_SESSION_TICKET_SERVER_TIMEOUT", "300" },
	};
	const struct schema_statement *gsk =
	    schema_statement(SCHEMA_GSK_ADVANCED);
	const struct schema_param *row;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		row = schema_find_row(gsk, rows[i].name,
		    strlen(rows[i].name), NULL);
		ck_assert_ptr_nonnull(row);
		ck_assert_str_eq(schema_default(gsk, row,
		    POLICY_DEFAULTS_MODERN), rows[i].def);
		ck_assert_str_eq(schema_default(gsk, row,
		    POLICY_DEFAULTS_ZOS), rows[i].def);
		ck_assert_int_eq(row->owner, SCHEMA_OWNER_SETTINGS);
		ck_assert_int_eq(schema_acts(row, NULL, NULL),
		    SCHEMA_ACTS_YES);
		for (const struct schema_choice *c = row->choices;
		    c != NULL && c->name != NULL; c++)
			ck_assert_int_eq(schema_acts(row, c, NULL),
			    SCHEMA_ACTS_YES);
	}
}
END_TEST

START_TEST(test_homes)
{
	const struct schema_statement *rule = schema_statement(SCHEMA_RULE);

	ck_assert_str_eq(schema_find_home(rule, "keyring", 7)->name,
	    "TTLSKeyringParms");
	ck_assert_ptr_null(schema_find_home(rule, "Direction", 9));
	ck_assert_str_eq(schema_suggest_statement("TTLSKeyringParams", 17),
	    "TTLSKeyringParms");
	ck_assert_ptr_null(schema_suggest_statement("Nonsense", 8));
	ck_assert_ptr_null(schema_suggest_statement("", 0));
	ck_assert_str_eq(schema_suggest_statement("TTLSEnvAction", 13),
	    "TTLSEnvironmentAction");
}
END_TEST

static Suite *
make(void)
{
	Suite *suite = suite_create("schema");
	TCase *tcase = tcase_create("schema");

	tcase_add_test(tcase, test_statements);
	tcase_add_test(tcase, test_rows_are_documented);
	tcase_add_test(tcase, test_names_are_unique);
	tcase_add_test(tcase, test_names_suggest_themselves);
	tcase_add_test(tcase, test_choices);
	tcase_add_test(tcase, test_defaults_parse_and_print_back);
	tcase_add_test(tcase, test_every_field_has_a_row);
	tcase_add_test(tcase, test_shared_fields);
	tcase_add_test(tcase, test_modern_and_zos);
	tcase_add_test(tcase, test_resumption);
	tcase_add_test(tcase, test_homes);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make);
}
