#include "cmd/describe-man.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "policy/schema.h"

#define VALUES_MAX	1024

#define WIDTH		78

static size_t column;

/* Nothing in it is an escape. */
static void
print_char(char c)
{
	if (c == '\\')
		printf("\\e");
	else if (c == '-')
		printf("\\-");
	else
		putchar(c);
	column = c == '\n' ? 0 : column + 1;
}

/*
 * Text that goes on where the last one ended: lines are broken where they are
 * full and where a sentence ends, and none begins with what is a request.
 */
static void
print_text(const char *text)
{
	for (const char *at = text; *at != '\0'; at++) {
		if (column == 0 && (*at == '.' || *at == '\''))
			printf("\\&");
		if (*at == ' ' && (at[-1] == '.' ||
		    column + 1 + strcspn(at + 1, " ") > WIDTH))
			print_char('\n');
		else
			print_char(*at);
	}
}

static void
print_line(const char *text)
{
	print_text(text);
	print_char('\n');
}

/* What follows begins a line of its own on the page, too. */
static void
print_break(void)
{
	puts(".br");
}

static void
print_note(const char *note)
{
	print_break();
	print_line(note);
}

/* "Integer: 0-600 seconds." */
static void
print_values(const struct schema_param *row)
{
	const char *type = row->type == SCHEMA_TYPE_ENUM ? "one of" :
	    schema_type_name(row->type);
	char values[VALUES_MAX], buf[VALUES_MAX + 64];
	struct str text;

	str_init(&text, buf, sizeof(buf));
	str_add(&text, "%c%s: %s.", toupper((unsigned char)type[0]), type + 1,
	    schema_values(row, values, sizeof(values)));
	print_note(buf);
}

static void
print_default(const struct schema_statement *statement,
    const struct schema_param *row)
{
	const char *modern = schema_default(statement, row,
	    POLICY_DEFAULTS_MODERN);
	const char *zos = schema_default(statement, row, POLICY_DEFAULTS_ZOS);
	char buf[VALUES_MAX];
	struct str text;

	if (modern == NULL && zos == NULL)
		return;
	str_init(&text, buf, sizeof(buf));
	str_add(&text, "Default: %s", modern == NULL ? "none" : modern);
	if (zos != NULL && (modern == NULL || strcmp(modern, zos) != 0))
		str_add(&text, "; with PolicyDefaults zOS: %s", zos);
	str_add(&text, ".");
	print_note(buf);
}

static void
print_flags(const struct schema_statement *statement,
    const struct schema_param *row)
{
	if (row->flags & SCHEMA_REQUIRED)
		print_note("Required.");
	if (row->flags & SCHEMA_REPEAT)
		print_note("May be coded several times: the values add up.");
	if ((row->flags & SCHEMA_EXTENSION) && !statement->extension)
		print_note("An extension of Sallyport.");
}

/* `choice` NULL: of the row as a whole. */
static void
print_effect(const struct schema_param *row,
    const struct schema_choice *choice)
{
	const char *reason;
	enum schema_acts acts = schema_acts(row, choice, &reason);
	char buf[VALUES_MAX];
	struct str text;

	if (choice == NULL && reason == NULL)
		return;
	str_init(&text, buf, sizeof(buf));
	if (choice != NULL)
		str_add(&text, "%s: ", choice->name);
	if (reason == NULL)
		str_add(&text, "acts.");
	else
		str_add(&text, "%s%s.", acts == SCHEMA_ACTS_NO ?
		    "has no effect: " : acts == SCHEMA_ACTS_LATER ?
		    "has no effect yet: " : "", reason);
	buf[0] = (char)toupper((unsigned char)buf[0]);
	print_note(buf);
}

static void
print_acts(const struct schema_param *row)
{
	const struct schema_choice *choice = row->choices;

	print_effect(row, NULL);
	for (; choice != NULL && choice->name != NULL; choice++)
		if (choice->own_acts)
			print_effect(row, choice);
}

static void
print_row(const struct schema_statement *statement,
    const struct schema_param *row)
{
	printf(".It Ic %s\n", row->name);
	print_line(row->doc);
	print_values(row);
	print_default(statement, row);
	print_flags(statement, row);
	print_acts(row);
}

static void
print_statement(const struct schema_statement *statement)
{
	const struct schema_param *row;

	printf(".Ss %s\n", statement->name);
	print_line(statement->doc);
	if (statement->extension)
		print_line("An extension of Sallyport.");
	if (statement->form & SCHEMA_FORM_LINE)
		print_line("A line of its own, without braces.");
	if (statement->inherits)
		print_line("What is not coded here stays as the environment "
		    "action has it.");
	printf(".Bl -tag -width Ds\n");
	for (size_t i = 0; (row = schema_row(statement, i)) != NULL; i++)
		print_row(statement, row);
	printf(".El\n");
}

void
describe_man_print(void)
{
	for (int id = 0; id < SCHEMA_STATEMENT_COUNT; id++)
		print_statement(schema_statement(
		    (enum schema_statement_id)id));
}
