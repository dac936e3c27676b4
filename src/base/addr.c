#include "base/addr.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static const uint8_t v4_mapped[12] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff
};

int
addr_compare(const struct addr *a, const struct addr *b)
{
	return memcmp(a->b, b->b, sizeof(a->b));
}

bool
addr_is_v4(const struct addr *a)
{
	return memcmp(a->b, v4_mapped, sizeof(v4_mapped)) == 0;
}

bool
addr_in_range(const struct addr *a, const struct addr_range *range)
{
	return addr_compare(a, &range->lo) >= 0 &&
	    addr_compare(a, &range->hi) <= 0 &&
	    addr_is_v4(a) == addr_is_v4(&range->lo);
}

static void
from_v4(const void *four, struct addr *out_r)
{
	memcpy(out_r->b, v4_mapped, sizeof(v4_mapped));
	memcpy(out_r->b + sizeof(v4_mapped), four, 4);
}

int
addr_parse(const char *text, size_t length, struct addr *out_r)
{
	char copy[INET6_ADDRSTRLEN];
	struct addr found;
	uint8_t v4[4];

	/* inet_pton would stop at a NUL and call the rest read. */
	if (length >= sizeof(copy) || memchr(text, '\0', length) != NULL)
		return -1;
	memcpy(copy, text, length);
	copy[length] = '\0';
	if (inet_pton(AF_INET, copy, v4) == 1)
		from_v4(v4, &found);
	else if (inet_pton(AF_INET6, copy, found.b) != 1)
		return -1;
	*out_r = found;
	return 0;
}

int
addr_prefix(const struct addr *a, unsigned prefix, struct addr_range *out_r)
{
	unsigned skipped = addr_is_v4(a) ? 96 : 0;
	struct addr_range range = { *a, *a };

	if (prefix > 128 - skipped)
		return -1;
	prefix += skipped;
	for (unsigned i = 0; i < sizeof(a->b); i++) {
		unsigned kept = prefix <= i * 8 ? 0 : prefix - i * 8;
		uint8_t host = kept >= 8 ? 0 : 0xff >> kept;

		range.lo.b[i] &= (uint8_t)~host;
		range.hi.b[i] |= host;
	}
	*out_r = range;
	return 0;
}

static int
parse_port(const char *text, size_t length, uint16_t *port_r)
{
	unsigned port = 0;

	if (length == 0 || length > 5)
		return -1;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		port = port * 10 + (unsigned)(text[i] - '0');
	}
	if (port > UINT16_MAX)
		return -1;
	*port_r = (uint16_t)port;
	return 0;
}

int
addr_parse_endpoint(const char *text, size_t length,
    struct addr_endpoint *out_r)
{
	const char *colon = memrchr(text, ':', length);
	struct addr_endpoint found;
	bool bracketed;
	size_t host;

	if (colon == NULL || colon == text)
		return -1;
	host = (size_t)(colon - text);
	if (parse_port(colon + 1, length - host - 1, &found.port) == -1)
		return -1;
	bracketed = host >= 2 && text[0] == '[' && text[host - 1] == ']';
	if (bracketed) {
		text++;
		host -= 2;
	}
	/* Brackets are for colons: "2001:db8::1:443" has two readings. */
	if ((memchr(text, ':', host) != NULL) != bracketed)
		return -1;
	if (addr_parse(text, host, &found.addr) == -1)
		return -1;
	*out_r = found;
	return 0;
}

const char *
addr_print(const struct addr *a, char *buf)
{
	const char *text;

	if (addr_is_v4(a))
		text = inet_ntop(AF_INET, a->b + sizeof(v4_mapped), buf,
		    ADDR_TEXT_MAX);
	else
		text = inet_ntop(AF_INET6, a->b, buf, ADDR_TEXT_MAX);
	ensure(text != NULL);
	return text;
}

const char *
addr_print_endpoint(const struct addr_endpoint *e, char *buf)
{
	char host[ADDR_TEXT_MAX];
	int length;

	addr_print(&e->addr, host);
	length = snprintf(buf, ADDR_TEXT_MAX,
	    addr_is_v4(&e->addr) ? "%s:%u" : "[%s]:%u", host, e->port);
	ensure(length > 0 && length < ADDR_TEXT_MAX);
	return buf;
}

int
addr_from_sockaddr(const struct sockaddr *sa, struct addr_endpoint *out_r)
{
	struct sockaddr_in6 sin6;
	struct sockaddr_in sin;

	switch (sa->sa_family) {
	case AF_INET:
		memcpy(&sin, sa, sizeof(sin));
		from_v4(&sin.sin_addr, &out_r->addr);
		out_r->port = ntohs(sin.sin_port);
		return 0;
	case AF_INET6:
		memcpy(&sin6, sa, sizeof(sin6));
		memcpy(out_r->addr.b, &sin6.sin6_addr, sizeof(out_r->addr.b));
		out_r->port = ntohs(sin6.sin6_port);
		return 0;
	default:
		return -1;
	}
}

socklen_t
addr_to_sockaddr(const struct addr_endpoint *e,
    struct sockaddr_storage *out_r)
{
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in sin = { .sin_family = AF_INET };

	memset(out_r, 0, sizeof(*out_r));
	if (addr_is_v4(&e->addr)) {
		memcpy(&sin.sin_addr, e->addr.b + sizeof(v4_mapped), 4);
		sin.sin_port = htons(e->port);
		memcpy(out_r, &sin, sizeof(sin));
		return sizeof(sin);
	}
	memcpy(&sin6.sin6_addr, e->addr.b, sizeof(e->addr.b));
	sin6.sin6_port = htons(e->port);
	memcpy(out_r, &sin6, sizeof(sin6));
	return sizeof(sin6);
}
