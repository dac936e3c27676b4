#include "lint/lint-resumption.h"

#include <stdlib.h>

#include "base/compiler.h"
#include "policy/diag.h"
#include "policy/rules.h"
#include "policy/settings.h"

#define TICKET(word) "GSK_SESSION_TICKET_SERVER_" word

enum {
	SESSION_TIMEOUT,
	SIDCACHE_SIZE,
	TICKET_FIRST,
	TICKET_ENABLE = TICKET_FIRST,
	TICKET_COUNT,
	TICKET_TIMEOUT,
	TICKET_ALGORITHM,
	TICKET_KEY_REFRESH,
	PARAMETERS,
};

struct parameter {
	const char *name;
	const struct source_span *line;	/* NULL: not coded */
	const char *off;	/* not NULL: this value switches it off */
};

/* All of them stand in one statement, which no other one overlays. */
struct block {
	const struct settings *settings;
	struct parameter parameters[PARAMETERS];
};

#define PARAMETER(s, text, field, off_value, off_text) { \
	.name = (text), .line = SETTINGS_ORIGIN(s, field), \
	.off = (s)->field == (off_value) ? (off_text) : NULL }
#define ALWAYS(s, text, field) { \
	.name = (text), .line = SETTINGS_ORIGIN(s, field) }

static struct block
block_of(const struct settings *s)
{
	return (struct block){ s, {
		[SESSION_TIMEOUT] = PARAMETER(s, "GSK_V3_SESSION_TIMEOUT",
		    v3_session_timeout, 0, "0"),
		[SIDCACHE_SIZE] = PARAMETER(s, "GSK_V3_SIDCACHE_SIZE",
		    v3_sidcache_size, 0, "0"),
		[TICKET_ENABLE] = PARAMETER(s, TICKET("ENABLE"),
		    ticket_enable, false, "Off"),
		[TICKET_COUNT] = PARAMETER(s, TICKET("COUNT"),
		    ticket_count, 0, "0"),
		[TICKET_TIMEOUT] = PARAMETER(s, TICKET("TIMEOUT"),
		    ticket_timeout, 0, "0"),
		[TICKET_ALGORITHM] = ALWAYS(s, TICKET("ALGORITHM"),
		    ticket_algorithm),
		[TICKET_KEY_REFRESH] = ALWAYS(s, TICKET("KEY_REFRESH"),
		    ticket_key_refresh),
	} };
}

/* --- what one block says ------------------------------------------ */

/* Whatever is not off itself; two that are off do not contradict. */
static void
warn_off(const struct block *b, const struct parameter *by, size_t first,
    const char *what, struct diag *diag)
{
	struct diag_record *record;

	for (size_t i = first; i < PARAMETERS; i++) {
		const struct parameter *p = &b->parameters[i];

		if (p->line == NULL || p->off != NULL)
			continue;
		record = diag_report(diag, DIAG_RESUMPTION_OFF, *p->line,
		    "%s has no effect: %s", p->name, what);
		diag_cure(diag, record, "remove it, or %s %s", by->name,
		    by->off);
		diag_note(diag, record, *by->line, "%s is %s here", by->name,
		    by->off);
	}
}

/* Returns whether tickets are off. */
static bool
judge_off(const struct block *b, struct diag *diag)
{
	static const int switches[] = {
		TICKET_ENABLE, TICKET_COUNT, TICKET_TIMEOUT
	};
	const struct parameter *p = &b->parameters[SESSION_TIMEOUT];

	if (p->off != NULL && p->line != NULL) {
		warn_off(b, p, SIDCACHE_SIZE, "no session is resumed", diag);
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(switches); i++) {
		p = &b->parameters[switches[i]];
		if (p->off == NULL || p->line == NULL)
			continue;
		warn_off(b, p, TICKET_FIRST, "there are no tickets", diag);
		return true;
	}
	return false;
}

/* Returns the limit that counts. */
static uint32_t
judge_limits(const struct block *b, struct diag *diag)
{
	const struct settings *s = b->settings;
	const struct parameter *session = &b->parameters[SESSION_TIMEOUT];
	const struct parameter *ticket = &b->parameters[TICKET_TIMEOUT];
	struct diag_record *record;

	if (session->line == NULL || s->v3_session_timeout >= s->ticket_timeout)
		return s->ticket_timeout;
	if (ticket->line == NULL)
		return s->v3_session_timeout;
	record = diag_report(diag, DIAG_RESUMPTION_CUT, *ticket->line,
	    "tickets end after %u seconds, not after %u",
	    s->v3_session_timeout, s->ticket_timeout);
	diag_cure(diag, record, "%s counts too: make both the same",
	    session->name);
	diag_note(diag, record, *session->line, "%s is shorter",
	    session->name);
	return s->v3_session_timeout;
}

static void
judge_keys(const struct block *b, uint32_t limit, struct diag *diag)
{
	const struct parameter *refresh = &b->parameters[TICKET_KEY_REFRESH];
	const struct parameter *ticket = &b->parameters[TICKET_TIMEOUT];
	const struct parameter *blamed =
	    refresh->line != NULL ? refresh : ticket;
	uint32_t kept = b->settings->ticket_key_refresh * SETTINGS_TICKET_TURNS;
	struct diag_record *record;

	if (kept == 0 || limit <= kept || blamed->line == NULL)
		return;
	record = diag_report(diag, DIAG_TICKET_KEYS, *blamed->line,
	    "tickets of %u seconds may end after %u: their key is gone", limit,
	    kept);
	diag_cure(diag, record, "code %s %u or more, or a shorter %s",
	    refresh->name, (limit - 1) / SETTINGS_TICKET_TURNS + 1,
	    ticket->name);
}

static void
judge(const struct settings *settings, struct diag *diag)
{
	struct block b = block_of(settings);

	if (!judge_off(&b, diag))
		judge_keys(&b, judge_limits(&b, diag), diag);
}

/* --- each block once ---------------------------------------------- */

struct place {
	const struct settings *settings;
	size_t offset;			/* of the block's first line */
};

/* False where nothing of it is coded. */
static bool
find_place(const struct settings *settings, struct place *place_r)
{
	struct block b = block_of(settings);

	*place_r = (struct place){ settings, SIZE_MAX };
	for (size_t i = 0; i < PARAMETERS; i++)
		if (b.parameters[i].line != NULL &&
		    b.parameters[i].line->offset < place_r->offset)
			place_r->offset = b.parameters[i].line->offset;
	return place_r->offset != SIZE_MAX;
}

static int
compare(const void *a, const void *b)
{
	const struct place *p = a, *q = b;

	return p->offset < q->offset ? -1 : p->offset > q->offset;
}

void
lint_resumption_check(const struct rules *rules, struct diag *diag)
{
	size_t count = 0;
	struct place *places;

	if (rules_count(rules) == 0)
		return;
	places = calloc(rules_count(rules), sizeof(*places));
	if (places == NULL) {
		diag_out_of_memory(diag);
		return;
	}
	for (size_t i = 0; i < rules_count(rules); i++) {
		const struct rules_rule *rule = rules_at(rules, i);

		if (rule->actions->settings != NULL &&
		    find_place(rule->actions->settings, &places[count]))
			count++;
	}
	qsort(places, count, sizeof(*places), compare);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || places[i].offset != places[i - 1].offset)
			judge(places[i].settings, diag);
	free(places);
}
