#include "policy/lint-names.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "policy/body.h"
#include "policy/context.h"
#include "policy/lint-scope.h"
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

/* The name that a reference's line has. */
static const char *
name_referred(const struct body_link *link, size_t *length_r)
{
	const char *line = lint_scope_text(link->span);
	size_t at = strcspn(line, " \t");

	at += strspn(line + at, " \t");
	*length_r = link->span.length <= at ? 0 :
	    strcspn(line + at, " \t\r\n");
	return line + at;
}

/* What a reference that leads nowhere probably meant, or NULL. */
static struct names_entry *
meant(const struct context *context, const struct body_link *link)
{
	const struct schema_statement *wanted =
	    schema_statement(link->row->statement);
	size_t length;
	const char *name = name_referred(link, &length), *nearest;
	struct names_entry *other = names_find_other(context->names, wanted,
	    name, length);

	if (other != NULL)
		return other;
	nearest = names_suggest(context->names, wanted, name, length);
	return nearest == NULL ? NULL : names_find(context->names, wanted,
	    nearest, strlen(nearest));
}

/*
 * Marks what a body leads to by mistake: that is one mistake, and was told;
 * what it meant is not useless, too.
 */
static void
reach_meant(struct lint_scope *scope, const struct body *body)
{
	struct names_entry *entry;

	for (size_t i = 0; i < body->link_count; i++) {
		const struct body_link *link = &body->links[i];

		if (link->inlined != NULL)
			reach_meant(scope, link->inlined);
		if (link->inlined != NULL || (link->target != NULL &&
		    link->target->node != NULL))
			continue;
		entry = meant(scope->context, link);
		if (entry != NULL && entry->body != NULL)
			body_reach(entry->body);
	}
}

static void
reach_all(struct lint_scope *scope)
{
	struct names_entry *entry = names_first(scope->context->names);
	bool doubtful = diag_count(scope->diag, DIAG_ERROR) > 0;

	for (; entry != NULL; entry = entry->next) {
		if (entry->body == NULL)
			continue;
		/* What a second body leads to is meant as well. */
		if (entry->statement->id == SCHEMA_RULE || entry->duplicate)
			body_reach(entry->body);
		if (doubtful && diag_has_room(scope->diag, DIAG_WARNING))
			reach_meant(scope, entry->body);
	}
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
	/* Without a rule nothing is used; that is told. */
	if (names_count(scope->context->names, SCHEMA_RULE) > 0) {
		reach_all(scope);
		warn_unused(scope);
	}
	warn_alike(scope);
	advise_same(scope);
}
