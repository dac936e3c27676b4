#include "cmd/describe.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/describe-man.h"
#include "cmd/describe-words.h"
#include "cmd/options.h"
#include "policy/schema.h"

#define COMMAND		"sallyport describe"

#define VALUES_MAX	1024

static const char usage[] =
    "usage: sallyport describe [--format json|md|man|vim|dict]\n"
    "\n"
    "Prints every statement and parameter of the policy language:\n"
    "    json  for programs\n"
    "    md    Markdown, for people (this is printed without --format)\n"
    "    man   a part of a manual page, in mdoc\n"
    "    vim   syntax highlighting\n"
    "    dict  a dictionary for fuzzers\n";

static int
report_memory(void)
{
	fprintf(stderr, "%s: out of memory\n", COMMAND);
	return OPTIONS_EXIT_USAGE;
}

/* "On | Off" as a list: what a parameter takes, each form on its own. */
static json_t *
json_values(const struct schema_param *row)
{
	char buf[VALUES_MAX], *rest = buf, *bar;
	json_t *list = json_array();

	schema_values(row, buf, sizeof(buf));
	while ((bar = strstr(rest, " | ")) != NULL) {
		*bar = '\0';
		json_array_append_new(list, json_string(rest));
		rest = bar + 3;
	}
	json_array_append_new(list, json_string(rest));
	return list;
}

static json_t *
json_text(const char *text)
{
	return text == NULL ? json_null() : json_string(text);
}

static json_t *
json_parameter(const struct schema_statement *statement,
    const struct schema_param *row)
{
	return json_pack("{s:s,s:s,s:o,s:o,s:o,s:s,s:s}",
	    "name", row->name,
	    "type", schema_type_name(row->type),
	    "values", json_values(row),
	    "default", json_text(schema_default(statement, row,
	    POLICY_DEFAULTS_MODERN)),
	    "default_zos", json_text(schema_default(statement, row,
	    POLICY_DEFAULTS_ZOS)),
	    "acts", schema_acts_name(schema_acts(row, NULL, NULL)),
	    "doc", row->doc);
}

static json_t *
json_statement(const struct schema_statement *statement)
{
	const struct schema_param *row;
	json_t *parameters = json_array();

	for (size_t i = 0; (row = schema_row(statement, i)) != NULL; i++)
		json_array_append_new(parameters,
		    json_parameter(statement, row));
	return json_pack("{s:s,s:s,s:o}", "name", statement->name, "doc",
	    statement->doc, "parameters", parameters);
}

static int
print_json(void)
{
	json_t *statements = json_array();
	json_t *root = json_pack("{s:o}", "statements", statements);
	int status = 0;

	for (int id = 0; id < SCHEMA_STATEMENT_COUNT; id++)
		json_array_append_new(statements,
		    json_statement(schema_statement(
		    (enum schema_statement_id)id)));
	/* A part that memory lacked for is NULL and was not appended. */
	if (json_array_size(statements) != SCHEMA_STATEMENT_COUNT)
		status = report_memory();
	else if (json_dumpf(root, stdout,
	    JSON_PRESERVE_ORDER | JSON_INDENT(1)) == -1)
		status = ferror(stdout) ? options_finish(COMMAND) :
		    report_memory();
	putchar('\n');
	json_decref(root);
	return status;
}

/* ---- Markdown ---- */

/* In a table, a bar must be told from the column's; a star is a star. */
static void
print_md_cell(const char *text)
{
	for (; *text != '\0'; text++) {
		if (strchr("|*<", *text) != NULL)
			putchar('\\');
		putchar(*text);
	}
}

static void
print_md_effect(enum schema_acts acts, const char *reason)
{
	if (acts == SCHEMA_ACTS_YES)
		return;
	printf(" %s: ", acts == SCHEMA_ACTS_NO ? "*Has no effect*" :
	    "*Has no effect yet*");
	print_md_cell(reason);
	printf(".");
}

/* The row's, and that of choices which differ. */
static void
print_md_acts(const struct schema_param *row)
{
	const struct schema_choice *choice = row->choices;
	const char *reason;
	enum schema_acts acts = schema_acts(row, NULL, &reason);

	print_md_effect(acts, reason);
	for (; choice != NULL && choice->name != NULL; choice++) {
		if (!choice->own_acts)
			continue;
		acts = schema_acts(row, choice, &reason);
		printf(" `%s`:", choice->name);
		if (acts == SCHEMA_ACTS_YES)
			printf(" acts.");
		print_md_effect(acts, reason);
	}
}

static void
print_md_row(const struct schema_statement *statement,
    const struct schema_param *row)
{
	const char *def = schema_default(statement, row,
	    POLICY_DEFAULTS_MODERN);
	const char *zos = schema_default(statement, row, POLICY_DEFAULTS_ZOS);
	char values[VALUES_MAX];

	printf("| `%s` | ", row->name);
	print_md_cell(schema_values(row, values, sizeof(values)));
	printf(" | ");
	if (def != NULL)
		print_md_cell(def);
	if (zos != NULL && (def == NULL || strcmp(def, zos) != 0)) {
		printf(" (zOS: ");
		print_md_cell(zos);
		printf(")");
	}
	printf(" | ");
	print_md_cell(row->doc);
	print_md_acts(row);
	printf(" |\n");
}

static void
print_md(void)
{
	const struct schema_statement *statement;
	const struct schema_param *row;

	for (int id = 0; id < SCHEMA_STATEMENT_COUNT; id++) {
		statement = schema_statement((enum schema_statement_id)id);
		printf("%s## %s\n\n%s", id == 0 ? "" : "\n", statement->name,
		    statement->doc);
		if (statement->extension)
			printf(" An extension of Sallyport.");
		printf("\n");
		if (schema_row(statement, 0) != NULL)
			printf("\n| Parameter | Values | Default | Meaning |\n"
			    "| --- | --- | --- | --- |\n");
		for (size_t i = 0; (row = schema_row(statement, i)) != NULL;
		    i++)
			print_md_row(statement, row);
	}
}

static int
print_format(int format)
{
	switch (format) {
	case 0:
		return print_json();
	case 1:
		print_md();
		return 0;
	case 2:
		describe_man_print();
		return 0;
	case 3:
		return describe_words_print_vim() == 0 ? 0 : report_memory();
	default:
		return describe_words_print_dict() == 0 ? 0 : report_memory();
	}
}

int
describe_main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "format", required_argument, NULL, 'f' },
		{ NULL, 0, NULL, 0 },
	};
	static const char *const formats[] = {
		"json", "md", "man", "vim", "dict", NULL
	};
	int format = 1, option, status;

	while ((option = options_next(COMMAND, argc, argv, longs)) !=
	    OPTIONS_END) {
		if (option == OPTIONS_HELP) {
			fputs(usage, stdout);
			return options_finish(COMMAND);
		}
		format = option != 'f' ? -1 : options_choice(COMMAND,
		    "--format", optarg, formats);
		if (format == -1)
			return OPTIONS_EXIT_USAGE;
	}
	if (optind != argc)
		return options_refuse(COMMAND, "it takes no operand");
	status = print_format(format);
	return status != 0 ? status : options_finish(COMMAND);
}
