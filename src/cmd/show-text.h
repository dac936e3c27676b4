/*
 * show-text.h - what the forms of `show` have in common: the conditions of a
 * rule as text.
 */
#ifndef SALLYPORT_CMD_SHOW_TEXT_H
#define SALLYPORT_CMD_SHOW_TEXT_H

#include <stddef.h>

struct rules_rule;
struct str;

/* The conditions that are sets of addresses or ports. */
enum show_text_set {
	SHOW_TEXT_LOCAL_ADDRS,
	SHOW_TEXT_LOCAL_PORTS,
	SHOW_TEXT_REMOTE_ADDRS,
	SHOW_TEXT_REMOTE_PORTS,
	SHOW_TEXT_SET_COUNT,
};

/* "local address" */
const char *show_text_set_name(enum show_text_set set);
/* Of its field in struct rules_rule. */
size_t show_text_set_offset(enum show_text_set set);
/* How many ranges; 0: anything goes. */
size_t show_text_set_size(const struct rules_rule *rule,
    enum show_text_set set);
/* Range number `index`: "192.0.2.0/24", "443", "1000-2000". */
void show_text_set_item(const struct rules_rule *rule, enum show_text_set set,
    size_t index, struct str *out);

/* "Inbound", "Outbound", "Both" */
const char *show_text_direction(const struct rules_rule *rule);

#endif
