/*
 * match-text.h - a flow and a rule as `match` names them to people.
 */
#ifndef SALLYPORT_CMD_MATCH_TEXT_H
#define SALLYPORT_CMD_MATCH_TEXT_H

#include <stddef.h>
#include <stdio.h>

#include "cmd/show-text.h"

struct lines;
struct rules_flow;
struct rules_rule;

/* Who writes about one flow. */
struct match_text {
	const struct rules_flow *flow;
	const struct lines *lines;	/* of the policy */
	FILE *out;
};

/* Text of the policy, so that it cannot be taken for anything else. */
void match_text_shown(const struct match_text *w, const char *text);
/* The same of what was typed, in quotes. */
void match_text_quoted(const struct match_text *w, const char *name);

/* "web, priority 1, web.policy:22" */
void match_text_rule(const struct match_text *w,
    const struct rules_rule *rule);

/* What the flow has for a condition; buf holds ADDR_TEXT_MAX. Returns buf. */
const char *match_text_flow(const struct match_text *w,
    enum show_text_set set, char *buf);

/* Range number `index` of the rule's; buf holds MATCH_TEXT_MAX. Returns buf. */
#define MATCH_TEXT_MAX 1024
const char *match_text_range(const struct rules_rule *rule,
    enum show_text_set set, size_t index, char *buf);

/* The flow's moment, by the local clock. */
void match_text_moment(const struct match_text *w);

#endif
