#include "lint/lint-scope.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "policy/context.h"

#define ROOM_FIRST	256
#define MESSAGE_MAX	1024

struct lint_scope_slot {
	uint64_t key;			/* 0: free */
	void *value;
};

struct lint_scope_tally {
	struct lint_scope_tally *next;
	enum diag_code code;
	const void *kind;
	struct source_span span;	/* of the first */
	const char *cure;
	const char *message;
	size_t others;
};

static struct lint_scope_slot *
slot_of(const struct lint_scope_map *map, uint64_t key)
{
	size_t i = (size_t)((key * 0x9e3779b97f4a7c15u) >> 20);

	for (i &= map->room - 1; map->slots[i].key != 0 &&
	    map->slots[i].key != key; i = (i + 1) & (map->room - 1))
		;
	return &map->slots[i];
}

static void
grow(struct lint_scope *scope, struct lint_scope_map *map)
{
	struct lint_scope_map old = *map;

	map->room = old.room == 0 ? ROOM_FIRST : old.room * 2;
	map->slots = arena_alloc_array(scope->arena, map->room,
	    sizeof(map->slots[0]));
	for (size_t i = 0; i < old.room; i++)
		if (old.slots[i].key != 0)
			*slot_of(map, old.slots[i].key) = old.slots[i];
}

void **
lint_scope_at(struct lint_scope *scope, struct lint_scope_map *map,
    uint64_t key)
{
	struct lint_scope_slot *slot;

	if (map->used * 2 >= map->room)
		grow(scope, map);
	slot = slot_of(map, key);
	if (slot->key == 0) {
		slot->key = key;
		map->used++;
	}
	return &slot->value;
}

static uint64_t
place_key(enum diag_code code, struct source_span span)
{
	return (uint64_t)(code + 1) << 32 | span.offset;
}

/* Whether it is the first time. */
static bool
first(struct lint_scope *scope, struct lint_scope_map *map, uint64_t key)
{
	void **value = lint_scope_at(scope, map, key);
	bool was = *value == NULL;

	*value = scope;
	return was;
}

struct diag_record *
lint_scope_report(struct lint_scope *scope, enum diag_code code,
    struct source_span span, const char *format, ...)
{
	char message[MESSAGE_MAX];
	va_list arguments;

	if (!first(scope, &scope->told, place_key(code, span)))
		return NULL;
	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	return diag_report(scope->diag, code, span, "%s", message);
}

void
lint_scope_mark(struct lint_scope *scope, enum diag_code code,
    struct source_span span)
{
	(void)first(scope, &scope->marks, place_key(code, span));
}

bool
lint_scope_marked(struct lint_scope *scope, enum diag_code code,
    struct source_span span)
{
	return *lint_scope_at(scope, &scope->marks,
	    place_key(code, span)) != NULL;
}

void
lint_scope_count(struct lint_scope *scope, enum diag_code code,
    const void *kind, struct source_span span, const char *cure,
    const char *format, ...)
{
	struct lint_scope_tally *tally;
	char message[MESSAGE_MAX];
	va_list arguments;

	for (tally = scope->tallies; tally != NULL; tally = tally->next) {
		if (tally->code != code || tally->kind != kind)
			continue;
		tally->others++;
		return;
	}
	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	tally = arena_alloc(scope->arena, sizeof(*tally));
	*tally = (struct lint_scope_tally){ .code = code, .kind = kind,
	    .span = span, .cure = cure, .message = arena_copy_text(
	    scope->arena, message, strlen(message)) };
	*scope->tallies_last = tally;
	scope->tallies_last = &tally->next;
}

void
lint_scope_tell_counts(struct lint_scope *scope)
{
	const struct lint_scope_tally *tally = scope->tallies;

	for (; tally != NULL; tally = tally->next) {
		struct diag_record *record;

		if (tally->others == 0)
			record = diag_report(scope->diag, tally->code,
			    tally->span, "%s", tally->message);
		else
			record = diag_report(scope->diag, tally->code,
			    tally->span, "%s; %zu more like it",
			    tally->message, tally->others);
		diag_cure(scope->diag, record, "%s", tally->cure);
	}
}

static uint64_t
line_key(struct source_span span)
{
	uint32_t start;

	(void)source_line(span.source, span.offset, &start);
	return (uint64_t)start + 1;
}

void
lint_scope_learn_wrong(struct lint_scope *scope)
{
	const struct diag_record *record;

	for (size_t i = 0; (record = diag_at(scope->diag, i)) != NULL; i++)
		if (record->severity == DIAG_ERROR &&
		    record->span.source == scope->context->source)
			(void)first(scope, &scope->wrong,
			    line_key(record->span));
}

bool
lint_scope_is_wrong(struct lint_scope *scope, struct source_span span)
{
	return scope->wrong.used > 0 && *lint_scope_at(scope, &scope->wrong,
	    line_key(span)) != NULL;
}

const char *
lint_scope_text(struct source_span span)
{
	return source_text(span.source) + span.offset;
}
