#include "lint/lint-view.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/str.h"
#include "lint/lint-scope.h"
#include "policy/body.h"
#include "policy/context.h"
#include "policy/names.h"
#include "policy/schema.h"

#define NO_FIELD	0xff

/* The statements that a secured rule's values stand in. */
static const enum schema_statement_id statements[] = {
	SCHEMA_GROUP_ACTION, SCHEMA_ENVIRONMENT_ACTION,
	SCHEMA_CONNECTION_ACTION, SCHEMA_ENVIRONMENT_ADVANCED,
	SCHEMA_CONNECTION_ADVANCED, SCHEMA_CIPHER_PARMS, SCHEMA_GSK_ADVANCED,
};

struct lint_view_fields {
	uint8_t of_row[SCHEMA_STATEMENT_COUNT][SCHEMA_ROWS_MAX];
	uint32_t defaults[LINT_VIEW_COUNT];
};

static const char *const names[LINT_VIEW_COUNT] = {
#define LINT_VIEW_NAME(symbol, name) [LINT_VIEW_##symbol] = (name),
	LINT_VIEW_FIELDS(LINT_VIEW_NAME)
#undef LINT_VIEW_NAME
};

static uint8_t
field_of(const char *name)
{
	for (size_t i = 0; i < LINT_VIEW_COUNT; i++)
		if (strcmp(name, names[i]) == 0)
			return (uint8_t)i;
	return NO_FIELD;
}

static uint32_t
number_of(const struct schema_param *row, const char *text)
{
	const struct schema_choice *choice = row->choices;

	for (; choice != NULL && choice->name != NULL; choice++)
		if (str_equal(text, strlen(text), choice->name))
			return choice->value;
	return (uint32_t)strtoul(text, NULL, 10);
}

const struct lint_view_fields *
lint_view_fields_new(struct lint_scope *scope)
{
	struct lint_view_fields *fields = arena_alloc(scope->arena,
	    sizeof(*fields));
	const struct schema_param *row;
	const char *def;
	uint8_t field;

	memset(fields->of_row, NO_FIELD, sizeof(fields->of_row));
	for (size_t s = 0; s < ARRAY_SIZE(statements); s++) {
		const struct schema_statement *statement =
		    schema_statement(statements[s]);

		for (size_t i = 0; (row = schema_row(statement, i)) != NULL;
		    i++) {
			field = field_of(row->name);
			fields->of_row[statements[s]][i] = field;
			def = schema_default(statement, row,
			    scope->context->defaults);
			if (field != NO_FIELD && def != NULL)
				fields->defaults[field] = number_of(row, def);
		}
	}
	return fields;
}

/* --- one view ----------------------------------------------------- */

/* Nothing is sure of the rows of a statement... */
static void
doubt_rows(const struct lint_view_fields *fields, enum schema_statement_id id,
    struct lint_view *view)
{
	const struct schema_statement *statement = schema_statement(id);

	for (size_t i = 0; schema_row(statement, i) != NULL; i++)
		if (fields->of_row[id][i] != NO_FIELD)
			view->values[fields->of_row[id][i]].unsure = true;
}

/* ...nor of what it may lead to, where a reference does not find it. */
static void
doubt(const struct lint_view_fields *fields, enum schema_statement_id id,
    struct lint_view *view)
{
	const struct schema_statement *statement = schema_statement(id);
	const struct schema_param *row;

	doubt_rows(fields, id, view);
	for (size_t i = 0; (row = schema_row(statement, i)) != NULL; i++)
		if (row->type == SCHEMA_TYPE_BLOCK)
			doubt(fields, row->statement, view);
}

static void
take_row(const struct lint_view_fields *fields, const struct body *body,
    size_t row, struct lint_view *view)
{
	uint8_t field = fields->of_row[body->statement->id][row];
	struct lint_view_value *value;

	if (field == NO_FIELD)
		return;
	value = &view->values[field];
	*value = (struct lint_view_value){ NULL, true, true };
	for (size_t i = 0; i < body->set_count; i++) {
		if (strcmp(body->sets[i].row->name, names[field]) != 0)
			continue;
		value->set = &body->sets[i];
		value->unsure = false;
	}
}

static void
take_body(const struct lint_view_fields *fields, const struct body *body,
    struct lint_view *view)
{
	const struct body *target;

	/* A list counts as a whole. */
	if (body->statement->id == SCHEMA_CIPHER_PARMS)
		view->values[LINT_VIEW_CIPHERS] =
		    view->values[LINT_VIEW_CIPHERS4] =
		    (struct lint_view_value){ NULL, false, false };
	if (body->broken)
		doubt_rows(fields, body->statement->id, view);
	for (size_t i = 0; schema_row(body->statement, i) != NULL; i++)
		if (body->seen[i])
			take_row(fields, body, i, view);
	for (size_t i = 0; i < body->link_count; i++) {
		target = body_target(&body->links[i]);
		if (target != NULL)
			take_body(fields, target, view);
		else
			doubt(fields, body->links[i].row->statement, view);
	}
}

static const struct body *
take_action(const struct lint_view_fields *fields, const struct body *rule,
    enum schema_statement_id id, struct lint_view *view)
{
	const struct body_link *link = body_link(rule, id);
	const struct body *body = link == NULL ? NULL : body_target(link);

	if (body != NULL)
		take_body(fields, body, view);
	else if (link != NULL || (rule->broken &&
	    id == SCHEMA_CONNECTION_ACTION))
		doubt(fields, id, view);
	return body;
}

void
lint_view_fill(const struct lint_scope *scope, const struct body *rule,
    struct lint_view *view_r)
{
	const struct lint_view_fields *fields = scope->fields;

	memset(view_r, 0, sizeof(*view_r));
	view_r->rule = rule;
	view_r->group = take_action(fields, rule, SCHEMA_GROUP_ACTION, view_r);
	view_r->environment = take_action(fields, rule,
	    SCHEMA_ENVIRONMENT_ACTION, view_r);
	view_r->connection = take_action(fields, rule,
	    SCHEMA_CONNECTION_ACTION, view_r);
}

const struct body_set *
lint_view_set(const struct lint_view *view, enum lint_view_field field)
{
	return view->values[field].unsure ? NULL : view->values[field].set;
}

bool
lint_view_known(const struct lint_view *view, enum lint_view_field field)
{
	return !view->values[field].unsure;
}

uint32_t
lint_view_number(const struct lint_scope *scope, const struct lint_view *view,
    enum lint_view_field field)
{
	const struct body_set *set = view->values[field].set;

	return set != NULL ? set->value.number :
	    scope->fields->defaults[field];
}

bool
lint_view_on(const struct lint_scope *scope, const struct lint_view *view,
    enum lint_view_field field)
{
	return lint_view_known(view, field) &&
	    lint_view_number(scope, view, field) != 0;
}

struct source_span
lint_view_place(const struct lint_view *view, enum lint_view_field field)
{
	const struct body_set *set = lint_view_set(view, field);

	return set != NULL ? set->span : view->environment->span;
}
