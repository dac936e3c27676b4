/*
 * times-value.h - the values of an IpTimeCondition as text.
 *
 *	mask	0s and 1s, blanks between them or not
 *	period	yyyymmddhhmmss:yyyymmddhhmmss
 *	hours	h[h][:mm]-h[h][:mm], several with commas between
 *	zone	Local | UTC | GMT | Z | [UTC|GMT](+|-)h[h][[:]mm], + is east
 *
 * Readers return 0, or -1 with the error reported. They read all words of
 * the input.
 */
#ifndef SALLYPORT_POLICY_TIMES_VALUE_H
#define SALLYPORT_POLICY_TIMES_VALUE_H

#include <stdint.h>

#include "base/compiler.h"
#include "policy/times.h"

struct context;
struct schema_param;
struct str;
struct value_input;

/* row->min or row->max digits; what is not coded is 0. */
MUST_USE int times_value_mask(struct context *context,
    const struct schema_param *row, const struct value_input *input,
    uint64_t *mask_r);
MUST_USE int times_value_period(struct context *context,
    const struct value_input *input, struct times_period *period_r);
/* NULL: the whole day. */
MUST_USE int times_value_hours(struct context *context,
    const struct value_input *input, const struct times_hours **hours_r);
MUST_USE int times_value_zone(struct context *context,
    const struct value_input *input, int32_t *zone_r);

/* As the language writes them; they read back as what they were. */
void times_value_print_mask(const struct schema_param *row, uint64_t mask,
    struct str *out);
void times_value_print_period(const struct times_period *period,
    struct str *out);
void times_value_print_hours(const struct times_hours *hours,
    struct str *out);
void times_value_print_zone(int32_t zone, struct str *out);

#endif
