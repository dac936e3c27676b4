#include "lint/lint-protocols.h"

#include "lint/lint-scope.h"
#include "lint/lint-view.h"
#include "policy/body.h"

static void
judge_old(struct lint_scope *scope, const struct lint_view *view,
    enum lint_view_field field, const char *version)
{
	const struct body_set *set = lint_view_set(view, field);
	struct diag_record *record;

	if (!lint_view_on(scope, view, field))
		return;
	if (set == NULL)
		record = lint_scope_report(scope, DIAG_PROTOCOL_OLD,
		    view->environment->span,
		    "TLS 1.0 and 1.1 are on by default where they are not "
		    "switched off");
	else if (field == LINT_VIEW_TLSV1)
		record = lint_scope_report(scope, DIAG_PROTOCOL_OLD,
		    set->span, "TLS 1.0 is on");
	else
		record = lint_scope_report(scope, DIAG_PROTOCOL_AGING,
		    set->span, "TLS 1.1 is on");
	diag_cure(scope->diag, record, set == NULL ?
	    "code TLSv1 Off and TLSv1.1 Off, or PolicyDefaults Modern" :
	    "code TLSv%s Off: TLS 1.2 is as old as any partner may be",
	    version);
}

static void
judge_modern(struct lint_scope *scope, const struct lint_view *view)
{
	struct source_span place = lint_view_place(view, LINT_VIEW_TLSV12);

	if (!lint_view_known(view, LINT_VIEW_TLSV12) ||
	    !lint_view_known(view, LINT_VIEW_TLSV13) ||
	    lint_view_on(scope, view, LINT_VIEW_TLSV12) ||
	    lint_view_on(scope, view, LINT_VIEW_TLSV13))
		return;
	/* No version at all is an error, and told. */
	if (!lint_view_on(scope, view, LINT_VIEW_TLSV1) &&
	    !lint_view_on(scope, view, LINT_VIEW_TLSV11))
		return;
	diag_cure(scope->diag, lint_scope_report(scope, DIAG_PROTOCOL_NO_MODERN,
	    place, "neither TLS 1.2 nor TLS 1.3 is on"),
	    "code TLSv1.2 On and TLSv1.3 On");
}

void
lint_protocols_judge(struct lint_scope *scope, const struct lint_view *view)
{
	judge_old(scope, view, LINT_VIEW_TLSV1, "1");
	judge_old(scope, view, LINT_VIEW_TLSV11, "1.1");
	judge_modern(scope, view);
}
