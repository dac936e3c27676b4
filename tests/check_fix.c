/*
 * check_fix.c - cures that are applied: of samples, of every policy of the
 * tree and of SALLYPORT_CORPUS, and of made ones. No policy gets worse, none
 * without errors means something else, and no comment is lost.
 */
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lint/fix.h"
#include "lint/lint.h"
#include "policy/diag.h"
#include "policy/policy.h"
#include "policy/same.h"
#include "policy/source.h"
#include "support/maker.h"
#include "support/runner.h"
#include "support/view.h"

#define MADE	500

static bool
every_suite(uint16_t code)
{
	(void)code;
	return true;
}

static const struct lint_able able = { every_suite, true, every_suite,
    every_suite, every_suite };

#define GROUP	"TTLSGroupAction g\n{\n\tTTLSEnabled On\n}\n"

static const struct sample {
	const char *name, *before, *after;	/* after NULL: nothing to do */
} samples[] = {
	{ "nothing", GROUP, NULL },
	{ "a no-break space", "TTLSGroupAction\xc2\xa0g\n{\n"
	    "\tTTLSEnabled\xc2\xa0\xc2\xa0On\xc2\xa0# \xc2\xa0\n}\n",
	    "TTLSGroupAction g\n{\n\tTTLSEnabled  On # \xc2\xa0\n}\n" },
	{ "a no-break space that a label may mean",
	    "TTLSEnvironmentAdvancedParms a\n{\n"
	    "\tCertificateLabel\xc2\xa0my\xc2\xa0label\n}\n",
	    "TTLSEnvironmentAdvancedParms a\n{\n"
	    "\tCertificateLabel my\xc2\xa0label\n}\n" },
	{ "a brace behind a value",
	    "TTLSGroupAction g {\n\tTTLSEnabled On }\n",
	    "TTLSGroupAction g {\n\tTTLSEnabled On\n}\n" },
	{ "braces left out", "TTLSGroupAction g # a\nTTLSEnabled On # b\n\n"
	    "# c\nPortGroup p\n",
	    "TTLSGroupAction g # a\n{\nTTLSEnabled On # b\n}\n\n"
	    "# c\nPortGroup p\n{\n}\n" },
	{ "braces left out, with a block at the end",
	    "TTLSEnvironmentAction e\nHandshakeRole Server\n"
	    "TTLSKeyringParms {\nKeyring a\n} # k\n" GROUP,
	    "TTLSEnvironmentAction e\n{\nHandshakeRole Server\n"
	    "TTLSKeyringParms {\nKeyring a\n} # k\n}\n" GROUP },
	{ "braces left out, indented",
	    "  TTLSGroupAction g\n    TTLSEnabled On\n",
	    "  TTLSGroupAction g\n  {\n    TTLSEnabled On\n  }\n" },
	{ "braces left out around a word that is not known",
	    "TTLSGroupAction g\nTTLSEnabled On\nFoo bar\n", NULL },
	{ "braces left out around a misspelt word",
	    "TTLSGroupAction g\nTTLSEnabeld On\n",
	    "TTLSGroupAction g\n{\nTTLSEnabled On\n}\n" },
	{ "a misspelt statement",
	    "TTLSGroupActoin g\n{\n\tTTLSEnabled On\n}\n", GROUP },
	{ "a misspelt parameter",
	    "TTLSGroupAction g\n{\n\tTTLSEnabed On\n}\n", GROUP },
	{ "a misspelt value",
	    "TTLSGroupAction g\n{\n\tTTLSEnabled Onn\n}\n", NULL },
	{ "a misspelt long value",
	    "TTLSConnectionAction c\n{\n\tHandshakeRole Sever\n}\n",
	    "TTLSConnectionAction c\n{\n\tHandshakeRole Server\n}\n" },
	{ "a version that is not there",
	    "TTLSConnectionAdvancedParms c\n{\n\tTLSv1.4 On\n}\n", NULL },
	{ "a word two edits away",
	    "TTLSGroupAction g\n{\n\tTTLSEnaled0 On\n}\n", NULL },
	{ "a reference to something near",
	    GROUP "TTLSRule r\n{\n\tLocalPortRange 1\n\tDirection Both\n"
	    "\tTTLSGroupActionRef gg\n}\n", NULL },
	{ "text after a value", "IpAddr a\n{\n\tAddr 1.2.3.4 b c # d\n}\n",
	    "IpAddr a\n{\n\tAddr 1.2.3.4 # b c # d\n}\n" },
	{ "text after a name, before a brace",
	    "PortGroup a b {\n}\n", NULL },
	{ "text after a value, before a brace",
	    "IpAddr a {\n\tAddr 1.2.3.4 b }\n",
	    "IpAddr a {\n\tAddr 1.2.3.4 # b\n}\n" },
	{ "quotes", "TTLSGroupAction g\n{\n\tTTLSEnabled \"On\"\n}\n", GROUP },
	{ "quotes around two words",
	    "PortRange p\n{\n\tPort \"port number\"\n}\n", NULL },
	{ "quotes around a path", "TTLSKeyringParms k\n{\n\tKeyring \"a\"\n}\n",
	    "TTLSKeyringParms k\n{\n\tKeyring a\n}\n" },
	{ "quotes in a path", "TTLSKeyringParms k\n{\n\tKeyring \"a b\"\n}\n",
	    NULL },
	{ "quotes that are in a path",
	    "TTLSKeyringParms k\n{\n\tKeyring 'a'\n}\n", NULL },
	{ "all ports", "PortRange p\n{\n\tPort ALL\n}\n",
	    "PortRange p\n{\n\tPort 0\n}\n" },
	{ "a line twice",
	    "TTLSGroupAction g\n{\n\tTTLSEnabled On\n\tTTLSEnabled On\n}\n",
	    GROUP },
	{ "a line twice, otherwise",
	    "TTLSGroupAction g\n{\n\tTTLSEnabled Off\n\tTTLSEnabled On\n}\n",
	    NULL },
	{ "a line twice, with a comment",
	    "TTLSGroupAction g\n{\n\tTTLSEnabled On\n\tTTLSEnabled On # a\n}\n",
	    NULL },
	{ "a statement twice", GROUP "# a\n" GROUP "# b\n",
	    GROUP "# a\n# b\n" },
	{ "a statement twice, with a comment",
	    GROUP "TTLSGroupAction g\n{ # a\n\tTTLSEnabled On\n}\n", NULL },
	{ "a statement twice, otherwise",
	    GROUP "TTLSGroupAction g\n{\n\tTTLSEnabled Off\n}\n", NULL },
	{ "a statement twice, without braces",
	    GROUP "TTLSGroupAction g\nTTLSEnabled On\n", GROUP },
	{ "a cure that would show more than it cures",
	    "TTLSEnvironmentAction e\n{\n\tHandshakeRole Server\n"
	    "\tTTLSKeyringParams\n\t{\n\t\tFoo\n\t\tBar\n\t}\n}\n",
	    NULL },
	{ "one beside it that would not",
	    "TTLSEnvironmentAction e\n{\n\tHandshakeRole Sever\n"
	    "\tTTLSKeyringParams\n\t{\n\t\tFoo\n\t\tBar\n\t}\n}\n",
	    "TTLSEnvironmentAction e\n{\n\tHandshakeRole Server\n"
	    "\tTTLSKeyringParams\n\t{\n\t\tFoo\n\t\tBar\n\t}\n}\n" },
	{ "a block twice", "TTLSEnvironmentAction e\n{\n"
	    "\tHandshakeRole Server\n\tTTLSKeyringParms\n\t{\n"
	    "\t\tKeyring a\n\t}\n\tTTLSKeyringParms\n\t{\n"
	    "\t\tKeyring a\n\t}\n}\n", NULL },
	{ "what cannot be read", "}}}{{{\n", NULL },
	{ "all at once", "TTLSGroupActoin\xc2\xa0g x\n{\n\tTTLSEnabeld \"On\" y "
	    "}\n", "TTLSGroupAction g # x\n{\n\tTTLSEnabled On # y\n}\n" },
};

/* --- the judgement ------------------------------------------------------ */

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
	ck_assert_ptr_nonnull(k.policy);
	lint_policy(k.policy, &able, k.diag);
	return k;
}

static void
forget(struct known *k)
{
	policy_free(&k->policy);
	diag_free(&k->diag);
}

static struct view before, after;

/* Every comment is there still, in order, whole or at the end of a new one. */
static void
keeps_comments(const char *text, const char *out, const char *name)
{
	char *line, *rest, *end;
	const char *at;

	view_see(&before, text);
	view_see(&after, out);
	at = after.comments;
	for (line = before.comments; (end = strchr(line, '\n')) != NULL;
	    line = rest) {
		rest = end + 1;
		*end = '\0';
		at = strstr(at, line);
		ck_assert_msg(at != NULL, "%s: '%s' is lost:\n%s\n%s", name,
		    line, text, out);
		at += strlen(line);
	}
}

static void
judge(const char *text, size_t size, const char *name)
{
	struct known k = know(text, size), fixed;
	char *out, *again;
	size_t out_size, again_size;
	int cured = fix_text("x.policy", text, size, POLICY_DEFAULTS_FILE,
	    &able, &out, &out_size);

	ck_assert_int_ge(cured, 0);
	ck_assert((cured > 0) == (out != NULL));
	if (out == NULL) {
		forget(&k);
		return;
	}
	fixed = know(out, out_size);
	ck_assert_msg(diag_count(fixed.diag, DIAG_ERROR) <=
	    diag_count(k.diag, DIAG_ERROR), "%s: more errors:\n%s\n%s", name,
	    text, out);
	if (diag_count(k.diag, DIAG_ERROR) == 0) {
		ck_assert_msg(same_policy(k.policy, fixed.policy),
		    "%s: another meaning:\n%s\n%s", name, text, out);
		ck_assert_msg(diag_count(fixed.diag, DIAG_WARNING) <=
		    diag_count(k.diag, DIAG_WARNING),
		    "%s: more warnings:\n%s\n%s", name, text, out);
	}
	ck_assert_int_eq(fix_text("x.policy", out, out_size,
	    POLICY_DEFAULTS_FILE, &able, &again, &again_size), 0);
	if (size < VIEW_MAX / 2 && memchr(text, '\0', size) == NULL)
		keeps_comments(text, out, name);
	free(out);
	forget(&fixed);
	forget(&k);
}

START_TEST(test_samples)
{
	const struct sample *s = &samples[_i];
	char *out;
	size_t size;
	int cured = fix_text("x.policy", s->before, strlen(s->before),
	    POLICY_DEFAULTS_FILE, &able, &out, &size);

	if (s->after == NULL) {
		ck_assert_msg(cured == 0, "%s: %d:\n%s", s->name, cured, out);
		return;
	}
	ck_assert_msg(cured > 0, "%s: nothing was cured", s->name);
	ck_assert_msg(strcmp(out, s->after) == 0, "%s:\n%s", s->name, out);
	ck_assert_uint_eq(strlen(out), size);
	free(out);
	judge(s->before, strlen(s->before), s->name);
}
END_TEST

static size_t
judge_directory(const char *root, const char *below)
{
	char path[4096];
	struct dirent *entry;
	struct source *source;
	size_t count = 0, length;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/%s", root, below);
	dir = opendir(path);
	if (dir == NULL)
		return 0;
	while ((entry = readdir(dir)) != NULL) {
		length = strlen(entry->d_name);
		if (length < 7 ||
		    strcmp(entry->d_name + length - 7, ".policy") != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s/%s", root, below,
		    entry->d_name);
		ck_assert_int_eq(source_load(path, &source), 0);
		judge(source_text(source), source_size(source), path);
		source_free(&source);
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
	if (corpus != NULL)
		judge_directory(corpus, "policies");
}
END_TEST

START_TEST(test_made)
{
	static struct maker m;
	const char *more = getenv("SALLYPORT_FULL");
	uint64_t count = more != NULL ? 100 * MADE : MADE;
	char name[32];

	for (uint64_t seed = 1; seed <= count; seed++) {
		maker_make(&m, seed);
		snprintf(name, sizeof(name), "seed %llu",
		    (unsigned long long)seed);
		judge(m.text, m.used, name);
	}
}
END_TEST

/* Many cures, more than are shown, each on its own line. */
START_TEST(test_many)
{
	static char text[64 * 1000];
	char *out, *at = text;
	size_t size;

	for (int i = 0; i < 1000; i++)
		at += sprintf(at, "TTLSGroupAction g%d\nTTLSEnabled On\n", i);
	ck_assert_int_eq(fix_text("x.policy", text, (size_t)(at - text),
	    POLICY_DEFAULTS_FILE, &able, &out, &size), 1000);
	ck_assert_uint_eq(size, (size_t)(at - text) + 4000);
	free(out);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("fix");
	TCase *tc = tcase_create("fix");

	tcase_set_timeout(tc, 300);
	tcase_add_loop_test(tc, test_samples, 0,
	    (int)(sizeof(samples) / sizeof(samples[0])));
	tcase_add_test(tc, test_files);
	tcase_add_test(tc, test_made);
	tcase_add_test(tc, test_many);
	suite_add_tcase(suite, tc);
	return suite;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make_suite);
}
