#include "lint/lint-times.h"

#include <time.h>

#include "policy/body.h"
#include "policy/context.h"
#include "policy/diag.h"
#include "policy/names.h"
#include "policy/policy.h"
#include "policy/rules.h"
#include "policy/times-pool.h"
#include "policy/times.h"

static const char *const masks[] = {
	"MonthOfYearMask", "DayOfMonthMask", "DayOfWeekMask",
};

/* The first mask that is coded; something makes the condition impossible. */
static struct source_span
mask_span(const struct body *body)
{
	const struct body_set *set;

	for (size_t i = 0; i < ARRAY_SIZE(masks); i++)
		if ((set = body_set(body, masks[i])) != NULL)
			return set->span;
	return body->span;
}

static bool
is_cut(const struct times_condition *c)
{
	const struct times_hours *hours = c->hours;

	return hours != NULL && hours->count > 1 && hours->span[0].from == 0 &&
	    hours->span[hours->count - 1].to == TIMES_DAY &&
	    (c->days != TIMES_ALL_DAYS || c->weekdays != TIMES_ALL_WEEKDAYS);
}

static void
check_condition(const struct body *body, const struct times_moment *now,
    struct diag *diag)
{
	const struct body_set *hours = body_set(body, "TimeOfDayRange");
	const struct body_set *period = body_set(body, "ConditionTimeRange");
	struct times_condition c;

	times_pool_read(body, &c);
	if (!times_possible(&c))
		diag_cure(diag, diag_report(diag, DIAG_TIME_NEVER,
		    mask_span(body), "the masks of the IpTimeCondition allow "
		    "no day"), "write a 1 for each month and day");
	else if (period != NULL && times_over(&c, now))
		diag_cure(diag, diag_report(diag, DIAG_TIME_PAST,
		    period->span, "the period of the IpTimeCondition is over"),
		    "remove it, or write another end");
	else if (hours != NULL && is_cut(&c))
		diag_cure(diag, diag_report(diag, DIAG_TIME_MIDNIGHT,
		    hours->span, "the hours after midnight are those of the "
		    "days in the masks, not of the day after"),
		    "to go over midnight write two conditions, a day each");
}

static void
check_rule_body(const struct body *body, const struct times_moment *now,
    struct diag *diag)
{
	for (size_t i = 0; i < body->link_count; i++)
		if (body->links[i].inlined != NULL && body->links[i]
		    .row->statement == SCHEMA_IP_TIME_CONDITION)
			check_condition(body->links[i].inlined, now, diag);
}

/* One rule stands for all. */
static void
advise_of_lapse(const struct rules *rules, struct diag *diag)
{
	const struct rules_rule *rule;

	for (size_t i = 0; i < rules_count(rules); i++) {
		rule = rules_at(rules, i);
		if (rule->times == NULL || !rule->actions->secured ||
		    (rule->direction & RULES_INBOUND) == 0)
			continue;
		diag_cure(diag, diag_report(diag, DIAG_TIME_LAPSE, rule->span,
		    "rule '%s' is not always in force: at other times its "
		    "connections are not secured, unless another rule takes "
		    "them", rule->name), "to have them secured then, too, "
		    "write a rule without times and of lower priority");
		return;
	}
}

void
lint_times_check(const struct policy *policy, struct diag *diag)
{
	const struct names_entry *entry =
	    names_first(policy_context(policy)->names);
	struct times_moment now = { 0 };

	times_prepare();
	times_set(&now, time(NULL));
	for (; entry != NULL; entry = entry->next) {
		if (entry->body == NULL)
			continue;
		if (entry->statement->id == SCHEMA_IP_TIME_CONDITION)
			check_condition(entry->body, &now, diag);
		else if (entry->statement->id == SCHEMA_RULE)
			check_rule_body(entry->body, &now, diag);
	}
	advise_of_lapse(policy_rules(policy), diag);
}
