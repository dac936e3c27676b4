#include "lint/lint-clients.h"

#include "lint/lint-scope.h"
#include "lint/lint-view.h"
#include "policy/body.h"
#include "policy/settings.h"

static bool
has_role(const struct lint_scope *scope, const struct lint_view *view,
    enum settings_role role)
{
	return lint_view_set(view, LINT_VIEW_ROLE) != NULL &&
	    lint_view_number(scope, view, LINT_VIEW_ROLE) == role;
}

static bool
asks_client(const struct lint_scope *scope, const struct lint_view *view)
{
	return has_role(scope, view, SETTINGS_ROLE_SERVER_WITH_CLIENT_AUTH);
}

void
lint_clients_learn(struct lint_scope *scope, const struct lint_view *view)
{
	const struct body_set *set = lint_view_set(view,
	    LINT_VIEW_CLIENT_AUTH);

	if (set != NULL && (asks_client(scope, view) ||
	    !lint_view_known(view, LINT_VIEW_ROLE)))
		lint_scope_mark(scope, DIAG_CLIENT_AUTH_UNUSED, set->span);
}

/* A connection's Server over an environment that asks for certificates. */
static void
judge_dropped(struct lint_scope *scope, const struct lint_view *view)
{
	const struct body_set *wide = body_set(view->environment,
	    "HandshakeRole"), *role = lint_view_set(view, LINT_VIEW_ROLE);
	struct diag_record *record;

	if (wide == NULL || role == NULL || wide->value.number !=
	    SETTINGS_ROLE_SERVER_WITH_CLIENT_AUTH ||
	    role->value.number != SETTINGS_ROLE_SERVER)
		return;
	record = lint_scope_report(scope, DIAG_CLIENT_AUTH_DROPPED, role->span,
	    "no client is asked for a certificate any more");
	diag_cure(scope->diag, record, "remove it, unless mutual TLS is to be "
	    "off for these connections");
	diag_note(scope->diag, record, wide->span,
	    "the environment asks for one here");
}

static void
judge_auth_type(struct lint_scope *scope, const struct lint_view *view)
{
	const struct body_set *set = lint_view_set(view,
	    LINT_VIEW_CLIENT_AUTH);
	struct diag_record *record;

	if (set == NULL || lint_scope_marked(scope, DIAG_CLIENT_AUTH_UNUSED,
	    set->span))
		judge_dropped(scope, view);
	if (set == NULL)
		return;
	if (!lint_scope_marked(scope, DIAG_CLIENT_AUTH_UNUSED, set->span)) {
		record = lint_scope_report(scope, DIAG_CLIENT_AUTH_UNUSED,
		    set->span, "ClientAuthType %s has no effect: no client is "
		    "asked for a certificate", set->value.choice->name);
		diag_cure(scope->diag, record,
		    "code HandshakeRole ServerWithClientAuth, or remove it");
		diag_note(scope->diag, record, lint_view_place(view,
		    LINT_VIEW_ROLE), "the role is here");
	}
	if (!asks_client(scope, view))
		return;
	if (set->value.number == SETTINGS_CLIENT_AUTH_PASSTHRU)
		diag_cure(scope->diag, lint_scope_report(scope,
		    DIAG_CLIENT_AUTH_PASSTHRU, set->span,
		    "with PassThru any certificate is let in, or none"),
		    "code Required; Full also lets in who has none");
	if (set->value.number == SETTINGS_CLIENT_AUTH_FULL)
		diag_cure(scope->diag, lint_scope_report(scope,
		    DIAG_CLIENT_AUTH_OPTIONAL, set->span,
		    "with Full a client without a certificate is let in"),
		    "code Required where each client must have one");
}

static void
judge_timeout(struct lint_scope *scope, const struct lint_view *view)
{
	const struct body_set *set = lint_view_set(view, LINT_VIEW_TIMEOUT);
	uint32_t seconds;

	if (set == NULL || has_role(scope, view, SETTINGS_ROLE_CLIENT))
		return;
	seconds = set->value.number;
	if (seconds == 0)
		diag_cure(scope->diag, lint_scope_report(scope,
		    DIAG_HANDSHAKE_UNLIMITED, set->span,
		    "a client may stay silent for ever"),
		    "30 seconds leave time for a card and its PIN");
	else if (seconds > LINT_CLIENTS_TIMEOUT_LONG)
		diag_cure(scope->diag, lint_scope_report(scope,
		    DIAG_HANDSHAKE_LONG, set->span, "a client may stay silent "
		    "for %u seconds", seconds),
		    "30 seconds leave time for a card and its PIN");
	if (!asks_client(scope, view) || seconds == 0 ||
	    seconds >= LINT_CLIENTS_TIMEOUT_PIN)
		return;
	if (seconds < LINT_CLIENTS_TIMEOUT_HASTY)
		diag_cure(scope->diag, lint_scope_report(scope,
		    DIAG_HANDSHAKE_HASTY, set->span, "%u seconds are short for "
		    "a client to find its certificate", seconds),
		    "10 do for programs, 30 for people with a card and a PIN");
	else
		diag_cure(scope->diag, lint_scope_report(scope,
		    DIAG_HANDSHAKE_SHORT, set->span, "%u seconds are short for "
		    "a client who types a card's PIN", seconds),
		    "30 leave time for it; for programs keep it");
}

/* Whether it is known that nothing is resumed. */
static bool
resumes_nothing(const struct lint_scope *scope, const struct lint_view *view)
{
	return lint_view_known(view, LINT_VIEW_SESSION_CACHE) &&
	    lint_view_known(view, LINT_VIEW_TICKET_ENABLE) &&
	    lint_view_number(scope, view, LINT_VIEW_SESSION_CACHE) == 0 &&
	    lint_view_number(scope, view, LINT_VIEW_TICKET_ENABLE) == 0;
}

/* A session may stand for the certificate it began with. */
static void
judge_session(struct lint_scope *scope, const struct lint_view *view)
{
	const struct body_set *session = lint_view_set(view,
	    LINT_VIEW_SESSION_TIMEOUT);
	const struct body_set *ticket = lint_view_set(view,
	    LINT_VIEW_TICKET_TIMEOUT);
	const struct body_set *time = lint_view_set(view, LINT_VIEW_TIMEOUT);
	const struct body_set *where = NULL;
	struct diag_record *record;

	if (!asks_client(scope, view) || resumes_nothing(scope, view) ||
	    !lint_view_known(view, LINT_VIEW_SESSION_TIMEOUT))
		return;
	if (session != NULL &&
	    session->value.number > LINT_CLIENTS_SESSION_LONG)
		where = session;
	else if (session == NULL && ticket != NULL &&
	    ticket->value.number > LINT_CLIENTS_SESSION_LONG)
		where = ticket;
	/* Who leaves time for a PIN wants to see it typed. */
	else if (session == NULL && time != NULL &&
	    time->value.number >= LINT_CLIENTS_TIMEOUT_PIN)
		where = time;
	if (where == NULL)
		return;
	if (where == time)
		record = lint_scope_report(scope, DIAG_SESSION_OUTLIVES_CARD,
		    where->span, "there is time for a PIN, but a session is "
		    "resumed for a day without it");
	else
		record = lint_scope_report(scope, DIAG_SESSION_OUTLIVES_CARD,
		    where->span, "a session is resumed for %u seconds without "
		    "a card and its PIN", where->value.number);
	diag_cure(scope->diag, record, "where people show a card code "
	    "GSK_V3_SESSION_TIMEOUT 5; for programs keep it");
}

static void
judge_host_check(struct lint_scope *scope, const struct lint_view *view)
{
	const struct body_set *role = lint_view_set(view, LINT_VIEW_ROLE);

	if (!has_role(scope, view, SETTINGS_ROLE_CLIENT) ||
	    view->values[LINT_VIEW_HOST_DNS].coded ||
	    view->values[LINT_VIEW_HOST_CN].coded ||
	    !lint_view_known(view, LINT_VIEW_HOST_DNS) ||
	    !lint_view_known(view, LINT_VIEW_HOST_CN))
		return;
	diag_cure(scope->diag, lint_scope_report(scope, DIAG_NO_HOST_CHECK,
	    role->span, "any server with a certificate of a trusted CA is "
	    "taken for the right one"),
	    "name it: HostReferenceIdDNS in the advanced parameters");
}

void
lint_clients_judge(struct lint_scope *scope, const struct lint_view *view)
{
	judge_auth_type(scope, view);
	judge_timeout(scope, view);
	judge_session(scope, view);
	judge_host_check(scope, view);
}
