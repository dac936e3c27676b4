/*
 * network-mistake.h - what is said about addresses and ports that cannot be
 * read, and what was probably meant.
 *
 * A condition that takes less than its writer meant leaves connections in the
 * clear, and one that takes more is no better: a second value behind the
 * first is an error, not a remark.
 */
#ifndef SALLYPORT_POLICY_NETWORK_MISTAKE_H
#define SALLYPORT_POLICY_NETWORK_MISTAKE_H

#include <stdint.h>

#include "base/compiler.h"

struct context;
struct schema_param;
struct value_input;

/* Reports what is wrong with a value that was not read; of ports, the first
 * `used` words. */
void network_mistake_addrs(struct context *context,
    const struct schema_param *row, const struct value_input *input);
void network_mistake_ports(struct context *context,
    const struct schema_param *row, const struct value_input *input,
    uint32_t used);

/*
 * Reports another value behind a good one, from word number `used` on: -1.
 * 0 where there is none; other words may be there.
 */
MUST_USE int network_mistake_rest(struct context *context,
    const struct schema_param *row, const struct value_input *input,
    uint32_t used);

#endif
