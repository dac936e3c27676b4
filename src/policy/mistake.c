#include "policy/mistake.h"

#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "policy/body.h"
#include "policy/context.h"
#include "policy/diag.h"
#include "policy/mend.h"
#include "policy/names.h"
#include "policy/network.h"
#include "policy/secret.h"
#include "policy/tree.h"
#include "policy/walk.h"

#define BEGINNING_MIN	4	/* letters of a word that tell it */

static struct source_span
keyword_span(const struct context *context, const struct tree_node *node)
{
	return context_span(context, &node->words[0]);
}

/* The statement that has such a row, one that this one leads to first. */
static const struct schema_statement *
find_home(const struct schema_statement *statement, const char *name,
    size_t length)
{
	const struct schema_statement *inner;
	const struct schema_param *row;

	for (size_t i = 0; (row = schema_row(statement, i)) != NULL; i++) {
		if (row->type != SCHEMA_TYPE_BLOCK)
			continue;
		inner = schema_statement(row->statement);
		if (schema_find_row(inner, name, length, NULL) != NULL)
			return inner;
	}
	return schema_find_home(statement, name, length);
}

/* The nearest row of the statements that this one leads to, or NULL. */
static const char *
suggest_inner(const struct schema_statement *statement, const char *name,
    size_t length, bool block, const struct schema_statement **home_r)
{
	const struct schema_statement *inner;
	const struct schema_param *row;
	const char *nearest, *found = NULL;

	for (size_t i = 0; (row = schema_row(statement, i)) != NULL; i++) {
		if (row->type != SCHEMA_TYPE_BLOCK)
			continue;
		inner = schema_statement(row->statement);
		nearest = schema_suggest_row(inner, name, length, block);
		if (nearest == NULL)
			continue;
		if (found != NULL)
			return NULL;
		found = nearest;
		*home_r = inner;
	}
	return found;
}

static void
cure_unknown(struct context *context, struct diag_record *record,
    const struct schema_statement *statement, const char *name, size_t length,
    bool block)
{
	const struct schema_statement *home = NULL;
	const char *nearest = suggest_inner(statement, name, length, block,
	    &home);

	if (length == strlen(statement->name) + 3 && strncasecmp(name,
	    statement->name, length - 3) == 0)
		diag_cure(context->diag, record, "one %s holds no other: name "
		    "what is in it", statement->name);
	else if (schema_find_statement(name, length) != NULL)
		diag_cure(context->diag, record,
		    "it is a statement: is a '}' missing before it?");
	else if (nearest != NULL)
		diag_cure(context->diag, record, "did you mean '%s', which "
		    "belongs in %s?", nearest, home->name);
	else
		diag_cure(context->diag, record,
		    "see `sallyport describe` for what it takes");
}

/* The one row that begins with what is there: a line was cut off. */
static const char *
continued(const struct schema_statement *statement, const char *name,
    size_t length)
{
	const struct schema_param *row;
	const char *found = NULL;

	for (size_t i = 0; length >= BEGINNING_MIN &&
	    (row = schema_row(statement, i)) != NULL; i++) {
		if (strlen(row->name) <= length ||
		    strncasecmp(row->name, name, length) != 0)
			continue;
		if (found != NULL)
			return NULL;
		found = row->name;
	}
	return found;
}

/* A statement written inside one that refers to it; NULL: another mistake. */
static const char *
refuse_inline(struct context *context,
    const struct schema_statement *statement, const struct tree_node *node)
{
	const char *name = context_text(context, &node->words[0]);
	const struct schema_statement *inner = schema_find_statement(name,
	    node->words[0].length);
	const struct schema_param *row, *refs[2] = { NULL, NULL };
	struct diag_record *record;

	if (inner == NULL || !node->block || node->count > 1)
		return NULL;
	for (size_t i = 0; (row = schema_row(statement, i)) != NULL; i++)
		if (row->type == SCHEMA_TYPE_REF &&
		    row->statement == inner->id)
			refs[refs[0] != NULL] = row;
	if (refs[0] == NULL)
		return NULL;
	record = diag_report(context->diag, DIAG_STATEMENT_MISPLACED,
	    keyword_span(context, node), "%s cannot stand inside %s",
	    inner->name, statement->name);
	if (refs[1] == NULL)
		diag_cure(context->diag, record, "write it outside, with a "
		    "name, and refer to it: %s NAME", refs[0]->name);
	else
		diag_cure(context->diag, record, "write it outside, with a "
		    "name, and refer to it: %s or %s NAME", refs[0]->name,
		    refs[1]->name);
	return refs[0]->name;
}

const char *
mistake_unknown(struct context *context,
    const struct schema_statement *statement, const struct tree_node *node)
{
	const struct tree_word *word = &node->words[0];
	const char *name = context_text(context, word), *nearest;
	struct source_span span = keyword_span(context, node);
	const struct schema_statement *home;
	char quoted[STR_QUOTE_MAX];
	struct diag_record *record;

	if (walk_refuse_template(context, name, span) || (!node->block &&
	    walk_refuse_remark(context, name, span)))
		return NULL;
	nearest = refuse_inline(context, statement, node);
	if (nearest != NULL)
		return nearest;
	if (!diag_has_room(context->diag, DIAG_ERROR)) {
		/* Counts only: what was meant is not worth the search. */
		diag_report(context->diag, DIAG_UNKNOWN_PARAMETER, span,
		    "unknown parameter");
		return NULL;
	}
	secret_quote(span, quoted);
	home = find_home(statement, name, word->length);
	if (home != NULL) {
		record = diag_report(context->diag, DIAG_WRONG_STATEMENT, span,
		    "%s is not a parameter of %s", quoted, statement->name);
		if (home->form & SCHEMA_FORM_LINE)
			diag_cure(context->diag, record,
			    "it is a line of its own, in no statement");
		else
			diag_cure(context->diag, record, "it belongs in %s",
			    home->name);
		return NULL;
	}
	record = diag_report(context->diag, DIAG_UNKNOWN_PARAMETER, span,
	    "unknown parameter %s in %s", quoted, statement->name);
	nearest = schema_suggest_row(statement, name, word->length,
	    node->block);
	if (nearest == NULL)
		nearest = continued(statement, name, word->length);
	mend_word(context->diag, record, span, nearest);
	if (nearest != NULL)
		diag_cure(context->diag, record, "did you mean '%s'?",
		    nearest);
	else
		cure_unknown(context, record, statement, name, word->length,
		    node->block);
	return nearest;
}

void
mistake_no_block(struct context *context, const struct schema_param *row,
    const struct tree_node *node)
{
	struct diag_record *record = diag_report(context->diag,
	    DIAG_BLOCK_EXPECTED, keyword_span(context, node),
	    "%s needs a block in braces", row->name);

	if (node->count == 1)
		diag_cure(context->diag, record, "put what belongs to it in "
		    "{ and }");
	else
		diag_cure(context->diag, record,
		    "to name a statement write %sRef", row->name);
}

void
mistake_block(struct context *context, const struct schema_param *row,
    const struct tree_node *node)
{
	struct diag_record *record = diag_report(context->diag,
	    DIAG_BLOCK_UNEXPECTED, keyword_span(context, node),
	    "%s takes a %s, not a block", row->name,
	    row->type == SCHEMA_TYPE_REF ? "name" : "value");

	if (row->type == SCHEMA_TYPE_REF)
		diag_cure(context->diag, record, "for a block write %s",
		    schema_statement(row->statement)->name);
	else
		diag_cure(context->diag, record,
		    "write its value on the same line");
}

void
mistake_no_value(struct context *context, const struct schema_param *row,
    const struct tree_node *node, bool next)
{
	char values[256];
	struct diag_record *record = diag_report(context->diag,
	    DIAG_VALUE_MISSING, keyword_span(context, node),
	    "%s has no value", row->name);

	if (next)
		diag_cure(context->diag, record, "write it on the same line");
	else
		diag_cure(context->diag, record, "allowed are %s",
		    schema_values(row, values, sizeof(values)));
}

static const char *
article(const struct schema_statement *statement)
{
	return statement->name[0] == 'I' ? "an" : "a";
}

static bool
has_row(const struct schema_statement *statement,
    const struct schema_param *wanted)
{
	const struct schema_param *row;

	for (size_t i = 0; (row = schema_row(statement, i)) != NULL; i++)
		if (row == wanted)
			return true;
	return false;
}

/*
 * Another form of the same condition: a reference to `to`, or where that is
 * NULL the value itself.
 */
static const struct schema_param *
sibling_of(const struct schema_param *row, const struct schema_statement *to)
{
	const struct schema_statement *home;
	const struct schema_param *other;

	for (size_t id = 0; row->slot != SCHEMA_SLOT_OWN &&
	    id < SCHEMA_STATEMENT_COUNT; id++) {
		home = schema_statement((enum schema_statement_id)id);
		if (!has_row(home, row))
			continue;
		for (size_t i = 0; (other = schema_row(home, i)) != NULL; i++) {
			if (other->slot != row->slot || other == row ||
			    other->type == SCHEMA_TYPE_BLOCK)
				continue;
			if (to == NULL ? other->type != SCHEMA_TYPE_REF :
			    other->type == SCHEMA_TYPE_REF &&
			    schema_statement(other->statement) == to)
				return other;
		}
	}
	return NULL;
}

/* Whether an address or a port is written where a name is wanted. */
static bool
is_value(const struct schema_param *row, const char *word, size_t length)
{
	struct addr_range addrs;
	struct addr_ports ports;

	if (row->type == SCHEMA_TYPE_PORTS)
		return network_read_ports(word, length, &ports);
	return str_equal(word, length, "All") ||
	    network_read_range(row->type, word, length, &addrs);
}

bool
mistake_name_for_value(struct context *context,
    const struct schema_statement *statement, const struct schema_param *row,
    const struct tree_node *node)
{
	const struct schema_param *other;
	const struct names_entry *entry;
	char quoted[STR_QUOTE_MAX];
	struct diag_record *record;
	const struct tree_word *word = &node->words[1];
	const char *name;

	if (row->slot == SCHEMA_SLOT_OWN || node->count < 2)
		return false;
	name = context_text(context, word);
	if ((*name >= '0' && *name <= '9') || is_value(row, name,
	    word->length))
		return false;
	for (size_t i = 0; (other = schema_row(statement, i)) != NULL; i++) {
		if (other->slot != row->slot || other->type != SCHEMA_TYPE_REF)
			continue;
		entry = names_find(context->names,
		    schema_statement(other->statement), name, word->length);
		if (entry == NULL)
			continue;
		record = diag_report(context->diag,
		    row->type == SCHEMA_TYPE_PORTS ? DIAG_PORT_BAD :
		    DIAG_ADDRESS_BAD, context_span(context, word),
		    "%s is the name of %s %s", str_quote(name, word->length,
		    quoted), article(entry->statement),
		    entry->statement->name);
		diag_cure(context->diag, record, "write %s", other->name);
		diag_edit(context->diag, record, keyword_span(context, node),
		    "%s", other->name);
		return true;
	}
	return false;
}

bool
mistake_second_name(struct context *context, const struct schema_param *row,
    const struct tree_node *node)
{
	const struct schema_statement *wanted =
	    schema_statement(row->statement);
	bool times = row->statement == SCHEMA_IP_TIME_CONDITION;
	char quoted[STR_QUOTE_MAX];
	const struct tree_word *word = &node->words[2];

	if (node->count < 3 || (row->slot == SCHEMA_SLOT_OWN && !times) ||
	    names_find(context->names, wanted, context_text(context, word),
	    word->length) == NULL)
		return false;
	diag_cure(context->diag, diag_report(context->diag, DIAG_VALUE_SECOND,
	    context_span(context, word), "%s is a second name: %s takes one",
	    str_quote(context_text(context, word), word->length, quoted),
	    row->name), "%s", times ? "write it on a line of its own" :
	    mistake_many(row));
	return true;
}

/* A name that is known, but for quotes around it. */
static bool
cure_quoted(struct context *context, struct diag_record *record,
    const struct schema_statement *wanted, const struct tree_word *word)
{
	const char *name = context_text(context, word);

	if (word->length < 3 || strchr("\"'", *name) == NULL ||
	    names_find(context->names, wanted, name + 1, word->length - 2) ==
	    NULL)
		return false;
	diag_cure(context->diag, record, "remove the quotes");
	mend_quotes(context->diag, record, context_span(context, word));
	return true;
}

void
mistake_unresolved(struct context *context, const struct schema_param *row,
    const struct tree_word *word)
{
	const struct schema_statement *wanted =
	    schema_statement(row->statement);
	const char *name = context_text(context, word), *nearest;
	struct source_span span = context_span(context, word);
	const struct schema_param *sibling;
	const struct names_entry *other;
	char quoted[STR_QUOTE_MAX];
	struct diag_record *record;

	str_quote(name, word->length, quoted);
	other = names_find_other(context->names, wanted, name, word->length);
	if (other != NULL) {
		record = diag_report(context->diag, DIAG_REFERENCE_KIND, span,
		    "%s names %s %s, not %s %s", row->name,
		    article(other->statement), other->statement->name,
		    article(wanted), wanted->name);
		sibling = sibling_of(row, other->statement);
		if (sibling != NULL)
			diag_cure(context->diag, record, "write %s",
			    sibling->name);
		else
			diag_cure(context->diag, record,
			    "it needs the name of %s %s", article(wanted),
			    wanted->name);
		diag_note(context->diag, record, names_span(context, other),
		    "%s %s is here", other->statement->name, quoted);
		return;
	}
	record = diag_report(context->diag, DIAG_REFERENCE_UNRESOLVED, span,
	    "no %s is named %s", wanted->name, quoted);
	if (record == NULL)
		return;
	sibling = sibling_of(row, NULL);
	if (sibling != NULL && is_value(sibling, name, word->length)) {
		diag_cure(context->diag, record, "it is a value: write %s",
		    sibling->name);
		return;
	}
	if (cure_quoted(context, record, wanted, word))
		return;
	nearest = names_suggest(context->names, wanted, name, word->length);
	if (nearest != NULL)
		diag_cure(context->diag, record, "did you mean '%s'?",
		    nearest);
	else
		diag_cure(context->diag, record,
		    "define %s %s of this name, or correct it",
		    article(wanted), wanted->name);
}

/* Where it was coded before, and the edit where that said the same. */
static void
note_first(struct context *context, struct diag_record *record,
    const struct tree_node *node, const struct source_span *earlier)
{
	struct source_span line = keyword_span(context, node);

	if (earlier == NULL)
		return;
	diag_note(context->diag, record, *earlier, "the first one is here");
	line.length = node->end - line.offset;
	if (!node->block)
		mend_line(context->diag, record, line, *earlier);
}

void
mistake_twice(struct context *context, const struct schema_param *row,
    const struct tree_node *node, const struct source_span *earlier)
{
	bool link = row->type == SCHEMA_TYPE_BLOCK ||
	    row->type == SCHEMA_TYPE_REF;
	struct diag_record *record;

	record = link ? diag_report(context->diag, DIAG_BLOCK_REPLACED,
	    keyword_span(context, node), "%s replaces the whole %s above",
	    row->name, schema_statement(row->statement)->name) :
	    diag_report(context->diag, DIAG_PARAMETER_REPEATED,
	    keyword_span(context, node),
	    "%s is coded twice; the last one counts", row->name);
	diag_cure(context->diag, record, "remove one of them");
	note_first(context, record, node, earlier);
}

const char *
mistake_many(const struct schema_param *row)
{
	switch (row->slot) {
	case SCHEMA_SLOT_LOCAL_ADDR:
		return "put both into an IpAddrGroup, for LocalAddrGroupRef";
	case SCHEMA_SLOT_REMOTE_ADDR:
		return "put both into an IpAddrGroup, for RemoteAddrGroupRef";
	case SCHEMA_SLOT_LOCAL_PORT:
		return "put both into a PortGroup, for LocalPortGroupRef";
	case SCHEMA_SLOT_REMOTE_PORT:
		return "put both into a PortGroup, for RemotePortGroupRef";
	case SCHEMA_SLOT_VALUE:
		return row->type == SCHEMA_TYPE_PORTS ?
		    "put two PortRanges into a PortGroup" :
		    "put both into an IpAddrGroup";
	case SCHEMA_SLOT_OWN:
		break;
	}
	return "write a rule for each";
}

void
mistake_condition_twice(struct context *context, const struct body *body,
    const struct schema_param *row, const struct schema_param *other,
    const struct tree_node *node, const struct source_span *earlier)
{
	struct source_span span = keyword_span(context, node);
	struct diag_record *record;

	if (other == NULL || other == row)
		record = diag_report(context->diag, DIAG_CONDITION_REPEATED,
		    span, "%s is coded twice in this %s", row->name,
		    body->statement->name);
	else
		record = diag_report(context->diag, DIAG_CONDITION_REPEATED,
		    span, "%s and %s are one condition; this %s has both",
		    other->name, row->name, body->statement->name);

	diag_cure(context->diag, record, "%s", mistake_many(row));
	note_first(context, record, node, earlier);
}

void
mistake_required(struct context *context, const struct body *body,
    const struct schema_param *row)
{
	char quoted[STR_QUOTE_MAX], values[256];
	struct diag_record *record;
	bool link = row->type == SCHEMA_TYPE_BLOCK ||
	    row->type == SCHEMA_TYPE_REF;

	if (body->name[0] != '\0')
		record = diag_report(context->diag, DIAG_PARAMETER_REQUIRED,
		    body->span, "%s %s has no %s", body->statement->name,
		    str_quote(body->name, strlen(body->name), quoted),
		    row->name);
	else
		record = diag_report(context->diag, DIAG_PARAMETER_REQUIRED,
		    body->span, "this %s has no %s", body->statement->name,
		    row->name);
	if (row->type == SCHEMA_TYPE_BLOCK)
		diag_cure(context->diag, record, "add %s { }, or %sRef",
		    row->name, row->name);
	else if (link)
		diag_cure(context->diag, record, "add %s NAME", row->name);
	else
		diag_cure(context->diag, record, "add %s: %s", row->name,
		    schema_values(row, values, sizeof(values)));
}
