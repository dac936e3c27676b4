#include "lint/lint-owner.h"

#include <string.h>
#include <strings.h>

#include "base/compiler.h"
#include "lint/lint-lines.h"
#include "lint/lint-scope.h"
#include "policy/condition.h"
#include "policy/diag.h"
#include "policy/rules.h"
#include "policy/schema.h"
#include "policy/settings.h"

#define COMM_MAX	15	/* proc_pid_comm(5) */

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

static bool
ends(struct source_span word, const char *ending)
{
	size_t length = strlen(ending);

	return word.length > length && strncasecmp(lint_scope_text(word) +
	    word.length - length, ending, length) == 0;
}

void
lint_owner_line(struct lint_scope *scope, const struct lint_line *line)
{
	/* systemd.unit(5) */
	static const char *const units[] = {
		".scope", ".slice", ".socket", ".target", ".timer",
	};
	struct source_span word = lint_lines_word(scope, line, 1);

	if (line->row == NULL || strcmp(line->row->name, "Jobname") != 0 ||
	    word.length == 0)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (ends(word, units[i])) {
			diag_cure(scope->diag, lint_scope_report(scope,
			    DIAG_JOB_UNMET, word, "a %s is no job",
			    units[i] + 1), "name the service, or the process");
			return;
		}
	/* A pattern may be meant for the instances of a service. */
	if (word.length > COMM_MAX && !ends(word, "*") &&
	    !ends(word, CONDITION_UNIT_ENDING))
		diag_cure(scope->diag, lint_scope_report(scope, DIAG_JOB_UNMET,
		    word, "no process has a name of %u characters: they end "
		    "at %d", (unsigned)word.length, COMM_MAX),
		    "write %.*s for a process, or add .service for a service",
		    COMM_MAX, lint_scope_text(word));
}
