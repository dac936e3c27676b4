#include "lint/lint-network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "lint/lint-lines.h"
#include "lint/lint-scope.h"
#include "policy/schema.h"

static void
warn_prefix(struct lint_scope *scope, struct source_span word,
    const char *text, size_t front)
{
	unsigned bits = (unsigned)strtoul(text + front + 1, NULL, 10);
	char exact[ADDR_TEXT_MAX], whole[ADDR_TEXT_MAX];
	struct addr_range range;
	struct addr addr;

	if (addr_parse(text, front, &addr) == -1 ||
	    addr_prefix(&addr, bits, &range) == -1 ||
	    addr_compare(&addr, &range.lo) == 0)
		return;
	diag_cure(scope->diag, lint_scope_report(scope,
	    DIAG_ADDRESS_HOST_BITS, word,
	    "this is all of %s/%u, not one host of it",
	    addr_print(&range.lo, whole), bits), "write %s/%u, or %s",
	    whole, bits, addr_print(&addr, exact));
}

static void
advise_one(struct lint_scope *scope, struct source_span span, const char *what,
    size_t front)
{
	diag_cure(scope->diag, lint_scope_report(scope, DIAG_RANGE_OF_ONE,
	    span, "a range of one %s", what), "write %.*s",
	    (int)(front > 64 ? 64 : front), lint_scope_text(span));
}

static void
warn_host(struct lint_scope *scope, struct source_span word,
    const struct addr *addr)
{
	static const struct addr none;
	bool four = addr_is_v4(addr);
	const char *what = NULL, *cure = "write All, or a real address";
	char text[ADDR_TEXT_MAX], subnet[ADDR_TEXT_MAX + 32];

	if (four ? memcmp(addr->b + 12, "\0\0\0\0", 4) == 0 :
	    addr_compare(addr, &none) == 0) {
		what = "no connection has this address";
	} else if (four ? addr->b[12] >= 224 : addr->b[0] == 0xff) {
		what = "no TCP connection has this address";
	} else if (four && addr->b[15] == 0) {
		what = "this looks like a subnet, and is one address";
		snprintf(subnet, sizeof(subnet), "write %s/24 for a subnet",
		    addr_print(addr, text));
		cure = subnet;
	} else if (four && addr->b[15] == 255) {
		what = "this looks like a subnet's broadcast address";
		cure = "for a subnet write address/prefix";
	}
	if (what != NULL)
		diag_cure(scope->diag, lint_scope_report(scope,
		    DIAG_ADDRESS_NO_HOST, word, "%s", what), "%s", cure);
}

static void
judge_address(struct lint_scope *scope, struct source_span word)
{
	const char *text = lint_scope_text(word);
	const char *slash = memchr(text, '/', word.length);
	const char *hyphen = memchr(text, '-', word.length);
	struct addr lo, hi;
	size_t front;

	if (slash != NULL) {
		warn_prefix(scope, word, text, (size_t)(slash - text));
		return;
	}
	front = hyphen == NULL ? word.length : (size_t)(hyphen - text);
	if (addr_parse(text, front, &lo) == -1)
		return;
	if (hyphen == NULL)
		warn_host(scope, word, &lo);
	else if (addr_parse(hyphen + 1, word.length - front - 1, &hi) == 0 &&
	    addr_compare(&lo, &hi) == 0)
		advise_one(scope, word, "address", front);
}

static void
judge_ports(struct lint_scope *scope, struct source_span first,
    struct source_span second)
{
	const char *text = lint_scope_text(first);
	const char *hyphen = memchr(text, '-', first.length);
	size_t front = hyphen == NULL ? first.length : (size_t)(hyphen - text);
	const char *upper = hyphen != NULL ? hyphen + 1 : second.length > 0 ?
	    lint_scope_text(second) : NULL;
	unsigned long lo, hi;

	if (upper == NULL || *upper < '0' || *upper > '9' || *text < '0' ||
	    *text > '9')
		return;
	lo = strtoul(text, NULL, 10);
	hi = strtoul(upper, NULL, 10);
	if (hyphen == NULL)
		first.length = second.offset + second.length - first.offset;
	if (lo == hi && lo != 0)
		advise_one(scope, first, "port", front);
	if (lo == 0 && hi != 0 && hi < 65535)
		diag_cure(scope->diag, lint_scope_report(scope,
		    DIAG_PORT_ZERO, first, "no connection has port 0, with "
		    "which the range begins"), "write 1-%lu; 0 alone is any "
		    "port", hi);
}

void
lint_network_line(struct lint_scope *scope, const struct lint_line *line)
{
	struct source_span word = lint_lines_word(scope, line, 1);

	if (line->row == NULL || word.length == 0)
		return;
	switch (line->row->type) {
	case SCHEMA_TYPE_ADDRS:
	case SCHEMA_TYPE_ADDR:
	case SCHEMA_TYPE_ADDR_PREFIX:
	case SCHEMA_TYPE_ADDR_RANGE:
		judge_address(scope, word);
		break;
	case SCHEMA_TYPE_PORTS:
		judge_ports(scope, word, lint_lines_word(scope, line, 2));
		break;
	default:
		break;
	}
}
