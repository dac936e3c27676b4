#include "policy/schema.h"

#include <string.h>

#include "base/compiler.h"
#include "base/str.h"
#include "grammar/language.h"

#define ABBREVIATION_MIN	5	/* letters of a word that was cut */

const struct schema_choice schema_flag_choices[] = {
	P_CHOICE("Off", 0), P_CHOICE("On", 1), P_END,
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

/* --- what was meant ------------------------------------------------------ */

/* What was meant so far, and whether another is as likely. */
struct meant {
	const char *word;
	size_t length;
	const char *nearest, *longer, *version;
	unsigned distance;
	bool tied, longer_tied, longer_acts;
};

/* Whether all letters of a word stand in a longer one, in order. */
static bool
is_within(const char *word, size_t length, const char *longer)
{
	size_t i = 0;

	for (; *longer != '\0' && i < length; longer++)
		if ((word[i] | 0x20) == (*longer | 0x20))
			i++;
	return i == length;
}

/* "TLS1.2", "TLSv12" and "TLSv1.2" are one version, TLSv1.0 is TLSv1. */
static bool
is_version(const char *word, size_t length, const char *name)
{
	char digits[2][4] = { "", "" };
	const char *text[2] = { word, name };
	size_t lengths[2] = { length, strlen(name) };

	if (length < 4 || word[length - 1] < '0' || word[length - 1] > '9' ||
	    (!str_equal(word, 3, "TLS") &&
	    !str_equal(word, 3, "SSL")) || !str_equal(word, 3,
	    name[0] == 'T' ? "TLS" : "SSL"))
		return false;
	for (int t = 0; t < 2; t++)
		for (size_t i = 3, n = 0; i < lengths[t]; i++) {
			char c = text[t][i];

			if (c >= '0' && c <= '9' && n < 2)
				digits[t][n++] = c;
			else if (strchr(n > 0 ? "._-" : "vV ", c) == NULL)
				return false;
		}
	if (digits[0][1] == '0')
		digits[0][1] = '\0';
	return digits[0][0] != '\0' && strcmp(digits[0], digits[1]) == 0;
}

static void
consider(struct meant *m, const char *candidate, bool acts)
{
	unsigned limit = 1 + (unsigned)(m->length < 200 ? m->length : 200) / 4;
	size_t length = strlen(candidate), kept;
	unsigned distance = str_distance(m->word, m->length, candidate,
	    length, limit);

	if (is_version(m->word, m->length, candidate))
		m->version = candidate;
	/* Nothing of the word may be left otherwise. */
	if (distance <= limit && distance < m->length) {
		if (m->nearest == NULL || distance < m->distance) {
			m->nearest = candidate;
			m->distance = distance;
			m->tied = false;
		} else if (distance == m->distance &&
		    strcmp(m->nearest, candidate) != 0) {
			m->tied = true;
		}
	}
	if (m->length < ABBREVIATION_MIN || length > 2 * m->length ||
	    !is_within(m->word, m->length, candidate))
		return;
	if (m->longer != NULL && strcmp(m->longer, candidate) == 0)
		return;
	kept = m->longer == NULL ? SIZE_MAX : strlen(m->longer);
	/* Nobody means what does nothing. */
	if (length < kept || (length == kept && acts && !m->longer_acts)) {
		m->longer = candidate;
		m->longer_acts = acts;
		m->longer_tied = false;
	} else if (length == kept && acts == m->longer_acts) {
		m->longer_tied = true;
	}
}

static const char *
likeliest(const struct meant *m)
{
	const char *longer = m->longer_tied ? NULL : m->longer;

	if (m->version != NULL)
		return m->version;
	if (m->nearest == NULL || (m->distance > 1 && (longer != NULL ||
	    m->tied)))
		return longer;
	return m->tied ? NULL : m->nearest;
}

static bool
ends_with_ref(const char *name, size_t length)
{
	return length > 3 && str_equal(name + length - 3, 3, "Ref");
}

const char *
schema_suggest_row(const struct schema_statement *statement, const char *name,
    size_t length, bool block)
{
	struct meant meant = { .word = name, .length = length };
	const struct schema_param *row;

	for (size_t i = 0; (row = schema_row(statement, i)) != NULL; i++)
		if ((row->type == SCHEMA_TYPE_BLOCK) == block &&
		    (row->type == SCHEMA_TYPE_REF ||
		    !ends_with_ref(name, length)))
			consider(&meant, row->name,
			    row->acts == SCHEMA_ACTS_YES);
	return likeliest(&meant);
}

const char *
schema_suggest_statement(const char *name, size_t length)
{
	struct meant meant = { .word = name, .length = length };

	for (size_t i = 0; i < SCHEMA_STATEMENT_COUNT; i++)
		consider(&meant, language_statements[i].name, true);
	return likeliest(&meant);
}

const char *
schema_suggest_choice(const struct schema_param *row, const char *name,
    size_t length)
{
	struct meant meant = { .word = name, .length = length };

	for (const struct schema_choice *c = row->choices; c->name != NULL; c++)
		consider(&meant, c->name, true);
	return likeliest(&meant);
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
