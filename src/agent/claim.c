#include "agent/claim.h"

#include "base/addr.h"
#include "base/str.h"
#include "policy/condition.h"
#include "policy/rules.h"
#include "policy/settings.h"
#include "policy/source.h"
#include "policy/times.h"

static const struct addr any_v4 = { { [10] = 0xff, [11] = 0xff } };
static const struct addr any_v6 = { { 0 } };

/* No range is of both families. */
static bool
reaches(const struct addr *bound, const struct rules_addrs *addrs)
{
	if (addr_compare(bound, &any_v6) == 0)
		return true;
	for (size_t i = 0; i < addrs->count; i++)
		if (addr_compare(bound, &any_v4) == 0 ?
		    addr_is_v4(&addrs->range[i].lo) :
		    addr_in_range(bound, &addrs->range[i]))
			return true;
	return false;
}

static bool
claims(const struct rules_rule *rule, const struct rules_flow *flow)
{
	unsigned asked = condition_coded(rule) & (CONDITION_LOCAL_PORT |
	    CONDITION_USER | CONDITION_JOB);

	return rule->actions->secured &&
	    (rule->direction & RULES_INBOUND) != 0 &&
	    condition_met(rule, flow, asked) && (rule->local_addrs == NULL ||
	    reaches(&flow->local.addr, rule->local_addrs));
}

bool
claim_now(const struct rules_rule *rule, const struct rules_flow *flow)
{
	return flow->moment == NULL || rule->times == NULL ||
	    times_met(rule->times, flow->moment);
}

enum claim_kind
claim_find(const struct rules *rules, const struct rules_flow *flow,
    const struct rules_rule **rule_r)
{
	const struct rules_rule *rule, *later = NULL;

	*rule_r = NULL;
	for (size_t i = 0; i < rules_count(rules); i++) {
		rule = rules_at(rules, i);
		if (!claims(rule, flow))
			continue;
		if (settings_handoff(rule->actions->application) !=
		    SETTINGS_HANDOFF_WRAP) {
			if (*rule_r == NULL)
				*rule_r = rule;
		} else if (claim_now(rule, flow)) {
			*rule_r = rule;
			return CLAIM_WRAP;
		} else if (later == NULL) {
			later = rule;
		}
	}
	if (later == NULL)
		return *rule_r == NULL ? CLAIM_NONE : CLAIM_ELSEWHERE;
	*rule_r = later;
	return CLAIM_WRAP;
}

void
claim_explain(const struct rules_rule *rule, unsigned port, char *buf,
    size_t size)
{
	bool forward = settings_handoff(rule->actions->application) ==
	    SETTINGS_HANDOFF_FORWARD;
	struct source_place place = source_locate(rule->span.source,
	    rule->span.offset);
	struct str s;

	str_init(&s, buf, size);
	str_add(&s, "rule '%s' (%s:%u) hands port %u off by %s; ",
	    rule->name, source_path(rule->span.source), place.line, port,
	    forward ? "Forward" : "Transparent");
	if (forward)
		str_add(&s, "let the service listen where its Backend says, "
		    "or code Handoff Wrap");
	else
		str_add(&s, "start the service without sallyport run, or "
		    "code Handoff Wrap");
}
