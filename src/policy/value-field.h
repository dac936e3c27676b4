/*
 * value-field.h - what is done with a value once it is read: it is stored in
 * its row's field, printed as policy text, compared with another one.
 */
#ifndef SALLYPORT_POLICY_VALUE_FIELD_H
#define SALLYPORT_POLICY_VALUE_FIELD_H

#include <stdbool.h>

#include "policy/schema.h"

struct str;
struct value;

/* Writes the value to its field of `structure`, the struct of row->owner. */
void value_field_store(const struct schema_param *row,
    const struct value *value, void *structure);

/* Adds canonical policy syntax; a secret is "***". */
void value_field_print(const struct schema_param *row,
    const struct value *value, struct str *out);

/* Whether both mean the same; always false for addresses, ports, lists. */
bool value_field_equal(const struct schema_param *row, const struct value *a,
    const struct value *b);

#endif
