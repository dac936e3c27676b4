/*
 * check_times_text.c - time conditions as policies write them: what is read,
 * how it is written, and what is one.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "base/str.h"
#include "policy/body.h"
#include "policy/context.h"
#include "policy/diag.h"
#include "policy/names.h"
#include "policy/policy.h"
#include "policy/rules.h"
#include "policy/times.h"
#include "policy/value-field.h"
#include "support/runner.h"

#define RULE(name, more) \
	"TTLSRule " name "\n{\nLocalPortRange 1\nDirection Inbound\n" \
	"TTLSGroupActionRef off\n" more "}\n"
#define TIME(more) "IpTimeCondition\n{\n" more "}\n"
#define NIGHT "TimeOfDayRange 22:00-06:00\n"
#define MONDAY "DayOfWeekMask 0100000\n"

static const char policy_text[] =
    "TTLSGroupAction off\n{\nTTLSEnabled Off\n}\n"
    "IpTimeCondition night\n{\n" NIGHT "}\n"
    "IpTimeCondition always\n{\n"
    "MonthOfYearMask 111111111111\nDayOfWeekMask 1111111\n"
    "DayOfMonthMask 1111111111111111111111111111111\n"
    "TimeOfDayRange 0-12,12-24\nTimeZone UTC\n}\n"
    RULE("a", TIME(NIGHT))
    RULE("b", "IpTimeConditionRef night\n")
    RULE("c", TIME("TimeOfDayRange 22-24, 0:00-6\nTimeZone Local\n"))
    RULE("d", TIME(NIGHT) "IpTimeConditionRef night\n")
    RULE("e", TIME(NIGHT) TIME(MONDAY))
    RULE("f", TIME(MONDAY) "IpTimeConditionRef night\n")
    RULE("g", TIME(MONDAY))
    RULE("h", TIME(NIGHT MONDAY))
    RULE("i", "IpTimeConditionRef always\n")
    RULE("j", TIME(NIGHT) "IpTimeConditionRef always\n")
    RULE("k", "")
    RULE("l", TIME(NIGHT "TimeZone UTC\n"));

/* Rules whose times are one have one digit; those of 0 have none. */
START_TEST(test_equal_times_are_one)
{
	static const char same[] = "111122340005", names[] = "abcdefghijkl";
	const struct times *seen[6] = { NULL };
	struct diag *diag = diag_new();
	struct policy *policy = policy_load_memory("times.policy",
	    policy_text, strlen(policy_text), POLICY_DEFAULTS_FILE, diag);

	ck_assert_ptr_nonnull(policy);
	ck_assert_uint_eq(rules_count(policy_rules(policy)),
	    strlen(names));
	for (size_t i = 0; names[i] != '\0'; i++) {
		const struct rules_rule *rule =
		    rules_at(policy_rules(policy), i);
		int n = same[i] - '0';

		ck_assert_int_eq(rule->name[0], names[i]);
		if (n > 0 && seen[n] == NULL)
			seen[n] = rule->times;
		ck_assert_msg(rule->times == seen[n], "rule %s", rule->name);
		for (int other = 0; other < 6; other++)
			ck_assert(other == n || rule->times == NULL ||
			    seen[other] != rule->times);
	}
	policy_free(&policy);
	diag_free(&diag);
}
END_TEST

/* What a parameter reads, and how it is written. */
static const struct {
	const char *line, *want;
} values[] = {
	{ "MonthOfYearMask 0101 0101 0101", "010101010101" },
	{ "DayOfWeekMask 0000000", "0000000" },
	{ "DayOfMonthMask 1000000000000000000000000000001",
	  "1000000000000000000000000000001" },
	{ "DayOfMonthMask 00000000000000000000000000000000"
	  "00000000000000000000000000001 1",
	  "00000000000000000000000000000000000000000000000000000000000011" },
	{ "ConditionTimeRange 00010101000000:99991231240000",
	  "00010101000000:99991231240000" },
	{ "ConditionTimeRange 20240229235959:20240229235959",
	  "20240229235959:20240229235959" },
	{ "TimeOfDayRange 8-9", "08:00-09:00" },
	{ "TimeOfDayRange 10:00-11:00,8-9:30,9:30-9:45",
	  "08:00-09:45,10:00-11:00" },
	{ "TimeOfDayRange 0-24", "00:00-24:00" },
	{ "TimeOfDayRange 12:00-00:00", "12:00-24:00" },
	{ "TimeOfDayRange 23:59-00:01", "00:00-00:01,23:59-24:00" },
	{ "TimeOfDayRange 00:00-00:01 , 23:59-24:00",
	  "00:00-00:01,23:59-24:00" },
	{ "TimeOfDayRange 6-8,7-9,7-8", "06:00-09:00" },
	{ "TimeZone local", "Local" },
	{ "TimeZone utc", "UTC" },
	{ "TimeZone gmt", "UTC" },
	{ "TimeZone z", "UTC" },
	{ "TimeZone UTC+0", "UTC" },
	{ "TimeZone UTC+1", "UTC+01:00" },
	{ "TimeZone GMT-0330", "UTC-03:30" },
	{ "TimeZone +5:45", "UTC+05:45" },
	{ "TimeZone -14:00", "UTC-14:00" },
};

START_TEST(test_values)
{
	struct diag *diag = diag_new();
	struct names_entry *entry;
	struct policy *policy;
	char text[256], got[128];
	struct str s;

	snprintf(text, sizeof(text), "IpTimeCondition x\n{\n%s\n}\n",
	    values[_i].line);
	policy = policy_examine_memory("value.policy", text, strlen(text),
	    POLICY_DEFAULTS_FILE, diag);
	ck_assert_uint_eq(diag_count(diag, DIAG_ERROR), 0);
	ck_assert_uint_eq(diag_count(diag, DIAG_WARNING), 0);
	entry = names_first(policy_context(policy)->names);
	ck_assert_uint_eq(entry->body->set_count, 1);
	str_init(&s, got, sizeof(got));
	value_field_print(entry->body->sets[0].row,
	    &entry->body->sets[0].value, &s);
	ck_assert_str_eq(got, values[_i].want);
	policy_free(&policy);
	diag_free(&diag);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("times in text");
	TCase *text = tcase_create("text");

	tcase_add_test(text, test_equal_times_are_one);
	tcase_add_loop_test(text, test_values, 0, ARRAY_SIZE(values));
	suite_add_tcase(s, text);
	return s;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make_suite);
}
