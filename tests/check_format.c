/*
 * check_format.c - canonical layout: of samples, of every policy of the tree
 * and of SALLYPORT_CORPUS, of each cut short at many places, and of made
 * ones in wild layout. The result is its own canonical form, has every
 * comment and every word, and means the same.
 */
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "policy/diag.h"
#include "policy/format.h"
#include "policy/policy.h"
#include "policy/same.h"
#include "policy/source.h"
#include "support/maker.h"
#include "support/runner.h"
#include "support/view.h"

#define MADE		3000	/* policies from the generator */

/* A policy being judged, with all that is known of it. */
struct known {
	struct diag *diag;
	struct policy *policy;
};

static struct known
know(const char *text, size_t size)
{
	struct known k = { diag_new(), NULL };

	ck_assert_ptr_nonnull(k.diag);
	k.policy = policy_examine_memory("x.policy", text, size,
	    POLICY_DEFAULTS_FILE, k.diag);
	return k;
}

static void
forget(struct known *k)
{
	policy_free(&k->policy);
	diag_free(&k->diag);
}

/* --- the judgement ------------------------------------------------------ */

/* Whether it is said anew by the canonical text, or never again. */
static bool
about_layout(const struct diag_record *record)
{
	return record->code == DIAG_BRACES_LEFT_OUT ||
	    record->code == DIAG_NO_BREAK_SPACE;
}

static const struct diag_record *
next_record(const struct diag *diag, size_t *i)
{
	const struct diag_record *record;

	while ((record = diag_at(diag, (*i)++)) != NULL &&
	    about_layout(record))
		;
	return record;
}

/* The same is said of both, but for the layout; spelling may differ. */
static void
same_said(struct diag *a, struct diag *b, const char *name)
{
	const struct diag_record *x, *y;
	size_t i = 0, j = 0;

	ck_assert_uint_eq(diag_count(a, DIAG_ERROR),
	    diag_count(b, DIAG_ERROR));
	if (diag_count(a, DIAG_WARNING) + diag_count(a, DIAG_ADVICE) >=
	    DIAG_KEPT)
		return;
	diag_sort(a);
	diag_sort(b);
	do {
		x = next_record(a, &i);
		y = next_record(b, &j);
		ck_assert_msg((x == NULL) == (y == NULL) && (x == NULL ||
		    (x->code == y->code && strcasecmp(x->message,
		    y->message) == 0)), "%s: %s; %s", name,
		    x == NULL ? "nothing" : x->message,
		    y == NULL ? "nothing" : y->message);
	} while (x != NULL);
}

static struct view before, after;

static void
same_seen(const struct known *k, const char *text, const char *out,
    const char *name)
{
	view_see(&before, text);
	view_see(&after, out);
	ck_assert_msg(strcmp(before.comments, after.comments) == 0,
	    "%s: comments:\n%s\n%s", name, text, out);
	ck_assert_msg(strcasecmp(before.words, after.words) == 0,
	    "%s: words:\n%s\n%s", name, text, out);
	if (diag_told(k->diag, DIAG_BRACES_LEFT_OUT) == 0)
		ck_assert_msg(strcmp(before.braces, after.braces) == 0,
		    "%s: braces:\n%s\n%s", name, text, out);
}

/* No blank ends a line, no two lines are empty, nothing is odd. */
static void
tidy(const char *out, const char *name)
{
	bool ok = out[0] == '\0' || (out[0] != '\n' &&
	    out[strlen(out) - 1] == '\n');

	ok = ok && strstr(out, "\n\n\n") == NULL &&
	    strstr(out, " \n") == NULL && strstr(out, "\t\n") == NULL &&
	    strstr(out, "\r\n") == NULL && strstr(out, "{\n\n") == NULL &&
	    strstr(out, "\n\n}") == NULL;
	ck_assert_msg(ok, "%s: not tidy:\n%s", name, out);
}

/* Judges one text; true where it was without errors. */
static bool
judge(const char *text, size_t size, const char *name)
{
	struct known k = know(text, size), again;
	char *out, *twice;
	size_t out_size, twice_size;
	bool sound;

	ck_assert_ptr_nonnull(k.policy);
	sound = diag_count(k.diag, DIAG_ERROR) == 0;
	if (!format_possible(k.policy, k.diag)) {
		ck_assert_msg(!sound, "%s: refused without a reason", name);
		forget(&k);
		return false;
	}
	ck_assert_int_eq(format_policy(k.policy, &out, &out_size), 0);
	ck_assert_uint_eq(strlen(out), out_size);
	again = know(out, out_size);
	ck_assert_ptr_nonnull(again.policy);
	ck_assert(format_possible(again.policy, again.diag));
	ck_assert_uint_eq(diag_told(again.diag, DIAG_BRACES_LEFT_OUT), 0);
	ck_assert_int_eq(format_policy(again.policy, &twice, &twice_size), 0);
	ck_assert_msg(strcmp(out, twice) == 0, "%s: not its own form:\n%s\n%s",
	    name, out, twice);
	if (size < VIEW_MAX / 2) {
		same_seen(&k, text, out, name);
		tidy(out, name);
	}
	same_said(k.diag, again.diag, name);
	if (sound)
		ck_assert_msg(same_policy(k.policy, again.policy),
		    "%s: another meaning:\n%s\n%s", name, text, out);
	free(out);
	free(twice);
	forget(&again);
	forget(&k);
	return sound;
}

/* --- samples ------------------------------------------------------------ */

static const struct sample {
	const char *name, *text, *wanted;	/* NULL: refused */
} samples[] = {
	{ "empty", "", "" },
	{ "blank lines only", "\n \n\t\n", "" },
	{ "a comment only", "\n\n  # a \r\n\n\n", "# a\n" },
	{ "a byte order mark", "\xef\xbb\xbf# a", "# a\n" },
	{ "two byte order marks", "\xef\xbb\xbf\n\xef\xbb\xbf" "a\n",
	    "\xef\xbb\xbf\xef\xbb\xbf" "a\n" },
	{ "case and blanks",
	    "ttlsgroupaction\t g  {\n ttlsenabled   ON \n}",
	    "TTLSGroupAction g\n{\n\tTTLSEnabled On\n}\n" },
	{ "a no-break space",
	    "TTLSGroupAction\xc2\xa0g\n{\nTTLSEnabled \xc2\xa0On\xc2\xa0\n}\n",
	    "TTLSGroupAction g\n{\n\tTTLSEnabled On\n}\n" },
	{ "no braces", "TTLSGroupAction g # a\n# b\nTTLSEnabled On # c\n# d\n",
	    "TTLSGroupAction g # a\n{\n\t# b\n\tTTLSEnabled On # c\n}\n\n"
	    "# d\n" },
	{ "no braces and nothing to take", "TTLSGroupAction g",
	    "TTLSGroupAction g\n{\n}\n" },
	{ "no braces, ends in a block",
	    "TTLSEnvironmentAction e\nTTLSKeyringParms\n{\nKeyring a\n} # k\n"
	    "TTLSGroupAction g\n",
	    "TTLSEnvironmentAction e\n{\n\tTTLSKeyringParms\n\t{\n"
	    "\t\tKeyring a\n\t} # k\n}\n\nTTLSGroupAction g\n{\n}\n" },
	{ "comments around braces",
	    "TTLSGroupAction g # 1\n# 2\n\n# 3\n{ # 4\n\n# 5\n\n"
	    "TTLSEnabled On # 6\n\n# 7\n\n} # 8\n# 9",
	    "TTLSGroupAction g # 1\n# 2\n# 3\n{ # 4\n\t# 5\n\n"
	    "\tTTLSEnabled On # 6\n\n\t# 7\n} # 8\n\n# 9\n" },
	{ "an empty block with a comment", "PortGroup p\n{\n# none\n}\n",
	    "PortGroup p\n{\n\t# none\n}\n" },
	{ "a comment right behind a brace", "PortGroup p {#a\n}#b\n#c",
	    "PortGroup p\n{ #a\n} #b\n\n#c\n" },
	{ "braces on one line",
	    "PortGroup p { PortRange { Port 1\n} PortRange { Port 2\n} }",
	    "PortGroup p\n{\n\tPortRange\n\t{\n\t\tPort 1\n\t}\n"
	    "\tPortRange\n\t{\n\t\tPort 2\n\t}\n}\n" },
	{ "lines and statements",
	    "PolicyDefaults ZOS\n# g\nPortGroup g {\n}\nPolicyDefaults zos\n"
	    "\n# h\n\n# i\nPortGroup h {\n}\n",
	    "PolicyDefaults zOS\n\n# g\nPortGroup g\n{\n}\n\n"
	    "PolicyDefaults zOS\n\n# h\n\n# i\nPortGroup h\n{\n}\n" },
	{ "blanks of a label are its own",
	    "TTLSEnvironmentAdvancedParms a\n{\n"
	    "CertificateLabel   my \t label  # c\n}",
	    "TTLSEnvironmentAdvancedParms a\n{\n"
	    "\tCertificateLabel my \t label # c\n}\n" },
	{ "quotes", "TTLSKeyringParms k\n{\nKeyring  \"a  b\"   x  y\n}",
	    "TTLSKeyringParms k\n{\n\tKeyring \"a  b\" x y\n}\n" },
	{ "text after a value stays", "IpAddr a\n{\nAddr 1.2.3.4  a   b # c\n}",
	    "IpAddr a\n{\n\tAddr 1.2.3.4 a b # c\n}\n" },
	{ "all addresses", "TTLSRule a\n{\nLocalAddr  ALL\n}",
	    "TTLSRule a\n{\n\tLocalAddr All\n}\n" },
	{ "unknown words stay", "Foo  a  b\nBar x\n{\nbaz  c  d\n}\n",
	    "Foo a  b\n\nBar x\n{\n\tbaz c  d\n}\n" },
	{ "not closed", "PortGroup p\n{\n", NULL },
	{ "a line as a block that is not closed", "PolicyDefaults\n{\n",
	    NULL },
	{ "closes nothing", "}\n", NULL },
	{ "a bare brace", "{\n}\n", NULL },
	{ "behind a value", "PortGroup p {\nPortRangeRef a }\n", NULL },
	{ "unknown words without braces", "TTLSGroupAction g\nFoo a\n", NULL },
	{ "a quoted line", "\"a\"\n", NULL },
};

START_TEST(test_samples)
{
	const struct sample *s = &samples[_i];
	struct known k = know(s->text, strlen(s->text));
	char *out;
	size_t size;

	if (s->wanted == NULL) {
		ck_assert_msg(!format_possible(k.policy, k.diag), "%s",
		    s->name);
		forget(&k);
		return;
	}
	ck_assert_msg(format_possible(k.policy, k.diag), "%s", s->name);
	ck_assert_int_eq(format_policy(k.policy, &out, &size), 0);
	ck_assert_msg(strcmp(out, s->wanted) == 0, "%s:\n%s", s->name, out);
	free(out);
	forget(&k);
	judge(s->text, strlen(s->text), s->name);
}
END_TEST

/* --- what means the same ------------------------------------------------ */

#define RULE	"TTLSRule r\n{\nLocalPortRange 443\nDirection Inbound\n" \
	"TTLSGroupActionRef g\n}\n"
#define GROUP	"TTLSGroupAction g\n{\nTTLSEnabled Off\n}\n"
#define KEYS	"TTLSEnvironmentAction e\n{\nHandshakeRole Server\n" \
	"TTLSKeyringParms\n{\nKeyring a\nKeyringPw b\n}\n}\n"
#define ADDRS	"IpAddrGroup a\n{\nIpAddr\n{\nAddr 192.0.2.1\n}\n" \
	"IpAddrRef b\n}\nIpAddr b\n{\nAddr 192.0.2.2\n}\n"

static const struct pair {
	const char *a, *b;
	bool same;
} pairs[] = {
	{ RULE GROUP, RULE GROUP, true },
	{ RULE GROUP, "# a\nttlsRULE r{localportrange 443 # b\n"
	    "Direction inbound\nTTLSGroupActionRef g\n}\n" GROUP, true },
	{ RULE GROUP, RULE GROUP GROUP, true },
	{ RULE GROUP, RULE, false },
	{ RULE GROUP, GROUP RULE, false },
	{ GROUP, "TTLSGroupAction h\n{\nTTLSEnabled Off\n}\n", false },
	{ GROUP, "TTLSGroupAction g\n{\nTTLSEnabled On\n}\n", false },
	{ GROUP, "TTLSGroupAction g\n{\nTTLSEnabled Off\nTrace 2\n}\n",
	    false },
	{ GROUP, "PolicyDefaults zOS\n" GROUP, false },
	{ GROUP, "PolicyDefaults Modern\n" GROUP, true },
	{ RULE GROUP, "TTLSRule r\n{\nLocalPortRange 444\n"
	    "Direction Inbound\nTTLSGroupActionRef g\n}\n" GROUP, false },
	{ RULE GROUP, "TTLSRule r\n{\nRemotePortRange 443\n"
	    "Direction Inbound\nTTLSGroupActionRef g\n}\n" GROUP, false },
	{ KEYS, KEYS, true },
	{ KEYS, "TTLSEnvironmentAction e\n{\nHandshakeRole Server\n"
	    "TTLSKeyringParms\n{\nKeyring a\nKeyringPw c\n}\n}\n", false },
	{ KEYS, "TTLSEnvironmentAction e\n{\nHandshakeRole Server\n"
	    "TTLSKeyringParms\n{\nKeyring c\nKeyringPw b\n}\n}\n", false },
	{ ADDRS, ADDRS, true },
	{ ADDRS, "IpAddrGroup a\n{\nIpAddr\n{\nAddr 192.0.2.3\n}\n"
	    "IpAddrRef b\n}\nIpAddr b\n{\nAddr 192.0.2.2\n}\n", false },
	{ "TTLSCipherParms c\n{\nV3CipherSuites4Char 13011302\n}\n",
	    "TTLSCipherParms c\n{\nV3CipherSuites4Char 1301\n"
	    "V3CipherSuites4Char TLS_AES_256_GCM_SHA384\n}\n", true },
	{ "TTLSCipherParms c\n{\nV3CipherSuites4Char 13011302\n}\n",
	    "TTLSCipherParms c\n{\nV3CipherSuites4Char 13021301\n}\n",
	    false },
};

START_TEST(test_same)
{
	const struct pair *p = &pairs[_i];
	struct known a = know(p->a, strlen(p->a)), b = know(p->b,
	    strlen(p->b));

	ck_assert_msg(same_policy(a.policy, b.policy) == p->same &&
	    same_policy(b.policy, a.policy) == p->same, "%s\n%s", p->a, p->b);
	forget(&a);
	forget(&b);
}
END_TEST

/* --- policies that are there -------------------------------------------- */

/* The text whole, and cut at many places. */
static void
judge_file(const char *path)
{
	struct source *source;
	const char *text;
	char *cut;
	size_t size, step;

	ck_assert_int_eq(source_load(path, &source), 0);
	text = source_text(source);
	size = source_size(source);
	step = size / 150 + 1;
	if (memchr(text, '\0', size) == NULL)
		judge(text, size, path);
	for (size_t n = 0; n < size; n += step) {
		cut = strndup(text, n);
		ck_assert_ptr_nonnull(cut);
		judge(cut, strlen(cut), path);
		free(cut);
	}
	source_free(&source);
}

static size_t
judge_directory(const char *root, const char *below)
{
	char path[4096];
	struct dirent *entry;
	size_t count = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/%s", root, below);
	dir = opendir(path);
	if (dir == NULL)
		return 0;
	while ((entry = readdir(dir)) != NULL) {
		size_t length = strlen(entry->d_name);

		if (length < 7 ||
		    strcmp(entry->d_name + length - 7, ".policy") != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s/%s", root, below,
		    entry->d_name);
		judge_file(path);
		count++;
	}
	closedir(dir);
	return count;
}

START_TEST(test_files)
{
	const char *tree = getenv("SALLYPORT_SRCDIR");
	const char *corpus = getenv("SALLYPORT_CORPUS");

	ck_assert_ptr_nonnull(tree);
	ck_assert_uint_gt(judge_directory(tree, "tests/policy/good"), 10);
	ck_assert_uint_gt(judge_directory(tree, "tests/policy/bad"), 10);
	ck_assert_uint_gt(judge_directory(tree, "policies"), 0);
	if (corpus != NULL)
		judge_directory(corpus, "policies");
}
END_TEST

/* --- made policies -------------------------------------------------------- */

START_TEST(test_made)
{
	static struct maker m;
	const char *more = getenv("SALLYPORT_FULL");
	uint64_t count = more != NULL ? 100 * MADE : MADE;
	size_t sound = 0;
	char name[32];

	for (uint64_t seed = 1; seed <= count; seed++) {
		maker_make(&m, seed);
		snprintf(name, sizeof(name), "seed %llu",
		    (unsigned long long)seed);
		sound += judge(m.text, m.used, name);
	}
	/* Else it would prove little. */
	ck_assert_uint_gt(sound, count / 10);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("format");
	TCase *tc = tcase_create("format");

	tcase_set_timeout(tc, 300);
	tcase_add_loop_test(tc, test_samples, 0,
	    (int)(sizeof(samples) / sizeof(samples[0])));
	tcase_add_loop_test(tc, test_same, 0,
	    (int)(sizeof(pairs) / sizeof(pairs[0])));
	tcase_add_test(tc, test_files);
	tcase_add_test(tc, test_made);
	suite_add_tcase(suite, tc);
	return suite;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make_suite);
}
