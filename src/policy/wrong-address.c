#include "policy/wrong-address.h"

#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/compiler.h"
#include "base/str.h"
#include "policy/context.h"
#include "policy/diag.h"
#include "policy/network.h"
#include "policy/schema.h"
#include "policy/value.h"
#include "policy/wrong.h"

/* The bits of a dotted mask, or of one turned round; else -1. Of 0.0.0.0 it
 * is not known which. */
static int
mask_bits(const char *word, size_t length)
{
	struct addr addr;
	uint32_t mask;
	int bits = 0;

	if (addr_parse(word, length, &addr) == -1 || !addr_is_v4(&addr))
		return -1;
	mask = (uint32_t)addr.b[12] << 24 | (uint32_t)addr.b[13] << 16 |
	    (uint32_t)addr.b[14] << 8 | addr.b[15];
	if (mask == 0)
		return -1;
	if (mask >> 31 == 0)
		mask = ~mask;
	while (bits < 32 && (mask & (UINT32_C(1) << (31 - bits))) != 0)
		bits++;
	return mask << (bits & 31) == 0 || bits == 32 ? bits : -1;
}

/* Whether the word is an IPv4 address, which a mask may stand behind. */
static bool
is_four(const char *word, size_t length, struct addr *addr_r)
{
	return network_read_address(word, length, addr_r) == NETWORK_GOOD &&
	    addr_is_v4(addr_r);
}

static void
print_subnet(const struct addr *addr, int bits, char text[WRONG_TEXT_MAX])
{
	struct addr_range range = { *addr, *addr };
	char first[ADDR_TEXT_MAX];

	ensure(addr_prefix(addr, (unsigned)bits, &range) == 0);
	snprintf(text, WRONG_TEXT_MAX, "%s/%d", addr_print(&range.lo, first),
	    bits);
}

/* An address, and its mask behind it: 192.0.2.0 255.255.255.0. */
static bool
refuse_mask(const struct wrong *w)
{
	uint32_t at = wrong_past_joint(w->input, 1);
	char meant[WRONG_TEXT_MAX];
	const char *mask;
	struct addr addr;
	size_t length;
	int64_t bits;

	if (w->input->count < 2 || !is_four(w->word, w->length, &addr))
		return false;
	mask = value_word(w->input, at, &length);
	bits = mask[0] == '/' ? network_number(mask + 1, length - 1, 32) :
	    network_is_digits(mask, length) ?
	    network_number(mask, length, 32) : mask_bits(mask, length);
	if (bits < 0)
		return false;
	print_subnet(&addr, (int)bits, meant);
	/* A number alone may be anything. */
	if (network_is_digits(mask, length))
		return wrong_tell(w, DIAG_ADDRESS_BAD, at + 1, "is an address "
		    "and a number", "for a subnet write %s", meant);
	return wrong_tell_meant(w, DIAG_ADDRESS_BAD, at + 1,
	    "is a subnet in two words", meant);
}

static bool
refuse_half(const struct wrong *w)
{
	char text[WRONG_TEXT_MAX];
	struct addr_range range;
	uint32_t words;

	if (!wrong_join(w, text, &words))
		return false;
	if (network_read_range(SCHEMA_TYPE_ADDR_RANGE, text, strlen(text),
	    &range))
		return wrong_tell(w, DIAG_ADDRESS_BAD, words,
		    "has blanks in the range", "write %s", text);
	return wrong_tell(w, DIAG_ADDRESS_BAD, words, "is half a range",
	    "write the first and the last address, with a hyphen and no "
	    "blanks between");
}

/* --- one word that is no address ---------------------------------------- */

/* [2001:db8::1], as URLs have it. */
static bool
refuse_brackets(const struct wrong *w)
{
	struct addr_range range;
	char meant[WRONG_TEXT_MAX];

	if (w->length < 3 || w->length > WRONG_TEXT_MAX || w->word[0] != '[' ||
	    w->word[w->length - 1] != ']' || !network_read_range(w->row->type,
	    w->word + 1, w->length - 2, &range))
		return false;
	snprintf(meant, sizeof(meant), "%.*s", (int)(w->length - 2),
	    w->word + 1);
	return wrong_tell_meant(w, DIAG_ADDRESS_BAD, 1, "is in brackets",
	    meant);
}

static bool
refuse_port_behind(const struct wrong *w)
{
	struct addr_endpoint endpoint;
	char text[ADDR_TEXT_MAX];

	if (w->length >= ADDR_TEXT_MAX ||
	    addr_parse_endpoint(w->word, w->length, &endpoint) == -1)
		return false;
	return wrong_tell(w, DIAG_ADDRESS_BAD, 1, "is an address and a port",
	    "write %s here, and the port in a condition of its own",
	    addr_print(&endpoint.addr, text));
}

static bool
refuse_any(const struct wrong *w)
{
	static const char *const words[] = {
		"*", "Any", "All", "*.*.*.*", "::*", "%", "anywhere",
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!str_equal(w->word, w->length, words[i]))
			continue;
		if (w->row->type != SCHEMA_TYPE_ADDRS)
			return wrong_tell(w, DIAG_ADDRESS_BAD, 1,
			    "is no address", "where any address will do, leave "
			    "the rule's condition out, or write All there");
		return wrong_tell_meant(w, DIAG_ADDRESS_BAD, 1,
		    "is not how all addresses are written", "All");
	}
	return false;
}

/*
 * The numbers of a dotted address that may end early; a star ends it, too.
 * How many there are, or 0 where it is something else.
 */
static int
read_octets(const char *word, size_t length, unsigned octets[4])
{
	size_t at = 0, n;
	int count = 0;
	int64_t octet;

	memset(octets, 0, 4 * sizeof(octets[0]));
	for (; at < length && count < 4; at += n + 1) {
		for (n = 0; at + n < length && word[at + n] != '.'; n++)
			;
		octet = network_number(word + at, n, 255);
		if (octet < 0)
			break;
		octets[count++] = (unsigned)octet;
	}
	for (; at < length; at++)
		if (strchr("*.", word[at]) == NULL)
			return 0;
	return count;
}

/* 10.0.*, or 010.001.002.003, or 10/8. */
static bool
refuse_octets(const struct wrong *w)
{
	const char *slash = memchr(w->word, '/', w->length);
	size_t front = slash == NULL ? w->length : (size_t)(slash - w->word);
	bool star = memchr(w->word, '*', front) != NULL;
	char meant[WRONG_TEXT_MAX];
	unsigned o[4];
	int count = read_octets(w->word, front, o), used;

	used = snprintf(meant, sizeof(meant), "%u.%u.%u.%u", o[0], o[1], o[2],
	    o[3]);
	if (count == 0 || (star && (count == 4 || slash != NULL)) ||
	    (front == (size_t)used && memcmp(meant, w->word, front) == 0))
		return false;
	if (star && w->row->type == SCHEMA_TYPE_ADDR)
		return wrong_tell(w, DIAG_ADDRESS_BAD, 1, "is a subnet",
		    "put it into an IpAddrSet: Prefix %s/%d", meant,
		    count * 8);
	if (star && w->row->type == SCHEMA_TYPE_ADDR_RANGE)
		return wrong_tell(w, DIAG_ADDRESS_BAD, 1, "is a subnet",
		    "write Prefix %s/%d", meant, count * 8);
	if (star)
		return wrong_tell(w, DIAG_ADDRESS_BAD, 1, "is not how a subnet "
		    "is written", "write %s/%d", meant, count * 8);
	if (slash != NULL && network_number(slash + 1, w->length - front - 1,
	    32) >= 0)
		return wrong_tell(w, DIAG_ADDRESS_BAD, 1, "is cut short",
		    "write %s%.*s", meant, (int)(w->length - front), slash);
	if (slash == NULL && count == 4)
		return wrong_tell(w, DIAG_ADDRESS_BAD, 1, "has zeros in front",
		    "is %s meant?", meant);
	return false;
}

/* An address that is no address: "::ffff:192.0.2.1" and such. */
static bool
refuse_form(const struct wrong *w, const char *word, size_t length)
{
	struct addr addr;
	enum network_fault fault = network_read_address(word, length, &addr);
	char quoted[STR_QUOTE_MAX];

	if (fault != NETWORK_MAPPED && fault != NETWORK_COMPATIBLE)
		return false;
	diag_cure(w->context->diag, diag_report(w->context->diag,
	    DIAG_ADDRESS_FORM, value_span(w->input, (uint32_t)(word -
	    w->input->text), (uint32_t)length), "%s is an IPv4-%s IPv6 "
	    "address", str_quote(word, length, quoted), fault ==
	    NETWORK_MAPPED ? "mapped" : "compatible"), "write %u.%u.%u.%u",
	    addr.b[12], addr.b[13], addr.b[14], addr.b[15]);
	return true;
}

static bool
refuse_subnet(const struct wrong *w)
{
	const char *slash = memchr(w->word, '/', w->length);
	size_t front = slash == NULL ? 0 : (size_t)(slash - w->word);
	struct addr_range range;
	char meant[WRONG_TEXT_MAX];
	struct addr addr;
	int bits;

	if (slash == NULL || refuse_form(w, w->word, front))
		return slash != NULL;
	if (network_read_range(SCHEMA_TYPE_ADDRS, w->word, w->length, &range))
		return wrong_tell(w, DIAG_ADDRESS_BAD, 1, "is a subnet",
		    w->row->type == SCHEMA_TYPE_ADDR ?
		    "put it into an IpAddrSet: Prefix %.*s" :
		    "write Prefix %.*s", (int)w->length, w->word);
	if (network_read_address(w->word, front, &addr) != NETWORK_GOOD)
		return false;
	if (network_number(slash + 1, w->length - front - 1, 127) >= 96 &&
	    network_is_compatible(&addr))
		return wrong_tell(w, DIAG_ADDRESS_FORM, 1,
		    "stands for IPv4 addresses", "write an IPv4 subnet");
	bits = mask_bits(slash + 1, w->length - front - 1);
	if (bits < 0 || !addr_is_v4(&addr))
		return wrong_tell(w, DIAG_ADDRESS_BAD, 1,
		    "has no good prefix length",
		    "0 to 32 for IPv4, 0 to 128 for IPv6");
	print_subnet(&addr, bits, meant);
	return wrong_tell_meant(w, DIAG_ADDRESS_BAD, 1,
	    "has a mask for a prefix length", meant);
}

/* The last address of 192.0.2.1-9: the first one's, with another end. */
static bool
complete(const char *first, size_t length, const char *end, size_t end_length,
    char text[WRONG_TEXT_MAX])
{
	unsigned from[4], to[4];
	struct addr addr;
	int count = read_octets(end, end_length, to);

	if (!is_four(first, length, &addr) || count == 0 || count == 4 ||
	    memchr(end, '*', end_length) != NULL ||
	    read_octets(first, length, from) != 4)
		return false;
	memmove(to + 4 - count, to, (size_t)count * sizeof(to[0]));
	memcpy(to, from, (size_t)(4 - count) * sizeof(to[0]));
	snprintf(text, WRONG_TEXT_MAX, "%.*s-%u.%u.%u.%u", (int)length, first,
	    to[0], to[1], to[2], to[3]);
	return true;
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
refuse_range(const struct wrong *w)
{
	const char *hyphen = memchr(w->word, '-', w->length), *end;
	size_t front, left;
	struct addr_range range;
	char meant[WRONG_TEXT_MAX];

	/* Names of hosts may have hyphens. */
	if (hyphen == NULL || (is_letter(w->word[0]) &&
	    memchr(w->word, ':', w->length) == NULL))
		return false;
	front = (size_t)(hyphen - w->word);
	end = hyphen + 1;
	left = w->length - front - 1;
	if (refuse_form(w, w->word, front) || refuse_form(w, end, left))
		return true;
	if (network_read_range(SCHEMA_TYPE_ADDRS, w->word, w->length, &range))
		return wrong_tell(w, DIAG_ADDRESS_BAD, 1, "is a range",
		    w->row->type == SCHEMA_TYPE_ADDR ?
		    "put it into an IpAddrSet: Range %.*s" :
		    "write Range %.*s", (int)w->length, w->word);
	if (complete(w->word, front, end, left, meant) &&
	    network_read_range(SCHEMA_TYPE_ADDRS, meant, strlen(meant),
	    &range))
		return wrong_tell(w, DIAG_ADDRESS_BAD, 1, "is not a range of "
		    "addresses", "write %s%s", w->row->type ==
		    SCHEMA_TYPE_ADDR_PREFIX ? "Range " : "", meant);
	if (network_read_address(w->word, front, &range.lo) != NETWORK_GOOD ||
	    network_read_address(end, left, &range.hi) != NETWORK_GOOD)
		return wrong_tell(w, DIAG_ADDRESS_BAD, 1, "is not a range of "
		    "addresses", "write both ends in full, such as "
		    "192.0.2.1-192.0.2.9");
	if (addr_is_v4(&range.lo) != addr_is_v4(&range.hi))
		return wrong_tell(w, DIAG_ADDRESS_BAD, 1, "mixes IPv4 and IPv6",
		    "both ends must be of one kind");
	return wrong_tell(w, DIAG_RANGE_INVERTED, 1, "ends before it starts",
	    "is %.*s-%.*s meant?", (int)left, end, (int)front, w->word);
}

static bool
refuse_alone(const struct wrong *w)
{
	if (refuse_form(w, w->word, w->length))
		return true;
	if (w->row->type == SCHEMA_TYPE_ADDR_PREFIX)
		return wrong_tell(w, DIAG_ADDRESS_BAD, 1, "is not a subnet",
		    "write it as address/prefix");
	if (w->row->type == SCHEMA_TYPE_ADDR_RANGE)
		return wrong_tell(w, DIAG_ADDRESS_BAD, 1, "is not a range",
		    "write it as address-address");
	return wrong_tell(w, DIAG_ADDRESS_BAD, 1, "is not an address",
	    "write it in numbers, such as 192.0.2.1 or 2001:db8::1");
}

void
wrong_address_refuse(struct context *context, const struct schema_param *row,
    const struct value_input *input)
{
	static bool (*const kinds[])(const struct wrong *) = {
		refuse_half, refuse_mask, wrong_refuse_list, refuse_brackets,
		refuse_port_behind, refuse_any, refuse_octets, refuse_subnet,
		refuse_range, refuse_alone,
	};
	struct wrong w = wrong_of(context, row, input);

	for (size_t i = 0; i < ARRAY_SIZE(kinds) && !kinds[i](&w); i++)
		;
}

/* --- what follows an address -------------------------------------------- */

/* Whether a word is, or begins, another address. */
static bool
is_address(const char *word, size_t length)
{
	struct addr_range range;
	size_t n = 0;

	while (n < length && strchr(",;", word[n]) == NULL)
		n++;
	return str_equal(word, n, "All") || network_is_digits(word, n) ||
	    network_read_range(SCHEMA_TYPE_ADDRS, word, n, &range);
}

int
wrong_address_refuse_rest(struct context *context,
    const struct schema_param *row, const struct value_input *input,
    uint32_t used)
{
	struct wrong w = wrong_of(context, row, input);
	const char *word;
	size_t length;
	uint32_t at;

	if (input->count <= used)
		return 0;
	if (refuse_half(&w) || refuse_mask(&w))
		return -1;
	at = wrong_past_joint(input, used);
	word = value_word(input, at, &length);
	if (!is_address(word, length))
		return 0;
	wrong_tell_second(&w, at, str_equal(w.word, w.length, "All") ?
	    "All takes every address: remove one of the two" : NULL);
	return -1;
}
