#include "policy/compile.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "policy/body.h"
#include "policy/context.h"
#include "policy/diag.h"
#include "policy/effective.h"
#include "policy/groups.h"
#include "policy/inert.h"
#include "policy/names.h"
#include "policy/rules.h"
#include "policy/settings.h"
#include "policy/times-pool.h"
#include "policy/value-field.h"

struct compiler {
	struct context *context;
	struct effective *effective;
	struct times_pool *times;
	struct rules_rule rule_defaults;
};

/* --- everything but rules ----------------------------------------------- */

static void
check_application(struct context *context, const struct body *body)
{
	const struct body_set *handoff = body_set(body, "Handoff");
	const struct body_set *backend = body_set(body, "Backend");
	struct diag_record *record;

	if (handoff == NULL)
		return;
	if (handoff->value.number == SETTINGS_HANDOFF_FORWARD) {
		for (size_t i = 0; i < SCHEMA_ROWS_MAX; i++) {
			const struct schema_param *row =
			    schema_row(body->statement, i);

			if (row == NULL)
				break;
			if (row->type == SCHEMA_TYPE_BACKEND &&
			    !body_has(body, row)) {
				record = diag_report(context->diag,
				    DIAG_BACKEND_REQUIRED, handoff->span,
				    "Handoff Forward needs a Backend");
				diag_cure(context->diag, record,
				    "add Backend ADDRESS:PORT");
			}
		}
	} else if (backend != NULL) {
		record = diag_report(context->diag, DIAG_BACKEND_UNUSED,
		    backend->span, "Backend has no effect with Handoff %s",
		    handoff->value.choice->name);
		diag_cure(context->diag, record,
		    "only Handoff Forward uses it");
	}
}

static void
compile_bodies(struct context *context)
{
	struct names_entry *entry = names_first(context->names);

	for (; entry != NULL; entry = entry->next) {
		if (entry->statement->id == SCHEMA_RULE || entry->repeated)
			continue;
		entry->body = body_compile(context, entry->statement,
		    entry->node, entry->first, entry->end, false);
		if (entry->statement->id == SCHEMA_APPLICATION_ACTION)
			check_application(context, entry->body);
	}
}

/* --- one rule ----------------------------------------------------------- */

static void
read_rule_defaults(struct compiler *c)
{
	const struct schema_statement *statement =
	    schema_statement(SCHEMA_RULE);
	const struct schema_param *row;
	struct value value;

	for (size_t i = 0; (row = schema_row(statement, i)) != NULL; i++) {
		if (row->def == NULL)
			continue;
		value_parse_default(c->context, row, row->def, &value);
		value_field_store(row, &value, &c->rule_defaults);
	}
}

static struct names_entry *
linked(const struct body *body, enum schema_statement_id id)
{
	const struct body_link *link = body_link(body, id);

	return link == NULL ? NULL : link->target;
}

/* A condition by reference: the set behind the name fills the field. */
static void
fill_condition(struct compiler *c, struct rules_rule *rule,
    const struct body_link *link)
{
	char *field = (char *)rule + link->row->offset;
	const struct rules_addrs *addrs;
	const struct rules_ports *ports;

	if (link->target == NULL)
		return;
	if (link->row->statement == SCHEMA_PORT_RANGE ||
	    link->row->statement == SCHEMA_PORT_GROUP) {
		ports = groups_ports(c->context, link->target);
		memcpy(field, &ports, sizeof(ports));
	} else {
		addrs = groups_addrs(c->context, link->target);
		memcpy(field, &addrs, sizeof(addrs));
	}
}

static void
fill_fields(struct compiler *c, struct rules_rule *rule,
    const struct body *body)
{
	for (size_t i = 0; i < body->set_count; i++)
		if (body->sets[i].row->owner == SCHEMA_OWNER_RULE)
			value_field_store(body->sets[i].row,
			    &body->sets[i].value, rule);
	for (size_t i = 0; i < body->link_count; i++)
		if (body->links[i].row->owner == SCHEMA_OWNER_RULE)
			fill_condition(c, rule, &body->links[i]);
	rule->times = times_pool_of(c->times, body);
}

static void
check_conditions(struct context *context, const struct body *body)
{
	const struct schema_param *row;
	char quoted[STR_QUOTE_MAX];
	struct diag_record *record;

	for (size_t i = 0; (row = schema_row(body->statement, i)) != NULL; i++)
		if ((row->flags & SCHEMA_CONDITION) && body->seen[i])
			return;
	record = diag_report(context->diag, DIAG_RULE_UNCONDITIONAL,
	    body->span, "TTLSRule %s has no condition",
	    str_quote(body->name, strlen(body->name), quoted));
	diag_cure(context->diag, record, "add an address, port, job or user; "
	    "LocalAddr All counts");
}

static void
report_no_environment(struct context *context, const struct body *body,
    const struct names_entry *group)
{
	char rule[STR_QUOTE_MAX], action[STR_QUOTE_MAX];
	const struct body_set *enabled = body_set(group->body, "TTLSEnabled");
	struct diag_record *record;

	record = diag_report(context->diag, DIAG_ENVIRONMENT_MISSING,
	    body->span, "TTLSRule %s is On and has no "
	    "TTLSEnvironmentActionRef", str_quote(body->name,
	    strlen(body->name), rule));
	diag_cure(context->diag, record, "add it, or a group action that is "
	    "Off");
	diag_note(context->diag, record, enabled->span,
	    "TTLSGroupAction %s switches it on here",
	    str_quote(group->name, strlen(group->name), action));
}

/* Whether the environment was coded at all, if only wrongly. */
static bool
tried_environment(const struct body *body)
{
	const struct schema_param *row;

	for (size_t i = 0; (row = schema_row(body->statement, i)) != NULL; i++)
		if (row->type == SCHEMA_TYPE_REF &&
		    row->statement == SCHEMA_ENVIRONMENT_ACTION)
			return body->seen[i];
	return false;
}

/* Leaves `actions` NULL where the group action is not known. */
static void
fill_actions(struct compiler *c, struct rules_rule *rule,
    const struct body *body)
{
	struct effective_named named = {
		.group = linked(body, SCHEMA_GROUP_ACTION),
		.environment = linked(body, SCHEMA_ENVIRONMENT_ACTION),
		.connection = linked(body, SCHEMA_CONNECTION_ACTION),
		.application = linked(body, SCHEMA_APPLICATION_ACTION),
	};

	if (named.group == NULL || named.group->body == NULL)
		return;
	rule->actions = effective_actions(c->effective, &named);
	if (rule->actions->secured && (named.environment == NULL ||
	    named.environment->body == NULL) && !tried_environment(body))
		report_no_environment(c->context, body, named.group);
}

/* Whether the conditions are those that were meant. */
static bool
is_sound(const struct rules_rule *rule, const struct body *body)
{
	const struct body *target;

	if (body->broken || rule->actions == NULL)
		return false;
	for (size_t i = 0; i < body->link_count; i++) {
		target = body_target(&body->links[i]);
		if ((body->links[i].row->owner == SCHEMA_OWNER_RULE ||
		    body->links[i].row->statement ==
		    SCHEMA_IP_TIME_CONDITION) &&
		    (target == NULL || !body_sound(target)))
			return false;
	}
	return true;
}

/* NULL where a mistake was found in it. */
static struct rules_rule *
compile_rule(struct compiler *c, struct names_entry *entry)
{
	struct context *context = c->context;
	struct arena_mark mark = arena_mark(context->scratch);
	struct rules_rule *rule = arena_alloc(context->arena, sizeof(*rule));
	struct body *body = body_compile(context, entry->statement,
	    entry->node, entry->first, entry->end, true);
	size_t errors = diag_count(context->diag, DIAG_ERROR);

	*rule = c->rule_defaults;
	rule->name = entry->name;
	rule->span = names_span(context, entry);
	fill_fields(c, rule, body);
	check_conditions(context, body);
	fill_actions(c, rule, body);
	if (diag_count(context->diag, DIAG_ERROR) > errors ||
	    (context->keep && !is_sound(rule, body)))
		rule = NULL;
	if (context->keep)
		entry->body = body;
	else
		arena_rewind(context->scratch, mark);
	return rule;
}

struct rules_rule **
compile_tree(struct context *context, const struct tree *tree, size_t *count_r)
{
	struct compiler *c = arena_alloc(context->scratch, sizeof(*c));
	struct names_entry *entry;
	struct rules_rule **rules, *rule;
	size_t count = 0;

	c->context = context;
	context->inert = inert_new(context->arena);
	context->index = body_index_new(context->scratch);
	context->names = names_collect(context, tree);
	compile_bodies(context);
	c->effective = effective_new(context);
	context->file = effective_file(c->effective);
	c->times = times_pool_new(context);
	read_rule_defaults(c);
	rules = arena_alloc_array(context->arena,
	    names_count(context->names, SCHEMA_RULE), sizeof(*rules));
	for (entry = names_first(context->names); entry != NULL;
	    entry = entry->next) {
		if (entry->statement->id != SCHEMA_RULE || entry->repeated)
			continue;
		rule = compile_rule(c, entry);
		if (rule != NULL && !entry->duplicate)
			rules[count++] = rule;
	}
	inert_settle(context->inert);
	*count_r = count;
	return rules;
}
