#include "policy/groups.h"

#include <string.h>

#include "base/arena.h"
#include "policy/body.h"
#include "policy/context.h"
#include "policy/names.h"
#include "policy/network.h"

/* The one value of an IpAddr, IpAddrSet or PortRange; NULL where it is bad. */
static const struct value *
only_value(const struct body *body)
{
	return body == NULL || body->set_count == 0 ? NULL :
	    &body->sets[0].value;
}

static const struct rules_addrs *
merge_addr_members(struct context *context, const struct body *group)
{
	struct arena_mark mark = arena_mark(context->scratch);
	const struct rules_addrs *merged = NULL;
	const struct value *value;
	struct addr_range *ranges;
	size_t count = 0, used = 0;

	for (size_t i = 0; i < group->link_count; i++) {
		value = only_value(body_target(&group->links[i]));
		if (value != NULL && value->addrs != NULL)
			count += value->addrs->count;
	}
	if (count == 0)
		return NULL;
	ranges = arena_alloc_array(context->scratch, count, sizeof(*ranges));
	for (size_t i = 0; i < group->link_count; i++) {
		value = only_value(body_target(&group->links[i]));
		if (value == NULL || value->addrs == NULL)
			continue;
		memcpy(ranges + used, value->addrs->range,
		    value->addrs->count * sizeof(*ranges));
		used += value->addrs->count;
	}
	merged = network_merge_addrs(context->arena, ranges, count);
	arena_rewind(context->scratch, mark);
	return merged;
}

static const struct rules_ports *
merge_port_members(struct context *context, const struct body *group)
{
	struct arena_mark mark = arena_mark(context->scratch);
	const struct rules_ports *merged;
	const struct value *value;
	struct addr_ports *ranges;
	size_t count = 0;

	ranges = arena_alloc_array(context->scratch, group->link_count,
	    sizeof(*ranges));
	for (size_t i = 0; i < group->link_count; i++) {
		value = only_value(body_target(&group->links[i]));
		if (value == NULL)
			continue;
		if (value->ports == NULL) {
			arena_rewind(context->scratch, mark);
			return NULL;	/* any port */
		}
		ranges[count++] = value->ports->range[0];
	}
	merged = count == 0 ? NULL :
	    network_merge_ports(context->arena, ranges, count);
	arena_rewind(context->scratch, mark);
	return merged;
}

const struct rules_addrs *
groups_addrs(struct context *context, struct names_entry *entry)
{
	const struct value *value;

	if (entry->merged || entry->body == NULL)
		return entry->addrs;
	entry->merged = true;
	if (entry->statement->id == SCHEMA_IP_ADDR_GROUP) {
		entry->addrs = merge_addr_members(context, entry->body);
	} else {
		value = only_value(entry->body);
		entry->addrs = value == NULL ? NULL : value->addrs;
	}
	return entry->addrs;
}

const struct rules_ports *
groups_ports(struct context *context, struct names_entry *entry)
{
	const struct value *value;

	if (entry->merged || entry->body == NULL)
		return entry->ports;
	entry->merged = true;
	if (entry->statement->id == SCHEMA_PORT_GROUP) {
		entry->ports = merge_port_members(context, entry->body);
	} else {
		value = only_value(entry->body);
		entry->ports = value == NULL ? NULL : value->ports;
	}
	return entry->ports;
}
