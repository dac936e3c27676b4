#include "policy/lint-owner.h"

#include "policy/condition.h"
#include "policy/diag.h"
#include "policy/rules.h"
#include "policy/settings.h"

void
lint_owner_check(const struct rules *rules, struct diag *diag)
{
	const struct rules_rule *rule;
	unsigned names;

	for (size_t i = 0; i < rules_count(rules); i++) {
		rule = rules_at(rules, i);
		names = condition_coded(rule) &
		    (CONDITION_USER | CONDITION_JOB);
		if (names == 0 || settings_handoff(
		    rule->actions->application) != SETTINGS_HANDOFF_FORWARD)
			continue;
		diag_cure(diag, diag_report(diag, DIAG_OWNER_UNKNOWN,
		    rule->span, "rule '%s' never matches: with Handoff "
		    "Forward nobody knows the %s", rule->name,
		    names == CONDITION_USER ? "user" : "job"),
		    "remove %s, or code Handoff Wrap",
		    names == CONDITION_USER ? "Userid" :
		    names == CONDITION_JOB ? "Jobname" :
		    "Jobname and Userid");
	}
}
