#include "cmd/describe.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* In a table, a bar must be told from the column's. */
static void
print_md_cell(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '|')
			putchar('\\');
		putchar(*text);
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
	const char *reason;
	enum schema_acts acts = schema_acts(row, NULL, &reason);

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
	if (acts != SCHEMA_ACTS_YES && reason != NULL) {
		printf(" %s: ", acts == SCHEMA_ACTS_NO ?
		    "*Has no effect*" : "*Has no effect yet*");
		print_md_cell(reason);
		printf(".");
	}
	printf(" |\n");
}

static int
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
	return 0;
}

/* ---- mdoc ---- */

/* A line that begins with a dot or quote is a request. */
static void
print_man_text(const char *text)
{
	if (*text == '.' || *text == '\'')
		printf("\\&");
	for (; *text != '\0'; text++) {
		if (*text == '\\')
			printf("\\e");
		else if (*text == '-')
			printf("\\-");
		else
			putchar(*text);
	}
	putchar('\n');
}

static void
print_man_row(const struct schema_statement *statement,
    const struct schema_param *row)
{
	const char *def = schema_default(statement, row,
	    POLICY_DEFAULTS_MODERN);
	char values[VALUES_MAX];
	const char *reason;
	enum schema_acts acts = schema_acts(row, NULL, &reason);

	printf(".It Ic %s\n", row->name);
	print_man_text(row->doc);
	printf("Values:\n");
	print_man_text(schema_values(row, values, sizeof(values)));
	if (def != NULL) {
		printf(".br\nDefault:\n");
		print_man_text(def);
	}
	if (acts != SCHEMA_ACTS_YES && reason != NULL) {
		printf(".br\nHas no effect%s:\n",
		    acts == SCHEMA_ACTS_LATER ? " yet" : "");
		print_man_text(reason);
	}
}

static int
print_man(void)
{
	const struct schema_statement *statement;
	const struct schema_param *row;

	for (int id = 0; id < SCHEMA_STATEMENT_COUNT; id++) {
		statement = schema_statement((enum schema_statement_id)id);
		printf(".Ss %s\n", statement->name);
		print_man_text(statement->doc);
		if (schema_row(statement, 0) == NULL)
			continue;
		printf(".Bl -tag -width Ds\n");
		for (size_t i = 0; (row = schema_row(statement, i)) != NULL;
		    i++)
			print_man_row(statement, row);
		printf(".El\n");
	}
	return 0;
}

/* ---- every word of the language, once ---- */

struct words {
	const char **list;
	size_t count, size;
};

/* -1 where there is no memory. */
static int
add_word(struct words *words, const char *word)
{
	const char **list = words->list;

	if (words->count == words->size) {
		words->size = words->size == 0 ? 256 : words->size * 2;
		list = realloc(list, words->size * sizeof(*list));
		if (list == NULL)
			return -1;
		words->list = list;
	}
	words->list[words->count++] = word;
	return 0;
}

static int
compare_words(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
sort_words(struct words *words)
{
	size_t kept = 0;

	if (words->count == 0)
		return;
	qsort(words->list, words->count, sizeof(*words->list), compare_words);
	for (size_t i = 1; i < words->count; i++)
		if (strcmp(words->list[i], words->list[kept]) != 0)
			words->list[++kept] = words->list[i];
	words->count = kept + 1;
}

static int
collect_row(const struct schema_param *row, struct words *names,
    struct words *values)
{
	const struct schema_choice *choice = row->choices;

	if (add_word(names, row->name) == -1)
		return -1;
	for (; choice != NULL && choice->name != NULL; choice++)
		if (add_word(values, choice->name) == -1)
			return -1;
	return 0;
}

static int
collect_words(struct words *statements, struct words *names,
    struct words *values)
{
	const struct schema_statement *statement;
	const struct schema_param *row;

	for (int id = 0; id < SCHEMA_STATEMENT_COUNT; id++) {
		statement = schema_statement((enum schema_statement_id)id);
		if (add_word(statements, statement->name) == -1)
			return -1;
		for (size_t i = 0; (row = schema_row(statement, i)) != NULL;
		    i++)
			if (collect_row(row, names, values) == -1)
				return -1;
	}
	sort_words(statements);
	sort_words(names);
	sort_words(values);
	return 0;
}

static void
print_keywords(const struct words *words, const char *group)
{
	for (size_t i = 0; i < words->count; i++)
		printf("syn keyword %s %s\n", group, words->list[i]);
}

/* One list: a word that is both a statement and a parameter is one token. */
static int
print_dict(void)
{
	static const char *const forms[] = {
		" {\\x0a", "}\\x0a", "#", "0", "65535", "192.0.2.1",
		"192.0.2.0/24", "192.0.2.1-192.0.2.9", "2001:db8::/32",
		"0-65535", "All", "C02B1301", "unix:/x",
	};
	struct words words = { NULL, 0, 0 };
	int status = 0;

	for (size_t i = 0; i < ARRAY_SIZE(forms) && status == 0; i++)
		status = add_word(&words, forms[i]);
	if (status == 0)
		status = collect_words(&words, &words, &words);
	for (size_t i = 0; i < words.count && status == 0; i++)
		printf("\"%s\"\n", words.list[i]);
	free(words.list);
	return status == 0 ? 0 : report_memory();
}

static void
print_syntax(const struct words *statements, const struct words *names,
    const struct words *values)
{
	puts("\" Sallyport policy; made by `sallyport describe --format vim`");
	puts("if exists(\"b:current_syntax\")\n  finish\nendif");
	puts("syn case ignore");
	print_keywords(statements, "policyStatement");
	print_keywords(names, "policyParameter");
	print_keywords(values, "policyValue");
	puts("syn match policyComment \"\\(^\\|\\s\\)\\zs#.*$\"");
	puts("syn region policyBlock start=\"{\" end=\"}\" transparent fold");
	puts("hi def link policyStatement Statement");
	puts("hi def link policyParameter Identifier");
	puts("hi def link policyValue Constant");
	puts("hi def link policyComment Comment");
	puts("let b:current_syntax = \"sallyport\"");
}

static int
print_vim(void)
{
	struct words statements = { NULL, 0, 0 }, names = { NULL, 0, 0 },
	    values = { NULL, 0, 0 };
	int status = collect_words(&statements, &names, &values);

	if (status == 0)
		print_syntax(&statements, &names, &values);
	free(statements.list);
	free(names.list);
	free(values.list);
	return status == 0 ? 0 : report_memory();
}

static int
print_format(int format)
{
	switch (format) {
	case 0:
		return print_json();
	case 1:
		return print_md();
	case 2:
		return print_man();
	case 3:
		return print_vim();
	default:
		return print_dict();
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
