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

/* A condition by reference, filled when all names are known. */
struct later {
	struct later *next;
	struct rules_rule *rule;
	const struct schema_param *row;
	struct names_entry *target;
};

/*
 * A rule is begun when it is read: its own values, and the names it leads to.
 * It is finished when all names are known. So the lines of a policy's many
 * rules never are in memory all at once.
 */
struct compiler {
	struct context *context;
	struct effective *effective;
	struct times_pool *times;
	struct rules_rule rule_defaults;
	const char *time_reference;	/* the row's name */
	struct later *later;
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

/* --- a rule is begun ---------------------------------------------------- */

static void
read_rule_defaults(struct compiler *c)
{
	const struct schema_statement *statement =
	    schema_statement(SCHEMA_RULE);
	const struct schema_param *row;
	struct value value;

	for (size_t i = 0; (row = schema_row(statement, i)) != NULL; i++) {
		if (row->type == SCHEMA_TYPE_REF &&
		    row->statement == SCHEMA_IP_TIME_CONDITION)
			c->time_reference = row->name;
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

static void
begin_fields(struct compiler *c, struct rules_rule *rule,
    const struct body *body)
{
	struct later *later;

	for (size_t i = 0; i < body->set_count; i++)
		if (body->sets[i].row->owner == SCHEMA_OWNER_RULE)
			value_field_store(body->sets[i].row,
			    &body->sets[i].value, rule);
	for (size_t i = 0; i < body->link_count; i++) {
		if (body->links[i].row->owner != SCHEMA_OWNER_RULE ||
		    body->links[i].target == NULL)
			continue;
		later = arena_alloc(c->context->lasting, sizeof(*later));
		*later = (struct later){ c->later, rule, body->links[i].row,
		    body->links[i].target };
		c->later = later;
	}
}

static void
check_conditions(struct context *context, const struct body *body)
{
	char quoted[STR_QUOTE_MAX];
	struct diag_record *record;

	if ((body->flags & SCHEMA_CONDITION) != 0)
		return;
	record = diag_report(context->diag, DIAG_RULE_UNCONDITIONAL,
	    body->span, "TTLSRule %s has no condition",
	    str_quote(body->name, strlen(body->name), quoted));
	diag_cure(context->diag, record, "add an address, port, job or user; "
	    "LocalAddr All counts");
}

/* Whether the environment is not coded at all, not even wrongly. */
static bool
lacks_environment(const struct body *body)
{
	const struct schema_param *row;

	for (size_t i = 0; (row = schema_row(body->statement, i)) != NULL; i++)
		if (row->type == SCHEMA_TYPE_REF &&
		    row->statement == SCHEMA_ENVIRONMENT_ACTION)
			return (body->seen[i] & BODY_SEEN_ROW) == 0;
	return true;
}

static void
begin_actions(struct compiler *c, struct names_entry *entry,
    struct rules_rule *rule, const struct body *body)
{
	struct effective_named named = {
		.group = linked(body, SCHEMA_GROUP_ACTION),
		.environment = linked(body, SCHEMA_ENVIRONMENT_ACTION),
		.connection = linked(body, SCHEMA_CONNECTION_ACTION),
		.application = linked(body, SCHEMA_APPLICATION_ACTION),
	};

	if (named.group == NULL)
		return;
	rule->actions = effective_actions(c->effective, &named);
	entry->bare = named.environment == NULL && lacks_environment(body);
}

/* names_known: not while the policy is read. */
static void
begin_rule(struct compiler *c, struct names_entry *entry, bool names_known)
{
	struct context *context = c->context;
	struct arena_mark mark = arena_mark(context->scratch);
	struct rules_rule *rule = arena_alloc(context->arena, sizeof(*rule));
	struct body *body = body_compile(context, entry->statement,
	    entry->node, entry->first, entry->end, true);

	*rule = c->rule_defaults;
	rule->name = entry->name;
	rule->span = names_span(context, entry);
	entry->rule = rule;
	begin_fields(c, rule, body);
	check_conditions(context, body);
	begin_actions(c, entry, rule, body);
	if (names_known)
		rule->times = times_pool_of(c->times, body);
	if (context->keep)
		entry->body = body;
	else
		arena_rewind(context->scratch, mark);
}

/* Whether a second name may stand behind a reference: it has to be known. */
static bool
has_second(const struct compiler *c, const struct tree_node *line)
{
	const struct tree_word *word = &line->words[0];

	return line->count > 2 && word->length > 3 && str_equal(
	    context_text(c->context, word) + word->length - 3, 3, "Ref");
}

/*
 * Whether a rule is made of values and of references that can wait. Times are
 * told apart by what is in them.
 */
static bool
is_plain(const struct compiler *c, const struct tree_node *rule)
{
	const struct tree_node *node;

	for (node = rule->first; node != NULL; node = node->next)
		if (node->block || has_second(c, node) || str_equal(context_text(c->context,
		    &node->words[0]), node->words[0].length,
		    c->time_reference))
			return false;
	return rule->closed && rule->count > 1;
}

/* Rules that come later need not wait for what is defined well. */
static void
define_early(struct context *context, const struct tree_node *node)
{
	const struct schema_statement *statement = schema_find_statement(
	    context_text(context, &node->words[0]), node->words[0].length);
	const struct tree_word *name = &node->words[1];

	if (statement != NULL && (statement->form & SCHEMA_FORM_GLOBAL) &&
	    node->closed && node->count == 2 && names_find(context->names,
	    statement, context_text(context, name), name->length) == NULL &&
	    names_is_plain(context, node))
		(void)names_define(context, statement, node, node->first,
		    NULL);
}

/* For the parser: a rule as most are is begun as soon as it has been read. */
static bool
read_early(void *argument, struct tree_node *node)
{
	struct compiler *c = argument;
	struct context *context = c->context;
	const struct schema_statement *rule = schema_statement(SCHEMA_RULE);
	struct names_entry *entry;

	if (!node->block)
		return false;
	if (!str_equal(context_text(context, &node->words[0]),
	    node->words[0].length, rule->name)) {
		define_early(context, node);
		return false;
	}
	if (!is_plain(c, node))
		return false;
	entry = names_define(context, rule, node, node->first, NULL);
	if (entry != NULL && !entry->repeated)
		begin_rule(c, entry, false);
	return true;
}

/* --- a rule is finished ------------------------------------------------- */

/* The set behind the name fills the field. */
static void
fill_condition(struct compiler *c, const struct later *later)
{
	char *field = (char *)later->rule + later->row->offset;
	const struct rules_addrs *addrs;
	const struct rules_ports *ports;

	if (later->row->statement == SCHEMA_PORT_RANGE ||
	    later->row->statement == SCHEMA_PORT_GROUP) {
		ports = groups_ports(c->context, later->target);
		memcpy(field, &ports, sizeof(ports));
	} else {
		addrs = groups_addrs(c->context, later->target);
		memcpy(field, &addrs, sizeof(addrs));
	}
}

static void
report_no_environment(struct context *context, const struct rules_rule *rule,
    const struct names_entry *group)
{
	char quoted[STR_QUOTE_MAX], action[STR_QUOTE_MAX];
	const struct body_set *enabled = body_set(group->body, "TTLSEnabled");
	struct diag_record *record;

	record = diag_report(context->diag, DIAG_ENVIRONMENT_MISSING,
	    rule->span, "TTLSRule %s is On and has no "
	    "TTLSEnvironmentActionRef", str_quote(rule->name,
	    strlen(rule->name), quoted));
	diag_cure(context->diag, record, "add it, or a group action that is "
	    "Off");
	diag_note(context->diag, record, enabled->span,
	    "TTLSGroupAction %s switches it on here",
	    str_quote(group->name, strlen(group->name), action));
}

/* Whether the conditions are those that were meant. */
static bool
conditions_sound(const struct body *body)
{
	const struct body *target;

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

/* False where a mistake was found in it. */
static bool
finish_rule(struct compiler *c, const struct names_entry *entry)
{
	const struct rules_rule *rule = entry->rule;
	const struct effective_named *named;
	size_t errors = diag_count(c->context->diag, DIAG_ERROR);

	if (rule->actions == NULL ||
	    !effective_fill(c->effective, rule->actions, &named))
		return false;
	if (rule->actions->secured && entry->bare)
		report_no_environment(c->context, rule, named->group);
	return diag_count(c->context->diag, DIAG_ERROR) == errors &&
	    (entry->body == NULL ||
	    (!entry->body->broken && conditions_sound(entry->body)));
}

static struct rules_rule **
finish_rules(struct compiler *c, size_t *count_r)
{
	struct context *context = c->context;
	struct rules_rule **rules = arena_alloc_array(context->arena,
	    names_count(context->names, SCHEMA_RULE), sizeof(*rules));
	struct names_entry *entry = names_first(context->names);
	size_t count = 0;

	for (const struct later *l = c->later; l != NULL; l = l->next)
		fill_condition(c, l);
	for (; entry != NULL; entry = entry->next) {
		if (entry->statement->id != SCHEMA_RULE || entry->repeated)
			continue;
		if (finish_rule(c, entry) && !entry->duplicate)
			rules[count++] = entry->rule;
	}
	*count_r = count;
	return rules;
}

struct rules_rule **
compile_source(struct context *context, size_t *count_r)
{
	struct compiler *c = arena_alloc(context->lasting, sizeof(*c));
	struct tree_memory memory = { context->lasting, context->scratch };
	struct rules_rule **rules;
	struct names_entry *entry;
	struct tree *tree;

	c->context = context;
	context->inert = inert_new(context->arena);
	context->index = body_index_new(context->lasting);
	context->names = names_new(context);
	c->effective = effective_new(context);
	read_rule_defaults(c);
	context->early = !context->keep;
	tree = tree_parse(&memory, context->source, context->diag,
	    context->keep ? NULL : read_early, c);
	context->early = false;
	if (context->keep)
		context->tree = tree;
	names_collect(context, tree);
	body_settle_pending(context);
	compile_bodies(context);
	effective_read_defaults(c->effective);
	context->file = effective_file(c->effective);
	c->times = times_pool_new(context);
	for (entry = names_first(context->names); entry != NULL;
	    entry = entry->next)
		if (entry->statement->id == SCHEMA_RULE && !entry->repeated &&
		    entry->rule == NULL)
			begin_rule(c, entry, true);
	rules = finish_rules(c, count_r);
	inert_settle(context->inert);
	return rules;
}
