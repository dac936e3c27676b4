#include "policy/same.h"

#include <string.h>

#include "base/str.h"
#include "policy/body.h"
#include "policy/context.h"
#include "policy/names.h"
#include "policy/policy.h"
#include "policy/value-field.h"
#include "policy/value.h"

#define VALUE_MAX	16384	/* bytes of one value, printed */

static bool
same_names(const struct settings_names *a, const struct settings_names *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->names[i], b->names[i]) != 0)
			return false;
	return true;
}

/* By what is printed, where there is no better way; a secret never is. */
static bool
same_value(const struct schema_param *row, const struct value *a,
    const struct value *b)
{
	char a_text[VALUE_MAX], b_text[VALUE_MAX];
	struct str x, y;

	if (value_is_names(row))
		return same_names(&a->names, &b->names);
	if (row->type == SCHEMA_TYPE_SECRET || value_field_equal(row, a, b))
		return value_field_equal(row, a, b);
	str_init(&x, a_text, sizeof(a_text));
	str_init(&y, b_text, sizeof(b_text));
	value_field_print(row, a, &x);
	value_field_print(row, b, &y);
	return !x.cut && !y.cut && strcmp(a_text, b_text) == 0;
}

/* Set number `index` of a among those of its row, found in b; or NULL. */
static const struct body_set *
counterpart(const struct body *a, size_t index, const struct body *b)
{
	const struct schema_param *row = a->sets[index].row;
	size_t skip = 0;

	for (size_t i = 0; i < index; i++)
		skip += a->sets[i].row == row;
	for (size_t i = 0; i < b->set_count; i++)
		if (b->sets[i].row == row && skip-- == 0)
			return &b->sets[i];
	return NULL;
}

static bool same_body(const struct body *a, const struct body *b);

static bool
same_link(const struct body_link *a, const struct body_link *b)
{
	if (a->row != b->row || (a->target == NULL) != (b->target == NULL))
		return false;
	if (a->target != NULL)
		return strcmp(a->target->name, b->target->name) == 0;
	return (a->inlined == NULL) == (b->inlined == NULL) &&
	    (a->inlined == NULL || same_body(a->inlined, b->inlined));
}

static bool
same_body(const struct body *a, const struct body *b)
{
	const struct body_set *other;

	if (a->statement != b->statement || a->set_count != b->set_count ||
	    a->link_count != b->link_count)
		return false;
	for (size_t i = 0; i < a->set_count; i++) {
		other = counterpart(a, i, b);
		if (other == NULL || !same_value(a->sets[i].row,
		    &a->sets[i].value, &other->value))
			return false;
	}
	for (size_t i = 0; i < a->link_count; i++)
		if (!same_link(&a->links[i], &b->links[i]))
			return false;
	return true;
}

static bool
same_entry(const struct names_entry *a, const struct names_entry *b)
{
	return a->statement == b->statement && strcmp(a->name, b->name) == 0 &&
	    (a->body == NULL) == (b->body == NULL) &&
	    (a->body == NULL || same_body(a->body, b->body));
}

/* From an entry on, the first that counts. */
static const struct names_entry *
counting(const struct names_entry *entry)
{
	while (entry != NULL && entry->duplicate)
		entry = entry->next;
	return entry;
}

bool
same_policy(const struct policy *a, const struct policy *b)
{
	const struct context *x = policy_context(a), *y = policy_context(b);
	const struct names_entry *e = counting(names_first(x->names));
	const struct names_entry *f = counting(names_first(y->names));

	if (x->defaults != y->defaults)
		return false;
	while (e != NULL && f != NULL && same_entry(e, f)) {
		e = counting(e->next);
		f = counting(f->next);
	}
	return e == NULL && f == NULL;
}
