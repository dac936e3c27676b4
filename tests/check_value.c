/* check_value.c - typed values: what is read, refused and kept. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/str.h"
#include "policy/codes.h"
#include "policy/context.h"
#include "policy/diag.h"
#include "policy/network.h"
#include "policy/rules.h"
#include "policy/schema.h"
#include "policy/suites.h"
#include "policy/value-field.h"
#include "policy/value.h"
#include "support/runner.h"

static struct context context;

static void
setup(void)
{
	context = (struct context){
		.diag = diag_new(), .directory = "etc/",
		.defaults = POLICY_DEFAULTS_MODERN,
	};
	context.arena = context.scratch = arena_new();
	ck_assert_ptr_nonnull(context.diag);
	ck_assert_ptr_nonnull(context.arena);
}

static void
teardown(void)
{
	arena_free(&context.arena);
	diag_free(&context.diag);
}

static const struct schema_param *
row_of(enum schema_statement_id id, const char *name)
{
	const struct schema_param *row = schema_find_row(schema_statement(id),
	    name, strlen(name), NULL);

	ck_assert_ptr_nonnull(row);
	return row;
}

/* Reads the words of a text, as the tree would cut them. */
static int
parse(const struct schema_param *row, const char *text, struct value *value_r)
{
	struct tree_word words[TREE_WORDS];
	struct value_input input = { .text = text, .words = words };

	for (uint32_t at = 0; text[at] != '\0';) {
		uint32_t start, length;

		at += (uint32_t)strspn(text + at, " ");
		start = at;
		length = text[at] == '"' ?
		    2 + (uint32_t)strcspn(text + at + 1, "\"") :
		    (uint32_t)strcspn(text + at, " ");
		at += length;
		if (length > 0 && input.count < TREE_WORDS)
			words[input.count++] =
			    (struct tree_word){ start, length };
		input.end = length > 0 ? at : input.end;
	}
	return value_parse(&context, row, &input, value_r);
}

static const char *
printed(const struct schema_param *row, const char *text)
{
	static char buf[512];
	struct value value;
	struct str out;

	ck_assert_msg(parse(row, text, &value) == 0, "%s", text);
	str_init(&out, buf, sizeof(buf));
	value_field_print(row, &value, &out);
	return buf;
}

static void
expect(const struct schema_param *row, const char *text, const char *wanted)
{
	ck_assert_str_eq(printed(row, text), wanted);
}

static void
refused(const struct schema_param *row, const char *text, enum diag_code code)
{
	struct value value;
	size_t before = diag_count(context.diag, DIAG_ERROR);
	const struct diag_record *record = NULL;

	ck_assert_msg(parse(row, text, &value) == -1, "%s", text);
	ck_assert_uint_eq(diag_count(context.diag, DIAG_ERROR), before + 1);
	for (size_t i = 0; diag_at(context.diag, i) != NULL; i++)
		record = diag_at(context.diag, i);
	ck_assert_msg(record->code == code, "%s: %s", text, record->message);
}

static void
warned(const struct schema_param *row, const char *text, const char *wanted)
{
	size_t before = diag_count(context.diag, DIAG_WARNING);

	expect(row, text, wanted);
	ck_assert_uint_eq(diag_count(context.diag, DIAG_WARNING), before + 1);
}

START_TEST(test_choices)
{
	const struct schema_param *flag = row_of(SCHEMA_GROUP_ACTION,
	    "TTLSEnabled");
	const struct schema_param *list = row_of(SCHEMA_RULE, "Direction");

	expect(flag, "on", "On");
	expect(flag, "OFF", "Off");
	refused(flag, "Yes", DIAG_VALUE_BAD);
	refused(flag, "1", DIAG_VALUE_BAD);
	refused(flag, "\"On\"", DIAG_VALUE_QUOTED);
	expect(list, "BOTH", "Both");
	refused(list, "In", DIAG_VALUE_BAD);
	warned(list, "Inbound a", "Inbound");
}
END_TEST

START_TEST(test_integers)
{
	const struct schema_param *row = row_of(SCHEMA_RULE, "Priority");

	expect(row, "1", "1");
	expect(row, "0002", "2");
	expect(row, "2000000000", "2000000000");
	refused(row, "0", DIAG_VALUE_RANGE);
	refused(row, "2000000001", DIAG_VALUE_RANGE);
	refused(row, "4294967297", DIAG_VALUE_RANGE);
	refused(row, "18446744073709551617", DIAG_VALUE_RANGE);
	refused(row, "-1", DIAG_VALUE_BAD);
	refused(row, "+1", DIAG_VALUE_BAD);
	refused(row, "0x10", DIAG_VALUE_BAD);
	refused(row, "1.0", DIAG_VALUE_BAD);
}
END_TEST

/* Both ends of what resumption's parameters take, and one past. */
START_TEST(test_resumption)
{
	static const struct { const char *name, *most, *past; } rows[] = {
		{ "GSK_V3_SESSION_TIMEOUT", "86400", "86401" },
		{ "GSK_V3_SIDCACHE_SIZE", "64000", "64001" },
		{ "GSK_SESSION_TICKET_SERVER_COUNT", "32", "33" },
		{ "GSK_SESSION_TICKET_SERVER_KEY_REFRESH", "604800",
		    "604801" },
		{ "GSK_SESSION_TICKET_SERVER_TIMEOUT", "604800", "604801" },
	};
	const struct schema_param *row;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		row = row_of(SCHEMA_GSK_ADVANCED, rows[i].name);
		expect(row, "0", "0");
		expect(row, rows[i].most, rows[i].most);
		refused(row, rows[i].past, DIAG_VALUE_RANGE);
		refused(row, "-1", DIAG_VALUE_BAD);
		refused(row, "On", DIAG_VALUE_BAD);
	}
	row = row_of(SCHEMA_GSK_ADVANCED, "GSK_SESSION_TICKET_SERVER_ENABLE");
	expect(row, "off", "Off");
	refused(row, "0", DIAG_VALUE_BAD);
	row = row_of(SCHEMA_GSK_ADVANCED,
	    "GSK_SESSION_TICKET_SERVER_ALGORITHM");
	expect(row, "aescbc256", "AESCBC256");
	refused(row, "AES_256", DIAG_VALUE_BAD);
	refused(row, "256", DIAG_VALUE_BAD);
}
END_TEST

START_TEST(test_texts)
{
	const struct schema_param *label = row_of(SCHEMA_ENVIRONMENT_ADVANCED,
	    "CertificateLabel");
	const struct schema_param *path = row_of(SCHEMA_KEYRING_PARMS,
	    "Keyring");
	const struct schema_param *secret = row_of(SCHEMA_KEYRING_PARMS,
	    "KeyringPw");
	const struct schema_param *job = row_of(SCHEMA_RULE, "Jobname");
	char longest[1025];
	struct value value;

	expect(label, "TN3270 Server", "TN3270 Server");
	expect(label, "a b c d e f", "a b c d e f");
	warned(label, "\"quoted\"", "\"quoted\"");
	expect(path, "ring", "etc/ring");
	expect(path, "/ring", "/ring");
	expect(path, "\"my ring\"", "etc/my ring");
	memset(longest, '/', 1024);
	longest[1024] = '\0';
	refused(path, longest, DIAG_VALUE_LENGTH);
	longest[1023] = '\0';
	expect(path, "/", "/");
	ck_assert_int_eq(parse(path, longest, &value), 0);
	expect(secret, "hunter2", "***");
	ck_assert_int_eq(parse(secret, "hunter2", &value), 0);
	ck_assert_str_eq(value.text, "hunter2");
	expect(job, "AZF*", "AZF*");
	expect(job, "*", "*");
	expect(job, "getty@tty1.service", "getty@tty1.service");
	expect(job, "dbus\\x2dbroker:$#_-", "dbus\\x2dbroker:$#_-");
	refused(job, "A*F", DIAG_WILDCARD_BAD);
	refused(job, "**", DIAG_WILDCARD_BAD);
	refused(job, "A?", DIAG_WILDCARD_BAD);
	refused(job, "A/F", DIAG_VALUE_BAD);
}
END_TEST

START_TEST(test_addresses)
{
	const struct schema_param *row = row_of(SCHEMA_RULE, "LocalAddr");
	const struct schema_param *one = row_of(SCHEMA_IP_ADDR, "Addr");
	const struct schema_param *net = row_of(SCHEMA_IP_ADDR_SET, "Prefix");
	const struct schema_param *range = row_of(SCHEMA_IP_ADDR_SET, "Range");

	expect(row, "ALL", "All");
	expect(row, "192.0.2.1", "192.0.2.1");
	expect(row, "192.0.2.77/24", "192.0.2.0/24");
	expect(row, "192.0.2.1-192.0.2.9", "192.0.2.1-192.0.2.9");
	expect(row, "2001:db8::/32", "2001:db8::/32");
	expect(row, "::1", "::1");
	expect(one, "255.255.255.255", "255.255.255.255");
	expect(net, "0.0.0.0/0", "0.0.0.0/0");
	expect(range, "::1-::1", "::1");
	expect(range, "2001:db8::4-2001:db8::7",
	    "2001:db8::4/126");
	expect(range, "192.0.2.4-192.0.2.8", "192.0.2.4-192.0.2.8");
	expect(range, "192.0.2.5-192.0.2.7", "192.0.2.5-192.0.2.7");
	warned(row, "6793", "0.0.26.137");
	warned(row, "0", "0.0.0.0");
	warned(row, "4294967295", "255.255.255.255");
	refused(row, "4294967296", DIAG_ADDRESS_BAD);
	refused(row, "::ffff:192.0.2.1", DIAG_ADDRESS_FORM);
	refused(row, "::ffff:c000:201", DIAG_ADDRESS_FORM);
	refused(row, "::192.0.2.1", DIAG_ADDRESS_FORM);
	refused(row, "::2", DIAG_ADDRESS_FORM);
	refused(row, "::/96", DIAG_ADDRESS_FORM);
	refused(row, "::/127", DIAG_ADDRESS_FORM);
	expect(row, "::1/128", "::1");
	refused(row, "10/8", DIAG_ADDRESS_BAD);
	refused(row, "192.0.2.1/33", DIAG_ADDRESS_BAD);
	refused(row, "192.0.2.1/", DIAG_ADDRESS_BAD);
	refused(row, "/24", DIAG_ADDRESS_BAD);
	refused(row, "-", DIAG_ADDRESS_BAD);
	refused(row, "192.0.2.9-192.0.2.1", DIAG_RANGE_INVERTED);
	refused(row, "192.0.2.1-::1", DIAG_ADDRESS_BAD);
	refused(row, "192.0.2.1 - 192.0.2.9", DIAG_ADDRESS_BAD);
	refused(row, "192.0.2.1-9", DIAG_ADDRESS_BAD);
	refused(row, "9-192.0.2.1", DIAG_ADDRESS_BAD);
	refused(row, "6793/24", DIAG_ADDRESS_BAD);
	refused(net, "6793", DIAG_ADDRESS_BAD);
	refused(row, "192.0.2.0/255.255.255.0", DIAG_ADDRESS_BAD);
	refused(row, "[2001:db8::1]", DIAG_ADDRESS_BAD);
	refused(row, "www.example.com", DIAG_ADDRESS_BAD);
	refused(one, "All", DIAG_ADDRESS_BAD);
	refused(one, "192.0.2.0/24", DIAG_ADDRESS_BAD);
	refused(net, "192.0.2.0", DIAG_ADDRESS_BAD);
	refused(range, "192.0.2.0/24", DIAG_ADDRESS_BAD);
}
END_TEST

/* A no-break space is a blank in texts, too; not so in quotes. */
START_TEST(test_no_break_spaces)
{
	const struct schema_param *row = row_of(SCHEMA_ENVIRONMENT_ADVANCED,
	    "CertificateLabel");
	struct value value;

	ck_assert_int_eq(parse(row, "Web\xc2\xa0" "Server \xc2\xb7 a",
	    &value), 0);
	ck_assert_str_eq(value.text, "Web Server \xc2\xb7 a");
	ck_assert_int_eq(parse(row, "a \"b\xc2\xa0" "c\" d", &value), 0);
	ck_assert_str_eq(value.text, "a \"b\xc2\xa0" "c\" d");
}
END_TEST

/* What would narrow or widen a condition is no remark. */
START_TEST(test_second_values)
{
	const struct schema_param *row = row_of(SCHEMA_RULE, "LocalAddr");
	const struct schema_param *ports = row_of(SCHEMA_RULE,
	    "LocalPortRange");
	const struct schema_param *net = row_of(SCHEMA_IP_ADDR_SET, "Prefix");
	const struct schema_param *way = row_of(SCHEMA_RULE, "Direction");

	refused(row, "192.0.2.1 192.0.2.2", DIAG_VALUE_SECOND);
	refused(row, "192.0.2.1 and 192.0.2.2", DIAG_VALUE_SECOND);
	refused(row, "192.0.2.1 198.51.100.0/24,", DIAG_VALUE_SECOND);
	refused(row, "192.0.2.1 2001:db8::1", DIAG_VALUE_SECOND);
	refused(row, "192.0.2.1 6793", DIAG_VALUE_SECOND);
	refused(row, "All 192.0.2.1", DIAG_VALUE_SECOND);
	refused(net, "192.0.2.0/24 198.51.100.0/24", DIAG_VALUE_SECOND);
	refused(row, "192.0.2.0 255.255.255.0", DIAG_ADDRESS_BAD);
	refused(row, "192.0.2.0 0.0.0.255", DIAG_ADDRESS_BAD);
	refused(row, "192.0.2.0 mask 255.255.255.0", DIAG_ADDRESS_BAD);
	refused(row, "192.0.2.0 /24", DIAG_ADDRESS_BAD);
	refused(row, "192.0.2.0 24", DIAG_ADDRESS_BAD);
	refused(row, "192.0.2.1, 192.0.2.2", DIAG_ADDRESS_BAD);
	warned(row, "192.0.2.1 our host", "192.0.2.1");
	warned(row, "192.0.2.1 was 192.0.2.2", "192.0.2.1");
	refused(ports, "80 90 100", DIAG_VALUE_SECOND);
	refused(ports, "80-90 100", DIAG_VALUE_SECOND);
	refused(ports, "80 90-100", DIAG_VALUE_SECOND);
	refused(ports, "80 and 90", DIAG_VALUE_SECOND);
	refused(ports, "80 to 90", DIAG_PORT_BAD);
	refused(ports, "80,90", DIAG_PORT_BAD);
	refused(ports, "80 90,", DIAG_VALUE_SECOND);
	warned(ports, "80 http", "80");
	refused(way, "Inbound Outbound", DIAG_VALUE_SECOND);
	refused(way, "Both Inbound", DIAG_VALUE_SECOND);
	warned(way, "Inbound Inbound", "Inbound");
	warned(way, "Inbound as it should be", "Inbound");
}
END_TEST

/* IPv4 addresses are kept in the middle of IPv6's: no IPv6 range has them. */
START_TEST(test_six_does_not_match_four)
{
	struct value value;
	struct addr four;

	ck_assert_int_eq(addr_parse("192.0.2.1", 9, &four), 0);
	ck_assert_int_eq(parse(row_of(SCHEMA_RULE, "LocalAddr"), "::/0",
	    &value), 0);
	ck_assert_uint_eq(value.addrs->count, 2);
	for (size_t i = 0; i < value.addrs->count; i++)
		ck_assert(!addr_in_range(&four, &value.addrs->range[i]));
	/* The same where the range ends with them. */
	ck_assert_int_eq(parse(row_of(SCHEMA_RULE, "LocalAddr"), "::/80",
	    &value), 0);
	ck_assert_uint_eq(value.addrs->count, 1);
	ck_assert(!addr_in_range(&four, &value.addrs->range[0]));
	expect(row_of(SCHEMA_RULE, "LocalAddr"), "::/80",
	    "::-::fffe:ffff:ffff");
	expect(row_of(SCHEMA_RULE, "LocalAddr"), "::fffe:0:0/95",
	    "::fffe:0:0/96");
	expect(row_of(SCHEMA_RULE, "LocalAddr"), "::/0", "::/0");
	expect(row_of(SCHEMA_RULE, "LocalAddr"), "::/64", "::/64");
}
END_TEST

START_TEST(test_ports)
{
	const struct schema_param *row = row_of(SCHEMA_RULE, "LocalPortRange");

	expect(row, "443", "443");
	expect(row, "1-65535", "1-65535");
	expect(row, "1 65535", "1-65535");
	expect(row, "80-80", "80");
	expect(row, "0", "0");
	expect(row, "0-65535", "0");
	warned(row, "6777 a", "6777");
	refused(row, "65536", DIAG_PORT_BAD);
	refused(row, "80 65536", DIAG_PORT_BAD);
	refused(row, "80 99999999999999999999", DIAG_PORT_BAD);
	refused(row, "80-", DIAG_PORT_BAD);
	refused(row, "-80", DIAG_PORT_BAD);
	refused(row, "80 - 90", DIAG_PORT_BAD);
	refused(row, "90-80", DIAG_RANGE_INVERTED);
	refused(row, "90 80", DIAG_RANGE_INVERTED);
	refused(row, "All", DIAG_PORT_BAD);
	refused(row, "http", DIAG_PORT_BAD);
}
END_TEST

/* What other programs call the suites. */
static const struct spelling {
	const char *foreign, *name;
} spellings[] = {
	{ "ECDHE-RSA-AES256-GCM-SHA384",
	  "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384" },
	{ "ecdhe-ecdsa-aes128-sha", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA" },
	{ "AES128-SHA256", "TLS_RSA_WITH_AES_128_CBC_SHA256" },
	{ "AES256-GCM-SHA384", "TLS_RSA_WITH_AES_256_GCM_SHA384" },
	{ "AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384" },
	{ "EDH-RSA-DES-CBC3-SHA", "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA" },
	{ "DES-CBC-SHA", "TLS_RSA_WITH_DES_CBC_SHA" },
	{ "RC4-MD5", "TLS_RSA_WITH_RC4_128_MD5" },
	{ "NULL-SHA256", "TLS_RSA_WITH_NULL_SHA256" },
	{ "DHE-RSA-CHACHA20-POLY1305",
	  "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256" },
	{ "TLS13-CHACHA20-POLY1305-SHA256", "TLS_CHACHA20_POLY1305_SHA256" },
	{ "TLS1-3-AES-128-GCM-SHA256", "TLS_AES_128_GCM_SHA256" },
	{ "TLS_ECDHE_RSA_AES_128_CBC_SHA1",
	  "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA" },
	{ "TLS-DHE-RSA-WITH-AES-256-CBC-SHA256",
	  "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256" },
	{ "SSL_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA" },
	{ "ECDHE_RSA_WITH_AES_128_GCM_SHA256",
	  "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" },
	{ "HIGH", NULL }, { "AES", NULL }, { "", NULL }, { "SHA", NULL },
	{ "ADH-AES128-SHA", NULL }, { "TLS_", NULL },
	{ "ECDHE-RSA-AES256-GCM-SHA256", NULL },
};

START_TEST(test_foreign_suites)
{
	const struct spelling *s = &spellings[_i];
	const struct suites_suite *suite = suites_find_foreign(s->foreign,
	    strlen(s->foreign));

	if (s->name == NULL) {
		ck_assert_ptr_null(suite);
		return;
	}
	ck_assert_ptr_nonnull(suite);
	ck_assert_str_eq(suite->name, s->name);
}
END_TEST

START_TEST(test_suites)
{
	const struct schema_param *two = row_of(SCHEMA_CIPHER_PARMS,
	    "V3CipherSuites");
	const struct schema_param *four = row_of(SCHEMA_CIPHER_PARMS,
	    "V3CipherSuites4Char");

	expect(two, "352F", "0035002F");
	expect(two, "9d", "009D");
	expect(two, "tls_rsa_with_aes_128_cbc_sha", "002F");
	expect(four, "1301C02F", "1301C02F");
	expect(four, "TLS_CHACHA20_POLY1305_SHA256", "1303");
	warned(two, "2F352F", "002F0035");
	refused(two, "2F3", DIAG_CIPHER_LENGTH);
	refused(two, "FE", DIAG_CIPHER_BAD);
	refused(two, "GG", DIAG_CIPHER_BAD);
	refused(four, "C02F13", DIAG_CIPHER_LENGTH);
	refused(four, "FFFF", DIAG_CIPHER_BAD);
	refused(four, "TLS_NO_SUCH", DIAG_CIPHER_BAD);
	refused(two, "0x35", DIAG_CIPHER_BAD);
	refused(two, "35,2F", DIAG_CIPHER_BAD);
	refused(two, "AES128-SHA", DIAG_CIPHER_BAD);
	for (size_t i = 0; suites_at(i) != NULL; i++) {
		const struct suites_suite *s = suites_at(i);

		/* No two become one where spellings are compared. */
		ck_assert_ptr_eq(suites_find_foreign(s->name,
		    strlen(s->name)), s);

		ck_assert_ptr_eq(suites_find_code(s->code), s);
		ck_assert_ptr_eq(suites_find_name(s->name, strlen(s->name)), s);
		ck_assert(i == 0 || suites_at(i - 1)->code < s->code);
	}
}
END_TEST

/* Curves are decimal, signature algorithms hexadecimal, SSL 2 one digit. */
START_TEST(test_codes)
{
	const struct schema_param *any = row_of(SCHEMA_SIGNATURE_PARMS,
	    "ClientECurves");
	const struct schema_param *curves = row_of(SCHEMA_SIGNATURE_PARMS,
	    "ServerKexECurves");
	const struct schema_param *pairs = row_of(SCHEMA_SIGNATURE_PARMS,
	    "SignaturePairs");
	const struct schema_param *one = row_of(SCHEMA_GSK_OCSP,
	    "OcspRequestSigalg");
	const struct schema_param *ssl2 = row_of(SCHEMA_CIPHER_PARMS,
	    "V2CipherSuites");
	struct value value;

	expect(any, "any", "Any");
	expect(any, "00230029", "00230029");
	expect(curves, "x25519", "0029");
	expect(curves, "4588", "4588");
	refused(curves, "Any", DIAG_CODE_BAD);
	refused(curves, "001D", DIAG_CODE_BAD);
	refused(curves, "0017", DIAG_CODE_BAD);
	refused(curves, "P-256", DIAG_CODE_BAD);
	refused(curves, "0023,0024", DIAG_CODE_BAD);
	refused(curves, "00230", DIAG_CODE_LENGTH);
	warned(curves, "002300240023", "00230024");
	expect(pairs, "080b", "080B");
	expect(pairs, "060305030403", "060305030403");
	expect(pairs, "ed25519", "0807");
	expect(pairs, "tls_sigalg_sha256_with_rsassa_pss", "0804");
	refused(pairs, "0404", DIAG_CODE_BAD);
	refused(pairs, "rsa_pss_rsae_sha256", DIAG_CODE_BAD);
	refused(pairs, "060", DIAG_CODE_LENGTH);
	expect(one, "0804", "0804");
	refused(one, "08040805", DIAG_CODE_LENGTH);
	expect(ssl2, "12", "12");
	expect(ssl2, "TLS_DES_192_EDE3_CBC_WITH_MD5", "7");
	refused(ssl2, "5", DIAG_CODE_BAD);
	ck_assert_int_eq(parse(any, "Any", &value), 0);
	ck_assert_uint_eq(value.codes.count, 1);
	ck_assert_uint_eq(value.codes.codes[0], SETTINGS_CURVES_ANY);
}
END_TEST

START_TEST(test_code_names)
{
	for (int k = 0; k < CODES_KINDS; k++) {
		enum codes_kind kind = (enum codes_kind)k;
		const struct codes_code *code;

		for (size_t i = 0; (code = codes_at(kind, i)) != NULL; i++) {
			size_t length = strlen(code->name);

			ck_assert_ptr_eq(codes_find_code(kind, code->code),
			    code);
			ck_assert_ptr_eq(codes_find_name(kind, code->name,
			    length), code);
			ck_assert(i == 0 ||
			    codes_at(kind, i - 1)->code < code->code);
		}
		ck_assert_ptr_null(codes_suggest(kind, "nonsense", 8));
		ck_assert_ptr_null(codes_suggest(kind, "", 0));
	}
	ck_assert_str_eq(codes_suggest(CODES_CURVES, "prime256v1", 10),
	    "secp256r1");
	ck_assert_str_eq(codes_suggest(CODES_CURVES, "secp521rl", 9),
	    "secp521r1");
	ck_assert_str_eq(codes_suggest(CODES_PAIRS, "ecdsa_secp384r1_sha384",
	    22), "TLS_SIGALG_SHA384_WITH_ECDSA");
}
END_TEST

START_TEST(test_urls)
{
	const struct schema_param *row = row_of(SCHEMA_GSK_OCSP, "OcspUrl");

	expect(row, "http://a", "http://a");
	expect(row, "HTTP://ocsp.example.com:80/a?b", "HTTP://ocsp.example."
	    "com:80/a?b");
	refused(row, "http://", DIAG_URL_BAD);
	refused(row, "http:///a", DIAG_URL_BAD);
	refused(row, "http://:80", DIAG_URL_BAD);
	refused(row, "https://a", DIAG_URL_BAD);
	refused(row, "a", DIAG_URL_BAD);
}
END_TEST

/* A word may stand for a number. */
START_TEST(test_no_limit)
{
	const struct schema_param *row = row_of(SCHEMA_GSK_LDAP,
	    "CRLCacheSize");
	struct value value;

	expect(row, "-1", "-1");
	expect(row, "0", "0");
	refused(row, "-2", DIAG_VALUE_BAD);
	refused(row, "4294967295", DIAG_VALUE_RANGE);
	ck_assert_int_eq(parse(row, "-1", &value), 0);
	ck_assert_uint_eq(value.number, UINT32_MAX);
}
END_TEST

START_TEST(test_backends)
{
	const struct schema_param *row = row_of(SCHEMA_APPLICATION_ACTION,
	    "Backend");
	char longest[128] = "unix:/";

	expect(row, "127.0.0.1:16777", "127.0.0.1:16777");
	expect(row, "[::1]:80", "[::1]:80");
	expect(row, "unix:/run/app", "unix:/run/app");
	expect(row, "unix:app", "unix:etc/app");
	refused(row, "127.0.0.1", DIAG_VALUE_BAD);
	refused(row, "127.0.0.1:0", DIAG_VALUE_BAD);
	refused(row, "localhost:80", DIAG_VALUE_BAD);
	refused(row, "unix:", DIAG_VALUE_BAD);
	memset(longest + 6, 'x', 107);
	refused(row, longest, DIAG_VALUE_LENGTH);
	longest[5 + 107] = '\0';
	expect(row, longest, longest);
}
END_TEST

START_TEST(test_merge)
{
	struct addr_ports ports[] = {
		{ 90, 95 }, { 1, 2 }, { 80, 89 }, { 3, 3 }, { 85, 92 },
		{ 65535, 65535 }, { 97, 97 },
	};
	const struct rules_ports *merged = network_merge_ports(context.arena,
	    ports, ARRAY_SIZE(ports));
	char buf[256];
	struct str out;

	str_init(&out, buf, sizeof(buf));
	network_print_ports(merged, &out);
	ck_assert_str_eq(buf, "1-3 80-95 97 65535");
}
END_TEST

static Suite *
make(void)
{
	Suite *suite = suite_create("value");
	TCase *tcase = tcase_create("value");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_choices);
	tcase_add_test(tcase, test_integers);
	tcase_add_test(tcase, test_resumption);
	tcase_add_test(tcase, test_texts);
	tcase_add_test(tcase, test_addresses);
	tcase_add_test(tcase, test_six_does_not_match_four);
	tcase_add_test(tcase, test_second_values);
	tcase_add_test(tcase, test_no_break_spaces);
	tcase_add_test(tcase, test_ports);
	tcase_add_test(tcase, test_suites);
	tcase_add_loop_test(tcase, test_foreign_suites, 0,
	    sizeof(spellings) / sizeof(spellings[0]));
	tcase_add_test(tcase, test_codes);
	tcase_add_test(tcase, test_code_names);
	tcase_add_test(tcase, test_urls);
	tcase_add_test(tcase, test_no_limit);
	tcase_add_test(tcase, test_backends);
	tcase_add_test(tcase, test_merge);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make);
}
