#include "policy/view.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "policy/body.h"
#include "policy/context.h"
#include "policy/lines.h"
#include "policy/names.h"
#include "policy/policy.h"
#include "policy/rules.h"
#include "policy/settings.h"
#include "policy/value-field.h"

/* More than any default has; a longer value differs from all of them. */
#define TEXT_MAX	1024

/* The statements that a rule's actions are made of, as they are shown. */
static const enum schema_statement_id shown[] = {
	SCHEMA_GROUP_ACTION, SCHEMA_GROUP_ADVANCED,
	SCHEMA_ENVIRONMENT_ACTION, SCHEMA_KEYRING_PARMS,
	SCHEMA_ENVIRONMENT_ADVANCED, SCHEMA_CIPHER_PARMS,
	SCHEMA_SIGNATURE_PARMS, SCHEMA_GSK_ADVANCED, SCHEMA_GSK_LDAP,
	SCHEMA_GSK_HTTP_CDP, SCHEMA_GSK_OCSP,
	SCHEMA_CONNECTION_ACTION, SCHEMA_CONNECTION_ADVANCED,
	SCHEMA_APPLICATION_ACTION,
};

/* One row of one statement. */
struct place {
	const struct schema_statement *statement;
	const struct schema_param *row;
	size_t field;		/* the first place of the same field */
	const char *def;	/* as printed; NULL: none, or an outer scope's */
};

/* The line that had the last word on a field. */
struct coded {
	const struct body_set *set;
	const struct body *body;
};

struct view {
	const struct context *context;
	const struct policy *policy;
	struct arena *arena;
	struct place *places;
	size_t place_count, first[ARRAY_SIZE(shown)];
	struct coded *coded;		/* by field; of the rule being viewed */
	struct view_parameter *parameters;
	struct lines *lines;
};

static bool
has_field(const struct schema_param *row)
{
	return row->owner == SCHEMA_OWNER_SETTINGS ||
	    row->owner == SCHEMA_OWNER_APPLICATION ||
	    row->owner == SCHEMA_OWNER_ACTIONS;
}

/* --- getting ready ------------------------------------------------------ */

static size_t
field_of(const struct view *view, const struct schema_param *row)
{
	size_t i = 0;

	while (i < view->place_count &&
	    (view->places[i].row->owner != row->owner ||
	    view->places[i].row->offset != row->offset))
		i++;
	return i;
}

static const char *
print_default(struct context *context, const struct schema_statement *statement,
    const struct schema_param *row)
{
	const char *text = schema_default(statement, row, context->defaults);
	char buf[TEXT_MAX];
	struct str s;
	struct value value;

	if (text == NULL)
		return NULL;
	value_parse_default(context, row, text, &value);
	str_init(&s, buf, sizeof(buf));
	value_field_print(row, &value, &s);
	return arena_copy_text(context->arena, buf, s.length);
}

static void
add_places(struct view *view, struct context *context,
    const struct schema_statement *statement)
{
	const struct schema_param *row;
	struct place *place;

	for (size_t i = 0; (row = schema_row(statement, i)) != NULL; i++) {
		if (!has_field(row))
			continue;
		place = &view->places[view->place_count];
		place->statement = statement;
		place->row = row;
		place->field = field_of(view, row);
		place->def = print_default(context, statement, row);
		view->place_count++;
	}
}

static void
fill(struct view *view)
{
	struct context context = *view->context;
	size_t most = ARRAY_SIZE(shown) * SCHEMA_ROWS_MAX;
	struct names_entry *entry;

	context.arena = context.scratch = view->arena;
	view->places = arena_alloc_array(view->arena, most,
	    sizeof(*view->places));
	for (size_t i = 0; i < ARRAY_SIZE(shown); i++) {
		view->first[i] = view->place_count;
		add_places(view, &context, schema_statement(shown[i]));
	}
	view->coded = arena_alloc_array(view->arena, view->place_count,
	    sizeof(*view->coded));
	view->parameters = arena_alloc_array(view->arena, view->place_count,
	    sizeof(*view->parameters));
	/* The compiler marks what acts; here a name is enough to be used. */
	for (entry = names_first(view->context->names); entry != NULL;
	    entry = entry->next)
		if (entry->statement->id == SCHEMA_RULE && entry->body != NULL)
			body_reach(entry->body);
}

struct view *
view_new(const struct policy *policy)
{
	struct view *view = calloc(1, sizeof(*view));
	jmp_buf guard;

	if (view == NULL)
		return NULL;
	view->policy = policy;
	view->context = policy_context(policy);
	view->arena = arena_new();
	view->lines = lines_new(view->context->source);
	if (view->arena == NULL || view->lines == NULL) {
		view_free(&view);
		return NULL;
	}
	arena_set_guard(view->arena, &guard);
	if (setjmp(guard) != 0) {
		view_free(&view);
		return NULL;
	}
	fill(view);
	arena_set_guard(view->arena, NULL);
	return view;
}

void
view_free(struct view **view)
{
	if (*view == NULL)
		return;
	if ((*view)->arena != NULL)
		arena_free(&(*view)->arena);
	lines_free(&(*view)->lines);
	free(*view);
	*view = NULL;
}

/* --- what one rule leads to --------------------------------------------- */

static void
note_set(struct view *view, const struct body *body,
    const struct body_set *set)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(shown) && shown[i] != body->statement->id)
		i++;
	if (i == ARRAY_SIZE(shown) || !has_field(set->row))
		return;
	for (i = view->first[i]; view->places[i].row != set->row; i++)
		;
	view->coded[view->places[i].field] = (struct coded){ set, body };
}

/* In the order in which policy/effective lays them over each other. */
static void
note_body(struct view *view, const struct body *body)
{
	const struct body *target;

	for (size_t i = 0; i < body->set_count; i++)
		note_set(view, body, &body->sets[i]);
	for (size_t i = 0; i < body->link_count; i++) {
		target = body_target(&body->links[i]);
		if (target != NULL)
			note_body(view, target);
	}
}

static void
note_action(struct view *view, const struct body *rule,
    enum schema_statement_id id)
{
	const struct body_link *link = body_link(rule, id);
	const struct body *target = link == NULL ? NULL : body_target(link);

	if (target != NULL)
		note_body(view, target);
}

/* The struct that a row's field is in, or NULL where the rule has none. */
static const void *
structure_of(const struct rules_rule *rule, const struct schema_param *row)
{
	switch (row->owner) {
	case SCHEMA_OWNER_SETTINGS:
		return rule->actions->settings;
	case SCHEMA_OWNER_APPLICATION:
		return rule->actions->application;
	default:
		return rule->actions;
	}
}

static bool
differs(const struct place *place, const struct place *home,
    const struct schema_param *row, const struct value *value)
{
	const char *def = place->def != NULL ? place->def : home->def;
	char buf[TEXT_MAX];
	struct str s;

	if (def == NULL)
		return true;
	str_init(&s, buf, sizeof(buf));
	value_field_print(row, value, &s);
	return s.cut || strcmp(def, buf) != 0;
}

/* Why a value that would act is not looked at for the rule, or NULL. */
static const char *
overruled(const struct rules_rule *rule, const struct schema_param *row)
{
	const struct settings *settings = rule->actions->settings;

	if (row->owner != SCHEMA_OWNER_SETTINGS)
		return NULL;
	if (row->offset == offsetof(struct settings, ciphers) &&
	    settings->suite_b != SETTINGS_SUITE_B_OFF)
		return "SuiteBProfile takes the place of the cipher list";
	if (row->offset == offsetof(struct settings, client_auth) &&
	    settings->role != SETTINGS_ROLE_SERVER_WITH_CLIENT_AUTH)
		return "no certificate is asked for but with HandshakeRole "
		    "ServerWithClientAuth";
	return NULL;
}

/* 1 where the place is to be shown, and p_r says how; else 0. */
static size_t
view_place(struct view *view, const struct rules_rule *rule,
    const struct place *place, struct view_parameter *p_r)
{
	const struct coded *coded = &view->coded[place->field];
	const struct place *home = &view->places[place->field];
	const struct schema_param *row = place->row;
	const void *structure = structure_of(rule, row);
	const struct source_span *origin = NULL;

	if (structure == NULL)
		return 0;
	/* A line may be coded in vain: defaults can replace a whole list. */
	if (coded->set != NULL)
		origin = row->owner == SCHEMA_OWNER_ACTIONS ?
		    &coded->set->span :
		    settings_origin(structure, row->offset);
	if (origin == NULL && (place != home || home->def == NULL))
		return 0;
	if (origin != NULL && (coded->body->statement != place->statement ||
	    coded->set->row != row))
		return 0;
	*p_r = (struct view_parameter){
		.statement = place->statement, .row = row, .origin = origin,
	};
	if (!value_field_fetch(row, structure, &p_r->value))
		return 0;
	if (origin != NULL) {
		if (coded->body->name[0] != '\0')
			p_r->definition = coded->body->name;
		p_r->differs = differs(place, home, row, &p_r->value);
	}
	p_r->acts = schema_acts(row, p_r->value.choice, &p_r->reason);
	if (p_r->acts == SCHEMA_ACTS_YES) {
		p_r->reason = overruled(rule, row);
		if (p_r->reason != NULL)
			p_r->acts = SCHEMA_ACTS_NO;
	}
	return 1;
}

const struct view_parameter *
view_parameters(struct view *view, const struct rules_rule *rule,
    size_t *count_r)
{
	const struct body *body = view_rule(view, rule)->body;
	size_t count = 0;

	memset(view->coded, 0, view->place_count * sizeof(*view->coded));
	note_action(view, body, SCHEMA_GROUP_ACTION);
	note_action(view, body, SCHEMA_ENVIRONMENT_ACTION);
	note_action(view, body, SCHEMA_CONNECTION_ACTION);
	note_action(view, body, SCHEMA_APPLICATION_ACTION);
	for (size_t i = 0; i < view->place_count; i++)
		count += view_place(view, rule, &view->places[i],
		    &view->parameters[count]);
	*count_r = count;
	return view->parameters;
}

const struct view_parameter *
view_file_lines(struct view *view, size_t *count_r)
{
	const struct body *body;
	const struct body_set *set;
	struct view_parameter *p;
	size_t count = 0;

	for (size_t id = 0; id < SCHEMA_STATEMENT_COUNT; id++) {
		body = view->context->lines[id];
		for (size_t i = 0; body != NULL && i < body->set_count; i++) {
			set = &body->sets[i];
			p = &view->parameters[count++];
			*p = (struct view_parameter){
				.statement = body->statement, .row = set->row,
				.value = set->value, .origin = &set->span,
				.differs = true,
			};
			p->acts = schema_acts(set->row, set->value.choice,
			    &p->reason);
			if (p->acts == SCHEMA_ACTS_YES)
				p->reason = NULL;
		}
	}
	*count_r = count;
	return view->parameters;
}

/* --- what was written --------------------------------------------------- */

const struct names_entry *
view_rule(const struct view *view, const struct rules_rule *rule)
{
	const struct names_entry *entry = names_find(view->context->names,
	    schema_statement(SCHEMA_RULE), rule->name, strlen(rule->name));

	ensure(entry != NULL && entry->body != NULL);
	return entry;
}

const struct source_span *
view_condition(const struct view *view, const struct rules_rule *rule,
    size_t offset, const struct names_entry **definition_r)
{
	const struct body *body = view_rule(view, rule)->body;

	*definition_r = NULL;
	for (size_t i = 0; i < body->set_count; i++)
		if (body->sets[i].row->owner == SCHEMA_OWNER_RULE &&
		    body->sets[i].row->offset == offset)
			return &body->sets[i].span;
	for (size_t i = 0; i < body->link_count; i++) {
		if (body->links[i].row->owner != SCHEMA_OWNER_RULE ||
		    body->links[i].row->offset != offset)
			continue;
		*definition_r = body->links[i].target;
		return &body->links[i].span;
	}
	return NULL;
}

const struct names_entry *
view_next(const struct view *view, const struct names_entry *after)
{
	const struct names_entry *entry = after == NULL ?
	    names_first(view->context->names) : after->next;

	while (entry != NULL && (entry->repeated || entry->body == NULL))
		entry = entry->next;
	return entry;
}

bool
view_is_used(const struct names_entry *entry)
{
	return entry->statement->id == SCHEMA_RULE || entry->body->reachable;
}

/* --- places in the file -------------------------------------------------- */

size_t
view_line(const struct view *view, const struct source_span *span)
{
	return lines_find(view->lines, span);
}

const char *
view_path(const struct view *view)
{
	return source_path(view->context->source);
}

enum policy_defaults
view_defaults(const struct view *view)
{
	return view->context->defaults;
}
