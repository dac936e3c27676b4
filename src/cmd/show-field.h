/*
 * show-field.h - one line of what `show` prints for people, or several: a
 * name, what it is, where it is said. Columns are aligned by who prints them.
 */
#ifndef SALLYPORT_CMD_SHOW_FIELD_H
#define SALLYPORT_CMD_SHOW_FIELD_H

#include <stddef.h>
#include <stdio.h>

#include "cmd/show-text.h"

struct body;
struct rules_rule;
struct show;
struct source_span;
struct str;
struct view_parameter;

struct show_field {
	const char *name;
	size_t count;			/* of the items */
	/* Adds one of them; NULL: there is one, which is `text`. */
	void (*item)(const struct show_field *field, size_t index,
	    struct str *out);
	const char *text;
	/* What the items are of. */
	const struct rules_rule *rule;
	enum show_text_set set;
	const struct view_parameter *parameter;
	const struct body *times;	/* of an IpTimeCondition */
	/* What is said behind them. */
	const struct source_span *place;	/* NULL: none */
	const char *note;		/* NULL: none */
	const char *noted;		/* a name after the note, or NULL */
};

/* How wide a column the items would like. */
size_t show_field_width(const struct show_field *field);

/* The name takes name_width columns, the items value_width or more. */
void show_field_print(const struct show *show, size_t indent,
    size_t name_width, size_t value_width, const struct show_field *field);

/* Text of the policy, so that it cannot be taken for anything else. */
void show_field_text(FILE *out, const char *text);

/* "web.policy:12" */
void show_field_place(const struct show *show,
    const struct source_span *span);

#endif
