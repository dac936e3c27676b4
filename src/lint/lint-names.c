#include "lint/lint-names.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "lint/lint-scope.h"
#include "policy/body.h"
#include "policy/context.h"
#include "policy/names.h"
#include "policy/rules.h"
#include "policy/schema.h"
#include "policy/tree.h"
#include "policy/walk.h"

#define HASH_START	0xcbf29ce484222325u
#define HASH_STEP	0x100000001b3u

static uint64_t
mix(uint64_t hash, uint32_t bits)
{
	return (hash ^ bits) * HASH_STEP;
}

/* A key of a map, which is never 0. */
static uint64_t
key_of(uint64_t hash)
{
	return hash == 0 ? 1 : hash;
}

/* --- used or not -------------------------------------------------- */

static void
reach(struct names_entry *entry)
{
	if (entry != NULL && entry->body != NULL)
		body_reach(entry->body);
}

/* The next word of a line; false at its end, a brace or a remark. */
static bool
next_word(struct source_span *rest, struct source_span *word_r)
{
	const char *text = lint_scope_text(*rest);
	uint32_t at = 0, length = 0;

	while (at < rest->length && strchr(" \t\r\n", text[at]) != NULL)
		at++;
	while (at + length < rest->length &&
	    strchr(" \t\r\n{}", text[at + length]) == NULL)
		length++;
	*word_r = (struct source_span){ rest->source, rest->offset + at,
	    length };
	rest->offset += at + length;
	rest->length -= at + length;
	return length > 0 && text[at] != '#';
}

/* Whatever has this name, unless the word is where it gets it. */
static void
reach_named(struct lint_scope *scope, struct source_span word)
{
	const char *name = lint_scope_text(word);

	if (word.length > 2 && strchr("\"'", *name) != NULL) {
		name++;
		word.length -= 2;
	}
	for (size_t id = 0; id < SCHEMA_STATEMENT_COUNT; id++) {
		struct names_entry *entry = names_find(scope->context->names,
		    schema_statement((enum schema_statement_id)id), name,
		    word.length);

		if (entry != NULL && names_span(scope->context,
		    entry).offset != word.offset)
			reach(entry);
	}
}

/* What a name that leads nowhere probably meant. */
static void
reach_meant(struct lint_scope *scope, struct source_span keyword,
    struct source_span name)
{
	const char *text = lint_scope_text(keyword), *nearest;
	const struct schema_statement *home = schema_find_home(NULL, text,
	    keyword.length);
	const struct schema_param *row = home == NULL ? NULL :
	    schema_find_row(home, text, keyword.length, NULL);
	const struct schema_statement *wanted;

	if (row == NULL || row->type != SCHEMA_TYPE_REF)
		return;
	wanted = schema_statement(row->statement);
	nearest = names_suggest(scope->context->names, wanted,
	    lint_scope_text(name), name.length);
	if (nearest != NULL)
		reach(names_find(scope->context->names, wanted, nearest,
		    strlen(nearest)));
}

/* The line at an offset. */
static struct source_span
line_at(const struct source *source, uint32_t offset)
{
	struct source_span line = { source, offset, 0 };

	line.length = (uint32_t)source_line(source, offset, &line.offset);
	return line;
}

/*
 * Marks what a line that has an error names: that is one mistake, and was
 * told; what it meant is not useless, too.
 */
static void
reach_by_mistake(struct lint_scope *scope, const struct diag_record *record)
{
	struct source_span rest = line_at(record->span.source,
	    record->span.offset), keyword, word;
	const char *text = source_text(rest.source), *end;

	/* The value may stand on the next line. */
	end = memchr(text + rest.offset + rest.length, '\n',
	    source_size(rest.source) - rest.offset - rest.length);
	if (record->code == DIAG_VALUE_MISSING && end != NULL) {
		struct source_span next = line_at(rest.source,
		    (uint32_t)(end + 1 - text));

		rest.length = next.offset + next.length - rest.offset;
	}
	if (!next_word(&rest, &keyword))
		return;
	reach_named(scope, keyword);
	while (next_word(&rest, &word)) {
		reach_named(scope, word);
		if (record->code == DIAG_REFERENCE_UNRESOLVED &&
		    word.offset == record->span.offset)
			reach_meant(scope, keyword, word);
	}
}

/* Whether it is not known which lines belong to a statement. */
static bool
loses_lines(enum diag_code code)
{
	switch (code) {
	case DIAG_BLOCK_UNCLOSED:
	case DIAG_BRACE_SURPLUS:
	case DIAG_BRACE_BARE:
	case DIAG_NESTING_DEPTH:
	case DIAG_SYNTAX:
	case DIAG_STATEMENT_MISPLACED:
	case DIAG_UNKNOWN_STATEMENT:
	case DIAG_UNKNOWN_PARAMETER:
	case DIAG_WRONG_STATEMENT:
	case DIAG_TEMPLATE_TEXT:
	case DIAG_BLOCK_UNEXPECTED:
		return true;
	default:
		return false;
	}
}

/* Marks what any line of the text refers to. */
static void
reach_by_text(struct lint_scope *scope)
{
	const struct source *source = scope->context->source;
	const char *text = source_text(source), *end;
	size_t size = source_size(source), at, next;

	for (at = source_start(source); at < size; at = next) {
		struct source_span rest = { source, (uint32_t)at, 0 };
		struct source_span keyword, word;

		end = memchr(text + at, '\n', size - at);
		next = end == NULL ? size : (size_t)(end + 1 - text);
		rest.length = (uint32_t)(next - at);
		if (!next_word(&rest, &keyword) || keyword.length < 3 ||
		    !str_equal(lint_scope_text(keyword) + keyword.length - 3,
		    3, "Ref"))
			continue;
		while (next_word(&rest, &word))
			reach_named(scope, word);
	}
}

static void
reach_all(struct lint_scope *scope)
{
	struct names_entry *entry = names_first(scope->context->names);
	const struct diag_record *record;
	bool lost = false;

	/* What a second body leads to is meant as well. */
	for (; entry != NULL; entry = entry->next)
		if (entry->statement->id == SCHEMA_RULE || entry->duplicate)
			reach(entry);
	for (size_t i = 0; (record = diag_at(scope->diag, i)) != NULL; i++) {
		if (record->severity != DIAG_ERROR ||
		    record->span.source != scope->context->source)
			continue;
		reach_by_mistake(scope, record);
		lost = lost || loses_lines(record->code);
	}
	if (lost)
		reach_by_text(scope);
}

/* Notes of each unused statement one that leads to it. */
static void
note_users(struct lint_scope *scope, struct lint_scope_map *users)
{
	struct names_entry *entry = names_first(scope->context->names);

	for (; entry != NULL; entry = entry->next) {
		const struct body *body = entry->body;

		if (body == NULL || body->reachable)
			continue;
		for (size_t i = 0; i < body->link_count; i++)
			if (body->links[i].target != NULL)
				*lint_scope_at(scope, users, (uintptr_t)
				    body->links[i].target) = entry;
	}
}

static void
warn_unused(struct lint_scope *scope)
{
	struct names_entry *entry = names_first(scope->context->names);
	struct lint_scope_map users = { 0 };
	char quoted[STR_QUOTE_MAX], by[STR_QUOTE_MAX];

	note_users(scope, &users);
	for (; entry != NULL; entry = entry->next) {
		const struct names_entry *user;
		struct diag_record *record;

		/* References to a placeholder are refused. */
		if (entry->body == NULL || entry->body->reachable ||
		    entry->duplicate || strchr("<?[", entry->name[0]) != NULL)
			continue;
		record = lint_scope_report(scope, DIAG_UNUSED,
		    names_span(scope->context, entry), "%s %s is never used",
		    entry->statement->name,
		    str_quote(entry->name, strlen(entry->name), quoted));
		diag_cure(scope->diag, record,
		    "remove it, or refer to it in a rule");
		user = *lint_scope_at(scope, &users, (uintptr_t)entry);
		if (user != NULL && user != entry)
			diag_note(scope->diag, record,
			    names_span(scope->context, user),
			    "only %s %s refers to it, which no rule leads to",
			    user->statement->name, str_quote(user->name,
			    strlen(user->name), by));
	}
}

/* --- names that are mistaken for each other ----------------------- */

/* The same for names that differ by case or by ~ - _ . only. */
static uint64_t
likeness(const struct names_entry *entry)
{
	uint64_t hash = mix(HASH_START, entry->statement->id);

	for (const char *c = entry->name; *c != '\0'; c++) {
		bool digits = c > entry->name && c[-1] >= '0' && c[-1] <= '9' &&
		    c[1] >= '0' && c[1] <= '9';

		/* 1-12 is not 11-2. */
		if (strchr("~-_.", *c) == NULL)
			hash = mix(hash, (unsigned char)(*c >= 'A' &&
			    *c <= 'Z' ? *c + 'a' - 'A' : *c));
		else if (digits)
			hash = mix(hash, '-');
	}
	return key_of(hash);
}

static void
warn_alike(struct lint_scope *scope)
{
	struct names_entry *entry = names_first(scope->context->names);
	struct lint_scope_map seen = { 0 };
	char quoted[STR_QUOTE_MAX], other[STR_QUOTE_MAX];

	for (; entry != NULL; entry = entry->next) {
		struct names_entry *earlier;
		struct diag_record *record;
		void **slot;

		if (entry->duplicate)
			continue;
		slot = lint_scope_at(scope, &seen, likeness(entry));
		earlier = *slot;
		if (earlier == NULL) {
			*slot = entry;
			continue;
		}
		record = lint_scope_report(scope, DIAG_NAMES_ALIKE,
		    names_span(scope->context, entry),
		    "%s %s is easily taken for %s", entry->statement->name,
		    str_quote(entry->name, strlen(entry->name), quoted),
		    str_quote(earlier->name, strlen(earlier->name), other));
		diag_cure(scope->diag, record, "both count; give one of them "
		    "a name that differs more");
		diag_note(scope->diag, record, names_span(scope->context,
		    earlier), "the other one is here");
	}
}

/* --- actions with one content ------------------------------------- */

/* Alike for bodies that walk_same_body calls the same. */
static uint64_t
content(const struct context *context, const struct tree_node *node,
    const struct tree_node *end, uint64_t hash)
{
	for (; node != end; node = node->next) {
		if (node->taken)
			continue;
		for (uint32_t i = 0; i < node->count; i++)
			hash = mix(hash, str_hash(
			    context_text(context, &node->words[i]),
			    node->words[i].length, true));
		if (node->block)
			hash = content(context, node->first, NULL, hash);
	}
	return hash;
}

static void
advise_same(struct lint_scope *scope)
{
	const struct context *context = scope->context;
	struct names_entry *entry = names_first(context->names);
	struct lint_scope_map seen = { 0 };
	char quoted[STR_QUOTE_MAX], other[STR_QUOTE_MAX];

	for (; entry != NULL; entry = entry->next) {
		struct names_entry *earlier;
		struct diag_record *record;
		void **slot;

		if (entry->statement->id != SCHEMA_ENVIRONMENT_ACTION ||
		    entry->duplicate || entry->body == NULL ||
		    entry->body->broken)
			continue;
		slot = lint_scope_at(scope, &seen, key_of(content(context,
		    entry->first, entry->end, HASH_START)));
		earlier = *slot;
		if (earlier == NULL)
			*slot = entry;
		if (earlier == NULL || !walk_same_body(context,
		    entry->statement, entry->first, entry->end,
		    earlier->first, earlier->end))
			continue;
		record = lint_scope_report(scope, DIAG_ACTIONS_SAME,
		    names_span(context, entry),
		    "TTLSEnvironmentAction %s says the same as %s",
		    str_quote(entry->name, strlen(entry->name), quoted),
		    str_quote(earlier->name, strlen(earlier->name), other));
		diag_cure(scope->diag, record, "rules may share one");
		diag_note(scope->diag, record, names_span(context, earlier),
		    "the other one is here");
	}
}

void
lint_names_check(struct lint_scope *scope)
{
	/* Without a rule nothing is used; that is told. Of so many errors that
	 * not all are kept it is not known what they mean. */
	if (names_count(scope->context->names, SCHEMA_RULE) > 0 &&
	    diag_has_room(scope->diag, DIAG_ERROR)) {
		reach_all(scope);
		warn_unused(scope);
	}
	warn_alike(scope);
	advise_same(scope);
}
