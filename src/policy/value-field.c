#include "policy/value-field.h"

#include <string.h>

#include "base/str.h"
#include "policy/network.h"
#include "policy/suites.h"
#include "policy/times-value.h"
#include "policy/value.h"

void
value_field_store(const struct schema_param *row, const struct value *value,
    void *structure)
{
	char *field = (char *)structure + row->offset;
	uint8_t byte = (uint8_t)value->number;
	bool flag = value->number != 0;

	ensure(row->owner != SCHEMA_OWNER_NONE);
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

static void
print_suites(const struct settings_ciphers *ciphers, struct str *out)
{
	for (size_t i = 0; i < ciphers->count; i++)
		str_add(out, "%04X", ciphers->suites[i]);
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
	switch (row->type) {
	case SCHEMA_TYPE_FLAG:
	case SCHEMA_TYPE_ENUM:
		str_add(out, "%s", value->choice->name);
		break;
	case SCHEMA_TYPE_INT:
		str_add(out, "%u", value->number);
		break;
	case SCHEMA_TYPE_WORD:
	case SCHEMA_TYPE_TEXT:
	case SCHEMA_TYPE_PATH:
	case SCHEMA_TYPE_PATTERN:
		str_add(out, "%s", value->text);
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
		return strcmp(a->text, b->text) == 0;
	default:
		/* No row of the other types has a default to compare with
		 * and does not act. */
		return false;
	}
}
