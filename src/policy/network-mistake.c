#include "policy/network-mistake.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/compiler.h"
#include "base/str.h"
#include "policy/context.h"
#include "policy/diag.h"
#include "policy/mistake.h"
#include "policy/network.h"
#include "policy/schema.h"
#include "policy/value.h"

#define PORT_MAX	65535
#define TEXT_MAX	128	/* of a value that was meant: two addresses */

/* A value that is wrong. */
struct mistake {
	struct context *context;
	const struct schema_param *row;
	const struct value_input *input;
	const char *word;		/* the first one */
	size_t length;
};

static struct mistake
mistake_of(struct context *context, const struct schema_param *row,
    const struct value_input *input)
{
	struct mistake m = { context, row, input, NULL, 0 };

	m.word = value_word(input, 0, &m.length);
	return m;
}

/* The span of words `from` to `to`, both of them in it. */
static struct source_span
words_span(const struct value_input *input, uint32_t from, uint32_t to)
{
	return value_span(input, input->words[from].offset,
	    input->words[to].offset + input->words[to].length -
	    input->words[from].offset);
}

/* Of the first `words` words: what they are, and the cure. True. */
static bool PRINTF_LIKE(5, 6)
tell(const struct mistake *m, enum diag_code code, uint32_t words,
    const char *what, const char *cure, ...)
{
	struct source_span span = words_span(m->input, 0, words - 1);
	struct diag *diag = m->context->diag;
	char quoted[STR_QUOTE_MAX], text[STR_QUOTE_MAX];
	struct diag_record *record;
	va_list arguments;

	va_start(arguments, cure);
	vsnprintf(text, sizeof(text), cure, arguments);
	va_end(arguments);
	record = diag_report(diag, code, span, "%s %s", str_quote(m->word,
	    span.length, quoted), what);
	diag_cure(diag, record, "%s", text);
	return true;
}

/* The same where there is no doubt what was meant. */
static bool
tell_meant(const struct mistake *m, enum diag_code code, uint32_t words,
    const char *what, const char *meant)
{
	struct source_span span = words_span(m->input, 0, words - 1);
	struct diag *diag = m->context->diag;
	char quoted[STR_QUOTE_MAX];
	struct diag_record *record = diag_report(diag, code, span, "%s %s",
	    str_quote(m->word, span.length, quoted), what);

	diag_cure(diag, record, "write %s", meant);
	diag_edit(diag, record, span, "%s", meant);
	return true;
}

/* --- what several words make -------------------------------------------- */

/* The words run together where a hyphen stands between two: "a - b". */
static bool
join_range(const struct mistake *m, char text[TEXT_MAX], uint32_t *words_r)
{
	size_t length, second;
	const char *next;
	struct str s;

	if (m->input->count < 2)
		return false;
	next = value_word(m->input, 1, &second);
	if (m->word[m->length - 1] != '-' && next[0] != '-')
		return false;
	str_init(&s, text, TEXT_MAX);
	*words_r = second == 1 && next[0] == '-' && m->input->count > 2 ? 3 : 2;
	for (uint32_t i = 0; i < *words_r; i++) {
		next = value_word(m->input, i, &length);
		str_add_bytes(&s, next, length);
	}
	return true;
}

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
print_subnet(const struct addr *addr, int bits, char text[TEXT_MAX])
{
	struct addr_range range = { *addr, *addr };
	char first[ADDR_TEXT_MAX];

	ensure(addr_prefix(addr, (unsigned)bits, &range) == 0);
	snprintf(text, TEXT_MAX, "%s/%d", addr_print(&range.lo, first), bits);
}

static bool
is_word(const struct value_input *input, uint32_t i, const char *word)
{
	size_t length;
	const char *text = value_word(input, i, &length);

	return str_equal(text, length, word);
}

/* The number of the word past what only joins two values. */
static uint32_t
past_joint(const struct value_input *input, uint32_t i)
{
	static const char *const joints[] = {
		",", ";", "&", "+", "|", "and", "or", "to", "thru", "through",
		"mask", "netmask",
	};

	for (size_t j = 0; i + 1 < input->count && j < ARRAY_SIZE(joints); j++)
		if (is_word(input, i, joints[j]))
			return i + 1;
	return i;
}

/* An address, and its mask behind it: 192.0.2.0 255.255.255.0. */
static bool
refuse_mask(const struct mistake *m)
{
	uint32_t at = past_joint(m->input, 1);
	char meant[TEXT_MAX];
	const char *mask;
	struct addr addr;
	size_t length;
	int64_t bits;

	if (m->input->count < 2 || !is_four(m->word, m->length, &addr))
		return false;
	mask = value_word(m->input, at, &length);
	bits = mask[0] == '/' ? network_number(mask + 1, length - 1, 32) :
	    network_is_digits(mask, length) ?
	    network_number(mask, length, 32) : mask_bits(mask, length);
	if (bits < 0)
		return false;
	print_subnet(&addr, (int)bits, meant);
	/* A number alone may be anything. */
	if (network_is_digits(mask, length))
		return tell(m, DIAG_ADDRESS_BAD, at + 1, "is an address and a "
		    "number", "for a subnet write %s", meant);
	return tell_meant(m, DIAG_ADDRESS_BAD, at + 1,
	    "is a subnet in two words", meant);
}

static bool
refuse_half_addrs(const struct mistake *m)
{
	char text[TEXT_MAX];
	struct addr_range range;
	uint32_t words;

	if (!join_range(m, text, &words))
		return false;
	if (network_read_range(SCHEMA_TYPE_ADDR_RANGE, text, strlen(text),
	    &range))
		return tell(m, DIAG_ADDRESS_BAD, words,
		    "has blanks in the range", "write %s", text);
	return tell(m, DIAG_ADDRESS_BAD, words, "is half a range",
	    "write the first and the last address, with a hyphen and no "
	    "blanks between");
}

/* --- one word that is no address ---------------------------------------- */

static bool
refuse_list(const struct mistake *m)
{
	if (memchr(m->word, ',', m->length) == NULL &&
	    memchr(m->word, ';', m->length) == NULL)
		return false;
	return tell(m, m->row->type == SCHEMA_TYPE_PORTS ? DIAG_PORT_BAD :
	    DIAG_ADDRESS_BAD, 1, "is a list", "%s", mistake_many(m->row));
}

/* [2001:db8::1], as URLs have it. */
static bool
refuse_brackets(const struct mistake *m)
{
	struct addr_range range;
	char meant[TEXT_MAX];

	if (m->length < 3 || m->length > TEXT_MAX || m->word[0] != '[' ||
	    m->word[m->length - 1] != ']' || !network_read_range(m->row->type,
	    m->word + 1, m->length - 2, &range))
		return false;
	snprintf(meant, sizeof(meant), "%.*s", (int)(m->length - 2),
	    m->word + 1);
	return tell_meant(m, DIAG_ADDRESS_BAD, 1, "is in brackets", meant);
}

static bool
refuse_port_behind(const struct mistake *m)
{
	struct addr_endpoint endpoint;
	char text[ADDR_TEXT_MAX];

	if (m->length >= ADDR_TEXT_MAX ||
	    addr_parse_endpoint(m->word, m->length, &endpoint) == -1)
		return false;
	return tell(m, DIAG_ADDRESS_BAD, 1, "is an address and a port",
	    "write %s here, and the port in a condition of its own",
	    addr_print(&endpoint.addr, text));
}

static bool
refuse_any(const struct mistake *m)
{
	static const char *const words[] = {
		"*", "Any", "All", "*.*.*.*", "::*", "%", "anywhere",
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!str_equal(m->word, m->length, words[i]))
			continue;
		if (m->row->type != SCHEMA_TYPE_ADDRS)
			return tell(m, DIAG_ADDRESS_BAD, 1, "is no address",
			    "where any address will do, leave the rule's "
			    "condition out, or write All there");
		return tell_meant(m, DIAG_ADDRESS_BAD, 1,
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
refuse_octets(const struct mistake *m)
{
	const char *slash = memchr(m->word, '/', m->length);
	size_t front = slash == NULL ? m->length : (size_t)(slash - m->word);
	bool star = memchr(m->word, '*', front) != NULL;
	char meant[TEXT_MAX];
	unsigned o[4];
	int count = read_octets(m->word, front, o), used;

	used = snprintf(meant, sizeof(meant), "%u.%u.%u.%u", o[0], o[1], o[2],
	    o[3]);
	if (count == 0 || (star && (count == 4 || slash != NULL)) ||
	    (front == (size_t)used && memcmp(meant, m->word, front) == 0))
		return false;
	if (star && m->row->type == SCHEMA_TYPE_ADDR)
		return tell(m, DIAG_ADDRESS_BAD, 1, "is a subnet",
		    "put it into an IpAddrSet: Prefix %s/%d", meant,
		    count * 8);
	if (star && m->row->type == SCHEMA_TYPE_ADDR_RANGE)
		return tell(m, DIAG_ADDRESS_BAD, 1, "is a subnet",
		    "write Prefix %s/%d", meant, count * 8);
	if (star)
		return tell(m, DIAG_ADDRESS_BAD, 1, "is not how a subnet is "
		    "written", "write %s/%d", meant, count * 8);
	if (slash != NULL && network_number(slash + 1, m->length - front - 1,
	    32) >= 0)
		return tell(m, DIAG_ADDRESS_BAD, 1, "is cut short", "write "
		    "%s%.*s", meant, (int)(m->length - front), slash);
	if (slash == NULL && count == 4)
		return tell(m, DIAG_ADDRESS_BAD, 1, "has zeros in front",
		    "is %s meant?", meant);
	return false;
}

/* An address that is no address: "::ffff:192.0.2.1" and such. */
static bool
refuse_form(const struct mistake *m, const char *word, size_t length)
{
	struct addr addr;
	enum network_fault fault = network_read_address(word, length, &addr);
	char quoted[STR_QUOTE_MAX];

	if (fault != NETWORK_MAPPED && fault != NETWORK_COMPATIBLE)
		return false;
	diag_cure(m->context->diag, diag_report(m->context->diag,
	    DIAG_ADDRESS_FORM, value_span(m->input, (uint32_t)(word -
	    m->input->text), (uint32_t)length), "%s is an IPv4-%s IPv6 "
	    "address", str_quote(word, length, quoted), fault ==
	    NETWORK_MAPPED ? "mapped" : "compatible"), "write %u.%u.%u.%u",
	    addr.b[12], addr.b[13], addr.b[14], addr.b[15]);
	return true;
}

static bool
refuse_subnet(const struct mistake *m)
{
	const char *slash = memchr(m->word, '/', m->length);
	size_t front = slash == NULL ? 0 : (size_t)(slash - m->word);
	struct addr_range range;
	char meant[TEXT_MAX];
	struct addr addr;
	int bits;

	if (slash == NULL || refuse_form(m, m->word, front))
		return slash != NULL;
	if (network_read_range(SCHEMA_TYPE_ADDRS, m->word, m->length, &range))
		return tell(m, DIAG_ADDRESS_BAD, 1, "is a subnet",
		    m->row->type == SCHEMA_TYPE_ADDR ?
		    "put it into an IpAddrSet: Prefix %.*s" :
		    "write Prefix %.*s", (int)m->length, m->word);
	if (network_read_address(m->word, front, &addr) != NETWORK_GOOD)
		return false;
	bits = mask_bits(slash + 1, m->length - front - 1);
	if (bits < 0 || !addr_is_v4(&addr))
		return tell(m, DIAG_ADDRESS_BAD, 1,
		    "has no good prefix length",
		    "0 to 32 for IPv4, 0 to 128 for IPv6");
	print_subnet(&addr, bits, meant);
	return tell_meant(m, DIAG_ADDRESS_BAD, 1,
	    "has a mask for a prefix length", meant);
}

/* The last address of 192.0.2.1-9: the first one's, with another end. */
static bool
complete(const char *first, size_t length, const char *end, size_t end_length,
    char text[TEXT_MAX])
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
	snprintf(text, TEXT_MAX, "%.*s-%u.%u.%u.%u", (int)length, first, to[0],
	    to[1], to[2], to[3]);
	return true;
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
refuse_range(const struct mistake *m)
{
	const char *hyphen = memchr(m->word, '-', m->length), *end;
	size_t front, left;
	struct addr_range range;
	char meant[TEXT_MAX];

	/* Names of hosts may have hyphens. */
	if (hyphen == NULL || (is_letter(m->word[0]) &&
	    memchr(m->word, ':', m->length) == NULL))
		return false;
	front = (size_t)(hyphen - m->word);
	end = hyphen + 1;
	left = m->length - front - 1;
	if (refuse_form(m, m->word, front) || refuse_form(m, end, left))
		return true;
	if (network_read_range(SCHEMA_TYPE_ADDRS, m->word, m->length, &range))
		return tell(m, DIAG_ADDRESS_BAD, 1, "is a range",
		    m->row->type == SCHEMA_TYPE_ADDR ?
		    "put it into an IpAddrSet: Range %.*s" :
		    "write Range %.*s", (int)m->length, m->word);
	if (complete(m->word, front, end, left, meant) &&
	    network_read_range(SCHEMA_TYPE_ADDRS, meant, strlen(meant),
	    &range))
		return tell(m, DIAG_ADDRESS_BAD, 1, "is not a range of "
		    "addresses", "write %s%s", m->row->type ==
		    SCHEMA_TYPE_ADDR_PREFIX ? "Range " : "", meant);
	if (network_read_address(m->word, front, &range.lo) != NETWORK_GOOD ||
	    network_read_address(end, left, &range.hi) != NETWORK_GOOD)
		return tell(m, DIAG_ADDRESS_BAD, 1, "is not a range of "
		    "addresses", "write both ends in full, such as "
		    "192.0.2.1-192.0.2.9");
	if (addr_is_v4(&range.lo) != addr_is_v4(&range.hi))
		return tell(m, DIAG_ADDRESS_BAD, 1, "mixes IPv4 and IPv6",
		    "both ends must be of one kind");
	return tell(m, DIAG_RANGE_INVERTED, 1, "ends before it starts",
	    "is %.*s-%.*s meant?", (int)left, end, (int)front, m->word);
}

static bool
refuse_alone(const struct mistake *m)
{
	if (refuse_form(m, m->word, m->length))
		return true;
	if (m->row->type == SCHEMA_TYPE_ADDR_PREFIX)
		return tell(m, DIAG_ADDRESS_BAD, 1, "is not a subnet",
		    "write it as address/prefix");
	if (m->row->type == SCHEMA_TYPE_ADDR_RANGE)
		return tell(m, DIAG_ADDRESS_BAD, 1, "is not a range",
		    "write it as address-address");
	return tell(m, DIAG_ADDRESS_BAD, 1, "is not an address",
	    "write it in numbers, such as 192.0.2.1 or 2001:db8::1");
}

void
network_mistake_addrs(struct context *context, const struct schema_param *row,
    const struct value_input *input)
{
	static bool (*const kinds[])(const struct mistake *) = {
		refuse_half_addrs, refuse_mask, refuse_list, refuse_brackets,
		refuse_port_behind, refuse_any, refuse_octets, refuse_subnet,
		refuse_range, refuse_alone,
	};
	struct mistake m = mistake_of(context, row, input);

	for (size_t i = 0; i < ARRAY_SIZE(kinds) && !kinds[i](&m); i++)
		;
}

/* --- ports -------------------------------------------------------------- */

static bool
refuse_half_ports(const struct mistake *m)
{
	char text[TEXT_MAX];
	struct addr_ports range;
	uint32_t words;

	if (!join_range(m, text, &words))
		return false;
	if (network_read_ports(text, strlen(text), &range))
		return tell(m, DIAG_PORT_BAD, words, "has blanks in the range",
		    "write %s", text);
	return tell(m, DIAG_PORT_BAD, words, "is half a range of ports",
	    "write the first and the last port, with a hyphen and no blanks "
	    "between");
}

static bool
refuse_all_ports(const struct mistake *m)
{
	static const char *const words[] = { "All", "Any", "*" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		struct source_span span = words_span(m->input, 0, 0);
		char quoted[STR_QUOTE_MAX];
		struct diag_record *record;

		if (!str_equal(m->word, m->length, words[i]))
			continue;
		record = diag_report(m->context->diag, DIAG_PORT_BAD, span,
		    "%s is not a port", str_quote(m->word, m->length,
		    quoted));
		diag_cure(m->context->diag, record,
		    "write 0 for any port, or leave the line out");
		diag_edit(m->context->diag, record, span, "0");
		return true;
	}
	return false;
}

/* 80:90 and 80..90, as other programs have ranges; or one that is swapped. */
static bool
refuse_range_form(const struct mistake *m, uint32_t used)
{
	size_t front = 0, back, second;
	const char *word = m->word, *other;
	char text[TEXT_MAX];
	int64_t lo, hi;

	while (front < m->length && word[front] >= '0' && word[front] <= '9')
		front++;
	for (back = front; back < m->length &&
	    strchr("-.:/", word[back]) != NULL; back++)
		;
	other = word + back;
	second = m->length - back;
	if (used == 2)
		other = value_word(m->input, 1, &second);
	lo = network_number(word, front, PORT_MAX);
	hi = network_number(other, second, PORT_MAX);
	if (lo < 0 || hi < 0 || (used == 1 && back == front))
		return false;
	snprintf(text, sizeof(text), "%lld-%lld", (long long)(lo < hi ? lo :
	    hi), (long long)(lo < hi ? hi : lo));
	if (lo > hi)
		return tell(m, DIAG_RANGE_INVERTED, used,
		    "ends before it starts", "write %s", text);
	return tell(m, DIAG_PORT_BAD, used, "is not a range of ports",
	    "write %s", text);
}

void
network_mistake_ports(struct context *context, const struct schema_param *row,
    const struct value_input *input, uint32_t used)
{
	struct mistake m = mistake_of(context, row, input);

	if (!refuse_half_ports(&m) && !refuse_list(&m) &&
	    !refuse_all_ports(&m) && !refuse_range_form(&m, used))
		tell(&m, DIAG_PORT_BAD, used,
		    "is not a port or range of ports",
		    "write numbers from 1 to %d, as n or n-m", PORT_MAX);
}

/* --- what follows a value ----------------------------------------------- */

/* Whether a word is, or begins, another value of the row's kind. */
static bool
is_value(const struct schema_param *row, const char *word, size_t length)
{
	struct addr_range addrs;
	struct addr_ports ports;
	size_t n = 0;

	while (n < length && strchr(",;", word[n]) == NULL)
		n++;
	if (row->type == SCHEMA_TYPE_PORTS)
		return network_read_ports(word, n, &ports);
	return str_equal(word, n, "All") || network_is_digits(word, n) ||
	    network_read_range(SCHEMA_TYPE_ADDRS, word, n, &addrs);
}

/* "443 to 445": two ports with a word between. */
static bool
refuse_spelt_range(const struct mistake *m, uint32_t used)
{
	struct addr_ports lo, hi;
	size_t length;
	const char *end;

	if (used != 1 || m->input->count < 3 ||
	    (!is_word(m->input, 1, "to") && !is_word(m->input, 1, "thru") &&
	    !is_word(m->input, 1, "through")))
		return false;
	end = value_word(m->input, 2, &length);
	if (!network_read_ports(m->word, m->length, &lo) ||
	    !network_read_ports(end, length, &hi) || lo.lo != lo.hi ||
	    hi.lo != hi.hi || hi.lo < lo.lo)
		return false;
	return tell(m, DIAG_PORT_BAD, 3, "is a range in words",
	    "write %u-%u", lo.lo, hi.lo);
}

int
network_mistake_rest(struct context *context, const struct schema_param *row,
    const struct value_input *input, uint32_t used)
{
	struct mistake m = mistake_of(context, row, input);
	bool ports = row->type == SCHEMA_TYPE_PORTS;
	char quoted[STR_QUOTE_MAX];
	const char *word;
	size_t length;
	uint32_t at;

	if (input->count <= used)
		return 0;
	if (ports ? (used == 1 && refuse_half_ports(&m)) ||
	    refuse_spelt_range(&m, used) :
	    refuse_half_addrs(&m) || refuse_mask(&m))
		return -1;
	at = past_joint(input, used);
	word = value_word(input, at, &length);
	if (!is_value(row, word, length))
		return 0;
	diag_cure(context->diag, diag_report(context->diag,
	    DIAG_VALUE_SECOND, words_span(input, at, at),
	    "%s is a second value: %s takes one", str_quote(word, length,
	    quoted), row->name), "%s", !ports && str_equal(m.word, m.length,
	    "All") ? "All takes every address: remove one of the two" :
	    mistake_many(row));
	return -1;
}
