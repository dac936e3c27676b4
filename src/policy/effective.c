#include "policy/effective.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "policy/body.h"
#include "policy/context.h"
#include "policy/diag.h"
#include "policy/names.h"
#include "policy/rules.h"
#include "policy/settings.h"
#include "policy/value-field.h"
#include "policy/value-list.h"

#define BUCKETS		4096
#define MARKS_MAX	256	/* more fields than any structure has */

/* One combination of actions that make settings. */
struct triple {
	struct triple *next;
	struct body *group, *environment, *connection;
	const struct settings *settings;
};

/* One combination of all the actions a rule can name. */
struct combination {
	struct combination *next;
	struct effective_named named;
	bool filled;
	struct rules_actions actions;
};

struct effective {
	struct context *context;
	struct settings defaults;
	struct settings_application application_defaults;
	struct settings_file file_defaults;
	/* the default lists where TLS 1.3 is on */
	struct settings_codes curves_13, pairs_13;
	struct triple *triples[BUCKETS];
	struct combination *combinations[BUCKETS];
	struct settings_mark marks[MARKS_MAX];	/* being collected */
	size_t mark_count;
};

/* The defaults that a row's default is one of, or NULL. */
static void *
defaults_of(struct effective *e, enum schema_owner owner)
{
	switch (owner) {
	case SCHEMA_OWNER_SETTINGS:
		return &e->defaults;
	case SCHEMA_OWNER_APPLICATION:
		return &e->application_defaults;
	case SCHEMA_OWNER_FILE:
		return &e->file_defaults;
	default:
		return NULL;
	}
}

static void
read_defaults(struct effective *e, enum schema_statement_id id)
{
	const struct schema_statement *statement = schema_statement(id);
	const struct schema_param *row;
	const char *text;
	struct value value;

	for (size_t i = 0; (row = schema_row(statement, i)) != NULL; i++) {
		text = schema_default(statement, row, e->context->defaults);
		if (text == NULL || defaults_of(e, row->owner) == NULL)
			continue;
		value_parse_default(e->context, row, text, &value);
		value_field_store(row, &value, defaults_of(e, row->owner));
	}
}

/* A default list with more at its end; none stays none: the library's. */
static struct settings_codes
extend(struct effective *e, struct settings_codes list,
    const uint16_t *more, size_t count)
{
	if (list.count == 0)
		return list;
	return value_list_add(e->context, list,
	    (struct settings_codes){ more, count });
}

struct effective *
effective_new(struct context *context)
{
	struct effective *e = arena_alloc(context->lasting, sizeof(*e));

	e->context = context;
	return e;
}

void
effective_read_defaults(struct effective *e)
{
	/* What z/OS 3.1 adds to its default lists: X25519, RSASSA-PSS. */
	static const uint16_t curves[] = { 29 };
	static const uint16_t pairs[] = { 0x0806, 0x0805, 0x0804 };

	for (size_t id = 0; id < SCHEMA_STATEMENT_COUNT; id++)
		read_defaults(e, (enum schema_statement_id)id);
	e->curves_13 = extend(e, e->defaults.client_curves, curves,
	    ARRAY_SIZE(curves));
	e->pairs_13 = extend(e, e->defaults.signature_pairs, pairs,
	    ARRAY_SIZE(pairs));
}

/* The last body that sets a field is where it comes from. */
static void
mark_field(struct effective *e, size_t offset, struct source_span span)
{
	size_t i = 0;

	while (i < e->mark_count && e->marks[i].offset != offset)
		i++;
	ensure(i < MARKS_MAX);
	e->marks[i] = (struct settings_mark){ offset, span };
	if (i == e->mark_count)
		e->mark_count++;
}

static void
lay_over(struct effective *e, const struct body *body,
    enum schema_owner owner, void *structure)
{
	const struct body_set *set;

	for (size_t i = 0; i < body->set_count; i++) {
		set = &body->sets[i];
		if (set->row->owner != owner)
			continue;
		value_field_store(set->row, &set->value, structure);
		mark_field(e, set->row->offset, set->span);
	}
}

/* What scopes before coded of a statement counts no more. */
static void
set_back(struct effective *e, const struct schema_statement *statement,
    struct settings *settings)
{
	const struct schema_param *row;
	size_t kept;

	for (size_t i = 0; (row = schema_row(statement, i)) != NULL; i++) {
		memcpy((char *)settings + row->offset,
		    (const char *)&e->defaults + row->offset, row->size);
		kept = 0;
		for (size_t m = 0; m < e->mark_count; m++)
			if (e->marks[m].offset != row->offset)
				e->marks[kept++] = e->marks[m];
		e->mark_count = kept;
	}
}

/* A parameter of a block that the outer statement has as well. */
static void
compare_homes(struct effective *e, const struct body *outer,
    const struct body *inner, const struct body_set *set)
{
	struct diag *diag = e->context->diag;
	struct diag_record *record;

	for (size_t i = 0; i < inner->set_count; i++) {
		const struct body_set *other = &inner->sets[i];

		if (other->row->owner != set->row->owner ||
		    other->row->offset != set->row->offset ||
		    value_field_equal(set->row, &set->value, &other->value))
			continue;
		record = diag_report(diag, DIAG_HOMES_DIFFER, set->span,
		    "%s is coded in %s, too, where it counts",
		    set->row->name, inner->statement->name);
		diag_cure(diag, record, "remove it from %s",
		    outer->statement->name);
		diag_note(diag, record, other->span, "this one counts");
	}
}

static void
check_homes(struct effective *e, struct body *body)
{
	const struct body *target;

	if (body->homes_checked || body->statement->id != SCHEMA_GSK_ADVANCED)
		return;
	body->homes_checked = true;
	for (size_t i = 0; i < body->link_count; i++) {
		target = body_target(&body->links[i]);
		for (size_t s = 0; target != NULL && s < body->set_count; s++)
			compare_homes(e, body, target, &body->sets[s]);
	}
}

/*
 * A body and the blocks it leads to. Where one codes what an outer one does
 * (HttpCdpEnable, OcspAiaEnable), it counts.
 */
static void
lay_over_all(struct effective *e, struct body *body, struct settings *settings)
{
	struct body *target;

	check_homes(e, body);

	if (body->statement->id == SCHEMA_SIGNATURE_PARMS)
		set_back(e, body->statement, settings);
	lay_over(e, body, SCHEMA_OWNER_SETTINGS, settings);
	for (size_t i = 0; i < body->link_count; i++) {
		target = body_target(&body->links[i]);
		if (target != NULL)
			lay_over_all(e, target, settings);
	}
}

static void
check_protocols(struct effective *e, const struct settings *settings,
    const struct body *environment)
{
	static const size_t switches[] = {
		offsetof(struct settings, tlsv13),
		offsetof(struct settings, tlsv12),
		offsetof(struct settings, tlsv11),
		offsetof(struct settings, tlsv1),
	};
	const struct source_span *where = NULL;
	char quoted[STR_QUOTE_MAX];
	struct diag *diag = e->context->diag;
	struct diag_record *record;

	if (settings->tlsv1 || settings->tlsv11 || settings->tlsv12 ||
	    settings->tlsv13)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(switches) && where == NULL; i++)
		where = settings_origin(settings, switches[i]);
	record = diag_report(diag, DIAG_PROTOCOLS_OFF,
	    where != NULL ? *where : environment->span,
	    "no protocol version is left on for TTLSEnvironmentAction %s",
	    str_quote(environment->name, strlen(environment->name), quoted));
	diag_cure(diag, record, "switch TLSv1.2 or TLSv1.3 on");
}

static bool
is_marked(const struct effective *e, size_t offset)
{
	for (size_t i = 0; i < e->mark_count; i++)
		if (e->marks[i].offset == offset)
			return true;
	return false;
}

/* Default lists that depend on what else is coded. */
static void
settle_lists(const struct effective *e, struct settings *settings)
{
	if (!settings->tlsv13)
		return;
	if (!is_marked(e, offsetof(struct settings, client_curves)))
		settings->client_curves = e->curves_13;
	if (!is_marked(e, offsetof(struct settings, signature_pairs)))
		settings->signature_pairs = e->pairs_13;
}

static const struct settings *
combine(struct effective *e, const struct triple *triple)
{
	struct settings draft = e->defaults, *settings;

	e->mark_count = 0;
	lay_over_all(e, triple->group, &draft);
	lay_over_all(e, triple->environment, &draft);
	if (triple->connection != NULL)
		lay_over_all(e, triple->connection, &draft);
	settle_lists(e, &draft);
	settings = settings_new(e->context->arena, sizeof(*settings),
	    e->marks, e->mark_count);
	*settings = draft;
	check_protocols(e, settings, triple->environment);
	return settings;
}

static size_t
bucket_of(const void *a, const void *b, const void *c, const void *d)
{
	uintptr_t mix = (uintptr_t)a * 31 + (uintptr_t)b * 127 +
	    (uintptr_t)c * 8191 + (uintptr_t)d * 131071;

	return (mix >> 4 ^ mix >> 16) % BUCKETS;
}

static const struct settings *
find_settings(struct effective *e, struct body *group,
    struct body *environment, struct body *connection)
{
	struct triple *triple, **bucket = &e->triples[bucket_of(group,
	    environment, connection, NULL)];

	for (triple = *bucket; triple != NULL; triple = triple->next)
		if (triple->group == group &&
		    triple->environment == environment &&
		    triple->connection == connection)
			return triple->settings;
	triple = arena_alloc(e->context->lasting, sizeof(*triple));
	*triple = (struct triple){ *bucket, group, environment, connection,
	    NULL };
	triple->settings = combine(e, triple);
	*bucket = triple;
	return triple->settings;
}

static const struct settings_application *
make_application(struct effective *e, struct names_entry *entry)
{
	struct settings_application draft = e->application_defaults;
	struct settings_application *application;

	if (entry->application != NULL || entry->body == NULL)
		return entry->application;
	e->mark_count = 0;
	lay_over(e, entry->body, SCHEMA_OWNER_APPLICATION, &draft);
	application = settings_new(e->context->arena, sizeof(*application),
	    e->marks, e->mark_count);
	*application = draft;
	entry->application = application;
	return application;
}

const struct settings_file *
effective_file(struct effective *e)
{
	struct settings_file draft = e->file_defaults, *file;
	struct body *const *lines = e->context->lines;

	e->mark_count = 0;
	for (size_t id = 0; id < SCHEMA_STATEMENT_COUNT; id++)
		if (lines[id] != NULL)
			lay_over(e, lines[id], SCHEMA_OWNER_FILE, &draft);
	file = settings_new(e->context->arena, sizeof(*file), e->marks,
	    e->mark_count);
	*file = draft;
	return file;
}

static const char *
name_of(const struct names_entry *entry)
{
	return entry == NULL ? NULL : entry->name;
}

/* The body of an action, which is now reachable; NULL where there is none. */
static struct body *
reach(struct names_entry *entry)
{
	if (entry == NULL || entry->body == NULL)
		return NULL;
	body_reach(entry->body);
	return entry->body;
}

static void
fill_actions(struct effective *e, const struct effective_named *named,
    struct rules_actions *actions)
{
	struct body *group = reach(named->group), *environment, *connection;

	actions->group = name_of(named->group);
	actions->environment = name_of(named->environment);
	actions->connection = name_of(named->connection);
	actions->application_name = name_of(named->application);
	lay_over(e, group, SCHEMA_OWNER_ACTIONS, actions);
	if (reach(named->application) != NULL)
		actions->application = make_application(e, named->application);
	if (!actions->secured)
		return;
	environment = reach(named->environment);
	connection = reach(named->connection);
	if (environment == NULL)
		return;
	actions->settings = find_settings(e, group, environment, connection);
	if (e->context->keep && (!body_sound(group) ||
	    !body_sound(environment) ||
	    (connection != NULL && !body_sound(connection))))
		actions->settings = NULL;
}

bool
effective_fill(struct effective *e, const struct rules_actions *actions,
    const struct effective_named **named_r)
{
	/* They are ours: made by effective_actions, and handed out const. */
	struct combination *c = container_of((struct rules_actions *)actions,
	    struct combination, actions);

	*named_r = &c->named;
	if (c->named.group->body == NULL)
		return false;
	if (!c->filled) {
		e->mark_count = 0;
		fill_actions(e, &c->named, &c->actions);
		c->filled = true;
	}
	return true;
}

const struct rules_actions *
effective_actions(struct effective *e, const struct effective_named *named)
{
	struct combination *c, **bucket = &e->combinations[bucket_of(
	    named->group, named->environment, named->connection,
	    named->application)];

	ensure(named->group != NULL);
	for (c = *bucket; c != NULL; c = c->next)
		if (c->named.group == named->group &&
		    c->named.environment == named->environment &&
		    c->named.connection == named->connection &&
		    c->named.application == named->application)
			return &c->actions;
	c = arena_alloc(e->context->arena, sizeof(*c));
	c->named = *named;
	c->next = *bucket;
	*bucket = c;
	return &c->actions;
}
