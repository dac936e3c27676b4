/*
 * fuzz_show.c - any policy, shown in every form: JSON that reads back, text
 * without control bytes, and why each rule is matched.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "base/str.h"
#include "cmd/match-reason.h"
#include "cmd/show.h"
#include "policy/diag.h"
#include "policy/policy.h"
#include "policy/rules.h"

#define RULES_MAX	8	/* of each policy, asked for alone */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Nothing of the policy can move a terminal's cursor. */
static void
check_text(const char *text, size_t length)
{
	for (size_t i = 0, n; i < length; i += n) {
		n = str_utf8_length(text + i, length - i);
		ensure(n > 0);
		ensure((unsigned char)text[i] >= ' ' || text[i] == '\n' ||
		    text[i] == '\t');
		ensure(text[i] != 0x7f);
		/* U+0080 to U+009F */
		ensure(n != 2 || memcmp(text + i, "\xc2\xa0", 2) >= 0);
	}
}

static void
check_json(const char *text, size_t length)
{
	json_t *whole = json_loadb(text, length, JSON_REJECT_DUPLICATES,
	    NULL);

	ensure(whole != NULL);
	ensure(json_is_array(json_object_get(whole, "rules")));
	json_decref(whole);
}

static void
show(const struct policy *policy, const struct rules_rule *only,
    enum show_format format, bool all)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	ensure(out != NULL);
	ensure(show_policy(policy, only, format, all, out) == 0);
	ensure(fclose(out) == 0 && length > 0);
	if (format == SHOW_JSON)
		check_json(text, length);
	else
		check_text(text, length);
	free(text);
}

/* The rule's own connection, as far as it can be guessed. */
static void
explain(const struct policy *policy, const struct rules_rule *rule, bool all)
{
	struct rules_flow flow = { .direction = RULES_INBOUND };
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	ensure(out != NULL);
	if (rule->direction == RULES_OUTBOUND)
		flow.direction = RULES_OUTBOUND;
	if (rule->local_addrs != NULL)
		flow.local.addr = rule->local_addrs->range[0].lo;
	if (rule->remote_addrs != NULL)
		flow.remote.addr = rule->remote_addrs->range[0].hi;
	if (rule->local_ports != NULL)
		flow.local.port = rule->local_ports->range[0].hi;
	if (rule->remote_ports != NULL)
		flow.remote.port = rule->remote_ports->range[0].lo;
	flow.user = rule->user;
	flow.job = rule->job;
	ensure(match_reason_print(policy,
	    rules_match(policy_rules(policy), &flow), &flow, all, out) == 0);
	ensure(fclose(out) == 0 && length > 0);
	check_text(text, length);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum policy_defaults defaults = size % 3;
	bool all = size % 2 != 0;
	struct diag *diag = diag_new();
	struct policy *policy;
	const struct rules *rules;

	ensure(diag != NULL);
	policy = policy_examine_memory("x.policy", data, size, defaults, diag);
	if (policy != NULL && diag_count(diag, DIAG_ERROR) == 0) {
		rules = policy_rules(policy);
		show(policy, NULL, SHOW_HUMAN, all);
		show(policy, NULL, SHOW_JSON, all);
		show(policy, NULL, SHOW_DOT, all);
		for (size_t i = 0; i < rules_count(rules) && i < RULES_MAX;
		    i++) {
			show(policy, rules_at(rules, i), SHOW_DOT, !all);
			explain(policy, rules_at(rules, i), all);
		}
	}
	policy_free(&policy);
	diag_free(&diag);
	return 0;
}
