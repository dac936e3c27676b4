/*
 * show.h - `sallyport show`: what a policy comes to, rule by rule.
 *
 * Every form is written as it is made, a rule at a time: a policy of many
 * rules needs no more memory than a small one. Secrets are never written.
 */
#ifndef SALLYPORT_CMD_SHOW_H
#define SALLYPORT_CMD_SHOW_H

#include <stdbool.h>
#include <stdio.h>

#include "base/compiler.h"

struct policy;
struct rules;
struct rules_rule;
struct view;

enum show_format {
	SHOW_HUMAN,
	SHOW_JSON,
	SHOW_DOT,
};

/* What is shown, and where; for the writers of the forms. */
struct show {
	struct view *view;
	const struct rules *rules;
	const struct rules_rule *only;	/* NULL: all of them */
	bool all;			/* defaults, too */
	FILE *out;
};

/* Runs the command; argv[0] is its name. Returns the exit status. */
int show_main(int argc, char **argv);

/*
 * Writes an examined policy without errors, or one rule of it. 0, or -1
 * where there is no memory; what writing to `out` met is in ferror(out).
 */
MUST_USE int show_policy(const struct policy *policy,
    const struct rules_rule *only, enum show_format format, bool all,
    FILE *out);

#endif
