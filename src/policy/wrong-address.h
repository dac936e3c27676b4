/*
 * wrong-address.h - what is said about addresses that cannot be read.
 */
#ifndef SALLYPORT_POLICY_WRONG_ADDRESS_H
#define SALLYPORT_POLICY_WRONG_ADDRESS_H

#include <stdint.h>

#include "base/compiler.h"

struct context;
struct schema_param;
struct value_input;

/* Reports what is wrong with a value that was not read. */
void wrong_address_refuse(struct context *context,
    const struct schema_param *row, const struct value_input *input);

/*
 * Reports another value behind a good one, from word number `used` on: -1.
 * 0 where there is none; other words may be there.
 */
MUST_USE int wrong_address_refuse_rest(struct context *context,
    const struct schema_param *row, const struct value_input *input,
    uint32_t used);

#endif
