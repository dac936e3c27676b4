/*
 * fuzz_policy.c - any bytes as a policy file: a policy, or an error that can
 * be shown; never both, never neither.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/compiler.h"
#include "lint/lint.h"
#include "policy/diag-print.h"
#include "policy/diag.h"
#include "policy/policy.h"
#include "policy/rules.h"
#include "policy/times.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What policies are read from: a file, as for everybody else. */
static int file = -1;
static char path[64];
static FILE *nowhere;

/* Some suites are in a library, and some are not. */
static bool
able_suite(uint16_t code)
{
	return code % 3 != 0;
}
static const struct lint_able able = { able_suite, true, able_suite,
    able_suite, able_suite };

static void
start(void)
{
	file = memfd_create("policy", 0);
	nowhere = fopen("/dev/null", "w");
	ensure(file >= 0 && nowhere != NULL);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
}

/* One flow a direction that a rule of its own would have to meet. */
static void
match(const struct policy *policy, const struct rules_rule *rule)
{
	struct rules_flow flow = { .direction = RULES_INBOUND,
		.moment = &times_any };
	const struct rules_rule *found;

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
	found = rules_match(policy_rules(policy), &flow);
	/* Nobody is known, and no time. */
	ensure(rule->user != NULL || rule->job != NULL ||
	    rule->times != NULL || found != NULL);
	ensure(found == NULL || found->priority >= rule->priority);
}

/* What was said where; what is of one place may come in any order. */
static uint64_t
digest(const struct diag *diag)
{
	const struct diag_record *record;
	uint64_t sum = 0;

	for (size_t i = 0; (record = diag_at(diag, i)) != NULL; i++)
		sum += ((uint64_t)record->code + 1) << 32 ^
		    (record->span.offset * UINT64_C(0x9e3779b97f4a7c15));
	return sum;
}

/*
 * Of three definitions of one name another may be the one that counts, and
 * where all braces are something else the rest is not read: rules may have
 * been.
 */
static bool
is_read_otherwise(const struct diag *diag)
{
	const struct diag_record *record;

	for (size_t i = 0; (record = diag_at(diag, i)) != NULL; i++)
		if (record->code == DIAG_NAME_REDEFINED ||
		    record->code == DIAG_NAME_REPEATED ||
		    record->code == DIAG_SYNTAX)
			return true;
	return false;
}

/* A policy read at one go and one whose every line is kept say the same. */
static void
compare(const struct diag *a, const struct diag *b)
{
	ensure((diag_count(a, DIAG_ERROR) > 0) ==
	    (diag_count(b, DIAG_ERROR) > 0));
	/* Of many not all are kept, and what is not kept is not thought over. */
	if (is_read_otherwise(b) || diag_count(a, DIAG_ERROR) >= DIAG_KEPT ||
	    diag_count(a, DIAG_WARNING) + diag_count(a, DIAG_ADVICE) >=
	    DIAG_KEPT)
		return;
	for (int s = 0; s < DIAG_SEVERITIES; s++)
		ensure(diag_count(a, (enum diag_severity)s) ==
		    diag_count(b, (enum diag_severity)s));
	ensure(digest(a) == digest(b));
}

static void
examine(const struct policy *policy, struct diag *said,
    enum policy_defaults defaults)
{
	struct diag *diag = diag_new();
	struct policy *examined;

	ensure(diag != NULL);
	examined = policy_examine(path, defaults, diag);
	ensure(examined != NULL);
	compare(said, diag);
	if (policy != NULL)
		ensure(rules_count(policy_rules(policy)) ==
		    rules_count(policy_rules(examined)));
	lint_policy(examined, &able, diag);
	diag_print_all(diag, nowhere);
	diag_print_summary(diag, nowhere);
	policy_free(&examined);
	diag_free(&diag);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum policy_defaults defaults = size % 3;
	struct diag *diag;
	struct policy *policy;

	if (file < 0)
		start();
	ensure(ftruncate(file, 0) == 0);
	ensure(pwrite(file, data, size, 0) == (ssize_t)size);
	diag = diag_new();
	ensure(diag != NULL);
	policy = policy_load(path, defaults, diag);
	ensure((policy == NULL) == (diag_count(diag, DIAG_ERROR) > 0));
	for (size_t i = 0; policy != NULL &&
	    i < rules_count(policy_rules(policy)); i++)
		match(policy, rules_at(policy_rules(policy), i));
	examine(policy, diag, defaults);
	policy_free(&policy);
	diag_free(&diag);
	return 0;
}
