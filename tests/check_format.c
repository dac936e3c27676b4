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
#include "policy/schema.h"
#include "policy/source.h"
#include "support/runner.h"

#define MADE		3000	/* policies from the generator */
#define TEXT_MAX	65536

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

/* --- what must be in the text, found without the project's own code ----- */

struct view {
	char words[TEXT_MAX];		/* in small letters, a blank between */
	char braces[TEXT_MAX];
	char comments[TEXT_MAX];	/* a line each */
	size_t word_count, brace_count, comment_count;
};

static bool
is_blank(const char *p)
{
	return strchr(" \t\r\v\f", *p) != NULL ||
	    (p[0] == '\xc2' && p[1] == '\xa0');
}

static const char *
see_comment(struct view *v, const char *p)
{
	const char *end = strchrnul(p, '\n'), *last = end;

	while (last > p && strchr(" \t\r\v\f", last[-1]) != NULL)
		last--;
	memcpy(v->comments + v->comment_count, p, (size_t)(last - p));
	v->comment_count += (size_t)(last - p);
	v->comments[v->comment_count++] = '\n';
	return end;
}

static void
see(struct view *v, const char *text)
{
	const char *p = text, *quote;
	bool fresh = true;		/* a word may begin here */

	memset(v, 0, sizeof(*v));
	if (strncmp(p, "\xef\xbb\xbf", 3) == 0)
		p += 3;
	while (*p != '\0') {
		quote = fresh && *p == '"' ? strchr(p + 1, '"') : NULL;
		if (quote != NULL && memchr(p, '\n', (size_t)(quote - p)))
			quote = NULL;
		if (is_blank(p) || *p == '\n') {
			if (!fresh)
				v->words[v->word_count++] = ' ';
			p += *p == '\xc2' ? 2 : 1;
			fresh = true;
		} else if (*p == '{' || *p == '}') {
			if (!fresh)
				v->words[v->word_count++] = ' ';
			v->braces[v->brace_count++] = *p++;
			fresh = true;
		} else if (fresh && *p == '#') {
			p = see_comment(v, p);
		} else if (quote != NULL) {
			for (; p <= quote; p++)
				v->words[v->word_count++] = *p;
			fresh = false;
		} else {
			v->words[v->word_count++] = *p++;
			fresh = false;
		}
	}
	if (!fresh)
		v->words[v->word_count++] = ' ';
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
	see(&before, text);
	see(&after, out);
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
	if (size < TEXT_MAX / 2) {
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

/* --- made policies ------------------------------------------------------ */

struct maker {
	uint64_t state;
	char text[TEXT_MAX];
	size_t used;
	bool wild;		/* mistakes, too */
	bool bare;		/* in a statement without braces */
};

static unsigned
pick(struct maker *m, unsigned n)
{
	m->state = m->state * UINT64_C(6364136223846793005) +
	    UINT64_C(1442695040888963407);
	return (unsigned)(m->state >> 33) % n;
}

static void
say(struct maker *m, const char *text)
{
	size_t length = strlen(text);

	ck_assert_uint_lt(m->used + length, sizeof(m->text) / 2);
	memcpy(m->text + m->used, text, length + 1);
	m->used += length;
}

static void
say_blank(struct maker *m, bool needed)
{
	static const char *const blanks[] = {
		" ", "  ", "\t", " \t ", "\xc2\xa0", " \xc2\xa0", "\r ", "\v"
	};

	if (needed || pick(m, 3) == 0)
		say(m, blanks[pick(m, pick(m, 4) == 0 ? 8 : 4)]);
}

static void
say_comment(struct maker *m)
{
	static const char *const comments[] = {
		"#", "# a comment", "#{x", "# } \xc2\xa0", "##  two\tblanks",
		"# \"quoted", "#x # y", "# \xe2\x94\x80 line \xff", "# end \t"
	};

	say(m, comments[pick(m, 9)]);
}

/* Ends a line, perhaps behind a comment, perhaps with more lines. */
static void
say_end(struct maker *m)
{
	if (pick(m, 5) == 0) {
		say_blank(m, true);
		say_comment(m);
	} else {
		say_blank(m, false);
	}
	say(m, pick(m, 6) == 0 ? "\r\n" : "\n");
	while (pick(m, 4) == 0) {
		say_blank(m, false);
		if (pick(m, 3) == 0)
			say_comment(m);
		say(m, "\n");
	}
}

/* A keyword in letters of any case. */
static void
say_word(struct maker *m, const char *word)
{
	char text[128];
	size_t i;

	for (i = 0; word[i] != '\0' && i < sizeof(text) - 1; i++) {
		text[i] = word[i];
		if (pick(m, 6) == 0 && ((word[i] | 32) >= 'a') &&
		    ((word[i] | 32) <= 'z'))
			text[i] = (char)(word[i] ^ 32);
	}
	text[i] = '\0';
	if (m->wild && pick(m, 40) == 0 && i > 4)
		text[pick(m, (unsigned)i)] = 'x';
	say(m, text);
}

static void
say_value(struct maker *m, const struct schema_param *row)
{
	static const char *const texts[] = {
		"label", "two words", "a  b", "a \t b", "x\xc2\xa0y", "\"q  r\"",
		"a#b c", "1 2 3 4 5  6"
	};
	static const char *const ports[] = { "0", "443", "1-2", "7 9" };
	static const char *const addrs[] = {
		"aLL", "192.0.2.1", "2001:db8::/32", "10.0.0.1-10.0.0.9"
	};
	char number[32];
	unsigned n = 0;

	switch (row->type) {
	case SCHEMA_TYPE_FLAG:
	case SCHEMA_TYPE_ENUM:
		while (row->choices[n].name != NULL)
			n++;
		say_word(m, row->choices[pick(m, n)].name);
		return;
	case SCHEMA_TYPE_INT:
		snprintf(number, sizeof(number), "%u", row->min);
		say(m, number);
		return;
	case SCHEMA_TYPE_TEXT:
		say(m, texts[pick(m, 8)]);
		return;
	case SCHEMA_TYPE_PORTS:
		say(m, ports[pick(m, 4)]);
		return;
	case SCHEMA_TYPE_ADDRS:
		say(m, addrs[pick(m, 4)]);
		return;
	case SCHEMA_TYPE_ADDR:
		say(m, "192.0.2.7");
		return;
	case SCHEMA_TYPE_ADDR_PREFIX:
		say(m, "192.0.2.0/24");
		return;
	case SCHEMA_TYPE_ADDR_RANGE:
		say(m, "10.0.0.1-10.0.0.2");
		return;
	case SCHEMA_TYPE_SUITES2:
		say(m, "2F35");
		return;
	case SCHEMA_TYPE_SUITES4:
		say(m, "1301C02F");
		return;
	case SCHEMA_TYPE_PATH:
		say(m, pick(m, 2) ? "\"a  b\"" : "some/file");
		return;
	case SCHEMA_TYPE_REF:
		say(m, "a");
		return;
	default:
		say(m, "word");
	}
}

static void say_block(struct maker *m, const struct schema_statement *s,
    unsigned depth, bool braces);

static void
say_row(struct maker *m, const struct schema_param *row, unsigned depth)
{
	say_blank(m, false);
	say_word(m, row->name);
	if (row->type == SCHEMA_TYPE_BLOCK) {
		if (!m->bare && pick(m, 6) == 0)
			say(m, " inner");
		say_block(m, schema_statement(row->statement), depth + 1, true);
		return;
	}
	say_blank(m, true);
	say_value(m, row);
	if (m->wild && row->type != SCHEMA_TYPE_TEXT && pick(m, 12) == 0)
		say(m, " and  \"more  of\"  it  all");
	say_end(m);
}

/* What makes most statements whole: their required rows, once each. */
static void
say_rows(struct maker *m, const struct schema_statement *s, unsigned depth)
{
	const struct schema_param *row;
	bool seen[64] = { false };	/* by statement and by slot */

	for (size_t i = 0; (row = schema_row(s, i)) != NULL; i++) {
		bool link = row->type == SCHEMA_TYPE_BLOCK ||
		    row->type == SCHEMA_TYPE_REF;
		bool *mark = link ? &seen[row->statement] :
		    row->slot != SCHEMA_SLOT_OWN ? &seen[40 + row->slot] : NULL;

		if (mark != NULL && *mark)
			continue;
		if (!(row->flags & SCHEMA_REQUIRED) &&
		    pick(m, m->wild ? 3 : 6) != 0)
			continue;
		if (row->type == SCHEMA_TYPE_BLOCK && depth > 2)
			continue;
		if (mark != NULL)
			*mark = true;
		say_row(m, row, depth);
	}
}

static void
say_block(struct maker *m, const struct schema_statement *s, unsigned depth,
    bool braces)
{
	if (!braces || pick(m, 3) != 0)
		say_end(m);
	else
		say_blank(m, false);
	if (braces) {
		say_blank(m, false);
		say(m, "{");
		if (pick(m, 3) != 0)
			say_end(m);
	}
	say_rows(m, s, depth);
	if (!braces)
		return;
	say_blank(m, false);
	say(m, "}");
	if (pick(m, 8) != 0)
		say_end(m);
}

static void
make(struct maker *m, uint64_t seed)
{
	const struct schema_statement *s;
	bool braces;

	m->state = seed * 7919 + 1;
	m->used = 0;
	m->text[0] = '\0';
	m->wild = pick(m, 2) == 0;
	if (pick(m, 8) == 0)
		say(m, "\xef\xbb\xbf");
	if (pick(m, 2) == 0)
		say_end(m);
	for (unsigned i = pick(m, 6); i > 0; i--) {
		s = schema_statement(pick(m, SCHEMA_STATEMENT_COUNT));
		if (s->form & SCHEMA_FORM_LINE) {
			if (schema_row(s, 0) == NULL)
				continue;
			say(m, "\n");
			say_word(m, s->name);
			say_blank(m, true);
			say_value(m, schema_row(s, 0));
			say_end(m);
			continue;
		}
		say(m, "\n");
		say_word(m, s->name);
		say(m, i % 2 ? " a" : "  b");
		braces = pick(m, 4) != 0;
		m->bare = !braces;
		say_block(m, s, 1, braces);
	}
}

START_TEST(test_made)
{
	static struct maker m;
	const char *more = getenv("SALLYPORT_FULL");
	uint64_t count = more != NULL ? 100 * MADE : MADE;
	size_t sound = 0;
	char name[32];

	for (uint64_t seed = 1; seed <= count; seed++) {
		make(&m, seed);
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
