#include "policy/body.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "policy/context.h"
#include "policy/diag.h"
#include "policy/follow.h"
#include "policy/inert.h"
#include "policy/mistake.h"
#include "policy/names.h"
#include "policy/tree.h"
#include "policy/value-list.h"
#include "policy/walk.h"

#define BUCKETS		1024	/* a few times the rows there are */
#define ROOM_FIRST	8

struct bucket {
	const struct schema_statement *statement;
	const struct schema_param *row;
	size_t number;			/* of the row in its statement */
};

/* What is asked of every line, by row of one statement. */
struct shape {
	uint8_t first_form[SCHEMA_ROWS_MAX];	/* the first row that is a form
						 * of the same value */
	uint8_t required[SCHEMA_ROWS_MAX];	/* first forms only */
	size_t required_count;
};

struct body_index {
	struct bucket buckets[BUCKETS];
	struct shape shapes[SCHEMA_STATEMENT_COUNT];
};

/* One body being compiled. */
struct builder {
	struct context *context;
	struct body *body;
	bool of_rule;
	const struct tree_node *end;	/* of the lines */
	const struct tree_node *last;	/* that belongs to the one taken */
};

static size_t
first_bucket(const struct schema_statement *statement, const char *name,
    size_t length)
{
	return (str_hash(name, length, true) + statement->id * 31) % BUCKETS;
}

/* Whether two rows of a statement are forms of one value. */
static bool
same_value(const struct schema_param *a, const struct schema_param *b)
{
	if (a == b)
		return true;
	if (a->slot != SCHEMA_SLOT_OWN || b->slot != SCHEMA_SLOT_OWN)
		return a->slot == b->slot;
	return (a->type == SCHEMA_TYPE_BLOCK || a->type == SCHEMA_TYPE_REF) &&
	    (b->type == SCHEMA_TYPE_BLOCK || b->type == SCHEMA_TYPE_REF) &&
	    a->statement == b->statement;
}

static void
fill_shape(struct shape *shape, const struct schema_statement *statement)
{
	const struct schema_param *row;
	size_t form;

	for (size_t i = 0; (row = schema_row(statement, i)) != NULL; i++) {
		form = 0;
		while (!same_value(row, schema_row(statement, form)))
			form++;
		shape->first_form[i] = (uint8_t)form;
		if (form == i && (row->flags & SCHEMA_REQUIRED))
			shape->required[shape->required_count++] = (uint8_t)i;
	}
}

static void
fill_buckets(struct body_index *index,
    const struct schema_statement *statement)
{
	const struct schema_param *row;

	for (size_t i = 0; (row = schema_row(statement, i)) != NULL; i++) {
		size_t b = first_bucket(statement, row->name,
		    strlen(row->name));

		while (index->buckets[b].row != NULL)
			b = (b + 1) % BUCKETS;
		index->buckets[b] = (struct bucket){ statement, row, i };
	}
}

struct body_index *
body_index_new(struct arena *arena)
{
	struct body_index *index = arena_alloc(arena, sizeof(*index));

	for (size_t id = 0; id < SCHEMA_STATEMENT_COUNT; id++) {
		const struct schema_statement *s =
		    schema_statement((enum schema_statement_id)id);

		fill_buckets(index, s);
		fill_shape(&index->shapes[id], s);
	}
	return index;
}

static const struct schema_param *
find_row(const struct body_index *index,
    const struct schema_statement *statement, const char *name, size_t length,
    size_t *number_r)
{
	size_t b = first_bucket(statement, name, length);

	for (; index->buckets[b].row != NULL; b = (b + 1) % BUCKETS) {
		const struct bucket *bucket = &index->buckets[b];

		if (bucket->statement == statement &&
		    str_equal(name, length, bucket->row->name)) {
			*number_r = bucket->number;
			return bucket->row;
		}
	}
	return NULL;
}

/* --- what was coded ----------------------------------------------------- */

static void *
make_room(struct arena *arena, void *array, size_t used, size_t *room,
    size_t size)
{
	void *larger;

	if (used < *room)
		return array;
	*room = *room == 0 ? ROOM_FIRST : *room * 2;
	larger = arena_alloc_array(arena, *room, size);
	if (used > 0)
		memcpy(larger, array, used * size);
	return larger;
}

static struct body_set *
add_set(struct builder *b)
{
	struct body *body = b->body;

	body->sets = make_room(b->context->scratch, body->sets,
	    body->set_count, &body->set_room, sizeof(body->sets[0]));
	return &body->sets[body->set_count++];
}

static struct body_link *
add_link(struct builder *b)
{
	struct body *body = b->body;

	body->links = make_room(b->context->scratch, body->links,
	    body->link_count, &body->link_room, sizeof(body->links[0]));
	return &body->links[body->link_count++];
}

bool
body_has(const struct body *body, const struct schema_param *row)
{
	const struct schema_param *other;

	for (size_t i = 0; (other = schema_row(body->statement, i)) != NULL;
	    i++)
		if ((body->seen[i] & BODY_SEEN_ROW) && same_value(row, other))
			return true;
	return false;
}

/* The place that an earlier form of the same value takes, or NULL. */
static struct body_set *
earlier_set(const struct body *body, const struct schema_param *row)
{
	for (size_t i = 0; i < body->set_count; i++)
		if (same_value(body->sets[i].row, row))
			return &body->sets[i];
	return NULL;
}

static struct body_link *
earlier_link(const struct body *body, const struct schema_param *row)
{
	for (size_t i = 0; i < body->link_count; i++)
		if (same_value(body->links[i].row, row))
			return &body->links[i];
	return NULL;
}

/* What lines of the same list said so far, whichever form they use. */
static struct body_set *
earlier_list(const struct body *body, const struct schema_param *row)
{
	for (size_t i = 0; i < body->set_count; i++)
		if (body->sets[i].row->owner == row->owner &&
		    body->sets[i].row->offset == row->offset)
			return &body->sets[i];
	return NULL;
}

/* --- one line ----------------------------------------------------------- */

static struct source_span
line_span(const struct context *context, const struct tree_node *node)
{
	struct source_span span = context_span(context, &node->words[0]);

	span.length = node->end - span.offset;
	return span;
}

static void
take_value(struct builder *b, const struct schema_param *row,
    const struct tree_node *node)
{
	struct context *context = b->context;
	const struct tree_word nothing = { node->end, 0 };
	struct value_input input = {
		.text = source_text(context->source), .words = node->words + 1,
		.count = node->count - 1, .end = node->end,
		.where = { context->source, 0, 0 },
	};
	struct source_span span = line_span(context, node);
	struct body_set *set = NULL;
	struct value value;

	if (mistake_name_for_value(context, b->body->statement, row, node))
		return;

	if (input.count == 0) {
		input.words = &nothing;
		input.count = 1;
	}
	if (value_parse(context, row, &input, &value) == -1)
		return;
	inert_note(context, b->body->statement, row, &value, span,
	    b->of_rule ? NULL : b->body);
	set = row->flags & SCHEMA_REPEAT ? earlier_list(b->body, row) :
	    earlier_set(b->body, row);
	if (set != NULL && (row->flags & SCHEMA_REPEAT)) {
		value_list_join(context, row, &set->value, &value, span,
		    set->span);
		return;
	}
	if (set == NULL)
		set = add_set(b);
	*set = (struct body_set){ row, span, value };
}

static void
take_link(struct builder *b, const struct schema_param *row,
    const struct tree_node *node, struct names_entry *target,
    struct body *inlined)
{
	struct body_link *link = NULL;

	if (!(row->flags & SCHEMA_REPEAT))
		link = earlier_link(b->body, row);
	if (link == NULL)
		link = add_link(b);
	*link = (struct body_link){ row, line_span(b->context, node), target,
	    inlined };
}

static struct names_entry *
refer_ahead(struct context *context, const struct schema_param *row,
    const struct tree_word *word)
{
	struct body_pending *pending = arena_alloc(context->lasting,
	    sizeof(*pending));
	struct names_entry *target = names_refer(context,
	    schema_statement(row->statement), context_text(context, word),
	    word->length);

	*pending = (struct body_pending){ context->pending, target, row,
	    *word };
	context->pending = pending;
	return target;
}

void
body_settle_pending(struct context *context)
{
	const struct body_pending *pending = context->pending;

	for (; pending != NULL; pending = pending->next)
		if (pending->target->node == NULL)
			mistake_unresolved(context, pending->row,
			    &pending->word);
	context->pending = NULL;
}

static void
take_ref(struct builder *b, const struct schema_param *row,
    const struct tree_node *node)
{
	struct context *context = b->context;
	const struct schema_statement *wanted =
	    schema_statement(row->statement);
	const struct tree_word *word = &node->words[1];
	const char *name = context_text(context, word);
	struct names_entry *target;

	if (mistake_second_name(context, row, node))
		return;
	walk_warn_of_rest(context, node, 2);
	target = names_find(context->names, wanted, name, word->length);
	if (target == NULL && context->early)
		target = refer_ahead(context, row, word);
	else if (target == NULL)
		mistake_unresolved(context, row, word);
	take_link(b, row, node, target, NULL);
}

static void
take_block(struct builder *b, const struct schema_param *row,
    const struct tree_node *node)
{
	walk_warn_of_rest(b->context, node, 2);
	take_link(b, row, node, NULL, body_compile(b->context,
	    schema_statement(row->statement), node, node->first, NULL,
	    b->of_rule));
}

/* "[2001:db8::1]" is no placeholder where an address is wanted. */
static bool
may_be_template(const struct schema_param *row, const char *text,
    size_t length)
{
	switch (row->type) {
	case SCHEMA_TYPE_SECRET:
		return false;
	case SCHEMA_TYPE_ADDRS:
	case SCHEMA_TYPE_ADDR:
	case SCHEMA_TYPE_ADDR_PREFIX:
	case SCHEMA_TYPE_ADDR_RANGE:
		return text[0] != '[' || memchr(text, ':', length) == NULL;
	default:
		return true;
	}
}

/* 0, or -1 with the mistake reported. */
static int
check_form(struct builder *b, const struct schema_param *row,
    const struct tree_node *node)
{
	struct context *context = b->context;
	const char *text;

	if (row->type == SCHEMA_TYPE_BLOCK) {
		if (node->block)
			return 0;
		b->last = follow_block(context, b->body->statement, row, node,
		    b->end);
		mistake_no_block(context, row, node);
		return -1;
	}
	if (node->block) {
		mistake_block(context, row, node);
		return -1;
	}
	if (node->count < 2) {
		if (row->flags & SCHEMA_EMPTY)
			return 0;
		b->last = follow_value(context, b->body->statement, row, node,
		    b->end);
		mistake_no_value(context, row, node, b->last != node);
		return -1;
	}
	text = context_text(context, &node->words[1]);
	if (may_be_template(row, text, node->words[1].length) &&
	    walk_refuse_template(context, text,
	    context_span(context, &node->words[1])))
		return -1;
	return 0;
}

static const struct shape *
shape_of(const struct builder *b)
{
	return &b->context->index->shapes[b->body->statement->id];
}

/* Row number `number` is coded, well or not. */
static void
see(struct builder *b, size_t number)
{
	struct body *body = b->body;

	body->seen[number] |= BODY_SEEN_ROW;
	body->seen[shape_of(b)->first_form[number]] |= BODY_SEEN_VALUE;
	body->flags |= schema_row(body->statement, number)->flags;
}

/* Reports a value that was coded before; -1 where that is an error. */
static int
check_repeat(struct builder *b, const struct schema_param *row,
    size_t number, const struct tree_node *node)
{
	const struct body_set *set;
	const struct body_link *link;
	const struct source_span *earlier = NULL;
	const struct schema_param *other = NULL;

	if ((row->flags & SCHEMA_REPEAT) || !(b->body->seen[
	    shape_of(b)->first_form[number]] & BODY_SEEN_VALUE))
		return 0;
	set = earlier_set(b->body, row);
	link = earlier_link(b->body, row);
	if (set != NULL) {
		earlier = &set->span;
		other = set->row;
	} else if (link != NULL) {
		earlier = &link->span;
		other = link->row;
	}
	if (row->flags & SCHEMA_CONDITION) {
		mistake_condition_twice(b->context, b->body, row, other,
		    node, earlier);
		return -1;
	}
	mistake_twice(b->context, row, node, earlier);
	return 0;
}

/* Returns the last line that it took. */
static const struct tree_node *
take_line(struct builder *b, const struct tree_node *node)
{
	struct context *context = b->context;
	const struct tree_word *word = &node->words[0];
	const struct schema_param *row;
	const char *meant;
	size_t number;

	b->last = node;
	row = find_row(context->index, b->body->statement,
	    context_text(context, word), word->length, &number);
	if (row == NULL) {
		meant = mistake_unknown(context, b->body->statement, node);
		/* One mistake, one message: it is not missing as well. */
		if (meant != NULL && schema_find_row(b->body->statement,
		    meant, strlen(meant), &number) != NULL)
			see(b, number);
		return node->count > 1 || node->block ? node :
		    follow_value(context, b->body->statement, NULL, node,
		    b->end);
	}
	if (check_form(b, row, node) == 0 &&
	    check_repeat(b, row, number, node) == 0) {
		if (row->type == SCHEMA_TYPE_BLOCK)
			take_block(b, row, node);
		else if (row->type == SCHEMA_TYPE_REF)
			take_ref(b, row, node);
		else
			take_value(b, row, node);
	}
	see(b, number);
	return b->last;
}

/* --- the whole ---------------------------------------------------------- */

static void
check_required(struct builder *b)
{
	const struct shape *shape = shape_of(b);
	size_t form;

	for (size_t i = 0; i < shape->required_count; i++) {
		form = shape->required[i];
		if (!(b->body->seen[form] & BODY_SEEN_VALUE))
			mistake_required(b->context, b->body,
			    schema_row(b->body->statement, form));
	}
}

struct body *
body_compile(struct context *context, const struct schema_statement *statement,
    const struct tree_node *header, const struct tree_node *first,
    const struct tree_node *end, bool of_rule)
{
	struct body *body = arena_alloc(context->scratch, sizeof(*body));
	struct builder b = {
		.context = context, .body = body, .of_rule = of_rule,
		.end = end,
	};
	size_t errors = diag_count(context->diag, DIAG_ERROR);
	const struct tree_word *word;
	const struct tree_node *node;

	word = &header->words[header->count > 1 ? 1 : 0];
	body->statement = statement;
	body->span = context_span(context, word);
	body->name = header->count < 2 ? "" : arena_copy_text(
	    context->scratch, context_text(context, word), word->length);
	for (node = first; node != end; node = node->next)
		if (!node->taken)
			node = take_line(&b, node);
	check_required(&b);
	body->broken = diag_count(context->diag, DIAG_ERROR) > errors;
	return body;
}

void
body_add_line(struct context *context, struct body *body,
    const struct tree_node *node)
{
	struct builder b = {
		.context = context, .body = body, .of_rule = true,
		.end = node->next,
	};
	size_t errors = diag_count(context->diag, DIAG_ERROR);

	(void)take_line(&b, node);
	body->broken |= diag_count(context->diag, DIAG_ERROR) > errors;
}

const struct body_set *
body_set(const struct body *body, const char *name)
{
	for (size_t i = 0; i < body->set_count; i++)
		if (strcmp(body->sets[i].row->name, name) == 0)
			return &body->sets[i];
	return NULL;
}

const struct body_link *
body_link(const struct body *body, enum schema_statement_id id)
{
	for (size_t i = 0; i < body->link_count; i++)
		if (body->links[i].row->statement == id)
			return &body->links[i];
	return NULL;
}

struct body *
body_target(const struct body_link *link)
{
	if (link->target != NULL)
		return link->target->body;
	return link->inlined;
}

bool
body_sound(const struct body *body)
{
	const struct body *target;

	if (body->broken)
		return false;
	for (size_t i = 0; i < body->link_count; i++) {
		target = body_target(&body->links[i]);
		if (target == NULL || !body_sound(target))
			return false;
	}
	return true;
}

void
body_reach(struct body *body)
{
	struct body *target;

	if (body->reachable)
		return;
	body->reachable = true;
	for (size_t i = 0; i < body->link_count; i++) {
		target = body_target(&body->links[i]);
		if (target != NULL)
			body_reach(target);
	}
}
