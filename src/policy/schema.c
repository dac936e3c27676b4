#include "policy/schema.h"

#include <string.h>

#include "base/compiler.h"
#include "base/str.h"
#include "grammar/language.h"

const struct schema_choice schema_flag_choices[] = {
	P_CHOICE("Off", 0), P_CHOICE("On", 1), P_END,
};

/* The nearest name so far, and whether another is as near. */
struct nearest {
	const char *name;
	unsigned distance;
	bool tied;
};

const struct schema_statement *
schema_statement(enum schema_statement_id id)
{
	ensure(id < SCHEMA_STATEMENT_COUNT);
	return &language_statements[id];
}

const struct schema_param *
schema_row(const struct schema_statement *statement, size_t index)
{
	for (size_t i = 0; i < SCHEMA_LISTS_MAX; i++) {
		const struct schema_list *list = statement->lists[i];

		if (list == NULL)
			return NULL;
		if (index < list->count)
			return &list->rows[index];
		index -= list->count;
	}
	return NULL;
}

const struct schema_statement *
schema_find_statement(const char *name, size_t length)
{
	for (size_t i = 0; i < SCHEMA_STATEMENT_COUNT; i++)
		if (str_equal(name, length, language_statements[i].name))
			return &language_statements[i];
	return NULL;
}

const struct schema_param *
schema_find_row(const struct schema_statement *statement, const char *name,
    size_t length, size_t *index_r)
{
	const struct schema_param *row;

	for (size_t i = 0; (row = schema_row(statement, i)) != NULL; i++) {
		if (str_equal(name, length, row->name)) {
			if (index_r != NULL)
				*index_r = i;
			return row;
		}
	}
	return NULL;
}

const struct schema_statement *
schema_find_home(const struct schema_statement *not_here, const char *name,
    size_t length)
{
	for (size_t i = 0; i < SCHEMA_STATEMENT_COUNT; i++) {
		const struct schema_statement *s = &language_statements[i];

		if (s != not_here &&
		    schema_find_row(s, name, length, NULL) != NULL)
			return s;
	}
	return NULL;
}

static void
consider(struct nearest *nearest, const char *name, size_t length,
    const char *candidate)
{
	unsigned limit = 1 + (unsigned)(length < 200 ? length : 200) / 4;
	unsigned distance = str_distance(name, length, candidate,
	    strlen(candidate), limit);

	/* Nothing of the word may be left otherwise. */
	if (distance > limit || distance >= length)
		return;
	if (nearest->name == NULL || distance < nearest->distance) {
		*nearest = (struct nearest){ candidate, distance, false };
	} else if (distance == nearest->distance &&
	    strcmp(nearest->name, candidate) != 0) {
		nearest->tied = true;
	}
}

static const char *
nearest_name(const struct nearest *nearest)
{
	return nearest->tied ? NULL : nearest->name;
}

const char *
schema_suggest_row(const struct schema_statement *statement, const char *name,
    size_t length)
{
	struct nearest nearest = { 0 };
	const struct schema_param *row;

	for (size_t i = 0; (row = schema_row(statement, i)) != NULL; i++)
		consider(&nearest, name, length, row->name);
	return nearest_name(&nearest);
}

const char *
schema_suggest_statement(const char *name, size_t length)
{
	struct nearest nearest = { 0 };

	for (size_t i = 0; i < SCHEMA_STATEMENT_COUNT; i++)
		consider(&nearest, name, length, language_statements[i].name);
	return nearest_name(&nearest);
}

const char *
schema_suggest_choice(const struct schema_param *row, const char *name,
    size_t length)
{
	struct nearest nearest = { 0 };

	for (const struct schema_choice *c = row->choices; c->name != NULL; c++)
		consider(&nearest, name, length, c->name);
	return nearest_name(&nearest);
}

const char *
schema_default(const struct schema_statement *statement,
    const struct schema_param *row, enum policy_defaults defaults)
{
	if (statement->inherits)
		return NULL;
	if (defaults == POLICY_DEFAULTS_ZOS && row->def_zos != NULL)
		return row->def_zos;
	return row->def;
}

enum schema_acts
schema_acts(const struct schema_param *row, const struct schema_choice *choice,
    const char **reason_r)
{
	bool own = choice != NULL && choice->own_acts;

	if (reason_r != NULL)
		*reason_r = own ? choice->reason : row->reason;
	return own ? choice->acts : row->acts;
}

const char *
schema_type_name(enum schema_type type)
{
	static const char *const names[SCHEMA_TYPE_COUNT] = {
		[SCHEMA_TYPE_FLAG] = "flag",
		[SCHEMA_TYPE_ENUM] = "enum",
		[SCHEMA_TYPE_INT] = "integer",
		[SCHEMA_TYPE_WORD] = "word",
		[SCHEMA_TYPE_TEXT] = "text",
		[SCHEMA_TYPE_PATH] = "path",
		[SCHEMA_TYPE_SECRET] = "secret",
		[SCHEMA_TYPE_PATTERN] = "pattern",
		[SCHEMA_TYPE_URL] = "URL",
		[SCHEMA_TYPE_ADDRS] = "addresses",
		[SCHEMA_TYPE_ADDR] = "address",
		[SCHEMA_TYPE_ADDR_PREFIX] = "subnet",
		[SCHEMA_TYPE_ADDR_RANGE] = "address range",
		[SCHEMA_TYPE_PORTS] = "ports",
		[SCHEMA_TYPE_SUITES2] = "cipher suites",
		[SCHEMA_TYPE_SUITES4] = "cipher suites",
		[SCHEMA_TYPE_SUITES_SSL2] = "cipher suites",
		[SCHEMA_TYPE_CURVES] = "curves",
		[SCHEMA_TYPE_PAIRS] = "signature algorithms",
		[SCHEMA_TYPE_BACKEND] = "endpoint",
		[SCHEMA_TYPE_MASK] = "mask",
		[SCHEMA_TYPE_PERIOD] = "period",
		[SCHEMA_TYPE_HOURS] = "hours",
		[SCHEMA_TYPE_ZONE] = "time zone",
		[SCHEMA_TYPE_BLOCK] = "block",
		[SCHEMA_TYPE_REF] = "reference",
	};

	ensure(type < SCHEMA_TYPE_COUNT);
	return names[type];
}

const char *
schema_acts_name(enum schema_acts acts)
{
	switch (acts) {
	case SCHEMA_ACTS_YES:
		return "yes";
	case SCHEMA_ACTS_LATER:
		return "later";
	case SCHEMA_ACTS_NO:
		return "no";
	}
	ensure(!"an enum schema_acts");
}

static const char *
unit_name(enum schema_unit unit)
{
	static const char *const names[] = {
		[SCHEMA_UNIT_NONE] = "",
		[SCHEMA_UNIT_SECONDS] = " seconds",
		[SCHEMA_UNIT_MINUTES] = " minutes",
		[SCHEMA_UNIT_HOURS] = " hours",
		[SCHEMA_UNIT_BYTES] = " bytes",
		[SCHEMA_UNIT_BITS] = " bits",
		[SCHEMA_UNIT_CHARACTERS] = " characters",
	};

	return names[unit];
}

static void
add_choices(struct str *s, const struct schema_param *row)
{
	const struct schema_choice *choice = row->choices;

	for (; choice->name != NULL; choice++)
		str_add(s, "%s%s", choice == row->choices ? "" : " | ",
		    choice->name);
}

const char *
schema_values(const struct schema_param *row, char *buf, size_t size)
{
	static const char *const forms[SCHEMA_TYPE_COUNT] = {
		[SCHEMA_TYPE_ADDRS] = "ip | ip/prefix | ip-ip | All",
		[SCHEMA_TYPE_ADDR] = "ip",
		[SCHEMA_TYPE_ADDR_PREFIX] = "ip/prefix",
		[SCHEMA_TYPE_ADDR_RANGE] = "ip-ip",
		[SCHEMA_TYPE_PORTS] = "n | n-m | n m",
		[SCHEMA_TYPE_SUITES2] = "two-digit codes | name",
		[SCHEMA_TYPE_SUITES4] = "four-digit codes | name",
		[SCHEMA_TYPE_SUITES_SSL2] = "one-digit codes | name",
		[SCHEMA_TYPE_CURVES] = "four-digit codes | name",
		[SCHEMA_TYPE_PAIRS] = "four-digit codes | name",
		[SCHEMA_TYPE_URL] = "http://host[:port][/path]",
		[SCHEMA_TYPE_BACKEND] = "ADDRESS:PORT | unix:PATH",
		[SCHEMA_TYPE_PERIOD] = "yyyymmddhhmmss:yyyymmddhhmmss",
		[SCHEMA_TYPE_HOURS] = "hh:mm-hh:mm[,hh:mm-hh:mm]...",
		[SCHEMA_TYPE_ZONE] = "Local | UTC | UTC+hh:mm | UTC-hh:mm",
	};
	struct str s;

	str_init(&s, buf, size);
	if (row->choices != NULL)
		add_choices(&s, row);
	switch (row->type) {
	case SCHEMA_TYPE_FLAG:
	case SCHEMA_TYPE_ENUM:
		break;
	case SCHEMA_TYPE_INT:
	case SCHEMA_TYPE_WORD:
	case SCHEMA_TYPE_TEXT:
	case SCHEMA_TYPE_PATH:
	case SCHEMA_TYPE_SECRET:
	case SCHEMA_TYPE_PATTERN:
		str_add(&s, "%s%u-%u%s", row->choices != NULL ? " | " : "",
		    row->min, row->max, unit_name(row->unit));
		break;
	case SCHEMA_TYPE_MASK:
		str_add(&s, row->min == row->max ? "%u digits, each 0 or 1" :
		    "%u or %u digits, each 0 or 1", row->min, row->max);
		break;
	case SCHEMA_TYPE_BLOCK:
		str_add(&s, "{ %s }", schema_statement(row->statement)->name);
		break;
	case SCHEMA_TYPE_REF:
		str_add(&s, "name of %s %s",
		    schema_statement(row->statement)->name[0] == 'I' ? "an" :
		    "a", schema_statement(row->statement)->name);
		break;
	default:
		str_add(&s, "%s%s", row->choices != NULL ? " | " : "",
		    forms[row->type]);
	}
	return buf;
}

bool
schema_is_words(const struct schema_param *row)
{
	switch (row->type) {
	case SCHEMA_TYPE_FLAG:
	case SCHEMA_TYPE_ENUM:
	case SCHEMA_TYPE_INT:
	case SCHEMA_TYPE_WORD:
	case SCHEMA_TYPE_PATH:
	case SCHEMA_TYPE_SECRET:
	case SCHEMA_TYPE_PATTERN:
	case SCHEMA_TYPE_URL:
	case SCHEMA_TYPE_ADDRS:
	case SCHEMA_TYPE_ADDR:
	case SCHEMA_TYPE_ADDR_PREFIX:
	case SCHEMA_TYPE_ADDR_RANGE:
	case SCHEMA_TYPE_PORTS:
	case SCHEMA_TYPE_SUITES2:
	case SCHEMA_TYPE_SUITES4:
	case SCHEMA_TYPE_SUITES_SSL2:
	case SCHEMA_TYPE_CURVES:
	case SCHEMA_TYPE_PAIRS:
	case SCHEMA_TYPE_BACKEND:
	case SCHEMA_TYPE_MASK:
	case SCHEMA_TYPE_BLOCK:
	case SCHEMA_TYPE_REF:
		return true;
	default:
		return false;
	}
}
