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

/*
 * Reads the value back. False where the field holds none: nothing was coded,
 * and there is no default. (A number that was not coded is 0: ask
 * settings_origin() of those without a default.)
 */
bool value_field_fetch(const struct schema_param *row, const void *structure,
    struct value *value_r);

/*
 * Adds canonical policy syntax; a secret is "***". Values of a parameter that
 * was repeated have commas between them.
 */
void value_field_print(const struct schema_param *row,
    const struct value *value, struct str *out);

/*
 * Whether both mean the same; always false for addresses, ports, and texts
 * that add up.
 */
bool value_field_equal(const struct schema_param *row, const struct value *a,
    const struct value *b);

#endif
