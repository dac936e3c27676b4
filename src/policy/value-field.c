#include "policy/value-field.h"

#include <string.h>

#include "base/str.h"
#include "policy/network.h"
#include "policy/times-value.h"
#include "policy/value-list.h"
#include "policy/value.h"

void
value_field_store(const struct schema_param *row, const struct value *value,
    void *structure)
{
	char *field = (char *)structure + row->offset;
	uint8_t byte = (uint8_t)value->number;
	bool flag = value->number != 0;

	ensure(row->owner != SCHEMA_OWNER_BODY);
	switch (row->type) {
	case SCHEMA_TYPE_FLAG:
		memcpy(field, &flag, sizeof(flag));
		break;
	case SCHEMA_TYPE_ENUM:
	case SCHEMA_TYPE_INT:
		if (row->size == sizeof(byte))
			memcpy(field, &byte, sizeof(byte));
		else
			memcpy(field, &value->number, sizeof(value->number));
		break;
	default:
		/* The other members begin where the union does. */
		memcpy(field, (const char *)value +
		    offsetof(struct value, text), row->size);
	}
}

static const struct schema_choice *
choice_of(const struct schema_param *row, uint32_t number)
{
	const struct schema_choice *choice = row->choices;

	for (; choice != NULL && choice->name != NULL; choice++)
		if (choice->value == number)
			return choice;
	return NULL;
}

bool
value_field_fetch(const struct schema_param *row, const void *structure,
    struct value *value_r)
{
	const char *field = (const char *)structure + row->offset;

	ensure(row->owner != SCHEMA_OWNER_BODY);
	memset(value_r, 0, sizeof(*value_r));
	switch (row->type) {
	case SCHEMA_TYPE_FLAG:
		value_r->number = *(const bool *)field;
		value_r->choice = choice_of(row, value_r->number);
		return true;
	case SCHEMA_TYPE_ENUM:
	case SCHEMA_TYPE_INT:
		if (row->size == sizeof(uint8_t))
			value_r->number = *(const uint8_t *)field;
		else
			memcpy(&value_r->number, field,
			    sizeof(value_r->number));
		value_r->choice = choice_of(row, value_r->number);
		return row->type == SCHEMA_TYPE_INT || value_r->choice != NULL;
	default:
		memcpy((char *)value_r + offsetof(struct value, text), field,
		    row->size);
	}
	if (row->owner == SCHEMA_OWNER_TIMES)
		return true;
	if (row->type == SCHEMA_TYPE_BACKEND)
		return value_r->backend.unix_path != NULL ||
		    value_r->backend.endpoint.port != 0;
	if (row->choices != NULL && value_r->codes.count == 1)
		value_r->choice = choice_of(row, value_r->codes.codes[0]);
	/* A list without members, or a pointer to nothing. */
	return row->size == sizeof(value_r->codes) ?
	    value_r->codes.count > 0 : value_r->text != NULL;
}

static void
print_suites(const struct settings_ciphers *ciphers, struct str *out)
{
	for (size_t i = 0; i < ciphers->count; i++)
		str_add(out, "%04X", ciphers->suites[i]);
}

static void
print_codes(const struct schema_param *row, const struct settings_codes *codes,
    struct str *out)
{
	for (size_t i = 0; i < codes->count; i++)
		codes_print(value_list_kind(row), codes->codes[i], out);
}

static void
print_texts(const struct schema_param *row, const struct value *value,
    struct str *out)
{
	if (!value_is_names(row)) {
		str_add(out, "%s", value->text);
		return;
	}
	for (size_t i = 0; i < value->names.count; i++)
		str_add(out, "%s%s", i == 0 ? "" : ", ",
		    value->names.names[i]);
}

static bool
same_codes(const uint16_t *a, size_t a_count, const uint16_t *b,
    size_t b_count)
{
	return a_count == b_count &&
	    (a_count == 0 || memcmp(a, b, a_count * sizeof(*a)) == 0);
}

static void
print_backend(const struct settings_backend *backend, struct str *out)
{
	char text[ADDR_TEXT_MAX];

	if (backend->unix_path != NULL)
		str_add(out, "unix:%s", backend->unix_path);
	else
		str_add(out, "%s", addr_print_endpoint(&backend->endpoint,
		    text));
}

void
value_field_print(const struct schema_param *row, const struct value *value,
    struct str *out)
{
	if (value->choice != NULL) {
		str_add(out, "%s", value->choice->name);
		return;
	}
	switch (row->type) {
	case SCHEMA_TYPE_INT:
		str_add(out, "%u", value->number);
		break;
	case SCHEMA_TYPE_WORD:
	case SCHEMA_TYPE_TEXT:
	case SCHEMA_TYPE_PATH:
	case SCHEMA_TYPE_PATTERN:
	case SCHEMA_TYPE_URL:
		print_texts(row, value, out);
		break;
	case SCHEMA_TYPE_SECRET:
		str_add(out, "***");
		break;
	case SCHEMA_TYPE_ADDRS:
	case SCHEMA_TYPE_ADDR:
	case SCHEMA_TYPE_ADDR_PREFIX:
	case SCHEMA_TYPE_ADDR_RANGE:
		network_print_addrs(value->addrs, out);
		break;
	case SCHEMA_TYPE_PORTS:
		network_print_ports(value->ports, out);
		break;
	case SCHEMA_TYPE_SUITES2:
	case SCHEMA_TYPE_SUITES4:
		print_suites(&value->ciphers, out);
		break;
	case SCHEMA_TYPE_SUITES_SSL2:
	case SCHEMA_TYPE_CURVES:
	case SCHEMA_TYPE_PAIRS:
		print_codes(row, &value->codes, out);
		break;
	case SCHEMA_TYPE_BACKEND:
		print_backend(&value->backend, out);
		break;
	case SCHEMA_TYPE_MASK:
		times_value_print_mask(row, value->mask, out);
		break;
	case SCHEMA_TYPE_PERIOD:
		times_value_print_period(&value->period, out);
		break;
	case SCHEMA_TYPE_HOURS:
		times_value_print_hours(value->hours, out);
		break;
	case SCHEMA_TYPE_ZONE:
		times_value_print_zone(value->zone, out);
		break;
	case SCHEMA_TYPE_FLAG:
	case SCHEMA_TYPE_ENUM:
		break;		/* not coded */
	case SCHEMA_TYPE_BLOCK:
	case SCHEMA_TYPE_REF:
	case SCHEMA_TYPE_COUNT:
		ensure(!"a type that has values");
	}
}

bool
value_field_equal(const struct schema_param *row, const struct value *a,
    const struct value *b)
{
	switch (row->type) {
	case SCHEMA_TYPE_FLAG:
	case SCHEMA_TYPE_ENUM:
	case SCHEMA_TYPE_INT:
		return a->number == b->number;
	case SCHEMA_TYPE_WORD:
	case SCHEMA_TYPE_TEXT:
	case SCHEMA_TYPE_PATH:
	case SCHEMA_TYPE_SECRET:
	case SCHEMA_TYPE_PATTERN:
	case SCHEMA_TYPE_URL:
		return !value_is_names(row) && strcmp(a->text, b->text) == 0;
	case SCHEMA_TYPE_SUITES2:
	case SCHEMA_TYPE_SUITES4:
		return same_codes(a->ciphers.suites, a->ciphers.count,
		    b->ciphers.suites, b->ciphers.count);
	case SCHEMA_TYPE_SUITES_SSL2:
	case SCHEMA_TYPE_CURVES:
	case SCHEMA_TYPE_PAIRS:
		return same_codes(a->codes.codes, a->codes.count,
		    b->codes.codes, b->codes.count);
	default:
		/* No row of the other types has a default to compare with
		 * and does not act. */
		return false;
	}
}
