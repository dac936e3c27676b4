/*
 * fuzz_policy.c - any bytes as a policy file: a policy, or an error that can
 * be shown; never both, never neither.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/compiler.h"
#include "policy/diag-print.h"
#include "policy/diag.h"
#include "policy/policy.h"
#include "policy/rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What policies are read from: a file, as for everybody else. */
static int file = -1;
static char path[64];
static FILE *nowhere;

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
	struct rules_flow flow = { .direction = RULES_INBOUND };
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
	ensure(rule->user != NULL || rule->job != NULL || found != NULL);
	ensure(found == NULL || found->priority >= rule->priority);
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
	diag_print_all(diag, nowhere);
	diag_print_summary(diag, nowhere);
	policy_free(&policy);
	diag_free(&diag);
	return 0;
}
