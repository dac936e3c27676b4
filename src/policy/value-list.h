/*
 * value-list.h - values that are lists: cipher suites, curves, signature
 * algorithms, and parameters that may be repeated.
 *
 * Errors and memory as in policy/value.h. A list's readers take one line;
 * value_list_join() adds the lines up.
 */
#ifndef SALLYPORT_POLICY_VALUE_LIST_H
#define SALLYPORT_POLICY_VALUE_LIST_H

#include <stddef.h>

#include "base/compiler.h"
#include "policy/codes.h"
#include "policy/schema.h"
#include "policy/settings.h"
#include "policy/source.h"

struct context;
struct value;
struct value_input;

/* Codes of `digits` digits run together, or one name. */
MUST_USE int value_list_parse_suites(struct context *context,
    const struct value_input *input, size_t digits,
    struct settings_ciphers *ciphers_r);

/* The same of CURVES, PAIRS and SUITES_SSL2, or one of the row's choices. */
MUST_USE int value_list_parse_codes(struct context *context,
    const struct schema_param *row, const struct value_input *input,
    struct value *value_r);

/* The kind of codes that such a row takes. */
enum codes_kind value_list_kind(const struct schema_param *row);

/*
 * Adds `more` to `value`, both of one repeatable row: a code counts where it
 * is first, names stay as often as they were written. Where one of two curve
 * lists is Any, so is the sum. Warns of what has no effect, at the line, with
 * where the list begins.
 */
void value_list_join(struct context *context, const struct schema_param *row,
    struct value *value, const struct value *more, struct source_span line,
    struct source_span begin);

/* One list after another, for curves and signature algorithms. */
struct settings_codes value_list_add(struct context *context,
    struct settings_codes first, struct settings_codes second);

#endif
