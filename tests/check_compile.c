/* check_compile.c - from text to rules: inheritance, references, origins. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "policy/diag.h"
#include "policy/inert.h"
#include "policy/policy.h"
#include "policy/rules.h"
#include "policy/schema.h"
#include "policy/settings.h"
#include "support/runner.h"

static struct diag *diag;
static struct policy *policy;

static void
setup(void)
{
	diag = diag_new();
	ck_assert_ptr_nonnull(diag);
	policy = NULL;
}

static void
teardown(void)
{
	policy_free(&policy);
	diag_free(&diag);
}

static void
load_as(const char *text, enum policy_defaults defaults)
{
	policy = policy_load_memory("dir/web.policy", text, strlen(text),
	    defaults, diag);
}

static void
load(const char *text)
{
	load_as(text, POLICY_DEFAULTS_FILE);
	ck_assert_msg(policy != NULL, "%s", diag_at(diag, 0) == NULL ? "?" :
	    diag_at(diag, 0)->message);
}

/* The text is refused, for one reason, there. */
static void
expect_error(const char *text, enum diag_code code, uint32_t line)
{
	const struct diag_record *record;

	load_as(text, POLICY_DEFAULTS_FILE);
	ck_assert_ptr_null(policy);
	diag_sort(diag);
	record = diag_at(diag, 0);
	ck_assert_ptr_nonnull(record);
	ck_assert_msg(record->code == code, "%s", record->message);
	ck_assert_uint_eq(source_locate(record->span.source,
	    record->span.offset).line, line);
	ck_assert_uint_eq(diag_count(diag, DIAG_ERROR), 1);
	diag_free(&diag);
	diag = diag_new();
}

static const struct rules_rule *
rule_named(const char *name)
{
	const struct rules *rules = policy_rules(policy);

	for (size_t i = 0; i < rules_count(rules); i++)
		if (strcmp(rules_at(rules, i)->name, name) == 0)
			return rules_at(rules, i);
	ck_abort_msg("no rule %s", name);
}

static uint32_t
origin_line(const struct source_span *span)
{
	return span == NULL ? 0 :
	    source_locate(span->source, span->offset).line;
}

#define RULE(name, more) \
	"TTLSRule " name "\n{\nLocalPortRange 443\nDirection Inbound\n" \
	"TTLSGroupActionRef g\nTTLSEnvironmentActionRef e\n" more "}\n"
#define GROUP "TTLSGroupAction g\n{\nTTLSEnabled On\n}\n"
#define ENVIRONMENT(more) \
	"TTLSEnvironmentAction e\n{\nHandshakeRole Server\n" \
	"TTLSKeyringParms\n{\nKeyring ring\n}\n" more "}\n"

START_TEST(test_defaults)
{
	const struct settings *s;
	const struct rules_rule *rule;

	load(RULE("r", "") GROUP ENVIRONMENT(""));
	rule = rule_named("r");
	ck_assert_uint_eq(rule->priority, 1);
	ck_assert_int_eq(rule->direction, RULES_INBOUND);
	ck_assert(rule->actions->secured);
	ck_assert_ptr_null(rule->local_addrs);
	ck_assert_ptr_null(rule->remote_ports);
	ck_assert_uint_eq(rule->local_ports->range[0].lo, 443);
	ck_assert_str_eq(rule->actions->group, "g");
	ck_assert_str_eq(rule->actions->environment, "e");
	ck_assert_ptr_null(rule->actions->connection);
	s = rule->actions->settings;
	ck_assert(!s->tlsv1 && !s->tlsv11 && s->tlsv12 && s->tlsv13);
	ck_assert_uint_eq(s->min_rsa_bits, 2048);
	ck_assert_uint_eq(s->handshake_timeout, 10);
	ck_assert_uint_eq(s->client_auth, SETTINGS_CLIENT_AUTH_REQUIRED);
	ck_assert_uint_eq(s->role, SETTINGS_ROLE_SERVER);
	ck_assert_uint_eq(s->trace, 2);
	ck_assert_str_eq(s->keyring, "dir/ring");
	ck_assert_uint_eq(s->ciphers.count, 0);
	ck_assert_ptr_null(s->keyring_password);
	ck_assert_ptr_null(SETTINGS_ORIGIN(s, trace));
	ck_assert_uint_eq(origin_line(SETTINGS_ORIGIN(s, keyring)), 17);
	ck_assert_uint_eq(origin_line(SETTINGS_ORIGIN(s, role)), 14);
}
END_TEST

START_TEST(test_zos_defaults)
{
	static const char text[] = "PolicyDefaults zOS\n" RULE("r", "") GROUP
	    ENVIRONMENT("");
	const struct settings *s;

	load(text);
	s = rule_named("r")->actions->settings;
	ck_assert(s->tlsv1 && s->tlsv11 && !s->tlsv12 && !s->tlsv13);
	ck_assert_uint_eq(s->min_rsa_bits, 1024);
	ck_assert_uint_eq(s->min_ecc_bits, 192);
	policy_free(&policy);
	/* the caller's word counts above the file's */
	load_as(text, POLICY_DEFAULTS_MODERN);
	ck_assert(rule_named("r")->actions->settings->tlsv13);
}
END_TEST

START_TEST(test_inheritance)
{
	const struct settings *s, *plain;

	load(RULE("r", "TTLSConnectionActionRef c\n") RULE("plain", "")
	    "TTLSGroupAction g\n{\nTTLSEnabled On\nTrace 1\n"
	    "CtraceClearText On\n}\n"
	    ENVIRONMENT("Trace 4\nTTLSEnvironmentAdvancedParmsRef a\n"
	    "TTLSCipherParms\n{\nV3CipherSuites 352F\n}\n")
	    "TTLSEnvironmentAdvancedParms a\n{\nTLSv1.2 On\nTLSv1.3 Off\n"
	    "HandshakeTimeout 5\nCertificateLabel one two\n}\n"
	    "TTLSConnectionAction c\n{\nTrace 255\nHandshakeRole "
	    "ServerWithClientAuth\nTTLSConnectionAdvancedParms\n{\n"
	    "HandshakeTimeout 600\nTLSv1.1 On\n}\n"
	    "TTLSCipherParms\n{\nV3CipherSuites4Char C02F\n}\n}\n");
	s = rule_named("r")->actions->settings;
	plain = rule_named("plain")->actions->settings;
	ck_assert_uint_eq(s->trace, 255);
	ck_assert_uint_eq(plain->trace, 4);
	ck_assert(s->ctrace_clear_text && plain->ctrace_clear_text);
	ck_assert_uint_eq(s->role, SETTINGS_ROLE_SERVER_WITH_CLIENT_AUTH);
	ck_assert_uint_eq(plain->role, SETTINGS_ROLE_SERVER);
	ck_assert_uint_eq(s->handshake_timeout, 600);
	ck_assert_uint_eq(plain->handshake_timeout, 5);
	/* parameter by parameter... */
	ck_assert(s->tlsv11 && s->tlsv12 && !s->tlsv13);
	ck_assert(!plain->tlsv11 && plain->tlsv12 && !plain->tlsv13);
	ck_assert_str_eq(s->certificate_label, "one two");
	/* ...and ciphers as a whole */
	ck_assert_uint_eq(s->ciphers.count, 1);
	ck_assert_uint_eq(s->ciphers.suites[0], 0xc02f);
	ck_assert_uint_eq(plain->ciphers.count, 2);
	ck_assert_uint_eq(plain->ciphers.suites[1], 0x2f);
	ck_assert_uint_gt(origin_line(SETTINGS_ORIGIN(s, trace)),
	    origin_line(SETTINGS_ORIGIN(plain, trace)));
	ck_assert_ptr_null(SETTINGS_ORIGIN(plain, tlsv11));
	ck_assert_ptr_nonnull(SETTINGS_ORIGIN(s, tlsv11));
}
END_TEST

static void
expect_resumption(const struct settings *s, const struct settings *wanted)
{
	ck_assert_uint_eq(s->v3_session_timeout, wanted->v3_session_timeout);
	ck_assert_uint_eq(s->v3_sidcache_size, wanted->v3_sidcache_size);
	ck_assert_int_eq(s->ticket_enable, wanted->ticket_enable);
	ck_assert_uint_eq(s->ticket_algorithm, wanted->ticket_algorithm);
	ck_assert_uint_eq(s->ticket_count, wanted->ticket_count);
	ck_assert_uint_eq(s->ticket_key_refresh, wanted->ticket_key_refresh);
	ck_assert_uint_eq(s->ticket_timeout, wanted->ticket_timeout);
}

static const struct settings resumption_defaults = {
	.v3_session_timeout = 86400, .v3_sidcache_size = 512,
	.ticket_enable = true, .ticket_algorithm = SETTINGS_TICKET_AESCBC128,
	.ticket_count = 2, .ticket_key_refresh = 300, .ticket_timeout = 300,
};

START_TEST(test_resumption_defaults)
{
	static const char text[] = RULE("r", "") GROUP ENVIRONMENT("");
	const struct settings *s;

	load_as(text, POLICY_DEFAULTS_MODERN);
	s = rule_named("r")->actions->settings;
	expect_resumption(s, &resumption_defaults);
	ck_assert_ptr_null(SETTINGS_ORIGIN(s, v3_session_timeout));
	policy_free(&policy);
	load_as(text, POLICY_DEFAULTS_ZOS);
	expect_resumption(rule_named("r")->actions->settings, &resumption_defaults);
}
END_TEST

#define TICKET(line) "GSK_SESSION_TICKET_SERVER_" line "\n"

/* Each value lands in its own field; a connection action leaves them alone. */
START_TEST(test_resumption_coded)
{
	static const struct settings coded = {
		.v3_session_timeout = 1, .v3_sidcache_size = 3,
		.ticket_enable = false,
		.ticket_algorithm = SETTINGS_TICKET_AESCBC256,
		.ticket_count = 5, .ticket_key_refresh = 7,
		.ticket_timeout = 11,
	};
	const struct settings *s;

	load(RULE("r", "TTLSConnectionActionRef c\n") GROUP
	    ENVIRONMENT("TTLSGskAdvancedParmsRef a\n")
	    "TTLSGskAdvancedParms a\n{\nGSK_V3_SESSION_TIMEOUT 1\n"
	    "GSK_V3_SIDCACHE_SIZE 3\n" TICKET("ENABLE Off")
	    TICKET("ALGORITHM AESCBC256") TICKET("COUNT 5")
	    TICKET("KEY_REFRESH 7") TICKET("TIMEOUT 11") "}\n"
	    "TTLSConnectionAction c\n{\nTrace 255\n}\n");
	s = rule_named("r")->actions->settings;
	expect_resumption(s, &coded);
	ck_assert_uint_eq(s->trace, 255);
	ck_assert_uint_eq(origin_line(SETTINGS_ORIGIN(s, ticket_timeout)),
	    origin_line(SETTINGS_ORIGIN(s, v3_session_timeout)) + 6);
}
END_TEST

/* The block in a reference's place: nothing of the first one stays. */
START_TEST(test_resumption_replaced)
{
	struct settings wanted = resumption_defaults;
	const struct settings *s;

	load(RULE("r", "") GROUP ENVIRONMENT("TTLSGskAdvancedParmsRef a\n"
	    "TTLSGskAdvancedParms\n{\n" TICKET("COUNT 4") "}\n")
	    "TTLSGskAdvancedParms a\n{\nGSK_V3_SESSION_TIMEOUT 0\n"
	    TICKET("COUNT 0") "}\n");
	wanted.ticket_count = 4;
	s = rule_named("r")->actions->settings;
	expect_resumption(s, &wanted);
	ck_assert_ptr_null(SETTINGS_ORIGIN(s, v3_session_timeout));
	ck_assert_ptr_nonnull(SETTINGS_ORIGIN(s, ticket_count));
}
END_TEST

/* They are the environment's: nowhere else can they be coded. */
START_TEST(test_resumption_elsewhere)
{
	expect_error(RULE("r", "TTLSConnectionActionRef c\n") GROUP
	    ENVIRONMENT("") "TTLSConnectionAction c\n{\n"
	    "TTLSGskAdvancedParmsRef a\n}\nTTLSGskAdvancedParms a\n{\n"
	    "GSK_V3_SESSION_TIMEOUT 0\n}\n", DIAG_WRONG_STATEMENT, 23);
	expect_error(RULE("r", "") GROUP
	    ENVIRONMENT("TTLSEnvironmentAdvancedParms\n{\n"
	    "GSK_V3_SESSION_TIMEOUT 0\n}\n"), DIAG_WRONG_STATEMENT, 21);
}
END_TEST

START_TEST(test_settings_are_shared)
{
	load(RULE("a", "") RULE("b", "") RULE("c",
	    "TTLSConnectionActionRef c\n") GROUP ENVIRONMENT("")
	    "TTLSConnectionAction c\n{\nTrace 1\n}\n");
	ck_assert_ptr_eq(rule_named("a")->actions->settings, rule_named("b")->actions->settings);
	ck_assert_ptr_ne(rule_named("a")->actions->settings, rule_named("c")->actions->settings);
}
END_TEST

/* What replaces a block replaces it whole. */
START_TEST(test_ref_and_inline)
{
	const struct settings *s;

	load(RULE("r", "") GROUP
	    ENVIRONMENT("TTLSEnvironmentAdvancedParmsRef a\n"
	    "TTLSEnvironmentAdvancedParms\n{\nTLSv1.1 On\n}\n")
	    "TTLSEnvironmentAdvancedParms a\n{\nTLSv1 On\n}\n");
	s = rule_named("r")->actions->settings;
	ck_assert(!s->tlsv1);
	ck_assert(s->tlsv11);
	ck_assert_uint_eq(diag_count(diag, DIAG_WARNING), 1);
}
END_TEST

START_TEST(test_last_value_counts)
{
	load(RULE("r", "Priority 7\nPriority 9\n") GROUP
	    ENVIRONMENT("Trace 1\nTrace 3\n"));
	ck_assert_uint_eq(rule_named("r")->priority, 9);
	ck_assert_uint_eq(rule_named("r")->actions->settings->trace, 3);
	ck_assert_uint_eq(diag_count(diag, DIAG_WARNING), 2);
}
END_TEST

START_TEST(test_cipher_lines_add_up)
{
	static const uint16_t wanted[] = { 0x1301, 0x35, 0xc02f, 0x2f };
	const struct settings_ciphers *c;

	load(RULE("r", "") GROUP ENVIRONMENT("TTLSCipherParms\n{\n"
	    "V3CipherSuites4Char 1301\nV3CipherSuites 35\n"
	    "V3CipherSuites4Char C02F1301\nV3CipherSuites 2F\n}\n"));
	c = &rule_named("r")->actions->settings->ciphers;
	ck_assert_uint_eq(c->count, ARRAY_SIZE(wanted));
	ck_assert_mem_eq(c->suites, wanted, sizeof(wanted));
}
END_TEST

START_TEST(test_groups)
{
	const struct rules_rule *rule;

	load("TTLSRule r\n{\nLocalPortGroupRef p\nRemoteAddrGroupRef a\n"
	    "RemotePortRangeRef any\nDirection Both\nTTLSGroupActionRef off\n"
	    "}\nTTLSGroupAction off\n{\nTTLSEnabled Off\n}\n"
	    "PortGroup p\n{\nPortRange\n{\nPort 90-100\n}\nPortRangeRef low\n"
	    "PortRange x\n{\nPort 85 89\n}\n}\n"
	    "PortRange low\n{\nPort 80\n}\nPortRange any\n{\nPort 0\n}\n"
	    "IpAddrGroup a\n{\nIpAddrRef one\nIpAddr\n{\nAddr 192.0.2.2\n}\n"
	    "IpAddrSetRef net\n}\nIpAddr one\n{\nAddr 192.0.2.1\n}\n"
	    "IpAddrSet net\n{\nPrefix 2001:db8::/64\n}\n");
	rule = rule_named("r");
	ck_assert(!rule->actions->secured);
	ck_assert_ptr_null(rule->actions->settings);
	ck_assert_int_eq(rule->direction, RULES_BOTH);
	ck_assert_ptr_null(rule->remote_ports);
	ck_assert_uint_eq(rule->local_ports->count, 2);
	ck_assert_uint_eq(rule->local_ports->range[0].hi, 80);
	ck_assert_uint_eq(rule->local_ports->range[1].lo, 85);
	ck_assert_uint_eq(rule->local_ports->range[1].hi, 100);
	/* two neighbours in one range, and the subnet, by address */
	ck_assert_uint_eq(rule->remote_addrs->count, 2);
}
END_TEST

START_TEST(test_application)
{
	const struct settings_application *a;

	load(RULE("r", "TTLSApplicationActionRef a\n") GROUP ENVIRONMENT("")
	    "TTLSApplicationAction a\n{\nHandoff Forward\n"
	    "Backend 127.0.0.1:8080\n}\n");
	a = rule_named("r")->actions->application;
	ck_assert_ptr_nonnull(a);
	ck_assert_str_eq(rule_named("r")->actions->application_name, "a");
	ck_assert_uint_eq(a->handoff, SETTINGS_HANDOFF_FORWARD);
	ck_assert_uint_eq(a->backend.endpoint.port, 8080);
	ck_assert_ptr_null(a->backend.unix_path);
	ck_assert_uint_eq(a->proxy_protocol, SETTINGS_PROXY_OFF);
	ck_assert_ptr_nonnull(SETTINGS_ORIGIN(a, backend));
	ck_assert_ptr_null(SETTINGS_ORIGIN(a, proxy_protocol));
}
END_TEST

START_TEST(test_errors)
{
	expect_error(RULE("r", "") GROUP ENVIRONMENT("Trase 1\n"),
	    DIAG_UNKNOWN_PARAMETER, 19);
	expect_error(RULE("r", "") GROUP ENVIRONMENT(
	    "TTLSEnvironmentAdvancedParms\n{\nTLSv1.2 Off\nTLSv1.3 Off\n}\n"),
	    DIAG_PROTOCOLS_OFF, 22);
	expect_error(RULE("r", "LocalPortRange 444\n") GROUP ENVIRONMENT(""),
	    DIAG_CONDITION_REPEATED, 7);
	expect_error(RULE("r", "LocalPortGroupRef none\n") GROUP
	    ENVIRONMENT(""), DIAG_CONDITION_REPEATED, 7);
	expect_error(RULE("r", "TTLSConnectionActionRef e\n") GROUP
	    ENVIRONMENT(""), DIAG_REFERENCE_KIND, 7);
	expect_error(RULE("r", "TTLSConnectionActionRef E\n") GROUP
	    ENVIRONMENT(""), DIAG_REFERENCE_UNRESOLVED, 7);
	expect_error("TTLSRule r\n{\nDirection Inbound\nTTLSGroupActionRef g\n"
	    "}\nTTLSGroupAction g\n{\nTTLSEnabled Off\n}\n",
	    DIAG_RULE_UNCONDITIONAL, 1);
	expect_error("TTLSRule r\n{\nLocalAddr All\nDirection Inbound\n"
	    "TTLSGroupActionRef g\n}\n" GROUP, DIAG_ENVIRONMENT_MISSING, 1);
	expect_error(RULE("r", "") GROUP "TTLSGroupAction g\n{\nTTLSEnabled "
	    "Off\n}\n" ENVIRONMENT(""), DIAG_NAME_REDEFINED, 12);
}
END_TEST

/* An Off rule needs no environment, and All is a condition. */
START_TEST(test_clear_rule)
{
	load("TTLSRule r\n{\nRemoteAddr All\nDirection Outbound\n"
	    "TTLSGroupActionRef g\n}\nTTLSGroupAction g\n{\nTTLSEnabled Off\n"
	    "}\n");
	ck_assert(!rule_named("r")->actions->secured);
}
END_TEST

static void
collect(void *arg, const struct policy_unbuilt *unbuilt)
{
	char *names = arg;

	strcat(names, unbuilt->parameter);
	strcat(names, " ");
	ck_assert_ptr_nonnull(unbuilt->reason);
	ck_assert_uint_ne(origin_line(&unbuilt->span), 0);
}

START_TEST(test_unbuilt)
{
	char names[256] = "";

	load(RULE("r", "") GROUP ENVIRONMENT(
	    "EnvironmentUserInstance 3\nTTLSEnvironmentAdvancedParms\n{\n"
	    "ServerScsv Off\nApplicationControlled On\nSSLv3 On\n"
	    "ClientAuthType SAFCheck\nHostReferenceIdDNS a.example\n}\n"
	    "TTLSGskAdvancedParms\n{\nTTLSGskHttpCdpParms\n{\n"
	    "HttpCdpCacheSize 8\nHttpCdpEnable On\n}\n}\n")
	    /* nothing leads here */
	    "TTLSEnvironmentAdvancedParms x\n{\nServerScsv On\n}\n");
	policy_each_unbuilt(policy, collect, names);
	ck_assert_str_eq(names, "ApplicationControlled ClientAuthType "
	    "HttpCdpEnable ");
}
END_TEST

START_TEST(test_braces_make_no_difference)
{
	load("TTLSRule r\nLocalPortRange 443\nDirection Inbound\n"
	    "TTLSGroupActionRef g\nTTLSEnvironmentActionRef e\n"
	    "TTLSGroupAction g\nTTLSEnabled On\n"
	    "TTLSEnvironmentAction e\nHandshakeRole Server\n"
	    "TTLSKeyringParms\n{\nKeyring ring\n}\n"
	    "TTLSEnvironmentAdvancedParmsRef a\n"
	    "TTLSEnvironmentAdvancedParms a\nHandshakeTimeout 77\n");
	ck_assert_uint_eq(rule_named("r")->actions->settings->handshake_timeout, 77);
	ck_assert_uint_eq(diag_count(diag, DIAG_ADVICE), 4);
	ck_assert_uint_eq(diag_count(diag, DIAG_WARNING), 0);
}
END_TEST

/* Many rules cost little each, and time that grows with their number only. */
START_TEST(test_many_rules)
{
	enum { MANY = 20000 };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (int i = 0; i < MANY; i++)
		fprintf(out, "TTLSRule rule%d\n{\n\tRemoteAddr 10.%d.%d.0/24\n"
		    "\tLocalPortRange 443\n\tDirection Inbound\n\tPriority %d\n"
		    "\tTTLSGroupActionRef g\n\tTTLSEnvironmentActionRef e\n}\n",
		    i, i / 256 % 256, i % 256, i + 1);
	fputs(GROUP ENVIRONMENT(""), out);
	fclose(out);
	load(text);
	ck_assert_uint_eq(rules_count(policy_rules(policy)), MANY);
	free(text);
}
END_TEST

static Suite *
make(void)
{
	Suite *suite = suite_create("compile");
	TCase *tcase = tcase_create("compile");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, test_defaults);
	tcase_add_test(tcase, test_zos_defaults);
	tcase_add_test(tcase, test_inheritance);
	tcase_add_test(tcase, test_resumption_defaults);
	tcase_add_test(tcase, test_resumption_coded);
	tcase_add_test(tcase, test_resumption_replaced);
	tcase_add_test(tcase, test_resumption_elsewhere);
	tcase_add_test(tcase, test_settings_are_shared);
	tcase_add_test(tcase, test_ref_and_inline);
	tcase_add_test(tcase, test_last_value_counts);
	tcase_add_test(tcase, test_cipher_lines_add_up);
	tcase_add_test(tcase, test_groups);
	tcase_add_test(tcase, test_application);
	tcase_add_test(tcase, test_errors);
	tcase_add_test(tcase, test_clear_rule);
	tcase_add_test(tcase, test_unbuilt);
	tcase_add_test(tcase, test_braces_make_no_difference);
	tcase_add_test(tcase, test_many_rules);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make);
}
