/* check_inheritance.c - what group, environment and connection add up to:
 * per parameter, as a whole list, as a whole statement. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "policy/context.h"
#include "policy/diag.h"
#include "policy/inert.h"
#include "policy/policy.h"
#include "policy/rules.h"
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

#define RULE \
	"TTLSRule r\n{\nLocalPortRange 443\nDirection Inbound\n" \
	"TTLSGroupActionRef g\nTTLSEnvironmentActionRef e\n" \
	"TTLSConnectionActionRef c\n}\n"
#define GROUP(more) "TTLSGroupAction g\n{\nTTLSEnabled On\n" more "}\n"
#define ENVIRONMENT(more) \
	"TTLSEnvironmentAction e\n{\nHandshakeRole Server\n" \
	"TTLSKeyringParms\n{\nKeyring ring\n}\n" more "}\n"
#define CONNECTION(more) "TTLSConnectionAction c\n{\n" more "}\n"
#define BLOCK(name, more) name "\n{\n" more "}\n"
#define ADVANCED(more) BLOCK("TTLSEnvironmentAdvancedParms", more)
#define OVERRIDE(more) BLOCK("TTLSConnectionAdvancedParms", more)
#define SIGNATURE(more) BLOCK("TTLSSignatureParms", more)
#define GSK(more) BLOCK("TTLSGskAdvancedParms", more)

static const struct settings *
load(const char *text, enum policy_defaults defaults)
{
	policy_free(&policy);
	policy = policy_load_memory("p.policy", text, strlen(text), defaults,
	    diag);
	ck_assert_msg(policy != NULL, "%s", diag_at(diag, 0) == NULL ? "?" :
	    diag_at(diag, 0)->message);
	return rules_at(policy_rules(policy), 0)->actions->settings;
}

static const struct settings *
modern(const char *text)
{
	return load(text, POLICY_DEFAULTS_MODERN);
}

static const struct settings *
zos(const char *text)
{
	return load(text, POLICY_DEFAULTS_ZOS);
}

/* The list as text, codes in hexadecimal. */
static void
expect_codes(const struct settings_codes *codes, const uint16_t *wanted,
    size_t count)
{
	ck_assert_uint_eq(codes->count, count);
	for (size_t i = 0; i < count; i++)
		ck_assert_uint_eq(codes->codes[i], wanted[i]);
}
#define EXPECT_CODES(list, ...) \
	expect_codes(&(list), (const uint16_t[]){ __VA_ARGS__ }, \
	    ARRAY_SIZE(((const uint16_t[]){ __VA_ARGS__ })))

static void
expect_names(const struct settings_names *names, const char *const *wanted,
    size_t count)
{
	ck_assert_uint_eq(names->count, count);
	for (size_t i = 0; i < count; i++)
		ck_assert_str_eq(names->names[i], wanted[i]);
}
#define EXPECT_NAMES(list, ...) \
	expect_names(&(list), (const char *const[]){ __VA_ARGS__ }, \
	    ARRAY_SIZE(((const char *const[]){ __VA_ARGS__ })))

static uint32_t
line_of(const struct settings *s, size_t offset)
{
	const struct source_span *span = settings_origin(s, offset);

	return span == NULL ? 0 :
	    source_locate(span->source, span->offset).line;
}
#define LINE_OF(s, field) line_of((s), offsetof(struct settings, field))

/* Each advanced parameter keeps the environment's value on its own. */
START_TEST(test_per_parameter)
{
	const struct settings *s = modern(RULE GROUP("")
	    ENVIRONMENT(ADVANCED("TLSv1.3 Off\nHandshakeTimeout 60\n"
	    "ServerHandshakeSNI Required\nTruncatedHMAC Optional\n"
	    "CertificateLabel one\n"))
	    CONNECTION(OVERRIDE("HandshakeTimeout 30\nTruncatedHMAC Off\n")));

	ck_assert(!s->tlsv13);
	ck_assert(s->tlsv12);
	ck_assert_uint_eq(s->handshake_timeout, 30);
	ck_assert_uint_eq(s->server_sni, SETTINGS_WANTED_REQUIRED);
	ck_assert_uint_eq(s->truncated_hmac, SETTINGS_WANTED_OFF);
	ck_assert_str_eq(s->certificate_label, "one");
	ck_assert_uint_eq(LINE_OF(s, tlsv13), 22);
	ck_assert_uint_eq(LINE_OF(s, handshake_timeout), 33);
	ck_assert_uint_eq(LINE_OF(s, server_sni), 24);
	ck_assert_uint_eq(LINE_OF(s, tlsv12), 0);
}
END_TEST

/* SecondaryMap stands in all three scopes; the innermost counts. */
START_TEST(test_three_scopes)
{
#define MAP(g, e, c) \
	RULE GROUP(BLOCK("TTLSGroupAdvancedParms", g)) \
	ENVIRONMENT(ADVANCED(e)) CONNECTION(OVERRIDE(c))

	ck_assert(!modern(MAP("", "", ""))->secondary_map);
	ck_assert(modern(MAP("SecondaryMap On\n", "", ""))->secondary_map);
	ck_assert(!modern(MAP("SecondaryMap On\n", "SecondaryMap Off\n",
	    ""))->secondary_map);
	ck_assert(modern(MAP("SecondaryMap Off\n", "SecondaryMap Off\n",
	    "SecondaryMap On\n"))->secondary_map);
}
END_TEST

START_TEST(test_whole_cipher_list)
{
#define SUITES(more) BLOCK("TTLSCipherParms", more)
	const struct settings *s = modern(RULE GROUP("")
	    ENVIRONMENT(SUITES("V3CipherSuites4Char 1301\n"
	    "V3CipherSuites4Char C02F\n"))
	    CONNECTION(SUITES("V3CipherSuites4Char 1303\n")));

	ck_assert_uint_eq(s->ciphers.count, 1);
	ck_assert_uint_eq(s->ciphers.suites[0], 0x1303);
	s = modern(RULE GROUP("")
	    ENVIRONMENT(SUITES("V3CipherSuites4Char 1301\n"
	    "V3CipherSuites 2F\nV2CipherSuites 71\nV2CipherSuites 6\n"))
	    CONNECTION(""));
	ck_assert_uint_eq(s->ciphers.count, 2);
	ck_assert_uint_eq(s->ciphers.suites[1], 0x002f);
	EXPECT_CODES(s->v2_ciphers, 7, 1, 6);
}
END_TEST

/* A list of names is replaced as a whole, too. */
START_TEST(test_whole_name_list)
{
	const struct settings *s;
#define NAMES \
	"ServerHandshakeSNIList a.example.com/A\n" \
	"ServerHandshakeSNIList b.example.com/B b\n" \
	"ServerHandshakeSNIList c.example.com/C\n" \
	"ServerCertificateLabel RSA one\nServerCertificateLabel EC one\n"

	s = modern(RULE GROUP("") ENVIRONMENT(ADVANCED(NAMES)) CONNECTION(""));
	EXPECT_NAMES(s->server_sni_list, "a.example.com/A",
	    "b.example.com/B b", "c.example.com/C");
	EXPECT_NAMES(s->server_labels, "RSA one", "EC one");
	ck_assert_uint_eq(LINE_OF(s, server_sni_list), 22);
	s = modern(RULE GROUP("") ENVIRONMENT(ADVANCED(NAMES))
	    CONNECTION(OVERRIDE("ServerHandshakeSNIList d.example.com/D\n")));
	EXPECT_NAMES(s->server_sni_list, "d.example.com/D");
	EXPECT_NAMES(s->server_labels, "RSA one", "EC one");
}
END_TEST

/* Many lines add up in their order, and to no more memory than they need. */
START_TEST(test_many_names)
{
	enum { COUNT = 20000 };
	static char text[64 * COUNT];
	const struct settings *s;
	size_t used;

	used = (size_t)snprintf(text, sizeof(text), "%s", RULE GROUP("")
	    CONNECTION("") "TTLSEnvironmentAction e\n{\nHandshakeRole "
	    "Server\nTTLSKeyringParms\n{\nKeyring ring\n}\n"
	    "TTLSEnvironmentAdvancedParms\n{\n");
	for (int i = 0; i < COUNT; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    "ServerHandshakeSNIList h%d/l\n", i);
	snprintf(text + used, sizeof(text) - used, "}\n}\n");
	s = modern(text);
	ck_assert_uint_eq(s->server_sni_list.count, COUNT);
	for (int i = 0; i < COUNT; i++)
		ck_assert_int_eq(atoi(s->server_sni_list.names[i] + 1), i);
}
END_TEST

#define ZOS_PAIRS \
	0x0601, 0x0603, 0x0501, 0x0503, 0x0401, 0x0403, 0x0402, 0x0301, \
	0x0303, 0x0302, 0x0201, 0x0203, 0x0202

/* The lists that z/OS 3.1 reports, with TLS 1.3 and without. */
START_TEST(test_zos_lists)
{
	const struct settings *s = zos(RULE GROUP("") ENVIRONMENT("")
	    CONNECTION(""));

	EXPECT_CODES(s->client_curves, 21, 23, 24, 25, 19);
	EXPECT_CODES(s->client_key_shares, 23);
	EXPECT_CODES(s->server_key_shares, 23, 24, 25, 29, 30);
	EXPECT_CODES(s->server_kex_curves, 23, 24, 25, 21, 19);
	EXPECT_CODES(s->signature_pairs, ZOS_PAIRS);
	ck_assert_uint_eq(s->signature_pairs_cert.count, 0);
	s = zos(RULE GROUP("") ENVIRONMENT(ADVANCED("TLSv1.3 On\n"))
	    CONNECTION(""));
	EXPECT_CODES(s->client_curves, 21, 23, 24, 25, 19, 29);
	EXPECT_CODES(s->client_key_shares, 23);
	EXPECT_CODES(s->signature_pairs, ZOS_PAIRS, 0x0806, 0x0805, 0x0804);
	ck_assert_uint_eq(LINE_OF(s, signature_pairs), 0);
	/* What is coded is not added to. */
	s = zos(RULE GROUP("") ENVIRONMENT(ADVANCED("TLSv1.3 On\n")
	    SIGNATURE("SignaturePairs 0403\nClientECurves 0023\n"))
	    CONNECTION(""));
	EXPECT_CODES(s->client_curves, 23);
	EXPECT_CODES(s->signature_pairs, 0x0403);
	/* The connection's own switch counts. */
	s = zos(RULE GROUP("") ENVIRONMENT(ADVANCED("TLSv1.3 On\n"))
	    CONNECTION(OVERRIDE("TLSv1.3 Off\nTLSv1.2 On\n")));
	EXPECT_CODES(s->client_curves, 21, 23, 24, 25, 19);
}
END_TEST

/* Modern leaves lists that nobody codes to the library. */
START_TEST(test_modern_lists)
{
	const struct settings *s = modern(RULE GROUP("") ENVIRONMENT("")
	    CONNECTION(""));

	ck_assert_uint_eq(s->client_curves.count, 0);
	ck_assert_uint_eq(s->client_key_shares.count, 0);
	ck_assert_uint_eq(s->server_key_shares.count, 0);
	ck_assert_uint_eq(s->server_kex_curves.count, 0);
	ck_assert_uint_eq(s->signature_pairs.count, 0);
}
END_TEST

/* A connection's signature parms leave nothing of the environment's. */
START_TEST(test_whole_statement)
{
	const char *text = RULE GROUP("") ENVIRONMENT(ADVANCED("TLSv1.3 On\n")
	    SIGNATURE("ClientECurves 0024\nServerKeyShareGroups 0029\n"
	    "SignaturePairs 0403\n"))
	    CONNECTION(SIGNATURE("ClientECurves Any\n"));
	const struct settings *s = zos(text);

	EXPECT_CODES(s->client_curves, SETTINGS_CURVES_ANY);
	EXPECT_CODES(s->server_key_shares, 23, 24, 25, 29, 30);
	EXPECT_CODES(s->signature_pairs, ZOS_PAIRS, 0x0806, 0x0805, 0x0804);
	ck_assert_uint_eq(LINE_OF(s, server_key_shares), 0);
	ck_assert_uint_eq(LINE_OF(s, signature_pairs), 0);
	ck_assert_uint_eq(LINE_OF(s, client_curves), 35);
	ck_assert_uint_eq(LINE_OF(s, tlsv13), 22);
	s = modern(text);
	ck_assert_uint_eq(s->server_key_shares.count, 0);
	ck_assert_uint_eq(s->signature_pairs.count, 0);
	/* Without one, all of it stays. */
	s = zos(RULE GROUP("") ENVIRONMENT(
	    SIGNATURE("ClientECurves 0024\nServerKeyShareGroups 0029\n"))
	    CONNECTION(OVERRIDE("TLSv1.2 On\n")));
	EXPECT_CODES(s->client_curves, 24);
	EXPECT_CODES(s->server_key_shares, 29);
}
END_TEST

START_TEST(test_lines_of_a_list)
{
	const struct settings *s = modern(RULE GROUP("") ENVIRONMENT(
	    SIGNATURE("ServerKeyShareGroups 00290023\n"
	    "ServerKeyShareGroups secp384r1\nServerKeyShareGroups 0023\n"
	    "ClientECurves 0023\nClientECurves Any\n")) CONNECTION(""));

	EXPECT_CODES(s->server_key_shares, 29, 23, 24);
	EXPECT_CODES(s->client_curves, SETTINGS_CURVES_ANY);
	ck_assert_uint_eq(diag_count(diag, DIAG_WARNING), 2);
	ck_assert_int_eq(diag_at(diag, 0)->code, DIAG_CODE_TWICE);
	ck_assert_int_eq(diag_at(diag, 1)->code, DIAG_CURVES_ANY);
}
END_TEST

/* Two parameters have two homes; the inner statement counts. */
START_TEST(test_two_homes)
{
	const struct settings *s;

	s = modern(RULE GROUP("") ENVIRONMENT(GSK("HttpCdpEnable On\n"
	    "OcspAiaEnable On\n")) CONNECTION(""));
	ck_assert(s->http_cdp.enable && s->ocsp.aia_enable);
	s = modern(RULE GROUP("") ENVIRONMENT(GSK(
	    BLOCK("TTLSGskHttpCdpParms", "HttpCdpEnable On\n")
	    BLOCK("TTLSGskOcspParms", "OcspAiaEnable On\n")))
	    CONNECTION(""));
	ck_assert(s->http_cdp.enable && s->ocsp.aia_enable);
	s = modern(RULE GROUP("") ENVIRONMENT(GSK(
	    BLOCK("TTLSGskOcspParms", "OcspAiaEnable On\n")
	    "OcspAiaEnable On\n")) CONNECTION(""));
	ck_assert(s->ocsp.aia_enable);
	ck_assert_ptr_null(diag_at(diag, 0));
	s = modern(RULE GROUP("") ENVIRONMENT(GSK(
	    BLOCK("TTLSGskHttpCdpParms", "HttpCdpEnable Off\n")
	    "HttpCdpEnable On\n")) CONNECTION(""));
	ck_assert(!s->http_cdp.enable);
	ck_assert_uint_eq(diag_count(diag, DIAG_WARNING), 1);
	ck_assert_int_eq(diag_at(diag, 0)->code, DIAG_HOMES_DIFFER);
}
END_TEST

START_TEST(test_revocation)
{
	const struct settings *s = modern(RULE GROUP("") ENVIRONMENT(GSK(
	    BLOCK("TTLSGskLdapParms", "GSK_LDAP_SERVER a b\nCRLCacheSize 7\n")
	    BLOCK("TTLSGskOcspParms", "OcspUrl http://a\nOcspUrl HTTP://b/c\n"
	    "OcspRequestSigalg 0804\n"))) CONNECTION(""));

	ck_assert_str_eq(s->ldap.server, "a b");
	ck_assert_uint_eq(s->ldap.crl_cache_size, 7);
	ck_assert_uint_eq(s->ldap.port, 389);
	EXPECT_NAMES(s->ocsp.urls, "http://a", "HTTP://b/c");
	EXPECT_CODES(s->ocsp.request_pair, 0x0804);
	ck_assert_uint_eq(s->ocsp.max_response, 20480);
	s = modern(RULE GROUP("") ENVIRONMENT("") CONNECTION(""));
	ck_assert_uint_eq(s->ldap.crl_cache_size, UINT32_MAX);
	EXPECT_CODES(s->ocsp.request_pair, 0x0401);
}
END_TEST

/* Lines at file level are kept beside the statements, and do nothing. */
START_TEST(test_file_lines)
{
	static const char text[] = "TTLSConfig\nLogLevel 255\n"
	    "TcpImage A /a FLUSH PURGE 600\nTcpImage B\n"
	    "PEPInstance C /c\nCodepage IBM-037\nCommonTTLSConfig /all\n"
	    "PolicyDefaults zOS\n";
	const struct settings_file *file;
	const struct inert_item *item;
	size_t count = 0;

	policy = policy_examine_memory("p.policy", text, strlen(text),
	    POLICY_DEFAULTS_FILE, diag);
	ck_assert_ptr_nonnull(policy);
	ck_assert_uint_eq(diag_count(diag, DIAG_ERROR), 0);
	file = policy_context(policy)->file;
	ck_assert_str_eq(file->ttls_config, "");
	ck_assert_str_eq(file->common_ttls_config, "/all");
	ck_assert_uint_eq(file->log_level, 255);
	ck_assert_str_eq(file->codepage, "IBM-037");
	EXPECT_NAMES(file->tcp_images, "A /a FLUSH PURGE 600", "B");
	EXPECT_NAMES(file->pep_instances, "C /c");
	ck_assert_uint_eq(file->defaults, POLICY_DEFAULTS_ZOS);
	ck_assert_int_eq(policy_context(policy)->defaults,
	    POLICY_DEFAULTS_ZOS);
	ck_assert_ptr_nonnull(SETTINGS_ORIGIN(file, codepage));
	while ((item = inert_at(policy_inert(policy), count)) != NULL) {
		ck_assert_int_eq(item->acts, SCHEMA_ACTS_NO);
		count++;
	}
	ck_assert_uint_eq(count, 7);
}
END_TEST

static Suite *
make(void)
{
	Suite *suite = suite_create("inheritance");
	TCase *tcase = tcase_create("inheritance");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_per_parameter);
	tcase_add_test(tcase, test_three_scopes);
	tcase_add_test(tcase, test_whole_cipher_list);
	tcase_add_test(tcase, test_whole_name_list);
	tcase_add_test(tcase, test_many_names);
	tcase_add_test(tcase, test_zos_lists);
	tcase_add_test(tcase, test_modern_lists);
	tcase_add_test(tcase, test_whole_statement);
	tcase_add_test(tcase, test_lines_of_a_list);
	tcase_add_test(tcase, test_two_homes);
	tcase_add_test(tcase, test_revocation);
	tcase_add_test(tcase, test_file_lines);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make);
}
