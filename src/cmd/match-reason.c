#include "cmd/match-reason.h"

#include <string.h>
#include <time.h>

#include "agent/claim.h"
#include "base/str.h"
#include "cmd/show-text.h"
#include "policy/condition.h"
#include "policy/lines.h"
#include "policy/policy.h"
#include "policy/rules.h"
#include "policy/settings.h"
#include "policy/times.h"

#define NEAREST		5	/* rules passed over that are shown */
#define RANGES_MAX	3	/* of a condition that is not met */
#define TEXT_MAX	1024

/* Conditions as they are told; the direction is none of policy/condition. */
#define MISSED_DIRECTION	1u
#define MISSED(condition)	((unsigned)(condition) << 1)

struct writer {
	const struct rules_flow *flow;
	const struct lines *lines;
	FILE *out;
};

/* A rule that was passed over, and the conditions that were not met. */
struct passed {
	const struct rules_rule *rule;
	unsigned missed, count;
};

/* --- text --------------------------------------------------------------- */

static void
print_shown(const struct writer *w, const char *text)
{
	char buf[TEXT_MAX];
	struct str s;

	str_init(&s, buf, sizeof(buf));
	str_add_shown(&s, text, strlen(text));
	fputs(buf, w->out);
}

static void
print_quoted(const struct writer *w, const char *name)
{
	char quoted[STR_QUOTE_MAX];

	fputs(str_quote(name, strlen(name), quoted), w->out);
}

static void
print_rule(const struct writer *w, const struct rules_rule *rule)
{
	print_shown(w, rule->name);
	fprintf(w->out, ", priority %u, ", rule->priority);
	print_shown(w, source_path(rule->span.source));
	fprintf(w->out, ":%zu", lines_find(w->lines, &rule->span));
}

/* "192.0.2.1" or "443": what the flow has for a condition. */
static const char *
flow_text(const struct writer *w, enum show_text_set set, char *buf)
{
	switch (set) {
	case SHOW_TEXT_LOCAL_ADDRS:
		return addr_print(&w->flow->local.addr, buf);
	case SHOW_TEXT_REMOTE_ADDRS:
		return addr_print(&w->flow->remote.addr, buf);
	case SHOW_TEXT_LOCAL_PORTS:
		snprintf(buf, ADDR_TEXT_MAX, "%u", w->flow->local.port);
		return buf;
	default:
		snprintf(buf, ADDR_TEXT_MAX, "%u", w->flow->remote.port);
		return buf;
	}
}

static const char *
item_text(const struct rules_rule *rule, enum show_text_set set, size_t index,
    char *buf)
{
	struct str s;

	str_init(&s, buf, TEXT_MAX);
	show_text_set_item(rule, set, index, &s);
	return buf;
}

static void
print_moment(const struct writer *w)
{
	time_t seconds = (time_t)w->flow->moment->epoch;
	char text[64] = "that time";
	struct tm tm;

	if (localtime_r(&seconds, &tm) != NULL)
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %Z", &tm);
	fputs(text, w->out);
}

/* --- conditions that were met ------------------------------------------- */

/* Which range of the set holds the flow's value. */
static size_t
range_met(const struct writer *w, const struct rules_rule *rule,
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
print_set_met(const struct writer *w, const struct rules_rule *rule,
    enum show_text_set set)
{
	char has[ADDR_TEXT_MAX], asked[TEXT_MAX];

	if (show_text_set_size(rule, set) == 0)
		return;
	flow_text(w, set, has);
	item_text(rule, set, range_met(w, rule, set), asked);
	fprintf(w->out, "    %s ", show_text_set_name(set));
	if (strcmp(has, asked) == 0)
		fprintf(w->out, "is %s\n", has);
	else
		fprintf(w->out, "%s is in %s\n", has, asked);
}

static void
print_name_met(const struct writer *w, const char *what, const char *pattern,
    const char *name)
{
	if (pattern == NULL)
		return;
	fprintf(w->out, "    %s ", what);
	if (name == NULL) {
		fputs("may be any: ", w->out);
	} else {
		print_quoted(w, name);
		fputs(strchr(pattern, '*') == NULL ? " is " : " begins as ",
		    w->out);
	}
	print_shown(w, pattern);
	putc('\n', w->out);
}

/* A job is met by the name of the process, or by that of its unit. */
static bool
is_unit(const struct writer *w, const struct rules_rule *rule)
{
	return w->flow->unit != NULL && (w->flow->job == NULL ||
	    !condition_job_met(rule->job, w->flow->job));
}

static void
print_met(const struct writer *w, const struct rules_rule *rule)
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
		print_moment(w);
		putc('\n', w->out);
	}
}

/* --- conditions that were not ------------------------------------------- */

static void
print_set_missed(const struct writer *w, const struct rules_rule *rule,
    enum show_text_set set)
{
	size_t count = show_text_set_size(rule, set);
	char buf[TEXT_MAX], has[ADDR_TEXT_MAX];

	fprintf(w->out, "%s %s is not %s", show_text_set_name(set),
	    flow_text(w, set, has), strpbrk(item_text(rule, set, 0, buf),
	    "/-") != NULL || count > 1 ? "in " : "");
	for (size_t i = 0; i < count && i < RANGES_MAX; i++)
		fprintf(w->out, "%s%s", i > 0 ? ", " : "",
		    item_text(rule, set, i, buf));
	if (count > RANGES_MAX)
		fprintf(w->out, " and %zu more", count - RANGES_MAX);
}

static void
print_name_missed(const struct writer *w, const char *what,
    const char *pattern, const char *name)
{
	fprintf(w->out, "%s ", what);
	if (name == NULL) {
		fputs("is not known to be ", w->out);
	} else {
		print_quoted(w, name);
		fputs(strchr(pattern, '*') == NULL ? " is not " :
		    " does not begin as ", w->out);
	}
	print_shown(w, pattern);
}

static void
print_time_missed(const struct writer *w)
{
	if (w->flow->moment == NULL) {
		fputs("the time is not known", w->out);
		return;
	}
	fputs("it is not in force at ", w->out);
	print_moment(w);
}

static void
print_missed_one(const struct writer *w, const struct rules_rule *rule,
    unsigned missed)
{
	switch (missed) {
	case MISSED_DIRECTION:
		fprintf(w->out, "it is for %s connections",
		    rule->direction == RULES_INBOUND ? "inbound" : "outbound");
		break;
	case MISSED(CONDITION_LOCAL_PORT):
		print_set_missed(w, rule, SHOW_TEXT_LOCAL_PORTS);
		break;
	case MISSED(CONDITION_REMOTE_PORT):
		print_set_missed(w, rule, SHOW_TEXT_REMOTE_PORTS);
		break;
	case MISSED(CONDITION_LOCAL_ADDR):
		print_set_missed(w, rule, SHOW_TEXT_LOCAL_ADDRS);
		break;
	case MISSED(CONDITION_REMOTE_ADDR):
		print_set_missed(w, rule, SHOW_TEXT_REMOTE_ADDRS);
		break;
	case MISSED(CONDITION_USER):
		print_name_missed(w, "user", rule->user, w->flow->user);
		break;
	case MISSED(CONDITION_JOB):
		print_name_missed(w, "job", rule->job, w->flow->job != NULL ?
		    w->flow->job : w->flow->unit);
		break;
	default:
		print_time_missed(w);
	}
}

static void
print_missed(const struct writer *w, const struct passed *passed)
{
	const char *separator = "      ";

	fputs("    ", w->out);
	print_rule(w, passed->rule);
	putc('\n', w->out);
	for (unsigned rest = passed->missed; rest != 0; rest &= rest - 1) {
		fputs(separator, w->out);
		print_missed_one(w, passed->rule, rest & -rest);
		separator = "; ";
	}
	putc('\n', w->out);
}

/* --- rules that were passed over ---------------------------------------- */

static struct passed
judge(const struct rules_rule *rule, const struct rules_flow *flow)
{
	struct passed passed = { .rule = rule };
	unsigned rest = condition_coded(rule);

	if ((rule->direction & flow->direction) == 0)
		passed.missed |= MISSED_DIRECTION;
	for (; rest != 0; rest &= rest - 1)
		if (!condition_met(rule, flow, rest & -rest))
			passed.missed |= MISSED(rest & -rest);
	passed.count = (unsigned)__builtin_popcount(passed.missed);
	return passed;
}

/* Keeps the ones that miss least, in search order. */
static size_t
consider(struct passed *kept, size_t count, const struct passed *passed)
{
	size_t worst = 0;

	if (count < NEAREST) {
		kept[count] = *passed;
		return count + 1;
	}
	for (size_t i = 1; i < count; i++)
		if (kept[i].count >= kept[worst].count)
			worst = i;
	if (passed->count >= kept[worst].count)
		return count;
	memmove(&kept[worst], &kept[worst + 1],
	    (count - worst - 1) * sizeof(kept[0]));
	kept[count - 1] = *passed;
	return count;
}

static void
print_passed(const struct writer *w, const struct rules *table, size_t before,
    bool all)
{
	struct passed kept[NEAREST], passed;
	size_t count = 0;

	if (before == 0)
		return;
	if (all)
		fputs("  passed over, in search order\n", w->out);
	for (size_t i = 0; i < before; i++) {
		passed = judge(rules_at(table, i), w->flow);
		if (all)
			print_missed(w, &passed);
		else
			count = consider(kept, count, &passed);
	}
	if (all)
		return;
	if (count < before)
		fprintf(w->out, "  passed over, the %zu that miss least of %zu "
		    "(--all: every one)\n", count, before);
	else
		fputs("  passed over, in search order\n", w->out);
	for (size_t i = 0; i < count; i++)
		print_missed(w, &kept[i]);
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
print_outcome(const struct writer *w, const struct rules *table,
    const struct rules_rule *rule)
{
	const struct rules_rule *owner = holder(table, w->flow);
	const struct rules_rule *lapsed = rule != NULL ||
	    w->flow->direction != RULES_INBOUND ? NULL :
	    claim_lapsed(table, w->flow);
	bool forwards = rule != NULL && settings_handoff(
	    rule->actions->application) == SETTINGS_HANDOFF_FORWARD;

	fputs("  then         ", w->out);
	if (owner != NULL && !forwards) {
		fputs("it is closed: the port is held for ", w->out);
		print_shown(w, owner->name);
		fputs(", which forwards\n", w->out);
	} else if (lapsed != NULL) {
		fputs("it is closed: at other times ", w->out);
		print_shown(w, lapsed->name);
		fputs(" secures it\n", w->out);
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
print_action(const struct writer *w, const char *what, const char *name)
{
	if (name == NULL)
		return;
	fprintf(w->out, "  %-12s ", what);
	print_shown(w, name);
	putc('\n', w->out);
}

static void
print_rule_met(const struct writer *w, const struct rules_rule *rule)
{
	fputs("rule ", w->out);
	print_rule(w, rule);
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
	struct writer w = { flow, lines, out };
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
	print_passed(&w, table, before, all);
	lines_free(&lines);
	return 0;
}
