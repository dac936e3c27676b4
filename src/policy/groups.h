/*
 * groups.h - the addresses and ports behind a condition's reference: one
 * sorted set for each definition, made when first asked for.
 */
#ifndef SALLYPORT_POLICY_GROUPS_H
#define SALLYPORT_POLICY_GROUPS_H

struct context;
struct names_entry;
struct rules_addrs;
struct rules_ports;

/* Of an IpAddr, IpAddrSet or IpAddrGroup. */
const struct rules_addrs *groups_addrs(struct context *context,
    struct names_entry *entry);

/* Of a PortRange or PortGroup; NULL: any port. */
const struct rules_ports *groups_ports(struct context *context,
    struct names_entry *entry);

#endif
