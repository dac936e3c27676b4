#include "policy/format.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "policy/context.h"
#include "policy/diag.h"
#include "policy/gap.h"
#include "policy/policy.h"
#include "policy/schema.h"
#include "policy/source.h"
#include "policy/tree.h"
#include "policy/walk.h"

/* What the text so far ends with. */
enum place { AT_START, AFTER_OPEN, AFTER_CLOSE, AFTER_HEAD, AFTER_LINE };

/* What a run of comments leads to. */
enum next { TO_STATEMENT, TO_LINE, TO_OPEN, TO_CLOSE, TO_END };

struct form {
	const struct context *context;
	const struct source *source;
	const char *text;		/* what is read... */
	uint32_t at;			/* ...up to here */
	unsigned depth;
	enum place place;
	char *out;			/* NULL: only measured */
	size_t used;
};

/* The statement that a node at file level begins, or NULL. */
static const struct schema_statement *
statement_of(const struct context *context, const struct tree_node *node)
{
	return schema_find_statement(context_text(context, &node->words[0]),
	    node->words[0].length);
}

/* Whether it takes the lines that follow it. */
static bool
adopts(const struct schema_statement *statement, const struct tree_node *node)
{
	return statement != NULL && !node->block &&
	    !(statement->form & SCHEMA_FORM_LINE);
}

/* How many errors there are of codes from `low` to below `high`. */
static size_t
errors_of(const struct diag *diag, int low, int high)
{
	size_t count = 0;

	for (enum diag_code code = 0; code < DIAG_CODE_COUNT; code++)
		if (diag_code_severity(code) == DIAG_ERROR &&
		    diag_code_number(code) >= low &&
		    diag_code_number(code) < high)
			count += diag_told(diag, code);
	return count;
}

bool
format_possible(const struct policy *policy, const struct diag *diag)
{
	const struct context *context = policy_context(policy);
	const struct tree_node *node = context->tree->first;
	bool bare = false;

	for (; node != NULL; node = node->next) {
		/* One that the file's end cuts off is in none that is closed. */
		if (node->block && !node->closed)
			return false;
		bare = bare || adopts(statement_of(context, node), node);
	}
	/* Where memory ran out, an error of no code was counted. */
	if (errors_of(diag, 0, INT_MAX) < diag_count(diag, DIAG_ERROR))
		return false;
	return errors_of(diag, 0, 1200) == 0 &&
	    (!bare || errors_of(diag, 1200, 1300) == 0);
}

/* --- bytes -------------------------------------------------------------- */

static void
put(struct form *f, const char *bytes, size_t length)
{
	if (f->out != NULL)
		memcpy(f->out + f->used, bytes, length);
	f->used += length;
}

static void
put_text(struct form *f, const char *text)
{
	put(f, text, strlen(text));
}

/* Ends the line before, and begins one; `apart`: an empty one between. */
static void
start_line(struct form *f, bool apart)
{
	if (f->place != AT_START)
		put(f, "\n\n", apart ? 2 : 1);
	for (unsigned i = 0; i < f->depth; i++)
		put(f, "\t", 1);
}

/* --- comments ----------------------------------------------------------- */

/* A comment on the line of what was just written. */
static void
put_trailing(struct form *f)
{
	struct gap gap = gap_next(f->source, f->at);

	if (gap.kind != GAP_COMMENT || gap.lines > 0)
		return;
	put(f, " ", 1);
	put(f, f->text + gap.offset, gap.length);
	f->at = gap.offset + gap.length;
}

/* Whether comments, or what they lead to, are set apart by an empty line. */
static bool
has_empty_line(const struct form *f)
{
	uint32_t at = f->at;
	struct gap gap;

	do {
		gap = gap_next(f->source, at);
		if (gap.lines > 1)
			return true;
		at = gap.offset + gap.length;
	} while (gap.kind == GAP_COMMENT);
	return false;
}

/*
 * The comments on lines of their own up to the next word or brace. Returns
 * whether an empty line comes before that.
 */
static bool
put_comments(struct form *f, enum next next)
{
	bool head = f->place == AT_START || f->place == AFTER_OPEN ||
	    f->place == AFTER_HEAD;
	bool apart = f->depth == 0 && (f->place == AFTER_CLOSE ||
	    (f->place == AFTER_LINE && next == TO_STATEMENT &&
	    !has_empty_line(f)));
	struct gap gap;

	for (;;) {
		gap = gap_next(f->source, f->at);
		apart = !head && (apart || gap.lines > 1);
		f->at = gap.offset;
		if (gap.kind != GAP_COMMENT)
			return apart && next != TO_OPEN && next != TO_CLOSE;
		start_line(f, apart);
		put(f, f->text + gap.offset, gap.length);
		f->at += gap.length;
		if (f->place != AFTER_HEAD)
			f->place = AFTER_LINE;
		head = f->place == AFTER_HEAD;
		apart = false;
	}
}

/* --- lines -------------------------------------------------------------- */

/*
 * Text with each run of blanks made one ordinary one, but for those inside
 * quotes, as the scanner sees them.
 */
static void
put_folded(struct form *f, uint32_t from, uint32_t to)
{
	const char *text = f->text, *quote;
	bool first = true;
	size_t n;

	while (from < to) {
		n = gap_blank(text + from, to - from);
		if (n > 0) {
			while ((n = gap_blank(text + from, to - from)) > 0)
				from += (uint32_t)n;
			put(f, " ", 1);
			first = true;
			continue;
		}
		n = 1;
		quote = first && text[from] == '"' ?
		    memchr(text + from + 1, '"', to - from - 1) : NULL;
		if (quote != NULL)
			n = (size_t)(quote + 1 - (text + from));
		put(f, text + from, n);
		from += (uint32_t)n;
		first = quote != NULL;
	}
}

/* The table's spelling of a line's first value, or NULL. */
static const char *
spelling(const struct form *f, const struct schema_param *row,
    const struct tree_word *word)
{
	const struct schema_choice *choice;
	const char *text = context_text(f->context, word);

	for (choice = row->choices; choice != NULL && choice->name != NULL;
	    choice++)
		if (str_equal(text, word->length, choice->name))
			return choice->name;
	if (row->type == SCHEMA_TYPE_ADDRS &&
	    str_equal(text, word->length, "All"))
		return "All";
	return NULL;
}

/* What follows a keyword; `row` NULL: not known, so nothing is touched. */
static void
put_value(struct form *f, const struct tree_node *node,
    const struct schema_param *row)
{
	const struct tree_word *word = &node->words[1];
	const char *canonical = row == NULL ? NULL : spelling(f, row, word);
	uint32_t from = word->offset;

	if (canonical != NULL) {
		put_text(f, canonical);
		from += word->length;
	}
	if (row != NULL && schema_is_words(row))
		put_folded(f, from, node->end);
	else
		put(f, f->text + from, node->end - from);
}

/* A line, or the one before a block. */
static void
put_head(struct form *f, const struct tree_node *node, const char *keyword,
    const struct schema_param *row, bool apart)
{
	const struct tree_word *word = &node->words[0];

	start_line(f, apart);
	if (keyword != NULL)
		put_text(f, keyword);
	else
		put(f, context_text(f->context, word), word->length);
	if (node->count > 1) {
		put(f, " ", 1);
		put_value(f, node, row);
	}
	f->at = node->end;
	f->place = AFTER_LINE;
	put_trailing(f);
}

/* --- blocks ------------------------------------------------------------- */

static void put_line(struct form *f, const struct schema_statement *statement,
    const struct tree_node *node);

/* Past a brace of the text, and the comments before it. */
static void
take_brace(struct form *f, enum next next)
{
	put_comments(f, next);
	ensure(gap_next(f->source, f->at).kind == GAP_BRACE);
	f->at++;
}

static void
put_nodes(struct form *f, const struct schema_statement *statement,
    const struct tree_node *node, const struct tree_node *end)
{
	f->depth++;
	f->place = AFTER_OPEN;
	for (; node != end; node = node->next)
		put_line(f, statement, node);
}

/* `braces`: they are in the text; else they are left out. */
static void
put_body(struct form *f, const struct schema_statement *statement,
    const struct tree_node *first, const struct tree_node *end, bool braces)
{
	f->place = AFTER_HEAD;
	if (braces)
		take_brace(f, TO_OPEN);
	start_line(f, false);
	put(f, "{", 1);
	if (braces)
		put_trailing(f);
	put_nodes(f, statement, first, end);
	if (braces)
		take_brace(f, TO_CLOSE);
	f->depth--;
	start_line(f, false);
	put(f, "}", 1);
	f->place = AFTER_CLOSE;
	if (braces)
		put_trailing(f);
}

/* A node of a block of `statement`, NULL where that is not known. */
static void
put_line(struct form *f, const struct schema_statement *statement,
    const struct tree_node *node)
{
	const struct tree_word *word = &node->words[0];
	const struct schema_param *row = statement == NULL ? NULL :
	    schema_find_row(statement, context_text(f->context, word),
	    word->length, NULL);
	const struct schema_statement *inner = NULL;
	bool apart = put_comments(f, TO_LINE);

	put_head(f, node, row == NULL ? NULL : row->name, row, apart);
	if (!node->block)
		return;
	if (row != NULL && row->type == SCHEMA_TYPE_BLOCK)
		inner = schema_statement(row->statement);
	put_body(f, inner, node->first, NULL, true);
}

/* --- file level --------------------------------------------------------- */

/* How the name of a statement is laid out: as that of a block in another. */
static const struct schema_param named = { .type = SCHEMA_TYPE_BLOCK };

/* Returns the node to go on with. */
static const struct tree_node *
put_statement(struct form *f, const struct tree_node *node)
{
	const struct schema_statement *statement =
	    statement_of(f->context, node);
	const struct schema_param *row = NULL;
	const struct tree_node *end = node->next;
	bool takes = adopts(statement, node), apart;

	if (statement != NULL)
		row = (statement->form & SCHEMA_FORM_LINE) ?
		    schema_row(statement, 0) : &named;
	apart = put_comments(f, node->block || takes ? TO_STATEMENT : TO_LINE);
	put_head(f, node, statement == NULL ? NULL : statement->name, row,
	    apart);
	if (takes)
		end = walk_end_of_adoption(f->context, statement, node);
	if (node->block)
		put_body(f, statement, node->first, NULL, true);
	else if (takes)
		put_body(f, statement, node->next, end, false);
	return end;
}

/* A word that looks like a byte order mark needs one before it. */
static void
put_mark(struct form *f)
{
	static const char mark[] = "\xef\xbb\xbf";
	uint32_t first = gap_next(f->source, f->at).offset;

	if (strncmp(f->text + first, mark, strlen(mark)) == 0)
		put(f, mark, strlen(mark));
}

static void
put_policy(struct form *f)
{
	const struct tree_node *node = f->context->tree->first;

	f->at = (uint32_t)source_start(f->source);
	f->place = AT_START;
	f->depth = 0;
	f->used = 0;
	put_mark(f);
	while (node != NULL)
		node = put_statement(f, node);
	put_comments(f, TO_END);
	if (f->place != AT_START)
		put(f, "\n", 1);
}

int
format_policy(const struct policy *policy, char **text_r, size_t *size_r)
{
	const struct context *context = policy_context(policy);
	struct form f = {
		.context = context, .source = context->source,
		.text = source_text(context->source),
	};

	put_policy(&f);
	f.out = malloc(f.used + 1);
	if (f.out == NULL)
		return -1;
	put_policy(&f);
	f.out[f.used] = '\0';
	*text_r = f.out;
	*size_r = f.used;
	return 0;
}
