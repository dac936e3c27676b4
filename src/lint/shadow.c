#include "lint/shadow.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "lint/overlap.h"
#include "policy/diag.h"
#include "policy/rules.h"

/* Rules that are named in one diagnostic. */
#define NAMED_MOST	3
#define NAMES_MAX	((NAMED_MOST + 1) * STR_QUOTE_MAX)
#define NOTE_MAX	1024
#define WAY_OUT_MAX	(STR_QUOTE_MAX + 40)

/* As the language has it. */
#define PRIORITY_MOST	2000000000

struct shadow {
	struct arena *arena;
	struct overlap *overlap;
	struct diag *diag;
};

/* One thing to say of one rule. */
struct finding {
	struct shadow *shadow;
	const struct rules_rule *rule;
	struct overlap_takers by;
	const struct rules_rule *first;	/* of `by` */
	char name[STR_QUOTE_MAX];	/* the rule's */
	char first_name[STR_QUOTE_MAX];
	char names[NAMES_MAX];		/* "'A'", "'A' and 'B'", ... */
	const char *verb;		/* "takes", "take" */
	bool whole;			/* they take all, of a direction */
};

static const char *
quote(const struct rules_rule *rule, char *buf)
{
	return str_quote(rule->name, strlen(rule->name), buf);
}

/* --- who ------------------------------------------------------------------ */

static void
list_names(struct finding *f)
{
	size_t more = f->by.total - f->by.count;
	char quoted[STR_QUOTE_MAX];
	struct str names;

	str_init(&names, f->names, sizeof(f->names));
	for (size_t i = 0; i < f->by.count; i++) {
		bool last = i + 1 == f->by.count && more == 0 && !f->by.open;

		str_add(&names, "%s%s", i == 0 ? "" : last ? " and " : ", ",
		    quote(f->by.takers[i].rule, quoted));
	}
	if (f->by.open)
		str_add(&names, " and others");
	else if (more > 0)
		str_add(&names, " and %zu more", more);
	f->verb = f->by.total == 1 && !f->by.open ? "takes" : "take";
}

/* False where a cut search found nobody. */
static bool
find(struct finding *f, struct shadow *s, const struct rules_rule *rule,
    enum overlap_verdict verdict)
{
	f->shadow = s;
	f->rule = rule;
	f->whole = (verdict & (OVERLAP_NEVER | OVERLAP_NO_INBOUND |
	    OVERLAP_NO_OUTBOUND)) != 0;
	f->by = overlap_find(s->overlap, rule, verdict, NAMED_MOST);
	if (f->by.count == 0)
		return false;
	f->first = f->by.takers[0].rule;
	quote(rule, f->name);
	quote(f->first, f->first_name);
	list_names(f);
	return true;
}

/* A note at each rule that is named: why it comes first, and for what. */
static void
note_takers(const struct finding *f, struct diag_record *record)
{
	char quoted[STR_QUOTE_MAX], text[NOTE_MAX];
	struct str note;

	for (size_t i = 0; i < f->by.count; i++) {
		const struct overlap_taker *taker = &f->by.takers[i];
		const struct rules_rule *rule = taker->rule;

		str_init(&note, text, sizeof(text));
		str_add(&note, "%s has Priority %u, ", quote(rule, quoted),
		    rule->priority);
		if (rule->priority > f->rule->priority)
			str_add(&note, "not %u", f->rule->priority);
		else
			str_add(&note, "too, and by name (a-z, A-Z, 0-9) it "
			    "is first");
		if (!rule->actions->secured)
			str_add(&note, "; it is Off");
		if (!f->whole || f->by.total > 1)
			str_add(&note, "; both match %s", taker->common);
		diag_note(f->shadow->diag, record, rule->span, "%s", text);
	}
}

/* "give it a Priority above 200", or how else to put it first. */
static const char *
way_out(const struct finding *f, char buf[WAY_OUT_MAX])
{
	if (f->first->priority >= PRIORITY_MOST)
		snprintf(buf, WAY_OUT_MAX, "lower the Priority of %s",
		    f->first_name);
	else
		snprintf(buf, WAY_OUT_MAX, "give it a Priority above %u",
		    f->first->priority);
	return buf;
}

/* --- what ----------------------------------------------------------------- */

static struct diag_record *
report_never(const struct finding *f)
{
	struct diag *diag = f->shadow->diag;
	char way[WAY_OUT_MAX];
	struct diag_record *record;

	if (f->rule->actions->secured && f->by.off > 0)
		record = diag_report(diag, DIAG_SHADOWED_BY_OFF, f->rule->span,
		    "TTLSRule %s can never match, and %s in clear: %s %s all "
		    "its connections", f->name, f->by.off == f->by.total &&
		    !f->by.open ? "all goes" : "some goes", f->names, f->verb);
	else
		record = diag_report(diag, DIAG_SHADOWED, f->rule->span,
		    "TTLSRule %s can never match: %s %s all its connections",
		    f->name, f->names, f->verb);
	diag_cure(diag, record, "%s, narrow %s, or remove this rule",
	    way_out(f, way), f->names);
	return record;
}

static struct diag_record *
report_lost_way(const struct finding *f, bool inbound)
{
	struct diag *diag = f->shadow->diag;
	char way[WAY_OUT_MAX];
	struct diag_record *record = diag_report(diag, DIAG_DIRECTION_SHADOWED,
	    f->rule->span, "TTLSRule %s never matches %s connections: %s %s "
	    "all of them%s", f->name, inbound ? "inbound" : "outbound",
	    f->names, f->verb, f->rule->actions->secured && f->by.off > 0 ?
	    ", in clear" : "");

	diag_cure(diag, record, "%s, or code Direction %s", way_out(f, way),
	    inbound ? "Outbound" : "Inbound");
	return record;
}

static struct diag_record *
report_off(const struct finding *f)
{
	struct diag *diag = f->shadow->diag;
	char way[WAY_OUT_MAX];
	struct diag_record *record = diag_report(diag, DIAG_HIDDEN_BY_OFF,
	    f->rule->span, "TTLSRule %s does not secure all it matches: %s, "
	    "Off, %s connections from it, such as %s", f->name, f->names,
	    f->verb, f->by.takers[0].example);

	diag_cure(diag, record, "if they are to be secured, %s, or narrow %s",
	    way_out(f, way), f->names);
	return record;
}

static struct diag_record *
report_tie(const struct finding *f)
{
	struct diag *diag = f->shadow->diag;
	struct diag_record *record = diag_report(diag, DIAG_ORDER_BY_NAME,
	    f->rule->span, "TTLSRule %s has the Priority of %s, and other "
	    "actions: by name, %s %s such as %s%s", f->name, f->names,
	    f->first_name, "takes what both match,", f->by.takers[0].example,
	    f->rule->actions->secured && !f->first->actions->secured ?
	    ", in clear" : "");

	diag_cure(diag, record, "give each a Priority of its own");
	return record;
}

static struct diag_record *
report_same(const struct finding *f)
{
	struct diag *diag = f->shadow->diag;
	struct diag_record *record = diag_report(diag, DIAG_ORDER_BY_NAME_SAME,
	    f->rule->span, "TTLSRule %s has the Priority of %s, and overlaps; "
	    "all lead to the same", f->name, f->names);

	diag_cure(diag, record, "give each a Priority of its own before one "
	    "is changed");
	return record;
}

static struct diag_record *
report_part(const struct finding *f)
{
	struct diag *diag = f->shadow->diag;
	char way[WAY_OUT_MAX];
	struct diag_record *record = diag_report(diag, DIAG_PARTLY_SHADOWED,
	    f->rule->span, "TTLSRule %s is partly shadowed: %s %s connections "
	    "that it matches", f->name, f->names, f->verb);

	diag_cure(diag, record, "as it should be, if it is for the rest; else "
	    "%s", way_out(f, way));
	return record;
}

/* --- all ------------------------------------------------------------------ */

struct kind {
	enum overlap_verdict verdict;
	enum diag_code code;
};

static struct diag_record *
report(const struct finding *f, enum overlap_verdict verdict)
{
	switch (verdict) {
	case OVERLAP_NEVER:
		return report_never(f);
	case OVERLAP_NO_INBOUND:
	case OVERLAP_NO_OUTBOUND:
		return report_lost_way(f, verdict == OVERLAP_NO_INBOUND);
	case OVERLAP_OFF:
		return report_off(f);
	case OVERLAP_TIE_OTHER:
		return report_tie(f);
	case OVERLAP_TIE_SAME:
		return report_same(f);
	case OVERLAP_PART:
		return report_part(f);
	case OVERLAP_EMPTY:
	case OVERLAP_UNDECIDED:
		break;
	}
	return NULL;
}

static void
say(struct shadow *s, const struct rules_rule *rule, const struct kind *kind)
{
	struct arena_mark mark = arena_mark(s->arena);
	struct finding *f;

	if (!diag_has_room(s->diag, DIAG_WARNING)) {
		/* Counts only: who it was is not worth the search. */
		diag_report(s->diag, kind->code, rule->span, "%s", rule->name);
	} else {
		f = arena_alloc(s->arena, sizeof(*f));
		if (find(f, s, rule, kind->verdict))
			note_takers(f, report(f, kind->verdict));
	}
	arena_rewind(s->arena, mark);
}

static void
say_undecided(struct shadow *s, const struct rules *rules,
    const uint16_t *verdicts)
{
	const struct rules_rule *first = NULL;
	struct diag_record *record;
	size_t count = 0;

	for (size_t i = 0; i < rules_count(rules); i++) {
		if ((verdicts[i] & OVERLAP_UNDECIDED) == 0)
			continue;
		if (count++ == 0)
			first = rules_at(rules, i);
	}
	if (count == 0)
		return;
	record = diag_report(s->diag, DIAG_SHADOW_UNDECIDED, first->span,
	    "what %zu rule%s, this one first, to earlier ones was not decided",
	    count, count == 1 ? " loses" : "s lose");
	diag_cure(s->diag, record, "it would take too long: too many rules "
	    "overlap");
}

static void
check(struct shadow *s, const struct rules *rules)
{
	/* Only so many are kept: what bears on all first, then warnings. */
	static const struct kind kinds[] = {
		{ OVERLAP_NEVER, DIAG_SHADOWED },
		{ OVERLAP_NO_INBOUND, DIAG_DIRECTION_SHADOWED },
		{ OVERLAP_NO_OUTBOUND, DIAG_DIRECTION_SHADOWED },
		{ OVERLAP_OFF, DIAG_HIDDEN_BY_OFF },
		{ OVERLAP_TIE_OTHER, DIAG_ORDER_BY_NAME },
		{ OVERLAP_TIE_SAME, DIAG_ORDER_BY_NAME_SAME },
		{ OVERLAP_PART, DIAG_PARTLY_SHADOWED },
	};
	const uint16_t *verdicts;

	s->overlap = overlap_new(s->arena, rules);
	verdicts = overlap_verdicts(s->overlap);
	say_undecided(s, rules, verdicts);
	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++)
		for (size_t i = 0; i < rules_count(rules); i++)
			if ((verdicts[i] & kinds[k].verdict) != 0)
				say(s, rules_at(rules, i), &kinds[k]);
}

void
shadow_check(const struct rules *rules, struct diag *diag)
{
	struct shadow s = { arena_new(), NULL, diag };
	jmp_buf guard;

	if (s.arena == NULL) {
		diag_out_of_memory(diag);
		return;
	}
	arena_set_guard(s.arena, &guard);
	if (setjmp(guard) == 0)
		check(&s, rules);
	else
		diag_out_of_memory(diag);
	arena_free(&s.arena);
}
