#include "policy/walk.h"

#include <string.h>
#include <strings.h>

#include "base/compiler.h"
#include "base/str.h"
#include "policy/context.h"
#include "policy/diag.h"
#include "policy/mend.h"
#include "policy/secret.h"
#include "policy/tree.h"

struct walker {
	struct context *context;
	walk_found *found;
	void *argument;
	bool orphans_told;		/* of this run of lines in no statement */
};

static void walk_one(struct walker *w, const struct tree_node *node,
    const struct tree_node **next_r);

static const struct schema_statement *
statement_of(const struct context *context, const struct tree_node *node)
{
	return schema_find_statement(context_text(context, &node->words[0]),
	    node->words[0].length);
}

static const struct schema_param *
row_of(const struct context *context, const struct schema_statement *statement,
    const struct tree_node *node)
{
	return schema_find_row(statement, context_text(context,
	    &node->words[0]), node->words[0].length, NULL);
}

/* The closing mark behind blanks, or where the word ends. */
static size_t
placeholder_length(const char *text, size_t n)
{
	static const char opening[] = "<?[", closing[] = ">?]";
	const char *mark = strchr(opening, text[0]);
	size_t end = n;
	char close;

	if (text[0] == '\0' || mark == NULL)
		return 0;
	close = closing[mark - opening];
	if (n > 2 && text[n - 1] == close)
		return n;
	/* "[::1]:443" is none, "<your name>" is. */
	if (memchr(text + 1, close, n - 1) != NULL)
		return 0;
	while (strchr("\n#{}", text[end]) == NULL && text[end] != close)
		end++;
	return text[end] == close ? end + 1 : 0;
}

bool
walk_refuse_template(struct context *context, const char *text,
    struct source_span span)
{
	size_t n = span.length, placeholder;
	char quoted[STR_QUOTE_MAX];
	struct diag_record *record;

	if (n == 0)
		return false;
	placeholder = placeholder_length(text, n);
	if (placeholder != 0)
		span.length = (uint32_t)placeholder;
	else if (!(n >= 3 && memcmp(text, "...", 3) == 0) &&
	    !(n == 3 && memcmp(text, "\xe2\x80\xa6", 3) == 0))
		return false;
	record = diag_report(context->diag, DIAG_TEMPLATE_TEXT, span,
	    "%s is left from a template",
	    str_quote(text, span.length, quoted));
	diag_cure(context->diag, record, "replace it by what it stands for");
	return true;
}

bool
walk_refuse_remark(struct context *context, const char *text,
    struct source_span span)
{
	static const char *const marks[] = { "*", "//", "/*", ";", "--", "!" };
	struct source_span front = { span.source, span.offset, 0 };
	struct diag_record *record;
	size_t n;

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		n = strlen(marks[i]);
		if (span.length < n || memcmp(text, marks[i], n) != 0)
			continue;
		span.length = (uint32_t)n;
		record = diag_report(context->diag, DIAG_REMARK_FOREIGN, span,
		    "%s begins no remark", marks[i]);
		diag_cure(context->diag, record, "put a # before the line");
		diag_edit(context->diag, record, front, "# ");
		return true;
	}
	return false;
}

void
walk_warn_of_rest(struct context *context, const struct tree_node *node,
    uint32_t used)
{
	struct diag_record *record;
	struct source_span span;

	if (node->count <= used)
		return;
	span = context_span(context, &node->words[used]);
	span.length = node->end - span.offset;
	record = diag_report(context->diag, DIAG_TEXT_AFTER_VALUE, span,
	    "text after the value is ignored");
	diag_cure(context->diag, record, "remove it, or put a # before it");
	mend_rest(context->diag, record, span);
}

/* --- braces that were lost ---------------------------------------------- */

static void
report_unclosed(struct walker *w, const struct tree_node *node)
{
	struct context *context = w->context;
	struct source_span end = { context->source,
	    (uint32_t)source_size(context->source), 0 };
	char quoted[STR_QUOTE_MAX];
	struct diag_record *record;
	const struct tree_word *word = &node->words[0];

	record = diag_report(context->diag, DIAG_BLOCK_UNCLOSED, end,
	    "expected '}' before the end of the file");
	diag_cure(context->diag, record, "add it");
	diag_note(context->diag, record, context_span(context, word),
	    "%s was opened here", str_quote(context_text(context, word),
	    word->length, quoted));
}

static void
report_misplaced(struct walker *w, const struct tree_node *outer,
    const struct tree_node *inner)
{
	struct context *context = w->context;
	char a[STR_QUOTE_MAX], b[STR_QUOTE_MAX];
	const struct tree_word *in = &inner->words[0];
	const struct tree_word *out = &outer->words[0];
	struct diag_record *record;

	str_quote(context_text(context, in), in->length, a);
	str_quote(context_text(context, out), out->length, b);
	if (outer->closed)
		record = diag_report(context->diag, DIAG_STATEMENT_MISPLACED,
		    context_span(context, in), "%s cannot stand inside %s",
		    a, b);
	else
		record = diag_report(context->diag, DIAG_BLOCK_UNCLOSED,
		    context_span(context, in), "expected '}' before %s", a);
	diag_cure(context->diag, record, outer->closed ?
	    "is a '}' missing before it?" : "close the block above it");
	diag_note(context->diag, record, context_span(context, out),
	    "%s was opened here", b);
}

/* Whether a statement may refer to another, which may not stand in it. */
static bool
only_refers(const struct schema_statement *statement,
    const struct schema_statement *other)
{
	const struct schema_param *row;
	bool refers = false;

	for (size_t i = 0; statement != NULL &&
	    (row = schema_row(statement, i)) != NULL; i++) {
		if (row->type == SCHEMA_TYPE_BLOCK &&
		    row->statement == other->id)
			return false;
		refers = refers || (row->type == SCHEMA_TYPE_REF &&
		    row->statement == other->id);
	}
	return refers;
}

/*
 * Takes out of a block what cannot stand in it, and walks that as if it stood
 * outside. Then looks whether the block's own brace is there. Returns whether
 * a brace that is missing was told.
 */
static bool
settle_block(struct walker *w, const struct schema_statement *statement,
    const struct tree_node *block)
{
	struct context *context = w->context;
	const struct schema_param *row;
	const struct schema_statement *inner;
	struct tree_node *child;
	const struct tree_node *next;
	bool told = false, inside = false;

	for (child = block->first; child != NULL; child = child->next) {
		if (!child->block || (statement == NULL && block->closed))
			continue;
		row = statement == NULL ? NULL :
		    row_of(context, statement, child);
		if (row != NULL && row->type == SCHEMA_TYPE_BLOCK) {
			inside = settle_block(w,
			    schema_statement(row->statement), child) || inside;
			continue;
		}
		inner = statement_of(context, child);
		if (inner == NULL || !(inner->form & SCHEMA_FORM_GLOBAL) ||
		    (child->count < 2 && (statement == NULL ||
		    (block->closed && only_refers(statement, inner)))))
			continue;
		if (!told)
			report_misplaced(w, block, child);
		told = true;
		child->taken = true;
		/* Without a name it is nobody's: its place is wrong. */
		if (child->count > 1)
			walk_one(w, child, &next);
	}
	if (!block->closed && !told && !inside)
		report_unclosed(w, block);
	return told || inside;
}

/* --- statements without braces ------------------------------------------ */

/* Whether a node begins something new, after a statement without braces. */
static bool
is_header(const struct context *context,
    const struct schema_statement *adopter, const struct tree_node *node)
{
	const char *word = context_text(context, &node->words[0]);
	size_t length = node->words[0].length;
	const struct schema_param *row = row_of(context, adopter, node);

	/* A block's name makes a statement of it; without one it is inline. */
	if (row != NULL && !(row->type == SCHEMA_TYPE_BLOCK && node->count > 1))
		return false;
	if (node->block)
		return true;
	if (schema_find_statement(word, length) != NULL)
		return true;
	return row == NULL && schema_find_home(adopter, word, length) == NULL &&
	    schema_suggest_row(adopter, word, length, false) == NULL &&
	    schema_suggest_statement(word, length) != NULL;
}

const struct tree_node *
walk_end_of_adoption(const struct context *context,
    const struct schema_statement *adopter, const struct tree_node *header)
{
	const struct tree_node *node;

	for (node = header->next; node != NULL; node = node->next)
		if (is_header(context, adopter, node))
			break;
	return node;
}

static void
advise_braces(struct walker *w, const struct schema_statement *statement,
    const struct tree_node *node, const struct tree_node *end)
{
	struct context *context = w->context;
	struct diag_record *record = diag_report(context->diag,
	    DIAG_BRACES_LEFT_OUT, context_span(context, &node->words[0]),
	    "%s is written without braces; it takes the lines that follow",
	    statement->name);

	diag_cure(context->diag, record, "put them in { and }");
	mend_braces(context->diag, record, context->source, node, end);
}

/* --- what is not AT-TLS's ------------------------------------------------ */

/* Statements of the Policy Agent, and of the other policies that it reads. */
static bool
is_foreign(const char *word, size_t length)
{
	static const char *const names[] = {
		"AutoMonitorApps", "AutoMonitorParms", "ClientConnection",
		"CommonIDSConfig", "CommonIPSecConfig",
		"CommonRoutingConfig", "DynamicConfigPolicyLoad", "IDSConfig",
		"IpFilterPolicy", "IPSecConfig", "KeyExchangePolicy",
		"LocalDynVpnPolicy", "PolicyAction",
		"PolicyPerfMonitorForSDR", "PolicyRule", "PolicyServer",
		"QOSConfig", "ReadFromDirectory", "RoutingConfig",
		"ServerConnection", "ServicesConnection",
		"SetSubnetPrioTosMask",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (str_equal(word, length, names[i]))
			return true;
	return false;
}

static bool
skip_foreign(struct walker *w, const struct tree_node *node)
{
	struct context *context = w->context;
	const struct tree_word *word = &node->words[0];
	const char *text = context_text(context, word);
	char quoted[STR_QUOTE_MAX];

	if (!is_foreign(text, word->length))
		return false;
	diag_cure(context->diag, diag_report(context->diag,
	    DIAG_POLICY_FOREIGN, context_span(context, word),
	    "%s is not of AT-TLS, and is skipped", str_quote(text,
	    word->length, quoted)), "it may be left out");
	return true;
}

/* What code pages make of a brace, or people put in its place. */
static bool
is_changed_brace(const struct context *context, const struct tree_word *word)
{
	static const char *const marks[] = {
		"(", "[", "<", "\xc3\xa4", "\xc3\xa9", "\xc3\xa6",
		"\xc3\xa0", "\xc2\xa8", "\xc3\xb0",
	};
	const char *text = context_text(context, word);

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		if (word->length == strlen(marks[i]) &&
		    memcmp(text, marks[i], word->length) == 0)
			return true;
	return false;
}

/* Where all braces are something else, that is one mistake. */
static bool
refuse_changed_braces(struct context *context, const struct tree *tree)
{
	const struct tree_node *node = tree->first, *header = NULL;
	const struct tree_word *word;
	char quoted[STR_QUOTE_MAX];

	for (; node != NULL; header = node, node = node->next) {
		if (node->block || header == NULL || header->block ||
		    node->count > 1 ||
		    !is_changed_brace(context, &node->words[0]) ||
		    statement_of(context, header) == NULL)
			continue;
		word = &node->words[0];
		diag_cure(context->diag, diag_report(context->diag,
		    DIAG_SYNTAX, context_span(context, word),
		    "%s stands in the place of '{'", str_quote(
		    context_text(context, word), word->length, quoted)),
		    "write { and }; code pages may change them");
		return true;
	}
	return false;
}

/* --- file level --------------------------------------------------------- */

static void
report_unknown(struct walker *w, const struct tree_node *node)
{
	struct context *context = w->context;
	const struct tree_word *word = &node->words[0];
	const char *text = context_text(context, word), *nearest;
	struct source_span span = context_span(context, word);
	const struct schema_statement *home;
	char quoted[STR_QUOTE_MAX];
	struct diag_record *record;

	if (walk_refuse_template(context, text, span) || (!node->block &&
	    walk_refuse_remark(context, text, span)))
		return;
	secret_quote(span, quoted);
	home = node->block ? NULL :
	    schema_find_home(NULL, text, word->length);
	if (home != NULL) {
		/* Its neighbours are in no statement either. */
		if (w->orphans_told)
			return;
		w->orphans_told = true;
		record = diag_report(context->diag, DIAG_WRONG_STATEMENT, span,
		    "%s, and what follows it, stands in no statement", quoted);
		diag_cure(context->diag, record, "it belongs in %s",
		    home->name);
		return;
	}
	record = diag_report(context->diag, DIAG_UNKNOWN_STATEMENT, span,
	    "unknown statement %s", quoted);
	if (record == NULL)
		return;
	nearest = schema_suggest_statement(text, word->length);
	if (nearest != NULL && node->block && node->count < 2) {
		diag_cure(context->diag, record, "a name follows the keyword: "
		    "did you mean '%s %.*s'?", nearest, (int)word->length,
		    text);
		return;
	}
	mend_word(context->diag, record, span, nearest);
	if (nearest != NULL)
		diag_cure(context->diag, record, "did you mean '%s'?",
		    nearest);
	else
		diag_cure(context->diag, record,
		    "see `sallyport describe` for the statements there are");
}

/* The statement that a misspelt header was meant to be, or NULL. */
static const struct schema_statement *
meant_statement(const struct walker *w, const struct tree_node *node)
{
	const char *name = schema_suggest_statement(
	    context_text(w->context, &node->words[0]), node->words[0].length);

	return name == NULL ? NULL :
	    schema_find_statement(name, strlen(name));
}

static void
walk_unknown(struct walker *w, const struct tree_node *node,
    const struct tree_node **next_r)
{
	const struct schema_statement *meant;

	if (skip_foreign(w, node)) {
		/* Its braces are ours: what follows may be in them. */
		if (node->block)
			(void)settle_block(w, NULL, node);
		return;
	}
	report_unknown(w, node);
	meant = meant_statement(w, node);
	if (node->block)
		(void)settle_block(w, meant, node);
	else if (meant != NULL)
		*next_r = walk_end_of_adoption(w->context, meant, node);
	/* One mistake: its name is known, and its lines are looked at. */
	if (meant != NULL && (meant->form & SCHEMA_FORM_GLOBAL) &&
	    node->count > 1)
		w->found(w->context, w->argument, meant, node,
		    node->block ? node->first : node->next,
		    node->block ? NULL : *next_r);
}

/* One node at file level; next_r gets where to go on. */
static void
walk_one(struct walker *w, const struct tree_node *node,
    const struct tree_node **next_r)
{
	const struct schema_statement *statement =
	    statement_of(w->context, node);

	*next_r = node->next;
	if (statement == NULL) {
		walk_unknown(w, node, next_r);
		return;
	}
	w->orphans_told = false;
	if (statement->form & SCHEMA_FORM_LINE) {
		if (node->block)
			(void)settle_block(w, statement, node);
		w->found(w->context, w->argument, statement, node, node,
		    node->next);
	} else if (node->block) {
		(void)settle_block(w, statement, node);
		w->found(w->context, w->argument, statement, node,
		    node->first, NULL);
	} else {
		*next_r = walk_end_of_adoption(w->context, statement, node);
		advise_braces(w, statement, node, *next_r);
		w->found(w->context, w->argument, statement, node, node->next,
		    *next_r);
	}
}

void
walk_statements(struct context *context, const struct tree *tree,
    walk_found *found, void *argument)
{
	struct walker w = {
		.context = context, .found = found, .argument = argument,
	};
	const struct tree_node *node = tree->first, *next;

	if (refuse_changed_braces(context, tree)) {
		/* What rules refer to may be in what is not read. */
		context->pending = NULL;
		return;
	}
	for (; node != NULL; node = next) {
		next = node->next;
		if (node->spent)
			w.orphans_told = false;
		else
			walk_one(&w, node, &next);
	}
}

/* --- comparison --------------------------------------------------------- */

static bool
same_word(const struct context *context, const struct tree_word *a,
    const struct tree_word *b, bool fold)
{
	const char *x = context_text(context, a), *y = context_text(context, b);

	if (a->length != b->length)
		return false;
	return fold ? strncasecmp(x, y, a->length) == 0 :
	    memcmp(x, y, a->length) == 0;
}

static bool
same_line(const struct context *context, const struct schema_param *row,
    const struct tree_node *a, const struct tree_node *b)
{
	bool fold = row != NULL && (row->type == SCHEMA_TYPE_FLAG ||
	    row->type == SCHEMA_TYPE_ENUM);
	const struct tree_word *x, *y;
	size_t rest;

	if (a->count != b->count || a->block != b->block ||
	    !same_word(context, &a->words[0], &b->words[0], true))
		return false;
	for (uint32_t i = 1; i < a->count; i++)
		if (!same_word(context, &a->words[i], &b->words[i], fold))
			return false;
	if (a->count < TREE_WORDS)
		return true;
	x = &a->words[TREE_WORDS - 1];
	y = &b->words[TREE_WORDS - 1];
	rest = a->end - x->offset;
	return rest == b->end - y->offset && memcmp(context_text(context, x),
	    context_text(context, y), rest) == 0;
}

bool
walk_same_body(const struct context *context,
    const struct schema_statement *statement,
    const struct tree_node *a, const struct tree_node *a_end,
    const struct tree_node *b, const struct tree_node *b_end)
{
	const struct schema_param *row;

	for (;; a = a->next, b = b->next) {
		while (a != a_end && a->taken)
			a = a->next;
		while (b != b_end && b->taken)
			b = b->next;
		if (a == a_end || b == b_end)
			return a == a_end && b == b_end;
		row = row_of(context, statement, a);
		if (!same_line(context, row, a, b))
			return false;
		if (a->block && (row == NULL ||
		    row->type != SCHEMA_TYPE_BLOCK ||
		    !walk_same_body(context, schema_statement(row->statement),
		    a->first, NULL, b->first, NULL)))
			return false;
	}
}
