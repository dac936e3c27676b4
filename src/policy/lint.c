#include "policy/lint.h"

#include "policy/diag.h"
#include "policy/inert.h"
#include "policy/lint-resumption.h"
#include "policy/policy.h"
#include "policy/rules.h"

static void
warn_inert(const struct inert_item *item, struct diag *diag)
{
	struct diag_record *record;

	if (item->acts == SCHEMA_ACTS_LATER)
		record = diag_report(diag, DIAG_NOT_BUILT, item->span,
		    "%s %s does not act in this version", item->parameter,
		    item->value);
	else
		record = diag_report(diag, DIAG_NO_EFFECT, item->span,
		    "%s %s has no effect", item->parameter, item->value);
	diag_cure(diag, record, "%s", item->reason);
}

void
lint_policy(const struct policy *policy, struct diag *diag)
{
	const struct inert_item *item;

	for (size_t i = 0;
	    (item = inert_at(policy_inert(policy), i)) != NULL; i++)
		warn_inert(item, diag);
	lint_resumption_check(policy_rules(policy), diag);
	/* Mistakes may have hidden some. */
	if (diag_count(diag, DIAG_ERROR) == 0 &&
	    rules_count(policy_rules(policy)) == 0)
		diag_cure(diag, diag_report(diag, DIAG_NO_RULES,
		    policy_span(policy),
		    "the policy has no rule: it secures nothing"),
		    "add a TTLSRule for each port to secure");
}
