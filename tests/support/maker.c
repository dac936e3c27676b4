#include "support/maker.h"

#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "policy/schema.h"

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

	ensure(m->used + length < sizeof(m->text) / 2);
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

void
maker_make(struct maker *m, uint64_t seed)
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
