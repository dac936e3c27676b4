#include "cmd/show-field.h"

#include <string.h>

#include "base/str.h"
#include "cmd/show.h"
#include "policy/view.h"

#define ITEM_MAX	4200	/* the longest value, escaped */
#define ONE_LINE	44	/* characters of a list beside its name */
#define VALUE_WIDTH	48	/* a column is not made wider than this */
#define MEASURED	64	/* items of a list that decide on the column */

static const char *
field_item(const struct show_field *field, size_t index, char *buf)
{
	char raw[ITEM_MAX];
	struct str s;

	str_init(&s, raw, sizeof(raw));
	if (field->item != NULL)
		field->item(field, index, &s);
	else
		str_add(&s, "%s", field->text);
	str_init(&s, buf, ITEM_MAX);
	str_add_shown(&s, raw, strlen(raw));
	return buf;
}

/* Columns of a text; wide characters count as one. */
static size_t
width_of(const char *text)
{
	size_t width = 0;

	for (; *text != '\0'; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

/* The width of all items on one line, or 0 where each has its own. */
static size_t
one_line(const struct show_field *field)
{
	char buf[ITEM_MAX];
	size_t width = 0;

	if (field->count == 1)
		return width_of(field_item(field, 0, buf));
	for (size_t i = 0; i < field->count && width <= ONE_LINE; i++) {
		width += width_of(field_item(field, i, buf)) + (i > 0 ? 2 : 0);
		if (strchr(buf, ' ') != NULL)	/* a code and its name */
			return 0;
	}
	return width <= ONE_LINE ? width : 0;
}

size_t
show_field_width(const struct show_field *field)
{
	size_t width = one_line(field), item;
	char buf[ITEM_MAX];

	if (width == 0)
		for (size_t i = 0; i < field->count && i < MEASURED; i++) {
			item = width_of(field_item(field, i, buf));
			if (item > width)
				width = item;
		}
	return width < VALUE_WIDTH ? width : VALUE_WIDTH;
}

static void
pad(FILE *out, size_t from, size_t to)
{
	for (; from < to; from++)
		putc(' ', out);
}

void
show_field_text(FILE *out, const char *text)
{
	char buf[ITEM_MAX];
	struct str s;

	str_init(&s, buf, sizeof(buf));
	str_add_shown(&s, text, strlen(text));
	fputs(buf, out);
}

/* The file's name alone: its path is at the top, and would be everywhere. */
void
show_field_place(const struct show *show, const struct source_span *span)
{
	const char *path = view_path(show->view);
	const char *slash = strrchr(path, '/');

	show_field_text(show->out, slash == NULL ? path : slash + 1);
	fprintf(show->out, ":%zu", view_line(show->view, span));
}

static void
print_remarks(const struct show *show, const struct show_field *field,
    size_t used, size_t width)
{
	if (field->place != NULL || field->note != NULL)
		pad(show->out, used, (used > width ? used : width) + 2);
	if (field->place != NULL)
		show_field_place(show, field->place);
	if (field->note != NULL)
		fprintf(show->out, "%s%s", field->place == NULL ? "" : "  ",
		    field->note);
	if (field->noted != NULL)
		show_field_text(show->out, field->noted);
	putc('\n', show->out);
}

/* Aligned: the name takes name_width columns, the value value_width. */
void
show_field_print(const struct show *show, size_t indent, size_t name_width,
    size_t value_width, const struct show_field *field)
{
	bool single = one_line(field) > 0 || field->count <= 1;
	char buf[ITEM_MAX];
	size_t used = 0;

	pad(show->out, 0, indent);
	fputs(field->name, show->out);
	pad(show->out, strlen(field->name), name_width + 2);
	for (size_t i = 0; i < field->count; i++) {
		if (i > 0 && !single)
			pad(show->out, 0, indent + name_width + 2);
		if (i > 0 && single) {
			fputs(", ", show->out);
			used += 2;
		}
		field_item(field, i, buf);
		fputs(buf, show->out);
		used = (single ? used : 0) + width_of(buf);
		if (i == 0 && !single)
			print_remarks(show, field, used, value_width);
		else if (!single)
			putc('\n', show->out);
	}
	if (single)
		print_remarks(show, field, used, value_width);
}
