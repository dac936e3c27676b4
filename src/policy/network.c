#include "policy/network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "base/arena.h"
#include "base/str.h"
#include "policy/context.h"
#include "policy/diag.h"
#include "policy/settings.h"
#include "policy/value.h"
#include "policy/wrong-address.h"
#include "policy/wrong-port.h"

#define PORT_MAX	65535

static struct diag_record *
bad(struct context *context, enum diag_code code,
    const struct value_input *input, const char *what)
{
	char quoted[STR_QUOTE_MAX];
	size_t length;
	const char *word = value_word(input, 0, &length);

	return diag_report(context->diag, code, value_span(input,
	    input->words[0].offset, input->words[0].length), "%s %s",
	    str_quote(word, length, quoted), what);
}

/* --- addresses ---------------------------------------------------------- */

bool
network_is_digits(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	return length > 0;
}

int64_t
network_number(const char *text, size_t length, uint32_t max)
{
	uint64_t n = 0;

	if (!network_is_digits(text, length))
		return -1;
	for (size_t i = 0; i < length; i++) {
		n = n * 10 + (uint64_t)(text[i] - '0');
		if (n > UINT32_MAX)
			n = UINT32_MAX + UINT64_C(1);
	}
	return n > max ? -1 : (int64_t)n;
}

bool
network_is_compatible(const struct addr *addr)
{
	static const uint8_t zeros[12];

	return memcmp(addr->b, zeros, sizeof(zeros)) == 0;
}

enum network_fault
network_read_address(const char *word, size_t length, struct addr *addr_r)
{
	bool colon = memchr(word, ':', length) != NULL;

	if (length >= INET6_ADDRSTRLEN ||
	    addr_parse(word, length, addr_r) == -1)
		return NETWORK_BAD;
	if (colon && addr_is_v4(addr_r))
		return NETWORK_MAPPED;
	/* ::/96; the unspecified and the loopback address are real ones */
	if (network_is_compatible(addr_r) &&
	    ((addr_r->b[12] | addr_r->b[13] | addr_r->b[14]) != 0 ||
	    addr_r->b[15] > 1))
		return NETWORK_COMPATIBLE;
	return NETWORK_GOOD;
}

static bool
read_subnet(const char *word, size_t length, const char *slash,
    struct addr_range *range_r)
{
	size_t front = (size_t)(slash - word);
	int64_t bits = network_number(slash + 1, length - front - 1, 128);
	struct addr addr;

	return bits >= 0 &&
	    network_read_address(word, front, &addr) == NETWORK_GOOD &&
	    addr_prefix(&addr, (unsigned)bits, range_r) == 0 &&
	    (bits == 128 || !network_is_compatible(&range_r->hi));
}

static bool
read_range(const char *word, size_t length, const char *hyphen,
    struct addr_range *range_r)
{
	size_t front = (size_t)(hyphen - word);

	return network_read_address(word, front, &range_r->lo) ==
	    NETWORK_GOOD && network_read_address(hyphen + 1,
	    length - front - 1, &range_r->hi) == NETWORK_GOOD &&
	    addr_is_v4(&range_r->lo) == addr_is_v4(&range_r->hi) &&
	    addr_compare(&range_r->lo, &range_r->hi) <= 0;
}

bool
network_read_range(enum schema_type type, const char *word, size_t length,
    struct addr_range *range_r)
{
	const char *slash = memchr(word, '/', length);
	const char *hyphen = memchr(word, '-', length);
	bool any = type == SCHEMA_TYPE_ADDRS;

	if (slash != NULL)
		return (any || type == SCHEMA_TYPE_ADDR_PREFIX) &&
		    read_subnet(word, length, slash, range_r);
	if (hyphen != NULL)
		return (any || type == SCHEMA_TYPE_ADDR_RANGE) &&
		    read_range(word, length, hyphen, range_r);
	if ((!any && type != SCHEMA_TYPE_ADDR) ||
	    network_read_address(word, length, &range_r->lo) != NETWORK_GOOD)
		return false;
	range_r->hi = range_r->lo;
	return true;
}

/* A bare number is an address to z/OS: 6793 is 0.0.26.137. */
static bool
take_integer(struct context *context, enum schema_type type,
    const struct value_input *input, struct addr_range *range_r)
{
	size_t length;
	const char *word = value_word(input, 0, &length);
	int64_t n = network_number(word, length, UINT32_MAX);
	char text[ADDR_TEXT_MAX], quoted[STR_QUOTE_MAX];
	unsigned value = (unsigned)n;

	if (n < 0 || (type != SCHEMA_TYPE_ADDRS && type != SCHEMA_TYPE_ADDR))
		return false;
	snprintf(text, sizeof(text), "%u.%u.%u.%u", value >> 24,
	    value >> 16 & 255, value >> 8 & 255, value & 255);
	ensure(addr_parse(text, strlen(text), &range_r->lo) == 0);
	range_r->hi = range_r->lo;
	diag_cure(context->diag, diag_report(context->diag,
	    DIAG_ADDRESS_INTEGER, value_span(input, input->words[0].offset,
	    input->words[0].length), "%s is taken as an address",
	    str_quote(word, length, quoted)), "it means %s", text);
	return true;
}

int
network_parse_addrs(struct context *context, const struct schema_param *row,
    const struct value_input *input, const struct rules_addrs **addrs_r)
{
	size_t length;
	const char *word = value_word(input, 0, &length);
	struct addr_range range;

	*addrs_r = NULL;
	if (row->type == SCHEMA_TYPE_ADDRS && str_equal(word, length, "All"))
		return 0;
	if (!network_read_range(row->type, word, length, &range) &&
	    !take_integer(context, row->type, input, &range)) {
		wrong_address_refuse(context, row, input);
		return -1;
	}
	*addrs_r = network_merge_addrs(context->arena, &range, 1);
	return 0;
}

static int
by_addr(const void *a, const void *b)
{
	return addr_compare(&((const struct addr_range *)a)->lo,
	    &((const struct addr_range *)b)->lo);
}

/* Whether b starts inside a or right after it, in one family. */
static bool
addrs_touch(const struct addr_range *a, const struct addr_range *b)
{
	struct addr next = a->hi;

	if (addr_is_v4(&a->lo) != addr_is_v4(&b->lo))
		return false;
	if (addr_compare(&b->lo, &a->hi) <= 0)
		return true;
	for (int i = 15; i >= 0 && ++next.b[i] == 0; i--)
		;
	return addr_compare(&b->lo, &next) == 0;
}

/* The last IPv6 address below those that stand for IPv4 ones (RFC 4291,
 * 2.5.5.2), and the first one above. */
static const struct addr below_mapped = { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff,
	0xfe, 0xff, 0xff, 0xff, 0xff } };
static const struct addr above_mapped = { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0,
	0, 0, 0, 0, 0 } };

static bool
spans_mapped(const struct addr_range *range)
{
	return addr_compare(&range->lo, &below_mapped) <= 0 &&
	    addr_compare(&range->hi, &below_mapped) > 0;
}

/* All IPv6 addresses of the ranges but those that stand for IPv4 ones. */
static struct addr_range *
without_mapped(struct arena *arena, const struct addr_range *ranges,
    size_t *count)
{
	struct addr_range *parts = arena_alloc_array(arena, *count * 2,
	    sizeof(*parts));
	size_t used = 0;

	for (size_t i = 0; i < *count; i++) {
		parts[used++] = ranges[i];
		if (!spans_mapped(&ranges[i]))
			continue;
		parts[used - 1].hi = below_mapped;
		if (addr_compare(&ranges[i].hi, &above_mapped) >= 0)
			parts[used++] = (struct addr_range){ above_mapped,
			    ranges[i].hi };
	}
	*count = used;
	return parts;
}

const struct rules_addrs *
network_merge_addrs(struct arena *arena, struct addr_range *ranges,
    size_t count)
{
	struct rules_addrs *set;
	size_t used = 0;

	ensure(count > 0);
	for (size_t i = 0; i < count; i++) {
		if (!spans_mapped(&ranges[i]))
			continue;
		ranges = without_mapped(arena, ranges, &count);
		break;
	}
	qsort(ranges, count, sizeof(ranges[0]), by_addr);
	for (size_t i = 1; i < count; i++) {
		if (!addrs_touch(&ranges[used], &ranges[i]))
			ranges[++used] = ranges[i];
		else if (addr_compare(&ranges[i].hi, &ranges[used].hi) > 0)
			ranges[used].hi = ranges[i].hi;
	}
	set = arena_alloc(arena, sizeof(*set) + ++used * sizeof(ranges[0]));
	set->count = used;
	memcpy(set->range, ranges, used * sizeof(ranges[0]));
	return set;
}

/* The prefix length of an aligned block of addresses, or -1. */
static int
prefix_of(const struct addr_range *range)
{
	int bits = 0, rest;

	while (bits < 128 && ((range->lo.b[bits / 8] ^ range->hi.b[bits / 8]) &
	    (0x80 >> bits % 8)) == 0)
		bits++;
	for (rest = bits; rest < 128; rest++)
		if ((range->lo.b[rest / 8] & (0x80 >> rest % 8)) != 0 ||
		    (range->hi.b[rest / 8] & (0x80 >> rest % 8)) == 0)
			return -1;
	return addr_is_v4(&range->lo) ? bits - 96 : bits;
}

void
network_print_range(const struct addr_range *range, struct str *out)
{
	char text[ADDR_TEXT_MAX];
	int prefix = prefix_of(range);

	str_add(out, "%s", addr_print(&range->lo, text));
	if (addr_compare(&range->lo, &range->hi) == 0)
		return;
	if (prefix >= 0)
		str_add(out, "/%d", prefix);
	else
		str_add(out, "-%s", addr_print(&range->hi, text));
}

void
network_print_addrs(const struct rules_addrs *addrs, struct str *out)
{
	size_t start = out->length;

	if (addrs == NULL)
		str_add(out, "All");
	for (size_t i = 0; addrs != NULL && i < addrs->count; i++) {
		struct addr_range range = addrs->range[i];

		/* What without_mapped() cut is one range to its writer. */
		if (i + 1 < addrs->count &&
		    addr_compare(&range.hi, &below_mapped) == 0 &&
		    addr_compare(&addrs->range[i + 1].lo,
		    &above_mapped) == 0)
			range.hi = addrs->range[++i].hi;
		str_add(out, "%s", out->length > start ? " " : "");
		network_print_range(&range, out);
	}
}

/* --- ports -------------------------------------------------------------- */

bool
network_read_ports(const char *word, size_t length, struct addr_ports *range_r)
{
	const char *hyphen = memchr(word, '-', length);
	size_t front = hyphen == NULL ? length : (size_t)(hyphen - word);
	int64_t lo = network_number(word, front, PORT_MAX);
	int64_t hi = hyphen == NULL ? lo :
	    network_number(hyphen + 1, length - front - 1, PORT_MAX);

	if (lo < 0 || hi < lo)
		return false;
	*range_r = (struct addr_ports){ (uint16_t)lo, (uint16_t)hi };
	return true;
}

/* Two words that are a range: "1024 65535". */
static bool
read_two(const struct value_input *input, struct addr_ports *range_r)
{
	struct addr_ports end;
	size_t length, second;
	const char *word = value_word(input, 0, &length);
	const char *other = value_word(input, 1, &second);

	if (!network_is_digits(word, length) ||
	    !network_read_ports(word, length, range_r) ||
	    !network_read_ports(other, second, &end) || end.lo < range_r->lo)
		return false;
	range_r->hi = end.lo;
	return true;
}

int
network_parse_ports(struct context *context, const struct schema_param *row,
    const struct value_input *input, const struct rules_ports **ports_r,
    uint32_t *used_r)
{
	size_t length, second;
	const char *word = value_word(input, 0, &length), *other;
	struct addr_ports range;

	*used_r = 1;
	*ports_r = NULL;
	if (input->count > 1 && memchr(word, '-', length) == NULL) {
		other = value_word(input, 1, &second);
		/* Another word after one port is text behind the value. */
		if (network_is_digits(other, second))
			*used_r = 2;
	}
	if (*used_r == 2 ? !read_two(input, &range) :
	    !network_read_ports(word, length, &range)) {
		wrong_port_refuse(context, row, input, *used_r);
		return -1;
	}
	if (range.lo == 0 && (range.hi == 0 || range.hi == PORT_MAX))
		return 0;
	if (context->ports == NULL ||
	    memcmp(&context->ports->range[0], &range, sizeof(range)) != 0)
		context->ports = network_merge_ports(context->arena, &range,
		    1);
	*ports_r = context->ports;
	return 0;
}

static int
by_port(const void *a, const void *b)
{
	return (int)((const struct addr_ports *)a)->lo -
	    (int)((const struct addr_ports *)b)->lo;
}

const struct rules_ports *
network_merge_ports(struct arena *arena, struct addr_ports *ranges,
    size_t count)
{
	struct rules_ports *set;
	size_t used = 0;

	ensure(count > 0);
	qsort(ranges, count, sizeof(ranges[0]), by_port);
	for (size_t i = 1; i < count; i++) {
		if (ranges[i].lo > (uint32_t)ranges[used].hi + 1)
			ranges[++used] = ranges[i];
		else if (ranges[i].hi > ranges[used].hi)
			ranges[used].hi = ranges[i].hi;
	}
	set = arena_alloc(arena, sizeof(*set) + ++used * sizeof(ranges[0]));
	set->count = used;
	memcpy(set->range, ranges, used * sizeof(ranges[0]));
	return set;
}

void
network_print_ports(const struct rules_ports *ports, struct str *out)
{
	if (ports == NULL)
		str_add(out, "0");
	for (size_t i = 0; ports != NULL && i < ports->count; i++) {
		const struct addr_ports *r = &ports->range[i];

		str_add(out, "%s%u", i > 0 ? " " : "", r->lo);
		if (r->lo != r->hi)
			str_add(out, "-%u", r->hi);
	}
}

/* --- a backend ---------------------------------------------------------- */

static int
parse_unix_path(struct context *context, const struct value_input *input,
    const char *path, size_t length, struct settings_backend *backend_r)
{
	const char *directory = path[0] == '/' ? "" : context->directory;
	size_t front = strlen(directory);
	char *whole;

	if (front + length >= sizeof(((struct sockaddr_un *)0)->sun_path)) {
		diag_cure(context->diag, bad(context, DIAG_VALUE_LENGTH, input,
		    "is too long for a socket's path"),
		    "a path has at most %zu bytes",
		    sizeof(((struct sockaddr_un *)0)->sun_path) - 1);
		return -1;
	}
	whole = arena_alloc(context->arena, front + length + 1);
	memcpy(whole, directory, front);
	memcpy(whole + front, path, length);
	backend_r->unix_path = whole;
	return 0;
}

int
network_parse_backend(struct context *context,
    const struct value_input *input, struct settings_backend *backend_r)
{
	size_t length;
	const char *word = value_word(input, 0, &length);

	*backend_r = (struct settings_backend){ 0 };
	if (length > 5 && memcmp(word, "unix:", 5) == 0)
		return parse_unix_path(context, input, word + 5, length - 5,
		    backend_r);
	if (length >= ADDR_TEXT_MAX || addr_parse_endpoint(word, length,
	    &backend_r->endpoint) == -1 || backend_r->endpoint.port == 0) {
		diag_cure(context->diag, bad(context, DIAG_VALUE_BAD, input,
		    "is not a backend"), "write ADDRESS:PORT, [IPV6]:PORT or "
		    "unix:PATH");
		return -1;
	}
	return 0;
}
