#include "policy/value-show.h"

#include "base/str.h"
#include "policy/codes.h"
#include "policy/suites.h"
#include "policy/value-field.h"
#include "policy/value-list.h"
#include "policy/value.h"

bool
value_show_is_list(const struct schema_param *row, const struct value *value)
{
	if (value->choice != NULL)
		return false;
	switch (row->type) {
	case SCHEMA_TYPE_SUITES2:
	case SCHEMA_TYPE_SUITES4:
	case SCHEMA_TYPE_SUITES_SSL2:
	case SCHEMA_TYPE_CURVES:
	case SCHEMA_TYPE_PAIRS:
		return true;
	default:
		return value_is_names(row);
	}
}

size_t
value_show_count(const struct schema_param *row, const struct value *value)
{
	if (!value_show_is_list(row, value))
		return 1;
	switch (row->type) {
	case SCHEMA_TYPE_SUITES2:
	case SCHEMA_TYPE_SUITES4:
		return value->ciphers.count;
	case SCHEMA_TYPE_SUITES_SSL2:
	case SCHEMA_TYPE_CURVES:
	case SCHEMA_TYPE_PAIRS:
		return value->codes.count;
	default:
		return value->names.count;
	}
}

static const char *
show_suite(uint16_t code, struct str *out)
{
	const struct suites_suite *suite = suites_find_code(code);

	str_add(out, "%04X", code);
	return suite == NULL ? NULL : suite->name;
}

static const char *
show_code(enum codes_kind kind, uint16_t code, struct str *out)
{
	const struct codes_code *known = codes_find_code(kind, code);

	codes_print(kind, code, out);
	return known == NULL ? NULL : known->name;
}

const char *
value_show_item(const struct schema_param *row, const struct value *value,
    size_t index, struct str *out)
{
	ensure(index < value_show_count(row, value));
	if (!value_show_is_list(row, value)) {
		value_field_print(row, value, out);
		return NULL;
	}
	switch (row->type) {
	case SCHEMA_TYPE_SUITES2:
	case SCHEMA_TYPE_SUITES4:
		return show_suite(value->ciphers.suites[index], out);
	case SCHEMA_TYPE_SUITES_SSL2:
	case SCHEMA_TYPE_CURVES:
	case SCHEMA_TYPE_PAIRS:
		return show_code(value_list_kind(row),
		    value->codes.codes[index], out);
	default:
		str_add(out, "%s", value->names.names[index]);
		return NULL;
	}
}
