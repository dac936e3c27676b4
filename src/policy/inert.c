#include "policy/inert.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "policy/body.h"
#include "policy/context.h"
#include "policy/secret.h"
#include "policy/value-field.h"
#include "policy/value.h"

#define FIRST_ROOM	16
#define VALUE_MAX	128

struct slot {
	struct inert_item item;
	const struct body *body;
};

struct inert {
	struct arena *arena;
	struct slot *slots;
	size_t count, room;
};

struct inert *
inert_new(struct arena *arena)
{
	struct inert *inert = arena_alloc(arena, sizeof(*inert));

	inert->arena = arena;
	return inert;
}

static bool
is_default(struct context *context, const struct schema_param *row,
    const struct value *value)
{
	const char *text = row->def;
	struct value def;

	if (context->defaults == POLICY_DEFAULTS_ZOS && row->def_zos != NULL)
		text = row->def_zos;
	if (text == NULL)
		return false;
	value_parse_default(context, row, text, &def);
	return value_field_equal(row, value, &def);
}

static struct slot *
add_slot(struct inert *inert)
{
	struct slot *slots;
	size_t room;

	if (inert->count == inert->room) {
		room = inert->room == 0 ? FIRST_ROOM : inert->room * 2;
		slots = arena_alloc_array(inert->arena, room, sizeof(*slots));
		if (inert->count > 0)
			memcpy(slots, inert->slots,
			    inert->count * sizeof(*slots));
		inert->slots = slots;
		inert->room = room;
	}
	return &inert->slots[inert->count++];
}

/* What may be written in two ways is shown as it is. */
static bool
is_codes(const struct schema_param *row)
{
	return row->type == SCHEMA_TYPE_CURVES ||
	    row->type == SCHEMA_TYPE_PAIRS ||
	    row->type == SCHEMA_TYPE_SUITES_SSL2;
}

/* What follows the keyword of a line. */
static const char *
words(struct source_span line)
{
	const char *text = source_text(line.source) + line.offset;

	text += strcspn(text, " \t");
	return text + strspn(text, " \t");
}

/* What looks like one: "cn=admin,pw=...". */
static void
hide_secret(struct str *s)
{
	size_t at = 0, secret = secret_search(s->text, s->length, &at,
	    s->length);

	if (secret >= s->length)
		return;
	s->length = secret;
	str_add(s, "***");
}

void
inert_note(struct context *context, const struct schema_statement *statement,
    const struct schema_param *row, const struct value *value,
    struct source_span span, const struct body *body)
{
	const char *reason;
	enum schema_acts acts = schema_acts(row, value->choice, &reason);
	char text[VALUE_MAX];
	struct str s;
	struct slot *slot;

	if (acts == SCHEMA_ACTS_YES || is_default(context, row, value))
		return;
	str_init(&s, text, sizeof(text));
	if (is_codes(row))
		str_add_shown(&s, words(span), span.length -
		    (size_t)(words(span) - source_text(span.source) -
		    span.offset));
	else
		value_field_print(row, value, &s);
	if (row->type == SCHEMA_TYPE_TEXT)
		hide_secret(&s);
	slot = add_slot(context->inert);
	slot->body = body;
	slot->item = (struct inert_item){
		.span = span, .statement = statement->name,
		.parameter = row->name,
		.value = arena_copy_text(context->arena, text, s.length),
		.reason = reason, .acts = acts, .dependent = row->dependent,
	};
}

void
inert_settle(struct inert *inert)
{
	for (size_t i = 0; i < inert->count; i++) {
		struct slot *slot = &inert->slots[i];

		slot->item.reachable = slot->body == NULL ||
		    slot->body->reachable;
		slot->body = NULL;
	}
}

const struct inert_item *
inert_at(const struct inert *inert, size_t index)
{
	return index < inert->count ? &inert->slots[index].item : NULL;
}
