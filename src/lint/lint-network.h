/*
 * lint-network.h - advice on an address or a port as it is written.
 */
#ifndef SALLYPORT_LINT_LINT_NETWORK_H
#define SALLYPORT_LINT_LINT_NETWORK_H

struct lint_line;
struct lint_scope;

/*
 * Warns of subnets with bits past their prefix, of addresses that no
 * connection has, of port 0 in a range; advises on ranges of one.
 */
void lint_network_line(struct lint_scope *scope,
    const struct lint_line *line);

#endif
