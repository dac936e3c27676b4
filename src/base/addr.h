/*
 * addr.h - IP addresses, ranges of them, and endpoints (address and port).
 *
 * Plain values: nothing here is allocated and nothing is resolved; only
 * numeric forms are read. An IPv4 address is kept as its IPv4-mapped IPv6
 * form (RFC 4291, 2.5.5.2), so that one 16-byte comparison orders and
 * matches both families and no code asks for the family on a hot path.
 */
#ifndef SALLYPORT_BASE_ADDR_H
#define SALLYPORT_BASE_ADDR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/compiler.h"

/* Longest text of an endpoint: "[" IPv6 "]:65535" and the final NUL. */
#define ADDR_TEXT_MAX (INET6_ADDRSTRLEN + 9)

struct addr {
	uint8_t b[16];		/* network order; IPv4 as ::ffff:a.b.c.d */
};

/* Both ends belong to the range; lo <= hi, and both are of one family. */
struct addr_range {
	struct addr lo, hi;
};

/* Both ends belong to the range; lo <= hi. 0-65535 is every port. */
struct addr_ports {
	uint16_t lo, hi;
};

struct addr_endpoint {
	struct addr addr;
	uint16_t port;		/* host order */
};

/* <0, 0, >0 as memcmp: by value, IPv4 below most of IPv6. */
int addr_compare(const struct addr *a, const struct addr *b);
bool addr_is_v4(const struct addr *a);
/* A range of IPv6 addresses holds no IPv4 address: ::/0 is every IPv6. */
bool addr_in_range(const struct addr *a, const struct addr_range *range);

/*
 * Reads exactly `length` characters as a dotted IPv4 address of four parts
 * or as an IPv6 address. 0, or -1 where the text is neither.
 */
MUST_USE int addr_parse(const char *text, size_t length, struct addr *out_r);

/*
 * The range of an address and a prefix length in the address's own family
 * (0-32 or 0-128). Bits of `a` past the prefix are ignored. 0, or -1 where
 * the length is out of range.
 */
MUST_USE int addr_prefix(const struct addr *a, unsigned prefix,
    struct addr_range *out_r);

/* "192.0.2.1:443" or "[2001:db8::1]:443"; 0 or -1. The port may be 0. */
MUST_USE int addr_parse_endpoint(const char *text, size_t length,
    struct addr_endpoint *out_r);

/* Writes the text of an address or endpoint to buf[ADDR_TEXT_MAX]; returns buf. */
const char *addr_print(const struct addr *a, char *buf);
const char *addr_print_endpoint(const struct addr_endpoint *e, char *buf);

/* From and to the kernel's form. An IPv4-mapped sockaddr_in6 becomes IPv4. */
MUST_USE int addr_from_sockaddr(const struct sockaddr *sa,
    struct addr_endpoint *out_r);
socklen_t addr_to_sockaddr(const struct addr_endpoint *e,
    struct sockaddr_storage *out_r);

#endif
