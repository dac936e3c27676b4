/*
 * network.h - addresses and ports as a policy writes them, and the sorted,
 * disjoint sets that rules hold.
 */
#ifndef SALLYPORT_POLICY_NETWORK_H
#define SALLYPORT_POLICY_NETWORK_H

#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/compiler.h"
#include "policy/rules.h"
#include "policy/schema.h"

struct arena;
struct context;
struct settings_backend;
struct str;
struct value_input;

/*
 * Read one value of an address type or of SCHEMA_TYPE_PORTS. 0 with NULL for
 * All or any, and used_r words used; -1 with the error reported.
 */
MUST_USE int network_parse_addrs(struct context *context,
    enum schema_type type, const struct value_input *input,
    const struct rules_addrs **addrs_r);
MUST_USE int network_parse_ports(struct context *context,
    const struct value_input *input, const struct rules_ports **ports_r,
    uint32_t *used_r);
MUST_USE int network_parse_backend(struct context *context,
    const struct value_input *input, struct settings_backend *backend_r);

/* Sort the ranges in place, merge what overlaps or touches, and copy. */
const struct rules_addrs *network_merge_addrs(struct arena *arena,
    struct addr_range *ranges, size_t count);
const struct rules_ports *network_merge_ports(struct arena *arena,
    struct addr_ports *ranges, size_t count);

/* As policy text: "192.0.2.0/24", or "192.0.2.1-192.0.2.9" where no prefix. */
void network_print_range(const struct addr_range *range, struct str *out);
/* "All", "192.0.2.0/24", "1000-2000", "0"; several with blanks between. */
void network_print_addrs(const struct rules_addrs *addrs, struct str *out);
void network_print_ports(const struct rules_ports *ports, struct str *out);

#endif
