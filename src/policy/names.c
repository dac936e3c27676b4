#include "policy/names.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/str.h"
#include "policy/body.h"
#include "policy/context.h"
#include "policy/diag.h"
#include "policy/tree.h"
#include "policy/walk.h"

#define BUCKETS_FIRST	256

struct names {
	struct names_entry **buckets;
	size_t bucket_count, used;
	struct names_entry *first, **last;
	size_t counts[SCHEMA_STATEMENT_COUNT];
};

static size_t
bucket_of(const struct names *names, const char *name, size_t length)
{
	return str_hash(name, length, false) & (names->bucket_count - 1);
}

static void
grow(struct context *context, struct names *names)
{
	struct names_entry *entry;
	size_t b;

	names->bucket_count = names->bucket_count == 0 ? BUCKETS_FIRST :
	    names->bucket_count * 4;
	names->buckets = arena_alloc_array(context->scratch,
	    names->bucket_count, sizeof(names->buckets[0]));
	for (entry = names->first; entry != NULL; entry = entry->next) {
		if (entry->duplicate)
			continue;
		b = bucket_of(names, entry->name, strlen(entry->name));
		entry->twin = names->buckets[b];
		names->buckets[b] = entry;
	}
}

struct names_entry *
names_find(const struct names *names, const struct schema_statement *statement,
    const char *name, size_t length)
{
	struct names_entry *e;

	for (e = names->buckets[bucket_of(names, name, length)]; e != NULL;
	    e = e->twin)
		if (e->statement == statement &&
		    strncmp(e->name, name, length) == 0 &&
		    e->name[length] == '\0')
			return e;
	return NULL;
}

struct names_entry *
names_find_other(const struct names *names,
    const struct schema_statement *statement, const char *name, size_t length)
{
	struct names_entry *e;

	for (e = names->buckets[bucket_of(names, name, length)]; e != NULL;
	    e = e->twin)
		if (e->statement != statement &&
		    strncmp(e->name, name, length) == 0 &&
		    e->name[length] == '\0')
			return e;
	return NULL;
}

const char *
names_suggest(const struct names *names,
    const struct schema_statement *statement, const char *name, size_t length)
{
	unsigned limit = 1 + (unsigned)(length > 64 ? 64 : length) / 4;
	unsigned least = limit + 1, distance;
	const struct names_entry *entry;
	const char *best = NULL;
	bool tied = false;

	for (entry = names->first; entry != NULL; entry = entry->next) {
		if (entry->statement != statement || entry->duplicate)
			continue;
		distance = str_distance(name, length, entry->name,
		    strlen(entry->name), limit);
		if (distance < least) {
			least = distance;
			best = entry->name;
			tied = false;
		} else if (distance == least) {
			tied = true;
		}
	}
	return tied || least >= length ? NULL : best;
}

struct names_entry *
names_first(const struct names *names)
{
	return names->first;
}

size_t
names_count(const struct names *names, enum schema_statement_id id)
{
	return names->counts[id];
}

struct source_span
names_span(const struct context *context, const struct names_entry *entry)
{
	return context_span(context, &entry->node->words[
	    entry->node->count > 1 ? 1 : 0]);
}

/* --- a definition written again ------------------------------------------ */

/* Whether both say the same. */
static bool
report_again(struct context *context, const struct names_entry *entry,
    const struct names_entry *earlier)
{
	bool same = walk_same_body(context, entry->statement,
	    entry->first, entry->end, earlier->first, earlier->end);
	char quoted[STR_QUOTE_MAX];
	struct diag_record *record;

	record = diag_report(context->diag,
	    same ? DIAG_NAME_REPEATED : DIAG_NAME_REDEFINED,
	    names_span(context, entry), same ?
	    "%s %s is written twice, with the same content" :
	    "%s %s is defined twice, with different content",
	    entry->statement->name,
	    str_quote(entry->name, strlen(entry->name), quoted));
	diag_cure(context->diag, record, same ? "remove one of them" :
	    "rename or remove one of them");
	diag_note(context->diag, record, names_span(context, earlier),
	    "the first one is here");
	return same;
}

static size_t
characters(const char *text, size_t length)
{
	size_t count = 0, n;

	for (size_t i = 0; i < length; count++) {
		n = str_utf8_length(text + i, length - i);
		i += n == 0 ? 1 : n;
	}
	return count;
}

/* 0, or -1 where the header has no name that can be used. */
static int
check_name(struct context *context, const struct schema_statement *statement,
    const struct tree_node *node)
{
	const char *name;
	struct diag_record *record;
	struct source_span span;

	if (node->count < 2) {
		record = diag_report(context->diag, DIAG_NAME_MISSING,
		    context_span(context, &node->words[0]),
		    "this %s has no name", statement->name);
		diag_cure(context->diag, record, "write one behind %s",
		    statement->name);
		return -1;
	}
	name = context_text(context, &node->words[1]);
	span = context_span(context, &node->words[1]);
	if (walk_refuse_template(context, name, span))
		return -1;
	if (characters(name, node->words[1].length) > SCHEMA_NAME_MAX) {
		record = diag_report(context->diag, DIAG_NAME_LENGTH, span,
		    "the name has %zu characters",
		    characters(name, node->words[1].length));
		diag_cure(context->diag, record, "a name has at most %d",
		    SCHEMA_NAME_MAX);
		return -1;
	}
	walk_warn_of_rest(context, node, 2);
	return 0;
}

/* The lines of one kind are one body. */
static void
take_line(struct context *context, const struct schema_statement *statement,
    const struct tree_node *node)
{
	struct body **body = &context->lines[statement->id];

	if (*body == NULL)
		*body = body_compile(context, statement, node, node,
		    node->next, true);
	else
		body_add_line(context, *body, node);
}

static void
take_defaults(struct context *context)
{
	const struct body *body = context->lines[SCHEMA_POLICY_DEFAULTS];
	const struct body_set *set = body == NULL ? NULL :
	    body_set(body, "PolicyDefaults");

	if (context->defaults == POLICY_DEFAULTS_FILE)
		context->defaults = set == NULL ? POLICY_DEFAULTS_MODERN :
		    (enum policy_defaults)set->value.number;
}

static void
define(struct context *context, void *argument,
    const struct schema_statement *statement, const struct tree_node *node,
    const struct tree_node *first, const struct tree_node *end)
{
	struct names *names = argument;
	struct names_entry *entry, *earlier;
	const struct tree_word *word;
	size_t b;

	if (statement->form & SCHEMA_FORM_LINE) {
		take_line(context, statement, node);
		return;
	}
	if (check_name(context, statement, node) == -1)
		return;
	if (names->used >= names->bucket_count)
		grow(context, names);
	word = &node->words[1];
	entry = arena_alloc(context->scratch, sizeof(*entry));
	entry->statement = statement;
	entry->name = arena_copy_text(context->arena,
	    context_text(context, word), word->length);
	entry->node = node;
	entry->first = first;
	entry->end = end;
	earlier = names_find(names, statement, entry->name, word->length);
	if (earlier != NULL) {
		entry->duplicate = true;
		entry->repeated = report_again(context, entry, earlier);
	} else {
		b = bucket_of(names, entry->name, word->length);
		entry->twin = names->buckets[b];
		names->buckets[b] = entry;
		names->used++;
		names->counts[statement->id]++;
	}
	*names->last = entry;
	names->last = &entry->next;
}

struct names *
names_collect(struct context *context, const struct tree *tree)
{
	struct names *names = arena_alloc(context->scratch, sizeof(*names));

	names->last = &names->first;
	grow(context, names);
	walk_statements(context, tree, define, names);
	take_defaults(context);
	return names;
}
