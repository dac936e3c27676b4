#include "cmd/show-dot.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cmd/show.h"
#include "policy/body.h"
#include "policy/names.h"
#include "policy/rules.h"
#include "policy/value-show.h"
#include "policy/view.h"

#define TEXT_MAX	4200	/* the longest value, escaped */
#define SHOWN_MAX	60	/* characters of a value in a box */
#define ITEMS_MAX	12	/* of a list in a box */
#define ROWS_MAX	60	/* of a box */

#define COLOUR_SECURED	"#d9ead3"
#define COLOUR_CLEAR	"#f9cb9c"
#define COLOUR_OTHER	"#ffffff"
#define COLOUR_FAINT	"#666666"

/* What stands together, left to right. */
enum column {
	COLUMN_CONDITIONS,
	COLUMN_RULES,
	COLUMN_GROUPS,
	COLUMN_ENVIRONMENTS,
	COLUMN_CONNECTIONS,
	COLUMN_APPLICATIONS,
	COLUMN_PARMS,
	COLUMN_COUNT,
};

struct writer {
	const struct show *show;
	FILE *out;
	size_t rows;			/* of the box being written */
	/* What one rule leads to, where only one is asked for. */
	const struct names_entry **kept;
	size_t kept_count, kept_room;
};

static enum column
column_of(const struct names_entry *entry)
{
	switch (entry->statement->id) {
	case SCHEMA_RULE:
		return COLUMN_RULES;
	case SCHEMA_GROUP_ACTION:
		return COLUMN_GROUPS;
	case SCHEMA_ENVIRONMENT_ACTION:
		return COLUMN_ENVIRONMENTS;
	case SCHEMA_CONNECTION_ACTION:
		return COLUMN_CONNECTIONS;
	case SCHEMA_APPLICATION_ACTION:
		return COLUMN_APPLICATIONS;
	case SCHEMA_IP_ADDR:
	case SCHEMA_IP_ADDR_SET:
	case SCHEMA_IP_ADDR_GROUP:
	case SCHEMA_PORT_RANGE:
	case SCHEMA_PORT_GROUP:
	case SCHEMA_IP_TIME_CONDITION:
		return COLUMN_CONDITIONS;
	default:
		return COLUMN_PARMS;
	}
}

/* --- text --------------------------------------------------------------- */

/* Text of a label, which is HTML to Graphviz; cut where it is too long. */
static void
print_text(const struct writer *w, const char *text)
{
	char buf[TEXT_MAX];
	struct str s;
	size_t shown = 0;

	str_init(&s, buf, sizeof(buf));
	str_add_shown(&s, text, strlen(text));
	for (const char *at = buf; *at != '\0'; at++) {
		if (((unsigned char)*at & 0xc0) != 0x80 &&
		    ++shown > SHOWN_MAX) {
			fputs("...", w->out);
			return;
		}
		switch (*at) {
		case '&':
			fputs("&amp;", w->out);
			break;
		case '<':
			fputs("&lt;", w->out);
			break;
		case '>':
			fputs("&gt;", w->out);
			break;
		case '"':
			fputs("&quot;", w->out);
			break;
		case '\\':	/* \N would be the box's name */
			fputs("\\\\", w->out);
			break;
		default:
			putc(*at, w->out);
		}
	}
}

/* Where a statement begins is a name that no other one has. */
static void
print_id(const struct writer *w, const struct names_entry *entry)
{
	fprintf(w->out, "n%u", entry->body->span.offset);
}

/* --- boxes -------------------------------------------------------------- */

/* Whether the box has room; says so where it ends. */
static bool
has_room(struct writer *w)
{
	if (w->rows == ROWS_MAX)
		fputs("<tr><td align=\"left\">...</td><td></td></tr>", w->out);
	return w->rows++ < ROWS_MAX;
}

static void
print_set(struct writer *w, const struct body_set *set)
{
	size_t count = value_show_count(set->row, &set->value);
	const char *name;
	char buf[TEXT_MAX];
	struct str s;

	if (!has_room(w))
		return;
	fputs("<tr><td align=\"left\" valign=\"top\">", w->out);
	print_text(w, set->row->name);
	fputs("</td><td align=\"left\" balign=\"left\">", w->out);
	for (size_t i = 0; i < count && i < ITEMS_MAX; i++) {
		str_init(&s, buf, sizeof(buf));
		name = value_show_item(set->row, &set->value, i, &s);
		fputs(i > 0 ? "<br/>" : "", w->out);
		print_text(w, name != NULL ? name : buf);
	}
	if (count > ITEMS_MAX)
		fprintf(w->out, "<br/>and %zu more", count - ITEMS_MAX);
	fputs("</td></tr>", w->out);
}

/* An inline block that only wraps one value needs no heading. */
static bool
is_wrapper(const struct body *body)
{
	return body->link_count == 0 && body->set_count == 1 &&
	    body->sets[0].row->slot == SCHEMA_SLOT_VALUE;
}

static void
print_body(struct writer *w, const struct body *body)
{
	const struct body *inlined;

	for (size_t i = 0; i < body->set_count; i++)
		print_set(w, &body->sets[i]);
	for (size_t i = 0; i < body->link_count; i++) {
		inlined = body->links[i].inlined;
		if (inlined == NULL)
			continue;
		if (!is_wrapper(inlined)) {
			if (!has_room(w))
				return;
			fprintf(w->out, "<tr><td align=\"left\" colspan=\"2\">"
			    "<i>%s</i> ", inlined->statement->name);
			print_text(w, inlined->name);
			fputs("</td></tr>", w->out);
		}
		print_body(w, inlined);
	}
}

/* Whether a group action switches TLS on. */
static bool
is_on(const struct body *group)
{
	for (size_t i = 0; i < group->set_count; i++)
		if (group->sets[i].row->owner == SCHEMA_OWNER_ACTIONS &&
		    group->sets[i].row->offset ==
		    offsetof(struct rules_actions, secured))
			return group->sets[i].value.number != 0;
	return false;
}

/* Rules and group actions tell whether a connection stays in clear. */
static const char *
colour_of(const struct names_entry *entry)
{
	const struct body *group = entry->body;

	if (entry->statement->id == SCHEMA_RULE)
		group = body_target(body_link(group, SCHEMA_GROUP_ACTION));
	else if (entry->statement->id != SCHEMA_GROUP_ACTION)
		return COLOUR_OTHER;
	return is_on(group) ? COLOUR_SECURED : COLOUR_CLEAR;
}

static void
print_box(struct writer *w, const struct names_entry *entry)
{
	bool used = view_is_used(entry);

	fputs("\t\t", w->out);
	print_id(w, entry);
	fprintf(w->out, " [fillcolor=\"%s\", %slabel=<<table border=\"0\" "
	    "cellborder=\"0\" cellspacing=\"0\" cellpadding=\"1\">"
	    "<tr><td align=\"left\" colspan=\"2\"><b>",
	    used ? colour_of(entry) : COLOUR_OTHER,
	    used ? "" : "style=\"rounded,dashed\", color=\"" COLOUR_FAINT
	    "\", fontcolor=\"" COLOUR_FAINT "\", ");
	print_text(w, entry->name);
	fprintf(w->out, "</b> <font color=\"" COLOUR_FAINT "\">line %zu%s"
	    "</font></td></tr>", view_line(w->show->view, &entry->body->span),
	    used ? "" : ", not used");
	if (column_of(entry) == COLUMN_PARMS ||
	    column_of(entry) == COLUMN_CONDITIONS)
		fprintf(w->out, "<tr><td align=\"left\" colspan=\"2\">"
		    "<i>%s</i></td></tr>", entry->statement->name);
	w->rows = 0;
	print_body(w, entry->body);
	fputs("</table>>];\n", w->out);
}

/* --- edges -------------------------------------------------------------- */

static void
print_edge(const struct writer *w, const struct names_entry *from,
    const struct names_entry *to)
{
	bool condition = column_of(from) == COLUMN_RULES &&
	    column_of(to) == COLUMN_CONDITIONS;

	putc('\t', w->out);
	print_id(w, condition ? to : from);
	fputs(" -> ", w->out);
	print_id(w, condition ? from : to);
	/* What a rule asks stands to its left. */
	fprintf(w->out, "%s;\n", condition ? " [dir=back]" :
	    view_is_used(from) ? "" : " [style=dashed, color=\""
	    COLOUR_FAINT "\"]");
}

static void
print_edges(const struct writer *w, const struct names_entry *from,
    const struct body *body)
{
	for (size_t i = 0; i < body->link_count; i++) {
		if (body->links[i].target != NULL)
			print_edge(w, from, body->links[i].target);
		else if (body->links[i].inlined != NULL)
			print_edges(w, from, body->links[i].inlined);
	}
}

/* --- what is in the graph ----------------------------------------------- */

static bool
is_kept(const struct writer *w, const struct names_entry *entry)
{
	if (w->show->only == NULL)
		return true;
	for (size_t i = 0; i < w->kept_count; i++)
		if (w->kept[i] == entry)
			return true;
	return false;
}

static int keep_body(struct writer *w, const struct body *body);

/* 0, or -1 where there is no memory. */
static int
keep(struct writer *w, const struct names_entry *entry)
{
	const struct names_entry **larger;

	if (is_kept(w, entry))
		return 0;
	if (w->kept_count == w->kept_room) {
		w->kept_room = w->kept_room * 2 + 16;
		larger = reallocarray(w->kept, w->kept_room,
		    sizeof(w->kept[0]));
		if (larger == NULL)
			return -1;
		w->kept = larger;
	}
	w->kept[w->kept_count++] = entry;
	return keep_body(w, entry->body);
}

static int
keep_body(struct writer *w, const struct body *body)
{
	int status = 0;

	for (size_t i = 0; i < body->link_count && status == 0; i++) {
		if (body->links[i].target != NULL)
			status = keep(w, body->links[i].target);
		else if (body->links[i].inlined != NULL)
			status = keep_body(w, body->links[i].inlined);
	}
	return status;
}

static const struct names_entry *
next(const struct writer *w, const struct names_entry *after)
{
	do {
		after = view_next(w->show->view, after);
	} while (after != NULL && !is_kept(w, after));
	return after;
}

static void
print_column(struct writer *w, enum column column)
{
	static const char *const titles[COLUMN_COUNT] = {
		[COLUMN_CONDITIONS] = "addresses, ports, times",
		[COLUMN_RULES] = "rules",
		[COLUMN_GROUPS] = "group actions",
		[COLUMN_ENVIRONMENTS] = "environment actions",
		[COLUMN_CONNECTIONS] = "connection actions",
		[COLUMN_APPLICATIONS] = "application actions",
		[COLUMN_PARMS] = "parameters",
	};
	const struct names_entry *entry;
	bool open = false;

	for (entry = next(w, NULL); entry != NULL; entry = next(w, entry)) {
		if (column_of(entry) != column)
			continue;
		if (!open)
			fprintf(w->out, "\tsubgraph cluster_%d {\n"
			    "\t\tlabel=\"%s\";\n", (int)column,
			    titles[column]);
		open = true;
		print_box(w, entry);
	}
	if (open)
		fputs("\t}\n", w->out);
}

static void
print_graph(struct writer *w)
{
	const struct names_entry *entry;

	fputs("digraph policy {\n"
	    "\tgraph [rankdir=LR, ranksep=1, nodesep=0.15, labelloc=t, "
	    "fontname=\"sans-serif\", fontsize=11, style=rounded, "
	    "color=\"#cccccc\"];\n"
	    "\tnode [shape=box, style=\"rounded,filled\", fontname="
	    "\"sans-serif\", fontsize=9, margin=\"0.08,0.04\"];\n"
	    "\tedge [arrowsize=0.6, color=\"#444444\"];\n", w->out);
	fputs("\tlabel=<", w->out);
	print_text(w, view_path(w->show->view));
	fputs(">;\n", w->out);
	for (int column = 0; column < COLUMN_COUNT; column++)
		print_column(w, (enum column)column);
	for (entry = next(w, NULL); entry != NULL; entry = next(w, entry))
		print_edges(w, entry, entry->body);
	fputs("}\n", w->out);
}

int
show_dot_print(const struct show *show)
{
	struct writer w = { .show = show, .out = show->out };
	int status = 0;

	if (show->only != NULL)
		status = keep(&w, view_rule(show->view, show->only));
	if (status == 0)
		print_graph(&w);
	free(w.kept);
	return status;
}
