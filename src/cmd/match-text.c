#include "cmd/match-text.h"

#include <string.h>
#include <time.h>

#include "base/str.h"
#include "policy/lines.h"
#include "policy/rules.h"
#include "policy/times.h"

void
match_text_shown(const struct match_text *w, const char *text)
{
	char buf[MATCH_TEXT_MAX];
	struct str s;

	str_init(&s, buf, sizeof(buf));
	str_add_shown(&s, text, strlen(text));
	fputs(buf, w->out);
}

void
match_text_quoted(const struct match_text *w, const char *name)
{
	char quoted[STR_QUOTE_MAX];

	fputs(str_quote(name, strlen(name), quoted), w->out);
}

void
match_text_rule(const struct match_text *w, const struct rules_rule *rule)
{
	match_text_shown(w, rule->name);
	fprintf(w->out, ", priority %u, ", rule->priority);
	match_text_shown(w, source_path(rule->span.source));
	fprintf(w->out, ":%zu", lines_find(w->lines, &rule->span));
}

/* "192.0.2.1" or "443": what the flow has for a condition. */
const char *
match_text_flow(const struct match_text *w, enum show_text_set set, char *buf)
{
	switch (set) {
	case SHOW_TEXT_LOCAL_ADDRS:
		return addr_print(&w->flow->local.addr, buf);
	case SHOW_TEXT_REMOTE_ADDRS:
		return addr_print(&w->flow->remote.addr, buf);
	case SHOW_TEXT_LOCAL_PORTS:
		snprintf(buf, ADDR_TEXT_MAX, "%u", w->flow->local.port);
		return buf;
	default:
		snprintf(buf, ADDR_TEXT_MAX, "%u", w->flow->remote.port);
		return buf;
	}
}

const char *
match_text_range(const struct rules_rule *rule, enum show_text_set set,
    size_t index, char *buf)
{
	struct str s;

	str_init(&s, buf, MATCH_TEXT_MAX);
	show_text_set_item(rule, set, index, &s);
	return buf;
}

void
match_text_moment(const struct match_text *w)
{
	time_t seconds = (time_t)w->flow->moment->epoch;
	char text[64] = "that time";
	struct tm tm;

	if (localtime_r(&seconds, &tm) != NULL)
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %Z", &tm);
	fputs(text, w->out);
}
