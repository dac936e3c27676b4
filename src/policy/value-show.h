/*
 * value-show.h - values element by element, as programs and tables show them;
 * policy/value-field.h prints them whole.
 */
#ifndef SALLYPORT_POLICY_VALUE_SHOW_H
#define SALLYPORT_POLICY_VALUE_SHOW_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/schema.h"

struct str;
struct value;

/*
 * Whether the value is a list; Any in place of one is not. What is no list
 * has one element.
 */
bool value_show_is_list(const struct schema_param *row,
    const struct value *value);
size_t value_show_count(const struct schema_param *row,
    const struct value *value);

/*
 * Adds element number `index` as policy text; a secret is "***". Returns the
 * name of what is a code, else NULL.
 */
const char *value_show_item(const struct schema_param *row,
    const struct value *value, size_t index, struct str *out);

#endif
