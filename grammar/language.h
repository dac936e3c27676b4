/*
 * language.h - the tables that are the language, and the macros that fill
 * them. Only the files of grammar/ and policy/schema.c include this; all
 * others ask policy/schema.h.
 *
 * A row that names a field is checked against the field's C type when it is
 * compiled: a wrong row does not build. Rows without a field are links to
 * other statements, and the values in a condition's definition.
 */
#ifndef SALLYPORT_GRAMMAR_LANGUAGE_H
#define SALLYPORT_GRAMMAR_LANGUAGE_H

#include "policy/schema.h"
#include "policy/times.h"

#define P_IS(type, object, field) \
	__builtin_types_compatible_p(__typeof__(((type *)0)->field), object)

/* sizeof an array that only a true condition gives a size; adds 0. */
#define P_CHECK(condition) (0 * sizeof(char[(condition) ? 1 : -1]))

#define P_FIELD(structure, field, condition) \
	.offset = offsetof(structure, field), \
	.size = sizeof(((structure *)0)->field) + P_CHECK(condition), \
	.owner = P_OWNER(structure)

#define P_OWNER(structure) \
	_Generic((structure *)0, \
	    struct settings *: SCHEMA_OWNER_SETTINGS, \
	    struct settings_application *: SCHEMA_OWNER_APPLICATION, \
	    struct settings_file *: SCHEMA_OWNER_FILE, \
	    struct rules_actions *: SCHEMA_OWNER_ACTIONS, \
	    struct rules_rule *: SCHEMA_OWNER_RULE, \
	    struct times_condition *: SCHEMA_OWNER_TIMES)

/* Rows with a field: P_x(structure, field, "Name", .doc = ..., ...) */
#define P_FLAG(structure, field, text, ...) { .name = (text), \
	.type = SCHEMA_TYPE_FLAG, .choices = schema_flag_choices, \
	P_FIELD(structure, field, P_IS(structure, bool, field)), __VA_ARGS__ }
#define P_ENUM(structure, field, text, list, ...) { .name = (text), \
	.type = SCHEMA_TYPE_ENUM, .choices = (list), \
	P_FIELD(structure, field, P_IS(structure, uint32_t, field) || \
	    P_IS(structure, uint8_t, field)), __VA_ARGS__ }
#define P_INT(structure, field, text, low, high, ...) { .name = (text), \
	.type = SCHEMA_TYPE_INT, .min = (low), .max = (high), \
	P_FIELD(structure, field, P_IS(structure, uint32_t, field)), \
	__VA_ARGS__ }
#define P_STRING(structure, field, text, kind, low, high, ...) { \
	.name = (text), .type = (kind), .min = (low), .max = (high), \
	.unit = SCHEMA_UNIT_CHARACTERS, \
	P_FIELD(structure, field, P_IS(structure, const char *, field)), \
	__VA_ARGS__ }
/* The same, as often as one likes. */
#define P_STRINGS(structure, field, text, kind, low, high, ...) { \
	.name = (text), .type = (kind), .min = (low), .max = (high), \
	.unit = SCHEMA_UNIT_CHARACTERS, .flags = SCHEMA_REPEAT, \
	P_FIELD(structure, field, P_IS(structure, struct settings_names, \
	    field)), __VA_ARGS__ }
#define P_ADDRS(structure, field, text, ...) { .name = (text), \
	.type = SCHEMA_TYPE_ADDRS, P_FIELD(structure, field, \
	    P_IS(structure, const struct rules_addrs *, field)), __VA_ARGS__ }
#define P_PORTS(structure, field, text, ...) { .name = (text), \
	.type = SCHEMA_TYPE_PORTS, P_FIELD(structure, field, \
	    P_IS(structure, const struct rules_ports *, field)), __VA_ARGS__ }
/* Lists of codes; lines add up. */
#define P_SUITES(structure, field, text, kind, ...) { .name = (text), \
	.type = (kind), .flags = SCHEMA_REPEAT, P_FIELD(structure, field, \
	    P_IS(structure, struct settings_ciphers, field)), __VA_ARGS__ }
#define P_CODES(structure, field, text, kind, ...) { .name = (text), \
	.type = (kind), .flags = SCHEMA_REPEAT, P_FIELD(structure, field, \
	    P_IS(structure, struct settings_codes, field)), __VA_ARGS__ }
/* One code. */
#define P_CODE(structure, field, text, kind, ...) { .name = (text), \
	.type = (kind), P_FIELD(structure, field, \
	    P_IS(structure, struct settings_codes, field)), __VA_ARGS__ }
#define P_BACKEND(structure, field, text, ...) { .name = (text), \
	.type = SCHEMA_TYPE_BACKEND, P_FIELD(structure, field, \
	    P_IS(structure, struct settings_backend, field)), __VA_ARGS__ }

/* Rows of an IpTimeCondition. */
#define P_MASK(field, text, low, high, ...) { .name = (text), \
	.type = SCHEMA_TYPE_MASK, .min = (low), .max = (high), \
	P_FIELD(struct times_condition, field, \
	    P_IS(struct times_condition, uint64_t, field)), __VA_ARGS__ }
#define P_PERIOD(field, text, ...) { .name = (text), \
	.type = SCHEMA_TYPE_PERIOD, P_FIELD(struct times_condition, field, \
	    P_IS(struct times_condition, struct times_period, field)), \
	__VA_ARGS__ }
#define P_HOURS(field, text, ...) { .name = (text), \
	.type = SCHEMA_TYPE_HOURS, P_FIELD(struct times_condition, field, \
	    P_IS(struct times_condition, const struct times_hours *, field)), \
	__VA_ARGS__ }
#define P_ZONE(field, text, ...) { .name = (text), \
	.type = SCHEMA_TYPE_ZONE, P_FIELD(struct times_condition, field, \
	    P_IS(struct times_condition, int32_t, field)), __VA_ARGS__ }

/* A reference whose target fills a field: conditions do. */
#define P_REF_TO(structure, field, text, id, ...) { .name = (text), \
	.type = SCHEMA_TYPE_REF, .statement = (id), \
	P_FIELD(structure, field, 1), __VA_ARGS__ }

/* Rows without a field. */
#define P_REF(text, id, ...) { .name = (text), .type = SCHEMA_TYPE_REF, \
	.statement = (id), __VA_ARGS__ }
#define P_BLOCK(text, id, ...) \
	{ .name = (text), .type = SCHEMA_TYPE_BLOCK, .statement = (id), \
	  __VA_ARGS__ }, \
	{ .name = text "Ref", .type = SCHEMA_TYPE_REF, .statement = (id), \
	  __VA_ARGS__ }
#define P_VALUE(text, kind, ...) { .name = (text), .type = (kind), \
	__VA_ARGS__ }

/* A row's choices: P_CHOICE("Name", value, ...), ..., P_END */
#define P_CHOICE(text, number, ...) \
	{ .name = (text), .value = (number), __VA_ARGS__ }
#define P_END		{ .name = NULL }

#define P_LATER(why)	.acts = SCHEMA_ACTS_LATER, .reason = (why)
#define P_NO(why)	.acts = SCHEMA_ACTS_NO, .reason = (why)

/*
 * Rows that mean nothing but with another one, which says for itself that it
 * does not act: in a client's role, and where revocation is looked up.
 */
#define P_CLIENT	P_LATER(P_WHY_CLIENT), .dependent = true
#define P_DETAIL	P_LATER(P_WHY_FETCHING), .dependent = true

/* Of a choice, in place of what its row says. */
#define P_OWN_YES \
	.own_acts = true, .acts = SCHEMA_ACTS_YES
#define P_OWN_LATER(why) \
	.own_acts = true, .acts = SCHEMA_ACTS_LATER, .reason = (why)
#define P_OWN_NO(why) \
	.own_acts = true, .acts = SCHEMA_ACTS_NO, .reason = (why)

/* Why, where several rows say it. */
#define P_WHY_CLIENT	"outbound connections are not secured yet"
#define P_WHY_FETCHING	"revocation is not looked up over the network yet"

/* language.c: every statement, by id. */
extern const struct schema_statement language_statements[];

/* conditions.c: what a rule asks, and what it leads to. */
extern const struct schema_list conditions_rule, conditions_ip_addr,
    conditions_ip_addr_set, conditions_ip_addr_group, conditions_port_range,
    conditions_port_group, conditions_ip_time;

/* actions.c: the scopes, key ring and ciphers. */
extern const struct schema_list actions_group, actions_group_advanced,
    actions_environment, actions_connection, actions_application,
    actions_keyring, actions_cipher, actions_signature;

/* advanced.c: what both advanced parms have, and the environment alone. */
extern const struct schema_list advanced_shared, advanced_environment;

/* gsk.c: sessions and revocation. */
extern const struct schema_list gsk_advanced, gsk_ldap, gsk_http_cdp,
    gsk_ocsp;

/* lines.c: lines at file level. */
extern const struct schema_list lines_policy_defaults, lines_ttls_config,
    lines_common_ttls_config, lines_tcp_image, lines_pep_instance,
    lines_log_level, lines_codepage;

#endif
