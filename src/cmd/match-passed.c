#include "cmd/match-passed.h"

#include <string.h>

#include "cmd/match-text.h"
#include "policy/condition.h"
#include "policy/rules.h"

#define NEAREST		5	/* rules passed over that are shown */
#define RANGES_MAX	3	/* of a condition that is not met */

/* Conditions as they are told; the direction is none of policy/condition. */
#define MISSED_DIRECTION	1u
#define MISSED(condition)	((unsigned)(condition) << 1)

/* A rule that was passed over, and the conditions that were not met. */
struct passed {
	const struct rules_rule *rule;
	unsigned missed, count;
};

/* --- conditions that were not ------------------------------------------- */

static void
print_set_missed(const struct match_text *w, const struct rules_rule *rule,
    enum show_text_set set)
{
	size_t count = show_text_set_size(rule, set);
	char buf[MATCH_TEXT_MAX], has[ADDR_TEXT_MAX];

	match_text_range(rule, set, 0, buf);
	fprintf(w->out, "%s %s is not %s", show_text_set_name(set),
	    match_text_flow(w, set, has),
	    count > 1 || strpbrk(buf, "/-") != NULL ? "in " : "");
	for (size_t i = 0; i < count && i < RANGES_MAX; i++)
		fprintf(w->out, "%s%s", i > 0 ? ", " : "",
		    match_text_range(rule, set, i, buf));
	if (count > RANGES_MAX)
		fprintf(w->out, " and %zu more", count - RANGES_MAX);
}

static void
print_name_missed(const struct match_text *w, const char *what,
    const char *pattern, const char *name)
{
	fprintf(w->out, "%s ", what);
	if (name == NULL) {
		fputs("is not known to be ", w->out);
	} else {
		match_text_quoted(w, name);
		fputs(strchr(pattern, '*') == NULL ? " is not " :
		    " does not begin as ", w->out);
	}
	match_text_shown(w, pattern);
}

static void
print_time_missed(const struct match_text *w)
{
	if (w->flow->moment == NULL) {
		fputs("the time is not known", w->out);
		return;
	}
	fputs("it is not in force at ", w->out);
	match_text_moment(w);
}

static void
print_missed_one(const struct match_text *w, const struct rules_rule *rule,
    unsigned missed)
{
	switch (missed) {
	case MISSED_DIRECTION:
		fprintf(w->out, "it is for %s connections",
		    rule->direction == RULES_INBOUND ? "inbound" : "outbound");
		break;
	case MISSED(CONDITION_LOCAL_PORT):
		print_set_missed(w, rule, SHOW_TEXT_LOCAL_PORTS);
		break;
	case MISSED(CONDITION_REMOTE_PORT):
		print_set_missed(w, rule, SHOW_TEXT_REMOTE_PORTS);
		break;
	case MISSED(CONDITION_LOCAL_ADDR):
		print_set_missed(w, rule, SHOW_TEXT_LOCAL_ADDRS);
		break;
	case MISSED(CONDITION_REMOTE_ADDR):
		print_set_missed(w, rule, SHOW_TEXT_REMOTE_ADDRS);
		break;
	case MISSED(CONDITION_USER):
		print_name_missed(w, "user", rule->user, w->flow->user);
		break;
	case MISSED(CONDITION_JOB):
		print_name_missed(w, "job", rule->job, w->flow->job != NULL ?
		    w->flow->job : w->flow->unit);
		break;
	default:
		print_time_missed(w);
	}
}

static void
print_missed(const struct match_text *w, const struct passed *passed)
{
	const char *separator = "      ";

	fputs("    ", w->out);
	match_text_rule(w, passed->rule);
	putc('\n', w->out);
	for (unsigned rest = passed->missed; rest != 0; rest &= rest - 1) {
		fputs(separator, w->out);
		print_missed_one(w, passed->rule, rest & -rest);
		separator = "; ";
	}
	putc('\n', w->out);
}

/* --- rules that were passed over ---------------------------------------- */

static struct passed
judge(const struct rules_rule *rule, const struct rules_flow *flow)
{
	struct passed passed = { .rule = rule };
	unsigned rest = condition_coded(rule);

	if ((rule->direction & flow->direction) == 0)
		passed.missed |= MISSED_DIRECTION;
	for (; rest != 0; rest &= rest - 1)
		if (!condition_met(rule, flow, rest & -rest))
			passed.missed |= MISSED(rest & -rest);
	passed.count = (unsigned)__builtin_popcount(passed.missed);
	return passed;
}

/* Keeps the ones that miss least, in search order. */
static size_t
consider(struct passed *kept, size_t count, const struct passed *passed)
{
	size_t worst = 0;

	if (count < NEAREST) {
		kept[count] = *passed;
		return count + 1;
	}
	for (size_t i = 1; i < count; i++)
		if (kept[i].count >= kept[worst].count)
			worst = i;
	if (passed->count >= kept[worst].count)
		return count;
	memmove(&kept[worst], &kept[worst + 1],
	    (count - worst - 1) * sizeof(kept[0]));
	kept[count - 1] = *passed;
	return count;
}

void
match_passed_print(const struct match_text *w, const struct rules *table,
    size_t before, bool all)
{
	struct passed kept[NEAREST], passed;
	size_t count = 0;

	if (before == 0)
		return;
	if (all)
		fputs("  passed over, in search order\n", w->out);
	for (size_t i = 0; i < before; i++) {
		passed = judge(rules_at(table, i), w->flow);
		if (all)
			print_missed(w, &passed);
		else
			count = consider(kept, count, &passed);
	}
	if (all)
		return;
	if (count < before)
		fprintf(w->out, "  passed over, the %zu that miss least of %zu "
		    "(--all: every one)\n", count, before);
	else
		fputs("  passed over, in search order\n", w->out);
	for (size_t i = 0; i < count; i++)
		print_missed(w, &kept[i]);
}
