#include "cmd/show-text.h"

#include "base/compiler.h"
#include "base/str.h"
#include "policy/network.h"
#include "policy/rules.h"

static const struct {
	const char *name;
	size_t offset;
} sets[SHOW_TEXT_SET_COUNT] = {
	[SHOW_TEXT_LOCAL_ADDRS] = { "local address",
	    offsetof(struct rules_rule, local_addrs) },
	[SHOW_TEXT_LOCAL_PORTS] = { "local port",
	    offsetof(struct rules_rule, local_ports) },
	[SHOW_TEXT_REMOTE_ADDRS] = { "remote address",
	    offsetof(struct rules_rule, remote_addrs) },
	[SHOW_TEXT_REMOTE_PORTS] = { "remote port",
	    offsetof(struct rules_rule, remote_ports) },
};

const char *
show_text_set_name(enum show_text_set set)
{
	return sets[set].name;
}

size_t
show_text_set_offset(enum show_text_set set)
{
	return sets[set].offset;
}

static const struct rules_addrs *
addrs_of(const struct rules_rule *rule, enum show_text_set set)
{
	return set == SHOW_TEXT_LOCAL_ADDRS ? rule->local_addrs :
	    rule->remote_addrs;
}

static const struct rules_ports *
ports_of(const struct rules_rule *rule, enum show_text_set set)
{
	return set == SHOW_TEXT_LOCAL_PORTS ? rule->local_ports :
	    rule->remote_ports;
}

static bool
is_addrs(enum show_text_set set)
{
	return set == SHOW_TEXT_LOCAL_ADDRS || set == SHOW_TEXT_REMOTE_ADDRS;
}

size_t
show_text_set_size(const struct rules_rule *rule, enum show_text_set set)
{
	const struct rules_addrs *addrs = addrs_of(rule, set);
	const struct rules_ports *ports = ports_of(rule, set);

	if (is_addrs(set))
		return addrs == NULL ? 0 : addrs->count;
	return ports == NULL ? 0 : ports->count;
}

void
show_text_set_item(const struct rules_rule *rule, enum show_text_set set,
    size_t index, struct str *out)
{
	const struct addr_ports *range;

	ensure(index < show_text_set_size(rule, set));
	if (is_addrs(set)) {
		network_print_range(&addrs_of(rule, set)->range[index], out);
		return;
	}
	range = &ports_of(rule, set)->range[index];
	str_add(out, "%u", range->lo);
	if (range->lo != range->hi)
		str_add(out, "-%u", range->hi);
}

const char *
show_text_direction(const struct rules_rule *rule)
{
	switch (rule->direction) {
	case RULES_INBOUND:
		return "Inbound";
	case RULES_OUTBOUND:
		return "Outbound";
	default:
		return "Both";
	}
}
