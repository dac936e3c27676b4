#include "agent/generation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "policy/condition.h"
#include "policy/diag.h"
#include "policy/rules.h"
#include "policy/settings.h"
#include "policy/times.h"

static void
not_served(struct diag *diag, const struct rules_rule *rule, const char *why,
    const char *cure)
{
	diag_cure(diag, diag_report(diag, DIAG_NOT_SERVED, rule->span,
	    "rule '%s' cannot be served: %s", rule->name, why), "%s", cure);
}

/* A server's role is the inbound half of a rule for both directions. */
static bool
is_inbound(const struct rules_rule *rule)
{
	return rule->direction == RULES_INBOUND ||
	    (rule->direction == RULES_BOTH && (!rule->actions->secured ||
	    rule->actions->settings->role != SETTINGS_ROLE_CLIENT));
}

static void
warn_of_outbound(const struct rules_rule *rule, struct diag *diag)
{
	if (rule->actions->secured && rule->direction == RULES_BOTH)
		diag_cure(diag, diag_report(diag, DIAG_DIRECTION_BOTH,
		    rule->span, "rule '%s' is served for inbound connections "
		    "only", rule->name), "code Direction Inbound");
}

/*
 * A rule that is silently not applied leaves a port in clear that its author
 * believes secured; so what this version cannot serve stops the start.
 */
static void
check_rule(const struct rules_rule *rule, unsigned serves, struct diag *diag)
{
	enum settings_handoff handoff =
	    settings_handoff(rule->actions->application);
	bool forward = handoff == SETTINGS_HANDOFF_FORWARD;

	if (!rule->actions->secured && !forward)
		return;		/* clear by its own word */
	if (!is_inbound(rule))
		not_served(diag, rule,
		    "this version serves inbound connections only",
		    "code Direction Inbound");
	else if (handoff == SETTINGS_HANDOFF_WRAP &&
	    (serves & GENERATION_WRAP) == 0)
		not_served(diag, rule,
		    "it is for wrapped services, and without --control none "
		    "can reach this daemon",
		    "start with --control PATH; or add "
		    "TTLSApplicationActionRef, and there Handoff Forward and "
		    "Backend");
	else if (forward && rule->local_ports == NULL)
		not_served(diag, rule, "Handoff Forward needs a port",
		    "code LocalPortRange");
	else if (forward && (condition_coded(rule) & (CONDITION_USER |
	    CONDITION_JOB)) != 0)
		not_served(diag, rule,
		    "what comes to a port of Handoff Forward is of no user "
		    "and no job",
		    "remove Userid and Jobname, or code Handoff Wrap");
	else
		warn_of_outbound(rule, diag);
}

/* Nothing listens on it here: no port is in clear, but none is served. */
static void
warn_of_forward(const struct rules_rule *rule, struct diag *diag)
{
	if (settings_handoff(rule->actions->application) ==
	    SETTINGS_HANDOFF_FORWARD)
		diag_cure(diag, diag_report(diag, DIAG_NOT_SERVED_HERE,
		    rule->span, "rule '%s' is not served here: Handoff "
		    "Forward is the daemon's", rule->name),
		    "start sallyportd with this policy, too; or code Handoff "
		    "Wrap");
}

static void
on_unbuilt(void *arg, const struct policy_unbuilt *unbuilt)
{
	struct diag *diag = arg;

	diag_cure(diag, diag_report(diag, DIAG_NOT_SERVED, unbuilt->span,
	    "%s does not act in this version: %s", unbuilt->parameter,
	    unbuilt->reason), "remove it, or code its default");
}

static int
check(struct generation *g, unsigned serves)
{
	struct listen_error error;

	/* An empty file is a file that was not written, or not yet. */
	if (rules_count(g->rules) == 0)
		diag_cure(g->diag, diag_report(g->diag, DIAG_NOT_SERVED,
		    policy_span(g->policy), "the policy has no rule"),
		    "add a TTLSRule for each port to secure");
	policy_each_unbuilt(g->policy, on_unbuilt, g->diag);
	for (size_t i = 0; i < rules_count(g->rules); i++)
		check_rule(rules_at(g->rules, i), serves, g->diag);
	if (environment_load(g->rules, g->diag, &g->environments) < 0 ||
	    diag_count(g->diag, DIAG_ERROR) > 0)
		return -1;
	if ((serves & GENERATION_FORWARD) == 0) {
		for (size_t i = 0; i < rules_count(g->rules); i++)
			warn_of_forward(rules_at(g->rules, i), g->diag);
		return 0;
	}
	if (listen_plan(g->rules, &g->listeners, &error) < 0) {
		if (error.what == NULL)
			diag_out_of_memory(g->diag);
		else
			diag_report(g->diag, DIAG_PORT_TAKEN,
			    error.rule->span, "%s", error.what);
		return -1;
	}
	return 0;
}

static int
share_sessions(struct generation *g)
{
	if (environment_share_sessions(&g->environments) == 0)
		return 0;
	diag_cure(g->diag, diag_report(g->diag, DIAG_NOT_SERVED,
	    policy_span(g->policy), "sessions cannot be shared by workers: %s",
	    strerror(errno)), "give the host more memory, or code less for "
	    "GSK_V3_SIDCACHE_SIZE");
	return -1;
}

struct generation *
generation_load(const char *path, enum policy_defaults defaults,
    unsigned serves, unsigned number, struct diag **diag_r)
{
	struct generation *g = calloc(1, sizeof(*g));

	*diag_r = diag_new();
	if (g == NULL || *diag_r == NULL) {
		free(g);
		return NULL;
	}
	g->number = number;
	/* Before the workers are forked, which may not open the file. */
	times_prepare();
	g->diag = *diag_r;
	g->policy = policy_load(path, defaults, g->diag);
	if (g->policy != NULL) {
		g->rules = policy_rules(g->policy);
		if (check(g, serves) == 0 && share_sessions(g) == 0) {
			*diag_r = NULL;
			return g;
		}
	}
	g->diag = NULL;		/* the caller's */
	generation_free(&g);
	return NULL;
}

int
generation_listen(struct generation *g, struct generation *old)
{
	struct listen_error error;
	struct diag_record *record;
	char text[ADDR_TEXT_MAX];

	if (listen_open(&g->listeners, old == NULL ? NULL : &old->listeners,
	    &error) == 0)
		return 0;
	record = diag_report(g->diag, DIAG_PORT_TAKEN, error.rule->span,
	    "%s cannot be listened on: %s",
	    addr_print_endpoint(&error.at, text), strerror(error.error));
	diag_cure(g->diag, record, "ss -ltnp shows what holds a port");
	return -1;
}

void
generation_end_former(struct generation *generation)
{
	for (struct generation *g = generation->former; g != NULL;
	    g = g->former)
		environment_end_sessions(&g->environments);
	generation_free(&generation->former);
}

void
generation_free(struct generation **generation)
{
	struct generation *g = *generation;

	if (g == NULL)
		return;
	generation_free(&g->former);
	listen_close(&g->listeners);
	environment_free(&g->environments);
	policy_free(&g->policy);
	diag_free(&g->diag);
	free(g);
	*generation = NULL;
}
