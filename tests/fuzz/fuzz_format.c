/*
 * fuzz_format.c - any bytes as a policy, laid out and cured: the layout is
 * its own canonical form and means the same, a cure makes nothing worse.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "lint/fix.h"
#include "lint/lint.h"
#include "policy/diag.h"
#include "policy/format.h"
#include "policy/policy.h"
#include "policy/same.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct known {
	struct diag *diag;
	struct policy *policy;
};

static struct known
know(const char *text, size_t size)
{
	struct known k = { diag_new(), NULL };

	ensure(k.diag != NULL);
	k.policy = policy_examine_memory("x.policy", text, size,
	    POLICY_DEFAULTS_FILE, k.diag);
	ensure(k.policy != NULL);
	return k;
}

static void
forget(struct known *k)
{
	policy_free(&k->policy);
	diag_free(&k->diag);
}

/* What was there before, and what came of it: no worse. */
static void
compare(const struct known *before, const char *text, size_t size)
{
	struct known after = know(text, size);
	size_t errors = diag_count(before->diag, DIAG_ERROR);

	ensure(diag_count(after.diag, DIAG_ERROR) <= errors);
	ensure(errors > 0 || same_policy(before->policy, after.policy));
	forget(&after);
}

static void
format(const struct known *before)
{
	struct known after;
	char *text, *again;
	size_t size, again_size;

	ensure(format_policy(before->policy, &text, &size) == 0);
	compare(before, text, size);
	after = know(text, size);
	ensure(format_possible(after.policy, after.diag));
	ensure(format_policy(after.policy, &again, &again_size) == 0);
	ensure(size == again_size && memcmp(text, again, size) == 0);
	forget(&after);
	free(text);
	free(again);
}

static bool
every_suite(uint16_t code)
{
	(void)code;
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct lint_able able = { every_suite, true, every_suite,
	    every_suite, every_suite };
	struct known k = know((const char *)data, size);
	char *text;
	size_t text_size;
	int cured;

	if (format_possible(k.policy, k.diag))
		format(&k);
	cured = fix_text("x.policy", (const char *)data, size,
	    POLICY_DEFAULTS_FILE, &able, &text, &text_size);
	ensure(cured >= 0);
	if (cured > 0)
		compare(&k, text, text_size);
	free(text);
	forget(&k);
	return 0;
}
