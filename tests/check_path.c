/* The judge: every reason it can give, and what it must let pass. */
#include "trust/path.h"

#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/settings.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support/runner.h"
#include "tls/tls_library.h"
#include "trust/name.h"

#define DAY 86400

static char dir[] = "/tmp/check_path.XXXXXX";

struct der {
	uint8_t bytes[4096];
	size_t length;
};

static void
read_der(const char *name, struct der *out)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s.der", dir, name);
	f = fopen(path, "r");
	ck_assert_msg(f != NULL, "%s", path);
	out->length = fread(out->bytes, 1, sizeof(out->bytes), f);
	ck_assert_uint_gt(out->length, 0);
	fclose(f);
}

static void
make_pki(void)
{
	char command[512];
	const char *srcdir = getenv("SALLYPORT_SRCDIR");

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(command, sizeof(command),
	    "bash '%s/tests/support/pki.sh' %s", srcdir == NULL ? "." : srcdir,
	    dir);
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_eq(tls_library_start(), 0);
}

static void
remove_pki(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
	tls_library_end();
}

static const struct judgement {
	const char *what;
	const char *anchors[3];
	const char *chain[5];
	int days;
	enum path_purpose purpose;
	enum reason reason;
	int depth;
} judgements[] = {
	{ "leaf under root", { "root" }, { "by-root" }, 0, 0, REASON_OK, 0 },
	{ "root sent as well", { "root" }, { "by-root", "root" }, 0, 0,
	  REASON_OK, 0 },
	{ "over an intermediate", { "root" }, { "by-inter", "inter" }, 0, 0,
	  REASON_OK, 0 },
	{ "chain in any order", { "root" }, { "by-inter", "root", "inter" },
	  0, 0, REASON_OK, 0 },
	{ "an unrelated one between", { "root" },
	  { "by-inter", "foreign", "inter" }, 0, 0, REASON_OK, 0 },
	{ "intermediate is an anchor", { "inter" }, { "by-inter" }, 0, 0,
	  REASON_OK, 0 },
	{ "second anchor", { "foreign", "root" }, { "by-root" }, 0, 0,
	  REASON_OK, 0 },
	{ "no extended usage", { "root" }, { "nousage" }, 0, 0, REASON_OK,
	  0 },
	{ "server's purpose", { "root" }, { "server" }, 0,
	  PATH_PURPOSE_SERVER, REASON_OK, 0 },
	{ "nothing sent", { "root" }, { NULL }, 0, 0, REASON_NO_CERT, 0 },
	{ "nobody trusted", { NULL }, { "by-root", "root" }, 0, 0,
	  REASON_CERT_UNKNOWN_CA, 1 },
	{ "foreign leaf", { "root" }, { "by-foreign" }, 0, 0,
	  REASON_CERT_UNKNOWN_CA, 0 },
	{ "foreign chain", { "root" }, { "by-foreign", "foreign" }, 0, 0,
	  REASON_CERT_UNKNOWN_CA, 1 },
	{ "intermediate not sent", { "root" }, { "by-inter" }, 0, 0,
	  REASON_CERT_UNKNOWN_CA, 0 },
	{ "another sent instead", { "root" }, { "by-inter", "mute" }, 0, 0,
	  REASON_CERT_BROKEN_CHAIN, 0 },
	{ "a gap", { "root" }, { "by-deep", "inter" }, 0, 0,
	  REASON_CERT_BROKEN_CHAIN, 0 },
	{ "expired", { "root" }, { "by-root" }, 366, 0,
	  REASON_CERT_EXPIRED, 0 },
	{ "not yet valid", { "root" }, { "by-root" }, -2, 0,
	  REASON_CERT_NOT_YET_VALID, 1 },
	{ "server certificate", { "root" }, { "server" }, 0, 0,
	  REASON_CERT_WRONG_PURPOSE, 0 },
	{ "client for server", { "root" }, { "by-root" }, 0,
	  PATH_PURPOSE_SERVER, REASON_CERT_WRONG_PURPOSE, 0 },
	{ "issuer for servers only", { "root" }, { "by-servers", "servers" },
	  0, 0, REASON_CERT_WRONG_PURPOSE, 1 },
	{ "cannot sign", { "root" }, { "agree" }, 0, 0,
	  REASON_CERT_WRONG_KEY_USAGE, 0 },
	{ "issuer may not sign", { "root" }, { "by-mute", "mute" }, 0, 0,
	  REASON_CERT_WRONG_KEY_USAGE, 1 },
	{ "CA as leaf", { "root" }, { "inter" }, 0, 0,
	  REASON_CERT_CA_AS_LEAF, 0 },
	{ "the anchor itself", { "root" }, { "root" }, 0, 0,
	  REASON_CERT_CA_AS_LEAF, 0 },
	{ "the clone itself", { "root" }, { "clone" }, 0, 0,
	  REASON_CERT_CA_CLONE, 0 },
	{ "issued by the clone", { "root" }, { "by-clone", "clone" }, 0, 0,
	  REASON_CERT_CA_CLONE, 1 },
	{ "clone not sent", { "root" }, { "by-clone" }, 0, 0,
	  REASON_CERT_BAD_SIGNATURE, 0 },
	{ "issued by a leaf", { "root" }, { "by-leaf", "by-root" }, 0, 0,
	  REASON_CERT_NOT_A_CA, 1 },
	{ "path length", { "root" }, { "by-deep", "deep", "inter" }, 0, 0,
	  REASON_CERT_NOT_A_CA, 2 },
	{ "anchor's path length", { "pathless" }, { "by-under", "under" }, 0,
	  0, REASON_CERT_NOT_A_CA, 2 },
	{ "name constraints", { "root" }, { "by-tight", "tight" }, 0, 0,
	  REASON_CERT_UNSUPPORTED, 1 },
	{ "critical extension", { "root" }, { "critical" }, 0, 0,
	  REASON_CERT_UNSUPPORTED, 0 },
	{ "SHA-1", { "root" }, { "sha1" }, 0, 0, REASON_CERT_WEAK_SIGNATURE,
	  0 },
	{ "version 1", { "root" }, { "v1" }, 0, 0, REASON_CERT_UNSUPPORTED,
	  0 },
	{ "an old anchor itself", { "v1root" }, { "v1root" }, 0, 0,
	  REASON_CERT_CA_AS_LEAF, 0 },
	{ "PSS with SHA-1", { "rsaroot" }, { "pss1" }, 0, 0,
	  REASON_CERT_WEAK_SIGNATURE, 0 },
	{ "PSS with SHA-256", { "rsaroot" }, { "pss256" }, 0, 0, REASON_OK,
	  0 },
#ifdef NO_DSA
	{ "DSA key", { "root" }, { "dsa" }, 0, 0, REASON_CERT_BAD, 0 },
#else
	{ "DSA key", { "root" }, { "dsa" }, 0, 0, REASON_CERT_UNSUPPORTED,
	  0 },
#endif
	{ "small key", { "root" }, { "small" }, 0, 0, REASON_CERT_WEAK_KEY,
	  0 },
};

static struct path_anchors *
load_anchors(const char *const *names, size_t most)
{
	struct path_anchors *anchors = path_anchors_new();
	const char *error;
	struct der der;

	for (size_t i = 0; i < most && names[i] != NULL; i++) {
		read_der(names[i], &der);
		ck_assert_msg(path_anchors_add(anchors, der.bytes, der.length,
		    time(NULL), &error) == 0, "%s: %s", names[i], error);
	}
	return anchors;
}

START_TEST(judges)
{
	const struct judgement *j = &judgements[_i];
	struct path_anchors *anchors = load_anchors(j->anchors, 3);
	struct der ders[5];
	struct der_bytes chain[5];
	struct path_verdict verdict;
	size_t count = 0;

	for (; count < 5 && j->chain[count] != NULL; count++) {
		read_der(j->chain[count], &ders[count]);
		chain[count] = (struct der_bytes){ ders[count].bytes,
		    (uint32_t)ders[count].length };
	}
	path_judge(&(struct path_params){ .anchors = anchors,
	    .purpose = j->purpose, .now = time(NULL) + j->days * DAY,
	    .min_rsa_bits = 2048, .min_ecc_bits = 224 }, chain, count,
	    &verdict);
	ck_assert_msg(verdict.reason == j->reason &&
	    verdict.depth == j->depth, "%s: %s at %d (%s)", j->what,
	    reason_name(verdict.reason), verdict.depth, verdict.detail);
	if (j->reason == REASON_OK) {
		ck_assert_int_gt(verdict.not_after, time(NULL));
		ck_assert_int_lt(verdict.not_after,
		    time(NULL) + 367 * (int64_t)DAY);
	}
	path_anchors_free(&anchors);
}
END_TEST

/* Every byte of a good chain turned: never a crash, never admitted whole. */
START_TEST(refuses_altered_bytes)
{
	static const char *const root[] = { "root" };
	struct path_anchors *anchors = load_anchors(root, 1);
	struct path_params params = { .anchors = anchors, .now = time(NULL) };
	struct path_verdict verdict;
	struct der leaf;
	struct der_bytes chain;

	read_der("by-root", &leaf);
	for (size_t i = 0; i < leaf.length; i++) {
		for (int bit = 0; bit < 8; bit++) {
			leaf.bytes[i] ^= (uint8_t)(1 << bit);
			chain = (struct der_bytes){ leaf.bytes,
			    (uint32_t)leaf.length };
			path_judge(&params, &chain, 1, &verdict);
			ck_assert_msg(verdict.reason != REASON_OK,
			    "byte %zu, bit %d", i, bit);
			leaf.bytes[i] ^= (uint8_t)(1 << bit);
		}
	}
	for (size_t i = 0; i < leaf.length; i++) {
		chain = (struct der_bytes){ leaf.bytes, (uint32_t)i };
		path_judge(&params, &chain, 1, &verdict);
		ck_assert_int_ne(verdict.reason, REASON_OK);
	}
	path_anchors_free(&anchors);
}
END_TEST

/* A chain of one certificate many times must not cost many signatures. */
START_TEST(bounds_its_work)
{
	static const char *const root[] = { "foreign" };
	struct path_anchors *anchors = load_anchors(root, 1);
	struct path_params params = { .anchors = anchors, .now = time(NULL) };
	struct path_verdict verdict;
	struct der_bytes chain[PATH_CERTS_MAX + 1];
	struct der der, issuer;

	read_der("by-root", &der);
	read_der("root", &issuer);
	for (size_t i = 0; i < PATH_CERTS_MAX + 1; i++)
		chain[i] = i == 0 ?
		    (struct der_bytes){ der.bytes, (uint32_t)der.length } :
		    (struct der_bytes){ issuer.bytes,
		    (uint32_t)issuer.length };
	path_judge(&params, chain, PATH_CERTS_MAX, &verdict);
	ck_assert_int_eq(verdict.reason, REASON_CERT_CHAIN_TOO_LONG);
	path_judge(&params, chain, PATH_CERTS_MAX + 1, &verdict);
	ck_assert_int_eq(verdict.reason, REASON_CERT_CHAIN_TOO_LONG);
	path_anchors_free(&anchors);
}
END_TEST

START_TEST(refuses_bad_anchors)
{
	static const struct {
		const char *name, *says;
		int days;
	} bad[] = {
		{ "notca", "not a CA", 0 },
		{ "nosign", "key usage", 0 },
		{ "confined", "name constraints", 0 },
		{ "root", "expired", 3651 },
	};
	struct path_anchors *anchors = path_anchors_new();
	const char *error;
	struct der der;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		read_der(bad[i].name, &der);
		ck_assert_int_eq(path_anchors_add(anchors, der.bytes,
		    der.length, time(NULL) + bad[i].days * (int64_t)DAY,
		    &error), -1);
		ck_assert_msg(strstr(error, bad[i].says) != NULL, "%s: %s",
		    bad[i].name, error);
	}
	ck_assert_int_eq(path_anchors_add(anchors, (const uint8_t *)"x", 1,
	    time(NULL), &error), -1);
	ck_assert_uint_eq(path_anchors_count(anchors), 0);
	path_anchors_free(&anchors);
}
END_TEST

START_TEST(prints_names)
{
	static const uint8_t broken[] = { 0x30, 0x05, 0x31, 0x82, 1, 2, 3 };
	struct der_bytes bytes = { broken, sizeof(broken) };
	struct path_verdict verdict;
	struct der der;
	char text[64];

	read_der("odd", &der);
	path_describe(&(struct der_bytes){ der.bytes,
	    (uint32_t)der.length }, &verdict);
	ck_assert_int_eq(verdict.reason, REASON_OK);
	ck_assert_str_eq(verdict.identity,
	    "CN=\\ x#y,UID=u,O=A\\, \\\"B\\\",C=DE");
	ck_assert_str_eq(name_print(&bytes, text, sizeof(text)), "?");
	bytes.length = 0;
	ck_assert_str_eq(name_print(&bytes, text, sizeof(text)), "");
	for (size_t size = 8; size < 60; size++) {
		struct cert cert;
		const char *error;
		bool critical;

		ck_assert_int_eq(cert_read(der.bytes, der.length, &cert,
		    &error, &critical), 0);
		memset(text, 'x', sizeof(text));
		name_print(&cert.subject, text, size);
		ck_assert_uint_lt(strnlen(text, sizeof(text)), size);
		ck_assert_int_eq(text[size], 'x');
		cert_fini(&cert);
	}
}
END_TEST

static Suite *
make(void)
{
	Suite *suite = suite_create("path");
	TCase *tc = tcase_create("judge");

	tcase_add_unchecked_fixture(tc, make_pki, remove_pki);
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, judges, 0, (int)ARRAY_SIZE(judgements));
	tcase_add_test(tc, refuses_altered_bytes);
	tcase_add_test(tc, bounds_its_work);
	tcase_add_test(tc, refuses_bad_anchors);
	tcase_add_test(tc, prints_names);
	suite_add_tcase(suite, tc);
	return suite;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make);
}
