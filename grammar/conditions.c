#include "grammar/language.h"
#include "policy/rules.h"
#include "policy/times.h"

#define RULE	struct rules_rule

#define LOCAL_ADDR \
	.slot = SCHEMA_SLOT_LOCAL_ADDR, .flags = SCHEMA_CONDITION
#define REMOTE_ADDR \
	.slot = SCHEMA_SLOT_REMOTE_ADDR, .flags = SCHEMA_CONDITION
#define LOCAL_PORT \
	.slot = SCHEMA_SLOT_LOCAL_PORT, .flags = SCHEMA_CONDITION
#define REMOTE_PORT \
	.slot = SCHEMA_SLOT_REMOTE_PORT, .flags = SCHEMA_CONDITION
#define ONE_VALUE \
	.slot = SCHEMA_SLOT_VALUE, .flags = SCHEMA_CONDITION | SCHEMA_REQUIRED

static const struct schema_choice directions[] = {
	P_CHOICE("Inbound", RULES_INBOUND),
	P_CHOICE("Outbound", RULES_OUTBOUND),
	P_CHOICE("Both", RULES_BOTH),
	P_END,
};

static const struct schema_param rule_rows[] = {
	P_ADDRS(RULE, local_addrs, "LocalAddr", LOCAL_ADDR, .def = "All",
	    .doc = "The connection's own address: one, a subnet, a range, or "
		"All."),
	P_REF_TO(RULE, local_addrs, "LocalAddrRef", SCHEMA_IP_ADDR, LOCAL_ADDR,
	    .doc = "The connection's own address, by the name of an IpAddr."),
	P_REF_TO(RULE, local_addrs, "LocalAddrSetRef", SCHEMA_IP_ADDR_SET,
	    LOCAL_ADDR,
	    .doc = "The connection's own address, by the name of an "
		"IpAddrSet."),
	P_REF_TO(RULE, local_addrs, "LocalAddrGroupRef", SCHEMA_IP_ADDR_GROUP,
	    LOCAL_ADDR,
	    .doc = "The connection's own address, by the name of an "
		"IpAddrGroup."),
	P_ADDRS(RULE, remote_addrs, "RemoteAddr", REMOTE_ADDR, .def = "All",
	    .doc = "The partner's address: one, a subnet, a range, or All."),
	P_REF_TO(RULE, remote_addrs, "RemoteAddrRef", SCHEMA_IP_ADDR,
	    REMOTE_ADDR,
	    .doc = "The partner's address, by the name of an IpAddr."),
	P_REF_TO(RULE, remote_addrs, "RemoteAddrSetRef", SCHEMA_IP_ADDR_SET,
	    REMOTE_ADDR,
	    .doc = "The partner's address, by the name of an IpAddrSet."),
	P_REF_TO(RULE, remote_addrs, "RemoteAddrGroupRef",
	    SCHEMA_IP_ADDR_GROUP, REMOTE_ADDR,
	    .doc = "The partner's address, by the name of an IpAddrGroup."),
	P_PORTS(RULE, local_ports, "LocalPortRange", LOCAL_PORT, .def = "0",
	    .doc = "The connection's own port, or a range of them; 0 is any."),
	P_REF_TO(RULE, local_ports, "LocalPortRangeRef", SCHEMA_PORT_RANGE,
	    LOCAL_PORT,
	    .doc = "The connection's own port, by the name of a PortRange."),
	P_REF_TO(RULE, local_ports, "LocalPortGroupRef", SCHEMA_PORT_GROUP,
	    LOCAL_PORT,
	    .doc = "The connection's own port, by the name of a PortGroup."),
	P_PORTS(RULE, remote_ports, "RemotePortRange", REMOTE_PORT, .def = "0",
	    .doc = "The partner's port, or a range of them; 0 is any."),
	P_REF_TO(RULE, remote_ports, "RemotePortRangeRef", SCHEMA_PORT_RANGE,
	    REMOTE_PORT,
	    .doc = "The partner's port, by the name of a PortRange."),
	P_REF_TO(RULE, remote_ports, "RemotePortGroupRef", SCHEMA_PORT_GROUP,
	    REMOTE_PORT,
	    .doc = "The partner's port, by the name of a PortGroup."),
	P_STRING(RULE, job, "Jobname", SCHEMA_TYPE_PATTERN, 1, 255,
	    .flags = SCHEMA_CONDITION,
	    .doc = "The process's name, or the systemd service it belongs "
		"to, with or without .service; case does not count; a "
		"trailing * stands for any ending."),
	P_STRING(RULE, user, "Userid", SCHEMA_TYPE_PATTERN, 1, 32,
	    .flags = SCHEMA_CONDITION,
	    .doc = "The user that owns the process, a wrapped one; a trailing "
		"* stands for any ending."),
	P_ENUM(RULE, direction, "Direction", directions,
	    .flags = SCHEMA_REQUIRED,
	    .doc = "Inbound: the socket was accepted; Outbound: it was "
		"connected."),
	P_INT(RULE, priority, "Priority", 1, 2000000000, .def = "1",
	    .doc = "Rules are tried from the highest priority down; among "
		"equals the name decides."),
	P_BLOCK("IpTimeCondition", SCHEMA_IP_TIME_CONDITION,
	    .flags = SCHEMA_REPEAT,
	    .doc = "When the rule is in force; always, where not coded."),
	P_REF("TTLSGroupActionRef", SCHEMA_GROUP_ACTION,
	    .flags = SCHEMA_REQUIRED,
	    .doc = "The group action, which switches TLS on or off."),
	P_REF("TTLSEnvironmentActionRef", SCHEMA_ENVIRONMENT_ACTION,
	    .doc = "The environment action; required where the group action "
		"is On."),
	P_REF("TTLSConnectionActionRef", SCHEMA_CONNECTION_ACTION,
	    .doc = "The connection action, which overrides the environment's "
		"values."),
	P_REF("TTLSApplicationActionRef", SCHEMA_APPLICATION_ACTION,
	    .flags = SCHEMA_EXTENSION,
	    .doc = "The application action, which says where plaintext goes."),
};
const struct schema_list conditions_rule = {
	rule_rows, sizeof(rule_rows) / sizeof(rule_rows[0])
};

static const struct schema_param ip_addr_rows[] = {
	P_VALUE("Addr", SCHEMA_TYPE_ADDR, ONE_VALUE,
	    .doc = "The address, IPv4 or IPv6."),
};
const struct schema_list conditions_ip_addr = { ip_addr_rows, 1 };

static const struct schema_param ip_addr_set_rows[] = {
	P_VALUE("Prefix", SCHEMA_TYPE_ADDR_PREFIX, ONE_VALUE,
	    .doc = "A subnet: an address, a slash, and the number of leading "
		"bits that count."),
	P_VALUE("Range", SCHEMA_TYPE_ADDR_RANGE, ONE_VALUE,
	    .doc = "The first and the last address of a range, with a hyphen "
		"between."),
};
const struct schema_list conditions_ip_addr_set = { ip_addr_set_rows, 2 };

static const struct schema_param ip_addr_group_rows[] = {
	P_BLOCK("IpAddr", SCHEMA_IP_ADDR, .slot = SCHEMA_SLOT_VALUE,
	    .flags = SCHEMA_REPEAT | SCHEMA_REQUIRED,
	    .doc = "One address of the group."),
	P_BLOCK("IpAddrSet", SCHEMA_IP_ADDR_SET, .slot = SCHEMA_SLOT_VALUE,
	    .flags = SCHEMA_REPEAT | SCHEMA_REQUIRED,
	    .doc = "One subnet or range of the group."),
};
const struct schema_list conditions_ip_addr_group = { ip_addr_group_rows, 4 };

static const struct schema_param port_range_rows[] = {
	P_VALUE("Port", SCHEMA_TYPE_PORTS, ONE_VALUE,
	    .doc = "The port, or the first and the last port; 0 is any."),
};
const struct schema_list conditions_port_range = { port_range_rows, 1 };

static const struct schema_param port_group_rows[] = {
	P_BLOCK("PortRange", SCHEMA_PORT_RANGE, .slot = SCHEMA_SLOT_VALUE,
	    .flags = SCHEMA_REPEAT | SCHEMA_REQUIRED,
	    .doc = "One port or range of the group."),
};
const struct schema_list conditions_port_group = { port_group_rows, 2 };

#define ONES_31	"1111111111111111111111111111111"

static const struct schema_param ip_time_rows[] = {
	P_PERIOD(period, "ConditionTimeRange",
	    .doc = "The first and the last second, "
		"yyyymmddhhmmss:yyyymmddhhmmss; for good, where not coded."),
	P_MASK(months, "MonthOfYearMask", 12, 12, .def = "111111111111",
	    .doc = "The months, a digit each, January first; 1: in force."),
	P_MASK(days, "DayOfMonthMask", 31, 62, .def = ONES_31 ONES_31,
	    .doc = "The days of the month, a digit each; 31 more count from "
		"the last day backwards."),
	P_MASK(weekdays, "DayOfWeekMask", 7, 7, .def = "1111111",
	    .doc = "The days of the week, a digit each, Sunday first."),
	P_HOURS(hours, "TimeOfDayRange", .def = "00:00-24:00",
	    .doc = "hh:mm-hh:mm, several with commas between; one that ends "
		"before it starts goes over midnight."),
	P_ZONE(zone, "TimeZone", .def = "Local",
	    .doc = "Whose clock counts: Local, UTC, or an offset as in "
		"UTC+01:00."),
};
const struct schema_list conditions_ip_time = {
	ip_time_rows, sizeof(ip_time_rows) / sizeof(ip_time_rows[0])
};
