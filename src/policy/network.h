/*
 * network.h - addresses and ports as a policy writes them, and the sorted,
 * disjoint sets that rules hold.
 */
#ifndef SALLYPORT_POLICY_NETWORK_H
#define SALLYPORT_POLICY_NETWORK_H

#include <stdbool.h>
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
    const struct schema_param *row, const struct value_input *input,
    const struct rules_addrs **addrs_r);
MUST_USE int network_parse_ports(struct context *context,
    const struct schema_param *row, const struct value_input *input,
    const struct rules_ports **ports_r, uint32_t *used_r);
MUST_USE int network_parse_backend(struct context *context,
    const struct value_input *input, struct settings_backend *backend_r);

/* --- one word, and nothing is reported --- */

enum network_fault {
	NETWORK_GOOD,
	NETWORK_BAD,
	NETWORK_MAPPED,		/* IPv6 that stands for IPv4: ::ffff:0:0/96 */
	NETWORK_COMPATIBLE,	/* ::/96 but for :: and ::1 */
};

/* addr_r is set unless NETWORK_BAD. */
enum network_fault network_read_address(const char *word, size_t length,
    struct addr *addr_r);
/* In ::/96, which stands for IPv4. */
bool network_is_compatible(const struct addr *addr);
/* What an address type takes but for All and bare numbers. */
bool network_read_range(enum schema_type type, const char *word,
    size_t length, struct addr_range *range_r);
/* "443", "1024-65535" */
bool network_read_ports(const char *word, size_t length,
    struct addr_ports *range_r);
bool network_is_digits(const char *text, size_t length);
/* Digits only, at most `max`; -1 where it is not. */
int64_t network_number(const char *text, size_t length, uint32_t max);

/*
 * Sort the ranges in place, merge what overlaps or touches, and copy. IPv6
 * ranges lose the addresses that stand for IPv4 ones.
 */
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
