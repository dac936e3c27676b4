#include "lint/lint-conditions.h"

#include <string.h>

#include "base/addr.h"
#include "lint/lint-scope.h"
#include "lint/lint-view.h"
#include "policy/body.h"
#include "policy/names.h"
#include "policy/rules.h"
#include "policy/schema.h"
#include "policy/settings.h"

#define FREE_PORTS_FIRST	1024	/* what systems pick from, at most */
#define PORT_MAX		65535

/* One side of a connection, as a rule asks for it. */
struct side {
	const struct rules_addrs *addrs;	/* NULL: any */
	const struct rules_ports *ports;	/* NULL: any */
	const struct source_span *addrs_span, *ports_span;
};

struct asked {
	struct side local, remote;
	const struct body_set *job, *user;
};

/* --- what a rule asks --------------------------------------------- */

static void
take(struct asked *asked, const struct schema_param *row,
    const struct rules_addrs *addrs, const struct rules_ports *ports,
    const struct source_span *span)
{
	struct side *side = row->slot == SCHEMA_SLOT_LOCAL_ADDR ||
	    row->slot == SCHEMA_SLOT_LOCAL_PORT ? &asked->local :
	    &asked->remote;

	if (row->slot == SCHEMA_SLOT_LOCAL_ADDR ||
	    row->slot == SCHEMA_SLOT_REMOTE_ADDR) {
		side->addrs = addrs;
		side->addrs_span = span;
	} else if (row->slot == SCHEMA_SLOT_LOCAL_PORT ||
	    row->slot == SCHEMA_SLOT_REMOTE_PORT) {
		side->ports = ports;
		side->ports_span = span;
	}
}

static bool
asks_nothing(const struct body_set *set)
{
	return set->row->type == SCHEMA_TYPE_PATTERN ?
	    strcmp(set->value.text, "*") == 0 :
	    set->row->type == SCHEMA_TYPE_ADDRS ? set->value.addrs == NULL :
	    set->row->type == SCHEMA_TYPE_PORTS && set->value.ports == NULL;
}

static struct asked
what_is_asked(const struct body *rule)
{
	struct asked asked = { 0 };
	const struct body_set *set;
	const struct body_link *link;

	for (size_t i = 0; i < rule->set_count; i++) {
		set = &rule->sets[i];
		if (set->row->type == SCHEMA_TYPE_ADDRS)
			take(&asked, set->row, set->value.addrs, NULL,
			    &set->span);
		else if (set->row->type == SCHEMA_TYPE_PORTS)
			take(&asked, set->row, NULL, set->value.ports,
			    &set->span);
	}
	for (size_t i = 0; i < rule->link_count; i++) {
		link = &rule->links[i];
		if (link->target != NULL)
			take(&asked, link->row, link->target->addrs,
			    link->target->ports, &link->span);
	}
	asked.job = body_set(rule, "Jobname");
	asked.user = body_set(rule, "Userid");
	return asked;
}

/* Whether each reference leads somewhere. */
static bool
is_whole(const struct body *rule)
{
	if (rule->broken)
		return false;
	for (size_t i = 0; i < rule->link_count; i++)
		if (body_target(&rule->links[i]) == NULL)
			return false;
	return true;
}

/* --- directions --------------------------------------------------- */

static void
judge_role(struct lint_scope *scope, const struct lint_view *view,
    const struct body_set *direction)
{
	const struct body_set *role = lint_view_set(view, LINT_VIEW_ROLE);
	struct diag_record *record = NULL;
	bool client;

	if (role == NULL || !lint_view_on(scope, view, LINT_VIEW_ENABLED))
		return;
	client = role->value.number == SETTINGS_ROLE_CLIENT;
	if (direction->value.number == RULES_BOTH) {
		record = lint_scope_report(scope, DIAG_DIRECTION_BOTH,
		    direction->span, "one role, %s, for both directions",
		    role->value.choice->name);
		diag_cure(scope->diag, record, "write a rule for each "
		    "direction: Inbound as Server, Outbound as Client");
	} else if ((direction->value.number == RULES_INBOUND) == client) {
		record = lint_scope_report(scope, DIAG_ROLE_DIRECTION,
		    direction->span, "an %s connection with the role %s",
		    client ? "inbound" : "outbound",
		    role->value.choice->name);
		diag_cure(scope->diag, record, "who is connected to is the "
		    "server, nearly always");
	}
	diag_note(scope->diag, record, role->span, "the role is here");
}

/* All ports that a system picks itself ask nothing of the port. */
static bool
picks(const struct rules_ports *ports)
{
	return ports == NULL || (ports->count == 1 &&
	    ports->range[0].lo <= FREE_PORTS_FIRST &&
	    ports->range[0].hi == PORT_MAX);
}

static void
judge_ports(struct lint_scope *scope, const struct asked *asked,
    uint32_t direction)
{
	const struct side *far = direction == RULES_INBOUND ?
	    &asked->remote : &asked->local;
	const struct side *near = direction == RULES_INBOUND ?
	    &asked->local : &asked->remote;

	if (direction == RULES_BOTH || picks(far->ports) ||
	    far->ports_span == NULL || !picks(near->ports))
		return;
	diag_cure(scope->diag, lint_scope_report(scope, DIAG_PORT_SIDE,
	    *far->ports_span, direction == RULES_INBOUND ?
	    "inbound, and only the client's port is asked for" :
	    "outbound, and only the own port is asked for"),
	    direction == RULES_INBOUND ?
	    "clients come from any port; is LocalPortRange meant?" :
	    "the own port is any; is RemotePortRange meant?");
}

static void
judge_width(struct lint_scope *scope, const struct lint_view *view,
    const struct asked *asked, const struct body_set *direction)
{
	if ((direction->value.number & RULES_OUTBOUND) == 0 ||
	    direction->value.number == RULES_BOTH ||
	    asked->remote.addrs != NULL || asked->local.addrs != NULL ||
	    (asked->job != NULL && !asks_nothing(asked->job)) ||
	    (asked->user != NULL && !asks_nothing(asked->user)) ||
	    !lint_view_on(scope, view, LINT_VIEW_ENABLED))
		return;
	diag_cure(scope->diag, lint_scope_report(scope, DIAG_OUTBOUND_WIDE,
	    view->rule->span, "every program's connections to this port are "
	    "wrapped, also those in TLS already and within the host"),
	    "add RemoteAddr, Jobname or Userid");
}

/* --- ends that never meet ----------------------------------------- */

enum kind { KIND_LOOP = 1, KIND_FAR = 2 };

static unsigned
kind_of(const struct addr_range *range)
{
	static const struct addr six = { { [15] = 1 } };
	bool four = addr_is_v4(&range->lo);
	bool loop = four ? range->lo.b[12] == 127 && range->hi.b[12] == 127 :
	    addr_compare(&range->lo, &six) == 0 &&
	    addr_compare(&range->hi, &six) == 0;
	bool holds = loop || (four ? range->lo.b[12] <= 127 &&
	    range->hi.b[12] >= 127 : addr_compare(&range->lo, &six) <= 0 &&
	    addr_compare(&range->hi, &six) >= 0);

	return (holds ? KIND_LOOP : 0) | (loop ? 0 : KIND_FAR);
}

static unsigned
kinds(const struct rules_addrs *addrs)
{
	unsigned all = 0;

	for (size_t i = 0; i < addrs->count; i++)
		all |= kind_of(&addrs->range[i]);
	return all;
}

static void
judge_ends(struct lint_scope *scope, const struct asked *asked)
{
	struct diag_record *record;

	if (asked->local.addrs == NULL || asked->remote.addrs == NULL ||
	    (kinds(asked->local.addrs) & kinds(asked->remote.addrs)) != 0)
		return;
	record = lint_scope_report(scope, DIAG_ENDS_APART,
	    *asked->remote.addrs_span, "no connection matches: one end is "
	    "within the host, the other is not");
	diag_cure(scope->diag, record, "correct one of the two, or leave it "
	    "out");
	diag_note(scope->diag, record, *asked->local.addrs_span,
	    "the own end is here");
}

/* --- conditions that ask nothing ---------------------------------- */

static void
count_empty(struct lint_scope *scope, const struct body *rule)
{
	size_t conditions = rule->link_count;

	/* A rule needs a condition, if one that asks nothing. */
	for (size_t i = 0; i < rule->set_count; i++)
		if ((rule->sets[i].row->flags & SCHEMA_CONDITION) &&
		    !asks_nothing(&rule->sets[i]))
			conditions++;
	for (size_t i = 0; i < rule->link_count; i++)
		if (!(rule->links[i].row->flags & SCHEMA_CONDITION))
			conditions--;
	for (size_t i = 0; i < rule->set_count && conditions > 0; i++) {
		const struct body_set *set = &rule->sets[i];

		if (asks_nothing(set))
			lint_scope_count(scope, DIAG_CONDITION_EMPTY,
			    set->row, set->span, "it may be left out",
			    "this %s asks nothing", set->row->name);
	}
}

void
lint_conditions_judge(struct lint_scope *scope, const struct lint_view *view)
{
	const struct body *rule = view->rule;
	const struct body_set *direction = body_set(rule, "Direction");
	struct asked asked = what_is_asked(rule);

	count_empty(scope, rule);
	if (direction != NULL)
		judge_role(scope, view, direction);
	/* What is not coded may be what a mistake hides. */
	if (!is_whole(rule))
		return;
	judge_ends(scope, &asked);
	if (direction == NULL)
		return;
	judge_ports(scope, &asked, direction->value.number);
	judge_width(scope, view, &asked, direction);
}
