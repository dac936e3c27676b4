#include "cmd/show-json.h"

#include <jansson.h>
#include <string.h>

#include "base/str.h"
#include "cmd/jsontext.h"
#include "cmd/show.h"
#include "cmd/show-text.h"
#include "policy/body.h"
#include "policy/names.h"
#include "policy/rules.h"
#include "policy/value-show.h"
#include "policy/view.h"

#define ITEM_MAX	2048	/* the longest value: a path, and its rest */

/* Jansson takes the references of what is packed even where it fails. */
#define PLACED		"s:o, s:o"

static json_t *
file_of(const struct show *show, const struct source_span *span)
{
	return jsontext_new(span == NULL ? NULL : view_path(show->view));
}

static json_t *
line_of(const struct show *show, const struct source_span *span)
{
	return span == NULL ? json_null() :
	    json_integer((json_int_t)view_line(show->view, span));
}

/* --- values ------------------------------------------------------------- */

static json_t *
item_json(const struct schema_param *row, const struct value *value, size_t i)
{
	char buf[ITEM_MAX];
	const char *name;
	struct str s;

	str_init(&s, buf, sizeof(buf));
	name = value_show_item(row, value, i, &s);
	if (name == NULL)
		return jsontext_new(buf);
	return json_pack("{s:s, s:s}", "code", buf, "name", name);
}

static json_t *
value_json(const struct schema_param *row, const struct value *value)
{
	json_t *list;

	if (row->type == SCHEMA_TYPE_INT && value->choice == NULL)
		return json_integer(value->number);
	if (!value_show_is_list(row, value))
		return item_json(row, value, 0);
	list = json_array();
	for (size_t i = 0; i < value_show_count(row, value); i++)
		if (json_array_append_new(list, item_json(row, value, i)) ==
		    -1) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static json_t *
parameter_json(const struct show *show, const struct view_parameter *p)
{
	return json_pack("{s:s, s:o, s:s, s:o, s:b, s:s, s:o, " PLACED "}",
	    "statement", p->statement->name,
	    "definition", jsontext_new(p->definition),
	    "name", p->row->name, "value", value_json(p->row, &p->value),
	    "default", p->origin == NULL, "acts", schema_acts_name(p->acts),
	    "reason", jsontext_new(p->reason),
	    "file", file_of(show, p->origin),
	    "line", line_of(show, p->origin));
}

static json_t *
list_json(const struct show *show, const struct view_parameter *p,
    size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		if ((show->all || p[i].differs) && json_array_append_new(list,
		    parameter_json(show, &p[i])) == -1) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static json_t *
parameters_json(const struct show *show, const struct rules_rule *rule)
{
	size_t count;
	const struct view_parameter *p = view_parameters(show->view, rule,
	    &count);

	return list_json(show, p, count);
}

static json_t *
lines_json(const struct show *show)
{
	size_t count;
	const struct view_parameter *p = view_file_lines(show->view, &count);

	return list_json(show, p, count);
}

/* --- conditions --------------------------------------------------------- */

static json_t *
set_json(const struct rules_rule *rule, enum show_text_set set)
{
	size_t count = show_text_set_size(rule, set);
	json_t *list = json_array();
	char buf[ITEM_MAX];
	struct str s;

	for (size_t i = 0; i < count; i++) {
		str_init(&s, buf, sizeof(buf));
		show_text_set_item(rule, set, i, &s);
		if (json_array_append_new(list, json_string(buf)) == -1) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *
time_json(const struct show *show, const struct body_link *link)
{
	const struct body *body = body_target(link);
	json_t *coded = json_object();

	for (size_t i = 0; i < body->set_count; i++)
		if (json_object_set_new(coded, body->sets[i].row->name,
		    value_json(body->sets[i].row, &body->sets[i].value)) ==
		    -1) {
			json_decref(coded);
			return NULL;
		}
	return json_pack("{s:o, s:o, " PLACED "}", "definition",
	    jsontext_new(link->target == NULL ? NULL : link->target->name),
	    "coded", coded, "file", file_of(show, &link->span),
	    "line", line_of(show, &link->span));
}

static json_t *
times_json(const struct show *show, const struct rules_rule *rule)
{
	const struct body *body = view_rule(show->view, rule)->body;
	json_t *list = json_array();

	for (size_t i = 0; i < body->link_count; i++)
		if (body->links[i].row->statement ==
		    SCHEMA_IP_TIME_CONDITION && json_array_append_new(list,
		    time_json(show, &body->links[i])) == -1) {
			json_decref(list);
			return NULL;
		}
	return list;
}

/* --- the whole ---------------------------------------------------------- */

static json_t *
rule_json(const struct show *show, const struct rules_rule *rule)
{
	const struct rules_actions *actions = rule->actions;

	return json_pack("{s:o, s:I, s:s, s:b, s:o, s:o, s:o, s:o, s:o, s:o,"
	    " s:o, s:o, s:o, s:o, s:o, " PLACED ", s:o}",
	    "rule", jsontext_new(rule->name),
	    "priority", (json_int_t)rule->priority,
	    "direction", show_text_direction(rule),
	    "secured", (int)actions->secured,
	    "local_addresses", set_json(rule, SHOW_TEXT_LOCAL_ADDRS),
	    "remote_addresses", set_json(rule, SHOW_TEXT_REMOTE_ADDRS),
	    "local_ports", set_json(rule, SHOW_TEXT_LOCAL_PORTS),
	    "remote_ports", set_json(rule, SHOW_TEXT_REMOTE_PORTS),
	    "user", jsontext_new(rule->user), "job", jsontext_new(rule->job),
	    "times", times_json(show, rule),
	    "group", jsontext_new(actions->group),
	    "environment", jsontext_new(actions->environment),
	    "connection", jsontext_new(actions->connection),
	    "application", jsontext_new(actions->application_name),
	    "file", file_of(show, &rule->span),
	    "line", line_of(show, &rule->span),
	    "parameters", parameters_json(show, rule));
}

static json_t *
unused_json(const struct show *show, const struct names_entry *entry)
{
	return json_pack("{s:s, s:o, " PLACED "}",
	    "statement", entry->statement->name,
	    "name", jsontext_new(entry->name),
	    "file", file_of(show, &entry->body->span),
	    "line", line_of(show, &entry->body->span));
}

/* Writes an element of a list and forgets it; -1 where there is no memory. */
static int
write_element(const struct show *show, json_t *element, bool first)
{
	int status;

	if (element == NULL)
		return -1;
	fputs(first ? "\n" : ",\n", show->out);
	status = json_dumpf(element, show->out,
	    JSON_PRESERVE_ORDER | JSON_ENCODE_ANY);
	json_decref(element);
	return status == -1 && !ferror(show->out) ? -1 : 0;
}

static int
write_rules(const struct show *show)
{
	size_t count = rules_count(show->rules);

	if (show->only != NULL)
		return write_element(show, rule_json(show, show->only), true);
	for (size_t i = 0; i < count; i++)
		if (write_element(show,
		    rule_json(show, rules_at(show->rules, i)), i == 0) == -1)
			return -1;
	return 0;
}

static int
write_unused(const struct show *show)
{
	const struct names_entry *entry = NULL;
	bool first = true;

	while ((entry = view_next(show->view, entry)) != NULL) {
		if (view_is_used(entry))
			continue;
		if (write_element(show, unused_json(show, entry), first) == -1)
			return -1;
		first = false;
	}
	return 0;
}

/* What stands in front of the rules; the same as write_element. */
static int
write_member(const struct show *show, const char *name, json_t *value)
{
	int status;

	if (value == NULL)
		return -1;
	fprintf(show->out, "\"%s\": ", name);
	status = json_dumpf(value, show->out,
	    JSON_PRESERVE_ORDER | JSON_ENCODE_ANY);
	json_decref(value);
	fputs(", ", show->out);
	return status == -1 && !ferror(show->out) ? -1 : 0;
}

int
show_json_print(const struct show *show)
{
	putc('{', show->out);
	if (write_member(show, "file", jsontext_new(view_path(show->view))) ==
	    -1 || write_member(show, "defaults", json_string(
	    view_defaults(show->view) == POLICY_DEFAULTS_ZOS ? "zOS" :
	    "Modern")) == -1 ||
	    write_member(show, "lines", lines_json(show)) == -1)
		return -1;
	fputs("\"rules\": [", show->out);
	if (write_rules(show) == -1)
		return -1;
	fputs("\n], \"unused\": [", show->out);
	if (show->only == NULL && write_unused(show) == -1)
		return -1;
	fputs("\n]}\n", show->out);
	return 0;
}
