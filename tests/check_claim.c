/*
 * What the rules say of a listener: by port, address, user and job; secured
 * inbound rules only; Wrap before all others.
 */
#include "agent/claim.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "policy/diag.h"
#include "policy/policy.h"
#include "policy/rules.h"
#include "policy/times.h"
#include "support/runner.h"

static struct diag *diag;
static struct policy *policy;

#define ACTIONS \
	"TTLSGroupAction on\n{\nTTLSEnabled On\n}\n" \
	"TTLSGroupAction off\n{\nTTLSEnabled Off\n}\n" \
	"TTLSEnvironmentAction e\n{\nHandshakeRole Server\n" \
	"TTLSKeyringParms\n{\nKeyring ring\n}\n}\n" \
	"TTLSApplicationAction wrap\n{\nHandoff Wrap\n}\n" \
	"TTLSApplicationAction forward\n{\nHandoff Forward\n" \
	"Backend 127.0.0.1:1\n}\n" \
	"TTLSApplicationAction transparent\n{\nHandoff Transparent\n}\n"
#define RULE(name, more) \
	"TTLSRule " name "\n{\nTTLSEnvironmentActionRef e\n" more "\n}\n"
#define IN "Direction Inbound\nTTLSGroupActionRef on\n"
#define BY(action) "TTLSApplicationActionRef " action "\n"

static void
load(const char *rules)
{
	char text[4096];

	snprintf(text, sizeof(text), "%s%s", rules, ACTIONS);
	diag = diag_new();
	policy = policy_load_memory("claim.policy", text, strlen(text),
	    POLICY_DEFAULTS_FILE, diag);
	ck_assert_msg(policy != NULL, "%s", text);
}

static void
unload(void)
{
	policy_free(&policy);
	diag_free(&diag);
}

/* "wrap NAME", "elsewhere NAME" or "none". */
static const char *
claim(const char *at, const char *user, const char *job)
{
	static const char *const kinds[] = { [CLAIM_NONE] = "none",
		[CLAIM_WRAP] = "wrap ", [CLAIM_ELSEWHERE] = "elsewhere " };
	struct rules_flow flow = { .direction = RULES_INBOUND, .user = user,
		.job = job };
	const struct rules_rule *rule;
	static char said[64];
	enum claim_kind kind;

	ck_assert_int_eq(addr_parse_endpoint(at, strlen(at), &flow.local), 0);
	kind = claim_find(policy_rules(policy), &flow, &rule);
	ck_assert(rule != NULL || kind == CLAIM_NONE);
	snprintf(said, sizeof(said), "%s%s", kinds[kind],
	    rule == NULL ? "" : rule->name);
	return said;
}

static const struct {
	const char *rules, *at, *want;
} claims[] = {
	/* ports */
	{ RULE("a", IN "LocalPortRange 80-90"), "127.0.0.1:79", "none" },
	{ RULE("a", IN "LocalPortRange 80-90"), "127.0.0.1:80", "wrap a" },
	{ RULE("a", IN "LocalPortRange 80-90"), "[::1]:90", "wrap a" },
	{ RULE("a", IN "LocalPortRange 80-90"), "[::]:91", "none" },
	/* which rules */
	{ RULE("a", "Direction Outbound\nTTLSGroupActionRef on\n"
	  "LocalPortRange 80"), "0.0.0.0:80", "none" },
	{ RULE("a", "Direction Both\nTTLSGroupActionRef on\n"
	  "LocalPortRange 80"), "0.0.0.0:80", "wrap a" },
	{ RULE("a", "Direction Inbound\nTTLSGroupActionRef off\n"
	  "LocalPortRange 80"), "0.0.0.0:80", "none" },
	{ RULE("a", "Direction Inbound\nTTLSGroupActionRef off\n" BY("wrap")
	  "LocalPortRange 80"), "0.0.0.0:80", "none" },
	/* the client is not known yet */
	{ RULE("a", IN "RemoteAddr 192.0.2.0/24\nRemotePortRange 5\n"
	  "LocalPortRange 80"), "0.0.0.0:80", "wrap a" },
	{ RULE("a", IN "RemoteAddr 192.0.2.1"), "0.0.0.0:80", "wrap a" },
	/* addresses */
	{ RULE("a", IN "LocalAddr 10.0.0.0/8"), "10.1.2.3:80", "wrap a" },
	{ RULE("a", IN "LocalAddr 10.0.0.0/8"), "11.1.2.3:80", "none" },
	{ RULE("a", IN "LocalAddr 10.0.0.0/8"), "0.0.0.0:80", "wrap a" },
	{ RULE("a", IN "LocalAddr 10.0.0.0/8"), "[::]:80", "wrap a" },
	{ RULE("a", IN "LocalAddr 10.0.0.0/8"), "[::1]:80", "none" },
	{ RULE("a", IN "LocalAddr 2001:db8::/32"), "0.0.0.0:80", "none" },
	{ RULE("a", IN "LocalAddr 2001:db8::/32"), "[::]:80", "wrap a" },
	{ RULE("a", IN "LocalAddr ::/0"), "0.0.0.0:80", "none" },
	{ RULE("a", IN "LocalAddr ::/0"), "127.0.0.1:80", "none" },
	{ RULE("a", IN "LocalAddr ::/0"), "[::1]:80", "wrap a" },
	{ RULE("a", IN "LocalAddr All"), "0.0.0.0:80", "wrap a" },
	{ RULE("a", IN "LocalAddr All"), "[2001:db8::1]:80", "wrap a" },
	/* hand-offs */
	{ RULE("a", IN BY("wrap") "LocalPortRange 80"), "0.0.0.0:80",
	  "wrap a" },
	{ RULE("a", IN BY("forward") "LocalPortRange 80"), "0.0.0.0:80",
	  "elsewhere a" },
	{ RULE("a", IN BY("transparent") "LocalPortRange 80"), "0.0.0.0:80",
	  "elsewhere a" },
	/* several */
	{ RULE("a", IN BY("forward") "LocalPortRange 80\nPriority 9")
	  RULE("b", IN "LocalPortRange 80\nPriority 8")
	  RULE("c", IN "LocalPortRange 80\nPriority 7"), "0.0.0.0:80",
	  "wrap b" },
	{ RULE("a", IN BY("transparent") "LocalPortRange 80\nPriority 1")
	  RULE("b", IN BY("forward") "LocalPortRange 80\nPriority 2"),
	  "0.0.0.0:80", "elsewhere b" },
	{ RULE("a", IN BY("forward") "LocalPortRange 80\nPriority 9")
	  RULE("b", IN "LocalPortRange 81\nPriority 8"), "0.0.0.0:80",
	  "elsewhere a" },
	{ "", "0.0.0.0:80", "none" },
};

START_TEST(claims_what_rules_name)
{
	load(claims[_i].rules);
	ck_assert_str_eq(claim(claims[_i].at, NULL, NULL), claims[_i].want);
	unload();
}
END_TEST

START_TEST(asks_for_user_and_job)
{
	load(RULE("user", IN "Userid alice\nPriority 9\nLocalPortRange 80")
	    RULE("job", IN "Jobname Redis*\nPriority 8\nLocalPortRange 80")
	    RULE("any", IN "Jobname *\nUserid *\nLocalPortRange 81"));
	ck_assert_str_eq(claim("0.0.0.0:80", "alice", "x"), "wrap user");
	ck_assert_str_eq(claim("0.0.0.0:80", "Alice", "x"), "none");
	ck_assert_str_eq(claim("0.0.0.0:80", "alices", "x"), "none");
	ck_assert_str_eq(claim("0.0.0.0:80", "bob", "redis-server"),
	    "wrap job");
	/* What is not known meets no name. */
	ck_assert_str_eq(claim("0.0.0.0:80", NULL, NULL), "none");
	ck_assert_str_eq(claim("0.0.0.0:80", NULL, "redis"), "wrap job");
	ck_assert_str_eq(claim("0.0.0.0:81", NULL, NULL), "wrap any");
	unload();
}
END_TEST

START_TEST(asks_for_unit)
{
	struct rules_flow flow = { .direction = RULES_INBOUND,
		.job = "master", .unit = "postfix@-.service",
		.local = { .port = 25 } };
	const struct rules_rule *rule;

	load(RULE("a", IN "Jobname postfix@-\nLocalPortRange 25"));
	ck_assert_int_eq(claim_find(policy_rules(policy), &flow, &rule),
	    CLAIM_WRAP);
	flow.unit = "postfix@x.service";
	ck_assert_int_eq(claim_find(policy_rules(policy), &flow, &rule),
	    CLAIM_NONE);
	unload();
}
END_TEST

#define CLOSED(more) "IpTimeCondition\n{\n" \
	"ConditionTimeRange 19990101000000:19991231235959\n}\n" more

/* The listener outlasts the times of its rule; its clients meet them. */
START_TEST(times_leave_the_listener)
{
	load(RULE("a", IN CLOSED("LocalPortRange 80"))
	    RULE("b", IN CLOSED("LocalPortRange 80\nPriority 2"))
	    RULE("off", "Direction Inbound\nTTLSGroupActionRef off\n"
	    CLOSED("LocalPortRange 81"))
	    RULE("out", "Direction Outbound\nTTLSGroupActionRef on\n"
	    CLOSED("LocalPortRange 82")));
	ck_assert_str_eq(claim("0.0.0.0:80", NULL, NULL), "wrap b");
	ck_assert_str_eq(claim("0.0.0.0:81", NULL, NULL), "none");
	ck_assert_str_eq(claim("0.0.0.0:82", NULL, NULL), "none");
	unload();
}
END_TEST

/* Of several that claim it the one is named that is in force now. */
START_TEST(prefers_a_rule_in_force)
{
	struct rules_flow flow = { .direction = RULES_INBOUND };
	struct times_moment moment = { 0 };
	const struct rules_rule *rule;

	times_prepare();
	times_set(&moment, 1800000000);		/* 2027 */
	load(RULE("a", IN CLOSED("LocalPortRange 80\nPriority 3"))
	    RULE("b", IN "LocalPortRange 80\nPriority 2")
	    RULE("c", IN CLOSED("LocalPortRange 81")));
	ck_assert_int_eq(addr_parse_endpoint("0.0.0.0:80", 10, &flow.local),
	    0);
	ck_assert_int_eq(claim_find(policy_rules(policy), &flow, &rule),
	    CLAIM_WRAP);
	ck_assert_str_eq(rule->name, "a");
	flow.moment = &moment;
	ck_assert_int_eq(claim_find(policy_rules(policy), &flow, &rule),
	    CLAIM_WRAP);
	ck_assert_str_eq(rule->name, "b");
	ck_assert(claim_now(rule, &flow));
	flow.local.port = 81;
	ck_assert_int_eq(claim_find(policy_rules(policy), &flow, &rule),
	    CLAIM_WRAP);
	ck_assert_str_eq(rule->name, "c");
	ck_assert(!claim_now(rule, &flow));
	unload();
}
END_TEST

START_TEST(explains_with_a_place_and_a_cure)
{
	struct rules_flow flow = { .direction = RULES_INBOUND };
	const struct rules_rule *rule;
	char said[512], little[20];

	load("\n" RULE("web", IN BY("forward") "LocalPortRange 80"));
	ck_assert_int_eq(addr_parse_endpoint("0.0.0.0:80", 10, &flow.local),
	    0);
	ck_assert_int_eq(claim_find(policy_rules(policy), &flow, &rule),
	    CLAIM_ELSEWHERE);
	claim_explain(rule, 80, said, sizeof(said));
	ck_assert_str_eq(said, "rule 'web' (claim.policy:2) hands port 80 off "
	    "by Forward; let the service listen where its Backend says, or "
	    "code Handoff Wrap");
	claim_explain(rule, 80, little, sizeof(little));
	ck_assert_uint_lt(strlen(little), sizeof(little));
	unload();
	load(RULE("web", IN BY("transparent") "LocalPortRange 80"));
	ck_assert_int_eq(claim_find(policy_rules(policy), &flow, &rule),
	    CLAIM_ELSEWHERE);
	claim_explain(rule, 80, said, sizeof(said));
	ck_assert_str_eq(said, "rule 'web' (claim.policy:1) hands port 80 off "
	    "by Transparent; start the service without sallyport run, or code "
	    "Handoff Wrap");
	unload();
}
END_TEST

static Suite *
make(void)
{
	Suite *suite = suite_create("claim");
	TCase *tc = tcase_create("claim");

	tcase_add_loop_test(tc, claims_what_rules_name, 0,
	    (int)ARRAY_SIZE(claims));
	tcase_add_test(tc, asks_for_user_and_job);
	tcase_add_test(tc, asks_for_unit);
	tcase_add_test(tc, times_leave_the_listener);
	tcase_add_test(tc, prefers_a_rule_in_force);
	tcase_add_test(tc, explains_with_a_place_and_a_cure);
	suite_add_tcase(suite, tc);
	return suite;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make);
}
