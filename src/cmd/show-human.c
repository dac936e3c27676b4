#include "cmd/show-human.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cmd/show.h"
#include "cmd/show-field.h"
#include "cmd/show-text.h"
#include "policy/body.h"
#include "policy/names.h"
#include "policy/rules.h"
#include "policy/value-field.h"
#include "policy/value-show.h"
#include "policy/view.h"

#define CONDITION_WIDTH	14	/* "remote address" */
#define CONDITION_VALUE	24
#define LEAST_NAME	24	/* of the columns of parameters */
#define LEAST_VALUE	20

/* The first rule of each combination of actions. */
struct firsts {
	const struct rules_rule **slots;
	size_t mask;
};

struct writer {
	const struct show *show;
	FILE *out;
	struct firsts firsts;
};

/* --- items -------------------------------------------------------------- */

static void
set_item(const struct show_field *field, size_t index, struct str *out)
{
	show_text_set_item(field->rule, field->set, index, out);
}

static void
value_item(const struct show_field *field, size_t index, struct str *out)
{
	const struct view_parameter *p = field->parameter;
	const char *name = value_show_item(p->row, &p->value, index, out);

	if (name != NULL)
		str_add(out, "  %s", name);
}

static void
time_item(const struct show_field *field, size_t index, struct str *out)
{
	const struct body_set *set = &field->times->sets[index];

	str_add(out, "%s ", set->row->name);
	value_field_print(set->row, &set->value, out);
}

/* --- a rule's parameters ------------------------------------------------ */

static bool
is_shown(const struct show *show, const struct view_parameter *p)
{
	return show->all || p->differs;
}

static struct show_field
parameter_field(const struct view_parameter *p, const char *definition)
{
	struct show_field field = {
		.name = p->row->name, .item = value_item,
		.count = value_show_count(p->row, &p->value), .parameter = p,
		.place = p->origin,
	};

	if (p->origin == NULL) {
		field.note = "default";
	} else if (p->definition != NULL && definition != NULL &&
	    strcmp(p->definition, definition) != 0) {
		field.note = "of ";
		field.noted = p->definition;
	}
	return field;
}

static void
print_reason(const struct writer *w, const struct view_parameter *p)
{
	/* A default that does not act is what happens anyway. */
	if (p->reason == NULL || !p->differs)
		return;
	fprintf(w->out, "        has no effect%s: %s\n",
	    p->acts == SCHEMA_ACTS_LATER ? " yet" : "", p->reason);
}

/* The parameters of one statement: the first of `count`, all alike. */
static void
print_group(const struct writer *w, const struct view_parameter *p,
    size_t count)
{
	size_t name_width = LEAST_NAME, value_width = LEAST_VALUE, width;
	const char *definition = NULL;
	struct show_field field;
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		if (!is_shown(w->show, &p[i]))
			continue;
		any = true;
		if (definition == NULL)
			definition = p[i].definition;
		width = strlen(p[i].row->name);
		if (width > name_width)
			name_width = width;
		field = parameter_field(&p[i], NULL);
		width = show_field_width(&field);
		if (width > value_width)
			value_width = width;
	}
	if (!any)
		return;
	fprintf(w->out, "    %s", p->statement->name);
	if (definition != NULL) {
		putc(' ', w->out);
		show_field_text(w->out, definition);
	}
	putc('\n', w->out);
	for (size_t i = 0; i < count; i++) {
		if (!is_shown(w->show, &p[i]))
			continue;
		field = parameter_field(&p[i], definition);
		show_field_print(w->show, 6, name_width, value_width, &field);
		print_reason(w, &p[i]);
	}
}

static void
print_parameters(const struct writer *w, const struct rules_rule *rule)
{
	size_t count, end;
	const struct view_parameter *p = view_parameters(w->show->view, rule,
	    &count);

	for (size_t i = 0; i < count; i = end) {
		for (end = i + 1; end < count &&
		    p[end].statement == p[i].statement; end++)
			;
		print_group(w, &p[i], end - i);
	}
}

/* --- a rule's conditions ------------------------------------------------ */

static void
print_condition(const struct writer *w, const struct rules_rule *rule,
    size_t offset, struct show_field *field)
{
	const struct names_entry *definition;

	field->place = view_condition(w->show->view, rule, offset,
	    &definition);
	/* The priority says why rules stand in this order. */
	if (field->place == NULL && !w->show->all &&
	    offset != offsetof(struct rules_rule, priority))
		return;
	if (field->place == NULL) {
		field->note = "default";
	} else if (definition != NULL) {
		field->note = "by name: ";
		field->noted = definition->name;
	}
	show_field_print(w->show, 4, CONDITION_WIDTH, CONDITION_VALUE, field);
}

static void
print_text_condition(const struct writer *w, const struct rules_rule *rule,
    const char *name, size_t offset, const char *text)
{
	struct show_field field = {
		.name = name, .count = 1, .text = text == NULL ? "any" : text
	};

	print_condition(w, rule, offset, &field);
}

static void
print_set(const struct writer *w, const struct rules_rule *rule,
    enum show_text_set set)
{
	size_t offset = show_text_set_offset(set);
	struct show_field field = {
		.name = show_text_set_name(set),
		.count = show_text_set_size(rule, set), .item = set_item,
		.rule = rule, .set = set,
	};

	if (field.count > 0)
		print_condition(w, rule, offset, &field);
	else
		print_text_condition(w, rule, field.name, offset, NULL);
}

/* One of them suffices. */
static void
print_times(const struct writer *w, const struct rules_rule *rule)
{
	const struct body *body = view_rule(w->show->view, rule)->body;
	const struct body_link *link;

	for (size_t i = 0; i < body->link_count; i++) {
		struct show_field field = { .name = "time", .item = time_item };

		link = &body->links[i];
		if (link->row->statement != SCHEMA_IP_TIME_CONDITION)
			continue;
		field.times = body_target(link);
		field.place = &link->span;
		field.count = field.times->set_count;
		if (field.count == 0) {
			field.item = NULL;
			field.text = "always";
			field.count = 1;
		}
		if (link->target != NULL) {
			field.note = "by name: ";
			field.noted = link->target->name;
		}
		show_field_print(w->show, 4, CONDITION_WIDTH, CONDITION_VALUE, &field);
	}
}

static void
print_action(const struct writer *w, const char *name, const char *action,
    const struct body_link *link)
{
	struct show_field field = { .name = name, .count = 1, .text = action };

	if (action == NULL)
		return;
	if (link != NULL)
		field.place = &link->span;
	show_field_print(w->show, 4, CONDITION_WIDTH, CONDITION_VALUE, &field);
}

static void
print_actions(const struct writer *w, const struct rules_rule *rule)
{
	const struct body *body = view_rule(w->show->view, rule)->body;
	const struct rules_actions *actions = rule->actions;

	print_action(w, "group", actions->group,
	    body_link(body, SCHEMA_GROUP_ACTION));
	print_action(w, "environment", actions->environment,
	    body_link(body, SCHEMA_ENVIRONMENT_ACTION));
	print_action(w, "connection", actions->connection,
	    body_link(body, SCHEMA_CONNECTION_ACTION));
	print_action(w, "application", actions->application_name,
	    body_link(body, SCHEMA_APPLICATION_ACTION));
	print_action(w, "secured", actions->secured ? "yes" :
	    "no, the connection stays in clear", NULL);
}

static void
print_conditions(const struct writer *w, const struct rules_rule *rule)
{
	char priority[16];

	snprintf(priority, sizeof(priority), "%u", rule->priority);
	print_text_condition(w, rule, "priority",
	    offsetof(struct rules_rule, priority), priority);
	print_text_condition(w, rule, "direction",
	    offsetof(struct rules_rule, direction),
	    show_text_direction(rule));
	for (size_t i = 0; i < SHOW_TEXT_SET_COUNT; i++)
		print_set(w, rule, (enum show_text_set)i);
	print_text_condition(w, rule, "user",
	    offsetof(struct rules_rule, user), rule->user);
	print_text_condition(w, rule, "job",
	    offsetof(struct rules_rule, job), rule->job);
	print_times(w, rule);
}

/* --- all of them -------------------------------------------------------- */

static int
make_firsts(struct firsts *firsts, size_t rules)
{
	size_t size = 16;

	while (size < rules * 2)
		size *= 2;
	firsts->slots = calloc(size, sizeof(firsts->slots[0]));
	firsts->mask = size - 1;
	return firsts->slots == NULL ? -1 : 0;
}

/* The first rule with these actions; this one is remembered where it is. */
static const struct rules_rule *
first_of(struct firsts *firsts, const struct rules_rule *rule)
{
	uint64_t hash = (uintptr_t)rule->actions * 0x9e3779b97f4a7c15u;
	size_t i = (size_t)(hash >> 32) & firsts->mask;

	while (firsts->slots[i] != NULL &&
	    firsts->slots[i]->actions != rule->actions)
		i = (i + 1) & firsts->mask;
	if (firsts->slots[i] == NULL)
		firsts->slots[i] = rule;
	return firsts->slots[i];
}

static void
print_same(const struct writer *w, const struct rules_rule *first)
{
	fprintf(w->out, "    %-*s  as rule ", CONDITION_WIDTH, "settings");
	show_field_text(w->out, first->name);
	putc('\n', w->out);
}

static void
print_rule(struct writer *w, const struct rules_rule *rule)
{
	const struct rules_rule *first = first_of(&w->firsts, rule);

	fputs("rule ", w->out);
	show_field_text(w->out, rule->name);
	fputs("  ", w->out);
	show_field_place(w->show, &rule->span);
	putc('\n', w->out);
	print_conditions(w, rule);
	print_actions(w, rule);
	if (first == rule)
		print_parameters(w, rule);
	else
		print_same(w, first);
	putc('\n', w->out);
}

static void
print_file(const struct writer *w)
{
	size_t count, rules = rules_count(w->show->rules);
	const struct view_parameter *p = view_file_lines(w->show->view,
	    &count);
	struct show_field field;

	show_field_text(w->out, view_path(w->show->view));
	fprintf(w->out, ": %zu rule%s, defaults %s\n", rules,
	    rules == 1 ? "" : "s", view_defaults(w->show->view) ==
	    POLICY_DEFAULTS_ZOS ? "zOS" : "Modern");
	for (size_t i = 0; i < count; i++) {
		field = parameter_field(&p[i], NULL);
		show_field_print(w->show, 4, CONDITION_WIDTH, CONDITION_VALUE,
		    &field);
		print_reason(w, &p[i]);
	}
	putc('\n', w->out);
}

static void
print_unused(const struct writer *w)
{
	const struct names_entry *entry;
	const char *heading = "not used by any rule\n";

	for (entry = view_next(w->show->view, NULL); entry != NULL;
	    entry = view_next(w->show->view, entry)) {
		if (view_is_used(entry))
			continue;
		fprintf(w->out, "%s    %s ", heading, entry->statement->name);
		heading = "";
		show_field_text(w->out, entry->name);
		fputs("  ", w->out);
		show_field_place(w->show, &entry->body->span);
		putc('\n', w->out);
	}
}

int
show_human_print(const struct show *show)
{
	struct writer w = { .show = show, .out = show->out };
	size_t count = rules_count(show->rules);

	if (make_firsts(&w.firsts, show->only != NULL ? 1 : count) == -1)
		return -1;
	if (show->only != NULL) {
		print_rule(&w, show->only);
	} else {
		print_file(&w);
		for (size_t i = 0; i < count; i++)
			print_rule(&w, rules_at(show->rules, i));
		print_unused(&w);
	}
	free(w.firsts.slots);
	return 0;
}
