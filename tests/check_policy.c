/*
 * check_policy.c - a policy is loaded, or refused with nothing lost, however
 * little memory there is. Linked so that allocations come here first.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "policy/diag.h"
#include "policy/policy.h"
#include "policy/rules.h"
#include "support/runner.h"
#include "support/torture.h"

static const char text[] =
    "TTLSRule r\n{\nLocalPortGroupRef p\nDirection Inbound\nPriority 2\n"
    "Priority 3\nJobname A*\nTTLSGroupActionRef g\n"
    "TTLSEnvironmentActionRef e\nTTLSConnectionActionRef c\n}\n"
    "TTLSGroupAction g\n{\nTTLSEnabled On\n}\n"
    "TTLSEnvironmentAction e\n{\nHandshakeRole Server\nTTLSKeyringParms\n{\n"
    "Keyring ring\n}\nTTLSCipherParms\n{\nV3CipherSuites 352F\n"
    "V3CipherSuites4Char 1301C02F\n}\n}\n"
    "TTLSConnectionAction c\nTrace 3 three\n"
    "PortGroup p\n{\nPortRange\n{\nPort 1-80\n}\nPortRange\n{\nPort 90\n}\n}\n";

void *__real_arena_alloc(struct arena *arena, size_t size);
void *__wrap_arena_alloc(struct arena *arena, size_t size);

void *
__wrap_arena_alloc(struct arena *arena, size_t size)
{
	if (torture_fails())
		arena_exhausted(arena);
	return __real_arena_alloc(arena, size);
}

/* One after the other, every allocation fails; leaks show at the end. */
START_TEST(test_every_allocation_fails_once)
{
	struct policy *policy;
	struct diag *diag;
	bool failed;
	size_t n;

	for (n = 1; n < 100000; n++) {
		diag = diag_new();
		ck_assert_ptr_nonnull(diag);
		torture_arm(n);
		policy = policy_load_memory("x.policy", text, strlen(text),
		    POLICY_DEFAULTS_FILE, diag);
		failed = torture_disarm();
		if (failed && policy == NULL)
			ck_assert_uint_gt(diag_count(diag, DIAG_ERROR), 0);
		else
			ck_assert_ptr_nonnull(policy);
		/* What memory ran out for is never a policy. */
		ck_assert(policy == NULL ||
		    diag_count(diag, DIAG_ERROR) == 0);
		if (policy != NULL)
			ck_assert_uint_eq(rules_count(policy_rules(policy)), 1);
		policy_free(&policy);
		diag_free(&diag);
		if (!failed)
			break;
	}
	ck_assert_uint_gt(n, 80);
	ck_assert_uint_lt(n, 100000);
}
END_TEST

START_TEST(test_no_file)
{
	struct diag *diag = diag_new();

	ck_assert_ptr_null(policy_load("/no/such.policy",
	    POLICY_DEFAULTS_FILE, diag));
	ck_assert_uint_eq(diag_count(diag, DIAG_ERROR), 1);
	ck_assert_int_eq(diag_at(diag, 0)->code, DIAG_FILE_UNREADABLE);
	diag_free(&diag);
}
END_TEST

static Suite *
make(void)
{
	Suite *suite = suite_create("policy");
	TCase *tcase = tcase_create("policy");

	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, test_every_allocation_fails_once);
	tcase_add_test(tcase, test_no_file);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make);
}
