#include "cmd/match-reason.h"

#include <string.h>

#include "agent/claim.h"
#include "cmd/match-passed.h"
#include "cmd/match-text.h"
#include "policy/condition.h"
#include "policy/lines.h"
#include "policy/policy.h"
#include "policy/rules.h"
#include "policy/settings.h"

/* --- conditions that were met ------------------------------------------- */

/* Which range of the set holds the flow's value. */
static size_t
range_met(const struct match_text *w, const struct rules_rule *rule,
    enum show_text_set set)
{
	bool local = set == SHOW_TEXT_LOCAL_ADDRS ||
	    set == SHOW_TEXT_LOCAL_PORTS;
	const struct addr_endpoint *end = local ? &w->flow->local :
	    &w->flow->remote;
	const struct rules_addrs *addrs = local ? rule->local_addrs :
	    rule->remote_addrs;
	const struct rules_ports *ports = local ? rule->local_ports :
	    rule->remote_ports;
	bool is_ports = set == SHOW_TEXT_LOCAL_PORTS ||
	    set == SHOW_TEXT_REMOTE_PORTS;
	size_t i = 0;

	while (is_ports ? end->port < ports->range[i].lo ||
	    end->port > ports->range[i].hi :
	    !addr_in_range(&end->addr, &addrs->range[i]))
		i++;
	return i;
}

static void
print_set_met(const struct match_text *w, const struct rules_rule *rule,
    enum show_text_set set)
{
	char has[ADDR_TEXT_MAX], asked[MATCH_TEXT_MAX];

	if (show_text_set_size(rule, set) == 0)
		return;
	match_text_flow(w, set, has);
	match_text_range(rule, set, range_met(w, rule, set), asked);
	fprintf(w->out, "    %s ", show_text_set_name(set));
	if (strcmp(has, asked) == 0)
		fprintf(w->out, "is %s\n", has);
	else
		fprintf(w->out, "%s is in %s\n", has, asked);
}

static void
print_name_met(const struct match_text *w, const char *what,
    const char *pattern, const char *name)
{
	if (pattern == NULL)
		return;
	fprintf(w->out, "    %s ", what);
	if (name == NULL) {
		fputs("may be any: ", w->out);
	} else {
		match_text_quoted(w, name);
		fputs(strchr(pattern, '*') == NULL ? " is " : " begins as ",
		    w->out);
	}
	match_text_shown(w, pattern);
	putc('\n', w->out);
}

/* A job is met by the name of the process, or by that of its unit. */
static bool
is_unit(const struct match_text *w, const struct rules_rule *rule)
{
	return w->flow->unit != NULL && (w->flow->job == NULL ||
	    !condition_job_met(rule->job, w->flow->job));
}

static void
print_met(const struct match_text *w, const struct rules_rule *rule)
{
	fprintf(w->out, "  because\n    direction is %s\n",
	    w->flow->direction == RULES_INBOUND ? "inbound" : "outbound");
	print_set_met(w, rule, SHOW_TEXT_LOCAL_PORTS);
	print_set_met(w, rule, SHOW_TEXT_REMOTE_PORTS);
	print_set_met(w, rule, SHOW_TEXT_LOCAL_ADDRS);
	print_set_met(w, rule, SHOW_TEXT_REMOTE_ADDRS);
	print_name_met(w, "user", rule->user, w->flow->user);
	if (rule->job != NULL && is_unit(w, rule))
		print_name_met(w, "unit", rule->job, w->flow->unit);
	else
		print_name_met(w, "job", rule->job, w->flow->job);
	if (rule->times != NULL && w->flow->moment != NULL) {
		fputs("    it is in force at ", w->out);
		match_text_moment(w);
		putc('\n', w->out);
	}
}

/* --- what becomes of the connection ------------------------------------- */

/* The rule whose Handoff Forward holds the port it came to, or NULL. */
static const struct rules_rule *
holder(const struct rules *table, const struct rules_flow *flow)
{
	const struct rules_rule *rule;
	unsigned asked;

	if (flow->direction != RULES_INBOUND)
		return NULL;
	for (size_t i = 0; i < rules_count(table); i++) {
		rule = rules_at(table, i);
		asked = condition_coded(rule) &
		    (CONDITION_LOCAL_PORT | CONDITION_LOCAL_ADDR);
		if (settings_handoff(rule->actions->application) ==
		    SETTINGS_HANDOFF_FORWARD && rule->local_ports != NULL &&
		    (rule->direction & RULES_INBOUND) != 0 &&
		    condition_met(rule, flow, asked))
			return rule;
	}
	return NULL;
}

static const char *
how_secured(const struct settings *settings)
{
	static const char *const asked[] = {
		[SETTINGS_CLIENT_AUTH_PASSTHRU] = "TLS as a server; a client "
		    "certificate is asked for, and none is judged",
		[SETTINGS_CLIENT_AUTH_FULL] = "TLS as a server; a client "
		    "certificate is asked for, and judged where one comes",
		[SETTINGS_CLIENT_AUTH_REQUIRED] = "TLS as a server; a client "
		    "certificate is required",
		[SETTINGS_CLIENT_AUTH_SAFCHECK] = "TLS as a server; a client "
		    "certificate is required, and mapped to a user",
	};

	switch (settings->role) {
	case SETTINGS_ROLE_CLIENT:
		return "TLS as a client";
	case SETTINGS_ROLE_SERVER:
		return "TLS as a server";
	default:
		ensure(settings->client_auth < ARRAY_SIZE(asked));
		return asked[settings->client_auth];
	}
}

static void
print_outcome(const struct match_text *w, const struct rules *table,
    const struct rules_rule *rule)
{
	const struct rules_rule *owner = holder(table, w->flow);
	bool forwards = rule != NULL && settings_handoff(
	    rule->actions->application) == SETTINGS_HANDOFF_FORWARD;

	fputs("  then         ", w->out);
	if (owner != NULL && !forwards) {
		fputs("it is closed: the port is held for ", w->out);
		match_text_shown(w, owner->name);
		fputs(", which forwards\n", w->out);
	} else if (rule == NULL) {
		fputs("it stays in clear\n", w->out);
	} else if (!rule->actions->secured) {
		fputs("it stays in clear: TTLSEnabled is Off\n", w->out);
	} else {
		fprintf(w->out, "%s\n", how_secured(rule->actions->settings));
	}
}

/* --- the whole ---------------------------------------------------------- */

static void
print_action(const struct match_text *w, const char *what, const char *name)
{
	if (name == NULL)
		return;
	fprintf(w->out, "  %-12s ", what);
	match_text_shown(w, name);
	putc('\n', w->out);
}

static void
print_rule_met(const struct match_text *w, const struct rules_rule *rule)
{
	fputs("rule ", w->out);
	match_text_rule(w, rule);
	putc('\n', w->out);
	print_met(w, rule);
	print_action(w, "group", rule->actions->group);
	print_action(w, "environment", rule->actions->environment);
	print_action(w, "connection", rule->actions->connection);
	print_action(w, "application", rule->actions->application_name);
	print_action(w, "secured", rule->actions->secured ? "yes" : "no");
}

int
match_reason_print(const struct policy *policy, const struct rules_rule *rule,
    const struct rules_flow *flow, bool all, FILE *out)
{
	const struct rules *table = policy_rules(policy);
	struct lines *lines = lines_new(policy_span(policy).source);
	struct match_text w = { flow, lines, out };
	size_t before = rules_count(table);

	if (lines == NULL)
		return -1;
	if (rule == NULL) {
		fprintf(out, "no rule matches, of %zu\n", before);
	} else {
		before = rule->number;
		print_rule_met(&w, rule);
	}
	print_outcome(&w, table, rule);
	match_passed_print(&w, table, before, all);
	lines_free(&lines);
	return 0;
}
