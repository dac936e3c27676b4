/*
 * wrong-port.h - what is said about ports that cannot be read.
 */
#ifndef SALLYPORT_POLICY_WRONG_PORT_H
#define SALLYPORT_POLICY_WRONG_PORT_H

#include <stdint.h>

#include "base/compiler.h"

struct context;
struct schema_param;
struct value_input;

/* Reports what is wrong with a value that was not read; with the first
 * `used` words of it. */
void wrong_port_refuse(struct context *context,
    const struct schema_param *row, const struct value_input *input,
    uint32_t used);

/*
 * Reports another value behind a good one, from word number `used` on: -1.
 * 0 where there is none; other words may be there.
 */
MUST_USE int wrong_port_refuse_rest(struct context *context,
    const struct schema_param *row, const struct value_input *input,
    uint32_t used);

#endif
