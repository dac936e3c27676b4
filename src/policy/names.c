#include "policy/names.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/str.h"
#include "policy/body.h"
#include "policy/context.h"
#include "policy/diag.h"
#include "policy/mend.h"
#include "policy/tree.h"
#include "policy/walk.h"

#define BUCKETS_FIRST	256

struct names {
	struct names_entry **buckets;
	size_t bucket_count, used;
	struct names_entry *first, **last;
	size_t counts[SCHEMA_STATEMENT_COUNT];
};

static struct names_entry **
bucket_of(const struct names *names, uint32_t hash)
{
	return &names->buckets[hash & (names->bucket_count - 1)];
}

static void
put(struct names *names, struct names_entry *entry)
{
	struct names_entry **bucket = bucket_of(names, entry->hash);

	entry->twin = *bucket;
	*bucket = entry;
}

static void
grow(struct context *context, struct names *names)
{
	struct names_entry **old = names->buckets, *entry, *twin;
	size_t count = names->bucket_count;

	names->bucket_count = count == 0 ? BUCKETS_FIRST : count * 4;
	names->buckets = arena_alloc_array(context->lasting,
	    names->bucket_count, sizeof(names->buckets[0]));
	for (size_t b = 0; b < count; b++) {
		for (entry = old[b]; entry != NULL; entry = twin) {
			twin = entry->twin;
			put(names, entry);
		}
	}
}

static bool
has_name(const struct names_entry *entry, uint32_t hash, const char *name,
    size_t length)
{
	return entry->hash == hash && strncmp(entry->name, name, length) == 0 &&
	    entry->name[length] == '\0';
}

/* Defined, or only referred to. */
static struct names_entry *
find(const struct names *names, const struct schema_statement *statement,
    uint32_t hash, const char *name, size_t length)
{
	struct names_entry *e;

	for (e = *bucket_of(names, hash); e != NULL; e = e->twin)
		if (e->statement == statement &&
		    has_name(e, hash, name, length))
			return e;
	return NULL;
}

static struct names_entry *
add(struct context *context, const struct schema_statement *statement,
    uint32_t hash, const char *name, size_t length)
{
	struct names_entry *entry = arena_alloc(context->lasting,
	    sizeof(*entry));

	entry->statement = statement;
	entry->name = arena_copy_text(context->arena, name, length);
	entry->hash = hash;
	return entry;
}

static void
enter(struct context *context, struct names_entry *entry)
{
	struct names *names = context->names;

	if (names->used >= names->bucket_count)
		grow(context, names);
	names->used++;
	put(names, entry);
}

struct names_entry *
names_find(const struct names *names, const struct schema_statement *statement,
    const char *name, size_t length)
{
	struct names_entry *entry = find(names, statement,
	    str_hash(name, length, false), name, length);

	return entry != NULL && entry->node != NULL ? entry : NULL;
}

struct names_entry *
names_find_other(const struct names *names,
    const struct schema_statement *statement, const char *name, size_t length)
{
	uint32_t hash = str_hash(name, length, false);
	struct names_entry *e;

	for (e = *bucket_of(names, hash); e != NULL; e = e->twin)
		if (e->statement != statement && e->node != NULL &&
		    has_name(e, hash, name, length))
			return e;
	return NULL;
}

struct names_entry *
names_refer(struct context *context, const struct schema_statement *statement,
    const char *name, size_t length)
{
	uint32_t hash = str_hash(name, length, false);
	struct names_entry *entry = find(context->names, statement, hash,
	    name, length);

	if (entry == NULL) {
		entry = add(context, statement, hash, name, length);
		enter(context, entry);
	}
	return entry;
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

/* What is in a definition, which may have been given back. */
static const struct tree_node *
content(struct context *context, const struct names_entry *entry)
{
	if (!entry->node->spent)
		return entry->first;
	return tree_parse_again(context->scratch, context->source,
	    entry->node, context->diag);
}

/* Whether both say the same. */
static bool
report_again(struct context *context, const struct names_entry *entry,
    const struct names_entry *other)
{
	struct arena_mark mark = arena_mark(context->scratch);
	/* Past what is kept of errors, a long body need not be read again. */
	bool same = diag_has_room(context->diag, DIAG_ERROR) &&
	    walk_same_body(context, entry->statement, entry->first,
	    entry->end, content(context, other), other->end);
	struct source_span first = names_span(context, other),
	    second = names_span(context, entry);
	const struct names_entry *later = entry;
	char quoted[STR_QUOTE_MAX];
	struct diag_record *record;

	/* Rules may be defined ahead of what stands before them. */
	if (second.offset < first.offset) {
		struct source_span swap = first;

		later = other;
		first = second;
		second = swap;
	}
	arena_rewind(context->scratch, mark);
	record = diag_report(context->diag,
	    same ? DIAG_NAME_REPEATED : DIAG_NAME_REDEFINED, second, same ?
	    "%s %s is written twice, with the same content" :
	    "%s %s is defined twice, with different content",
	    entry->statement->name,
	    str_quote(entry->name, strlen(entry->name), quoted));
	diag_cure(context->diag, record, same ? "remove one of them" :
	    "rename or remove one of them");
	diag_note(context->diag, record, first, "the first one is here");
	if (same && !entry->node->spent && !other->node->spent)
		mend_statement(context->diag, record, context->source,
		    later->node, later->end);
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

bool
names_is_plain(const struct context *context, const struct tree_node *node)
{
	const struct tree_word *word = &node->words[1];
	const char *name = context_text(context, word);

	for (size_t i = 0; i < word->length; i++)
		if (!isalnum((unsigned char)name[i]) &&
		    strchr("~_-", name[i]) == NULL)
			return false;
	return word->length <= SCHEMA_NAME_MAX;
}

/* 0, or -1 where the header has no name. */
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
		diag_cure(context->diag, record, statement->form &
		    SCHEMA_FORM_INLINE ? "write one behind %s, or is the '}' "
		    "before it one too many?" : "write one behind %s",
		    statement->name);
		return -1;
	}
	name = context_text(context, &node->words[1]);
	span = context_span(context, &node->words[1]);
	/* A bad name is one: what stands below it is looked at, too. */
	if (walk_refuse_template(context, name, span))
		return 0;
	if (characters(name, node->words[1].length) > SCHEMA_NAME_MAX) {
		record = diag_report(context->diag, DIAG_NAME_LENGTH, span,
		    "the name has %zu characters",
		    characters(name, node->words[1].length));
		diag_cure(context->diag, record, "a name has at most %d",
		    SCHEMA_NAME_MAX);
	}
	if (strchr("\"'", *name) != NULL)
		diag_cure(context->diag, diag_report(context->diag,
		    DIAG_QUOTES_KEPT, span, "the quotes are part of the name"),
		    "remove them, here and where it is referred to");
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

struct names_entry *
names_define(struct context *context, const struct schema_statement *statement,
    const struct tree_node *node, const struct tree_node *first,
    const struct tree_node *end)
{
	struct names *names = context->names;
	struct names_entry *entry, *other;
	const struct tree_word *word = &node->words[1];
	const char *name;
	uint32_t hash;

	if (check_name(context, statement, node) == -1)
		return NULL;
	name = context_text(context, word);
	hash = str_hash(name, word->length, false);
	other = find(names, statement, hash, name, word->length);
	/* It may have been defined while the policy was read. */
	if (other != NULL && other->node == node)
		return other;
	entry = other != NULL && other->node == NULL ? other :
	    add(context, statement, hash, name, word->length);
	entry->node = node;
	entry->first = first;
	entry->end = end;
	if (other == NULL)
		enter(context, entry);
	if (other != NULL && other != entry) {
		entry->duplicate = true;
		entry->repeated = report_again(context, entry, other);
	} else {
		names->counts[statement->id]++;
	}
	*names->last = entry;
	names->last = &entry->next;
	return entry;
}

static void
define(struct context *context, void *argument,
    const struct schema_statement *statement, const struct tree_node *node,
    const struct tree_node *first, const struct tree_node *end)
{
	(void)argument;
	if (statement->form & SCHEMA_FORM_LINE)
		take_line(context, statement, node);
	else
		(void)names_define(context, statement, node, first, end);
}

struct names *
names_new(struct context *context)
{
	struct names *names = arena_alloc(context->lasting, sizeof(*names));

	names->last = &names->first;
	grow(context, names);
	return names;
}

void
names_collect(struct context *context, const struct tree *tree)
{
	walk_statements(context, tree, define, NULL);
	take_defaults(context);
}
