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

/* Digits only, at most `max`; -1 where it is not. */
static int64_t
decimal(const char *text, size_t length, uint32_t max)
{
	uint64_t n = 0;

	if (length == 0)
		return -1;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		n = n * 10 + (uint64_t)(text[i] - '0');
		if (n > UINT32_MAX)
			n = UINT32_MAX + UINT64_C(1);
	}
	return n > max ? -1 : (int64_t)n;
}

static bool
is_digits(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	return length > 0;
}

/* --- addresses ---------------------------------------------------------- */

/* A bare number is an address to z/OS: 6793 is 0.0.26.137. */
static int
take_integer(struct context *context, const struct value_input *input,
    const char *word, size_t length, struct addr *addr_r)
{
	uint32_t n = (uint32_t)decimal(word, length, UINT32_MAX);
	char text[ADDR_TEXT_MAX];
	struct diag_record *record;

	snprintf(text, sizeof(text), "%u.%u.%u.%u", n >> 24, n >> 16 & 255,
	    n >> 8 & 255, n & 255);
	if (addr_parse(text, strlen(text), addr_r) == -1)
		return -1;
	record = bad(context, DIAG_ADDRESS_INTEGER, input,
	    "is taken as an address");
	diag_cure(context->diag, record, "it means %s", text);
	return 0;
}

static int
parse_one(struct context *context, const struct value_input *input,
    const char *word, size_t length, struct addr *addr_r)
{
	bool colon = memchr(word, ':', length) != NULL;
	static const uint8_t zeros[12];

	if (decimal(word, length, UINT32_MAX) >= 0 &&
	    take_integer(context, input, word, length, addr_r) == 0)
		return 0;
	if (length >= INET6_ADDRSTRLEN ||
	    addr_parse(word, length, addr_r) == -1) {
		diag_cure(context->diag, bad(context, DIAG_ADDRESS_BAD, input,
		    "is not an address"), "write it in numbers, such as "
		    "192.0.2.1 or 2001:db8::1");
		return -1;
	}
	if (colon && addr_is_v4(addr_r)) {
		diag_cure(context->diag, bad(context, DIAG_ADDRESS_FORM, input,
		    "is an IPv4-mapped IPv6 address"),
		    "write the IPv4 address");
		return -1;
	}
	/* ::/96; the unspecified and the loopback address are real ones */
	if (memcmp(addr_r->b, zeros, sizeof(zeros)) == 0 &&
	    ((addr_r->b[12] | addr_r->b[13] | addr_r->b[14]) != 0 ||
	    addr_r->b[15] > 1)) {
		diag_cure(context->diag, bad(context, DIAG_ADDRESS_FORM, input,
		    "is an IPv4-compatible IPv6 address"),
		    "write the IPv4 address");
		return -1;
	}
	return 0;
}

static int
parse_prefix(struct context *context, const struct value_input *input,
    const char *word, size_t length, const char *slash,
    struct addr_range *range_r)
{
	size_t left = length - (size_t)(slash + 1 - word);
	int64_t bits = decimal(slash + 1, left, 128);
	struct addr addr;

	if (parse_one(context, input, word, (size_t)(slash - word),
	    &addr) == -1)
		return -1;
	if (bits < 0 || addr_prefix(&addr, (unsigned)bits, range_r) == -1) {
		diag_cure(context->diag, bad(context, DIAG_ADDRESS_BAD, input,
		    "has no good prefix length"), "0 to 32 for IPv4, 0 to 128 "
		    "for IPv6");
		return -1;
	}
	return 0;
}

static int
parse_range(struct context *context, const struct value_input *input,
    const char *word, size_t length, const char *hyphen,
    struct addr_range *range_r)
{
	size_t left = length - (size_t)(hyphen + 1 - word);

	if (parse_one(context, input, word, (size_t)(hyphen - word),
	    &range_r->lo) == -1 ||
	    parse_one(context, input, hyphen + 1, left, &range_r->hi) == -1)
		return -1;
	if (addr_is_v4(&range_r->lo) != addr_is_v4(&range_r->hi)) {
		diag_cure(context->diag, bad(context, DIAG_ADDRESS_BAD, input,
		    "mixes IPv4 and IPv6"), "both ends must be of one kind");
		return -1;
	}
	if (addr_compare(&range_r->lo, &range_r->hi) > 0) {
		diag_cure(context->diag, bad(context, DIAG_RANGE_INVERTED,
		    input, "ends before it starts"), "swap the two addresses");
		return -1;
	}
	return 0;
}

/* All IPv6 addresses from lo to hi but those that stand for IPv4 ones. */
static const struct rules_addrs *
without_mapped(struct context *context, const struct addr_range *range)
{
	struct addr_range mapped = {
		{ { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0 } },
		{ { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff,
		    0xff, 0xff } },
	};
	struct addr_range parts[2] = { *range, *range };
	size_t count = 1;

	if (!addr_is_v4(&range->lo) &&
	    addr_compare(&range->lo, &mapped.lo) < 0 &&
	    addr_compare(&range->hi, &mapped.hi) > 0) {
		parts[0].hi = mapped.lo;
		parts[0].hi.b[11] = 0xfe;
		memset(parts[0].hi.b + 12, 0xff, 4);
		parts[1].lo = mapped.hi;
		memset(parts[1].lo.b + 10, 0, 6);
		parts[1].lo.b[9] = 1;
		count = 2;
	}
	return network_merge_addrs(context->arena, parts, count);
}

int
network_parse_addrs(struct context *context, enum schema_type type,
    const struct value_input *input, const struct rules_addrs **addrs_r)
{
	size_t length;
	const char *word = value_word(input, 0, &length);
	const char *slash = memchr(word, '/', length);
	const char *hyphen = memchr(word, '-', length);
	bool any_form = type == SCHEMA_TYPE_ADDRS;
	struct addr_range range;

	*addrs_r = NULL;
	if (any_form && str_equal(word, length, "All"))
		return 0;
	if (input->count > 1 && (input->text[input->words[1].offset] == '-' ||
	    (length > 0 && word[length - 1] == '-'))) {
		diag_cure(context->diag, bad(context, DIAG_ADDRESS_BAD, input,
		    "is half a range"), "write the range without blanks");
		return -1;
	}
	if (slash != NULL && (any_form || type == SCHEMA_TYPE_ADDR_PREFIX)) {
		if (parse_prefix(context, input, word, length, slash,
		    &range) == -1)
			return -1;
	} else if (hyphen != NULL &&
	    (any_form || type == SCHEMA_TYPE_ADDR_RANGE)) {
		if (parse_range(context, input, word, length, hyphen,
		    &range) == -1)
			return -1;
	} else if (type == SCHEMA_TYPE_ADDR_PREFIX) {
		diag_cure(context->diag, bad(context, DIAG_ADDRESS_BAD, input,
		    "is not a subnet"), "write it as address/prefix");
		return -1;
	} else if (type == SCHEMA_TYPE_ADDR_RANGE) {
		diag_cure(context->diag, bad(context, DIAG_ADDRESS_BAD, input,
		    "is not a range"), "write it as address-address");
		return -1;
	} else {
		if (parse_one(context, input, word, length, &range.lo) == -1)
			return -1;
		range.hi = range.lo;
	}
	*addrs_r = without_mapped(context, &range);
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

const struct rules_addrs *
network_merge_addrs(struct arena *arena, struct addr_range *ranges,
    size_t count)
{
	struct rules_addrs *set;
	size_t used = 0;

	ensure(count > 0);
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
	if (addrs == NULL)
		str_add(out, "All");
	for (size_t i = 0; addrs != NULL && i < addrs->count; i++) {
		str_add(out, "%s", i > 0 ? " " : "");
		network_print_range(&addrs->range[i], out);
	}
}

/* --- ports -------------------------------------------------------------- */

static int
bad_port(struct context *context, const struct value_input *input,
    const char *word, size_t length)
{
	struct diag_record *record;

	if (str_equal(word, length, "All")) {
		record = bad(context, DIAG_PORT_BAD, input, "is not a port");
		diag_cure(context->diag, record,
		    "write 0 for any port, or leave the line out");
		diag_edit(context->diag, record, value_span(input,
		    input->words[0].offset, input->words[0].length), "0");
	} else {
		record = bad(context, DIAG_PORT_BAD, input,
		    "is not a port or range of ports");
		diag_cure(context->diag, record,
		    "write numbers from 1 to %d, as n or n-m", PORT_MAX);
	}
	return -1;
}

int
network_parse_ports(struct context *context, const struct value_input *input,
    const struct rules_ports **ports_r, uint32_t *used_r)
{
	size_t length, second = 0;
	const char *word = value_word(input, 0, &length), *other = NULL;
	const char *hyphen = memchr(word, '-', length);
	int64_t lo, hi;
	struct addr_ports range;

	*used_r = 1;
	*ports_r = NULL;
	if (hyphen != NULL) {
		other = hyphen + 1;
		second = length - (size_t)(other - word);
		length = (size_t)(hyphen - word);
	} else if (input->count > 1) {
		other = value_word(input, 1, &second);
		/* Another word after one port is text behind the value. */
		if (is_digits(other, second))
			*used_r = 2;
		else if (other[0] == '-')
			return bad_port(context, input, word, length);
		else
			other = NULL;
	}
	lo = decimal(word, length, PORT_MAX);
	hi = other == NULL ? lo : decimal(other, second, PORT_MAX);
	if (lo < 0 || hi < 0)
		return bad_port(context, input, word, length);
	if (hi < lo) {
		diag_cure(context->diag, diag_report(context->diag,
		    DIAG_RANGE_INVERTED, value_span(input,
		    input->words[0].offset, input->words[*used_r - 1].offset +
		    input->words[*used_r - 1].length - input->words[0].offset),
		    "the port range ends before it starts"),
		    "write %lld-%lld", (long long)hi, (long long)lo);
		return -1;
	}
	if (lo == 0 && (hi == 0 || hi == PORT_MAX))
		return 0;
	range = (struct addr_ports){ (uint16_t)lo, (uint16_t)hi };
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
