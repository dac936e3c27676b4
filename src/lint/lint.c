#include "lint/lint.h"

#include "base/arena.h"
#include "lint/lint-clients.h"
#include "lint/lint-conditions.h"
#include "lint/lint-lines.h"
#include "lint/lint-lists.h"
#include "lint/lint-names.h"
#include "lint/lint-network.h"
#include "lint/lint-owner.h"
#include "lint/lint-protocols.h"
#include "lint/lint-resumption.h"
#include "lint/lint-scope.h"
#include "lint/lint-sni.h"
#include "lint/lint-suites.h"
#include "lint/lint-text.h"
#include "lint/lint-times.h"
#include "lint/lint-values.h"
#include "lint/lint-view.h"
#include "lint/shadow.h"
#include "policy/body.h"
#include "policy/context.h"
#include "policy/diag.h"
#include "policy/inert.h"
#include "policy/mend.h"
#include "policy/names.h"
#include "policy/policy.h"
#include "policy/rules.h"

static void
warn_inert(const struct inert_item *item, struct diag *diag)
{
	struct diag_record *record;

	if (item->dependent)
		record = diag_report(diag, DIAG_DETAIL_IDLE, item->span,
		    "%s %s does not act here", item->parameter, item->value);
	else if (item->acts == SCHEMA_ACTS_LATER)
		record = diag_report(diag, DIAG_NOT_BUILT, item->span,
		    "%s %s does not act in this version", item->parameter,
		    item->value);
	else
		record = diag_report(diag, DIAG_NO_EFFECT, item->span,
		    "%s %s has no effect", item->parameter, item->value);
	diag_cure(diag, record, "%s", item->reason);
}

static void
judge_line(struct lint_scope *scope, const struct lint_line *line)
{
	lint_text_line(scope, line);
	lint_suites_line(scope, line);
	/* What such a line says is not known. */
	if (lint_scope_is_wrong(scope, lint_lines_word(scope, line, 0)))
		return;
	lint_network_line(scope, line);
	lint_values_line(scope, line);
	lint_lists_line(scope, line);
	lint_owner_line(scope, line);
	lint_sni_line(scope, line);
}

static void
learn(struct lint_scope *scope, const struct lint_view *view)
{
	lint_clients_learn(scope, view);
	lint_suites_learn(scope, view);
	lint_values_learn(scope, view);
}

static void
judge(struct lint_scope *scope, const struct lint_view *view)
{
	lint_conditions_judge(scope, view);
	/* Nothing is secured, or it is not known how. */
	if (view->environment == NULL ||
	    !lint_view_on(scope, view, LINT_VIEW_ENABLED))
		return;
	lint_protocols_judge(scope, view);
	lint_suites_judge(scope, view);
	lint_clients_judge(scope, view);
	lint_values_judge(scope, view);
}

static void
each_rule(struct lint_scope *scope,
    void (*found)(struct lint_scope *scope, const struct lint_view *view))
{
	struct names_entry *entry = names_first(scope->context->names);
	struct lint_view view;

	for (; entry != NULL; entry = entry->next) {
		if (entry->statement->id != SCHEMA_RULE || entry->body == NULL)
			continue;
		lint_view_fill(scope, entry->body, &view);
		found(scope, &view);
	}
}

static void
check_all(struct lint_scope *scope, const struct rules *rules)
{
	scope->fields = lint_view_fields_new(scope);
	scope->suites = lint_suites_new(scope);
	scope->tallies_last = &scope->tallies;
	lint_scope_learn_wrong(scope);
	lint_lines_each(scope, judge_line);
	lint_text_remarks(scope);
	lint_suites_lists(scope);
	each_rule(scope, learn);
	each_rule(scope, judge);
	lint_lists_judge(scope, rules);
	lint_names_check(scope);
	lint_scope_tell_counts(scope);
}

/* What the checks remember ends here, also where memory does. */
static void
check(const struct policy *policy, const struct lint_able *able,
    struct diag *diag)
{
	struct lint_scope scope = {
		.able = able, .context = policy_context(policy), .diag = diag,
	};
	struct arena *arena = arena_new();
	jmp_buf guard;

	if (arena == NULL) {
		diag_out_of_memory(diag);
		return;
	}
	scope.arena = arena;
	arena_set_guard(arena, &guard);
	if (setjmp(guard) == 0)
		check_all(&scope, policy_rules(policy));
	else
		diag_out_of_memory(diag);
	arena_free(&arena);
}

void
lint_policy(const struct policy *policy, const struct lint_able *able,
    struct diag *diag)
{
	const struct inert_item *item;

	mend_blanks(diag);
	for (size_t i = 0;
	    (item = inert_at(policy_inert(policy), i)) != NULL; i++)
		warn_inert(item, diag);
	lint_owner_check(policy_rules(policy), diag);
	lint_resumption_check(policy_rules(policy), diag);
	lint_times_check(policy, diag);
	shadow_check(policy_rules(policy), diag);
	check(policy, able, diag);
	/* Mistakes may have hidden some. */
	if (diag_count(diag, DIAG_ERROR) == 0 &&
	    rules_count(policy_rules(policy)) == 0)
		diag_cure(diag, diag_report(diag, DIAG_NO_RULES,
		    policy_span(policy),
		    "the policy has no rule: it secures nothing"),
		    "add a TTLSRule for each port to secure");
}
