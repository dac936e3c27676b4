/*
 * schema.h - the shape of the language: statements, and one row a parameter.
 *
 * The rows themselves are in grammar/; this header says what a row can say
 * and how to find and walk rows. Everything that must know the language
 * (compiler, suggestions, lint, describe, the manual) reads these tables and
 * nothing else. The tables are constant: nothing here allocates.
 */
#ifndef SALLYPORT_POLICY_SCHEMA_H
#define SALLYPORT_POLICY_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/policy.h"

/* Longest name of a statement instance, in characters (IBM). */
#define SCHEMA_NAME_MAX 32

/* More rows than any statement has; check_schema holds us to it. */
#define SCHEMA_ROWS_MAX 96

enum schema_statement_id {
	SCHEMA_RULE,
	SCHEMA_GROUP_ACTION,
	SCHEMA_ENVIRONMENT_ACTION,
	SCHEMA_CONNECTION_ACTION,
	SCHEMA_APPLICATION_ACTION,
	SCHEMA_ENVIRONMENT_ADVANCED,
	SCHEMA_CONNECTION_ADVANCED,
	SCHEMA_KEYRING_PARMS,
	SCHEMA_CIPHER_PARMS,
	SCHEMA_GSK_ADVANCED,
	SCHEMA_IP_ADDR,
	SCHEMA_IP_ADDR_SET,
	SCHEMA_IP_ADDR_GROUP,
	SCHEMA_PORT_RANGE,
	SCHEMA_PORT_GROUP,
	SCHEMA_POLICY_DEFAULTS,
	SCHEMA_GROUP_ADVANCED,
	SCHEMA_SIGNATURE_PARMS,
	SCHEMA_GSK_LDAP,
	SCHEMA_GSK_HTTP_CDP,
	SCHEMA_GSK_OCSP,
	SCHEMA_IP_TIME_CONDITION,
	SCHEMA_TTLS_CONFIG,
	SCHEMA_COMMON_TTLS_CONFIG,
	SCHEMA_TCP_IMAGE,
	SCHEMA_PEP_INSTANCE,
	SCHEMA_LOG_LEVEL,
	SCHEMA_CODEPAGE,
	SCHEMA_STATEMENT_COUNT,
};

enum schema_type {
	SCHEMA_TYPE_FLAG,	/* On | Off */
	SCHEMA_TYPE_ENUM,	/* one of the row's choices */
	SCHEMA_TYPE_INT,	/* min to max, decimal, or one of the choices */
	SCHEMA_TYPE_WORD,	/* one word, min to max characters */
	SCHEMA_TYPE_TEXT,	/* the rest of the line, blanks and all */
	SCHEMA_TYPE_PATH,	/* a file; relative to the policy file */
	SCHEMA_TYPE_SECRET,	/* one word that is never shown */
	SCHEMA_TYPE_PATTERN,	/* a job's or user's name, or its beginning
				 * and a '*' */
	SCHEMA_TYPE_URL,	/* http://host... */
	SCHEMA_TYPE_ADDRS,	/* ip | ip/prefix | ip-ip | All */
	SCHEMA_TYPE_ADDR,	/* one ip */
	SCHEMA_TYPE_ADDR_PREFIX, /* ip/prefix */
	SCHEMA_TYPE_ADDR_RANGE,	/* ip-ip */
	SCHEMA_TYPE_PORTS,	/* n | n-m | n m */
	SCHEMA_TYPE_SUITES2,	/* two-digit cipher codes, or one name */
	SCHEMA_TYPE_SUITES4,	/* four-digit cipher codes, or one name */
	SCHEMA_TYPE_SUITES_SSL2, /* one-digit cipher codes, or one name */
	SCHEMA_TYPE_CURVES,	/* four-digit codes, or one name, or a choice */
	SCHEMA_TYPE_PAIRS,	/* signature algorithms, likewise */
	SCHEMA_TYPE_BACKEND,	/* ADDR:PORT | unix:PATH */
	SCHEMA_TYPE_MASK,	/* 0s and 1s: min or max of them */
	SCHEMA_TYPE_PERIOD,	/* yyyymmddhhmmss:yyyymmddhhmmss */
	SCHEMA_TYPE_HOURS,	/* hh:mm-hh:mm, with commas between */
	SCHEMA_TYPE_ZONE,	/* Local | UTC | UTC+hh:mm */
	SCHEMA_TYPE_BLOCK,	/* an inline statement in braces */
	SCHEMA_TYPE_REF,	/* the name of a statement */
	SCHEMA_TYPE_COUNT,
};

/* Whether coding a row (or one of its choices) has its effect here. */
enum schema_acts {
	SCHEMA_ACTS_YES,
	SCHEMA_ACTS_LATER,	/* a later version builds it */
	SCHEMA_ACTS_NO,		/* cannot, on Linux; accepted and listed */
};

enum schema_unit {
	SCHEMA_UNIT_NONE,
	SCHEMA_UNIT_SECONDS,
	SCHEMA_UNIT_MINUTES,
	SCHEMA_UNIT_HOURS,
	SCHEMA_UNIT_BYTES,
	SCHEMA_UNIT_BITS,
	SCHEMA_UNIT_CHARACTERS,
};

/* Flags of a row. */
#define SCHEMA_REQUIRED		0x01	/* the statement needs it */
#define SCHEMA_REPEAT		0x02	/* may be coded again: the values add up */
#define SCHEMA_CONDITION	0x04	/* coded twice is an error, not a warning */
#define SCHEMA_EXTENSION	0x08	/* ours, not IBM's */
#define SCHEMA_EMPTY		0x10	/* may stand without a value */

/* Rows of a statement with one slot are forms of one value. */
enum schema_slot {
	SCHEMA_SLOT_OWN,	/* none but its own */
	SCHEMA_SLOT_LOCAL_ADDR,
	SCHEMA_SLOT_REMOTE_ADDR,
	SCHEMA_SLOT_LOCAL_PORT,
	SCHEMA_SLOT_REMOTE_PORT,
	SCHEMA_SLOT_VALUE,
};

/* The struct that a row's offset points into. */
enum schema_owner {
	SCHEMA_OWNER_BODY,		/* none: links, and what a condition's
					 * definition holds (policy/groups.h) */
	SCHEMA_OWNER_SETTINGS,		/* struct settings */
	SCHEMA_OWNER_APPLICATION,	/* struct settings_application */
	SCHEMA_OWNER_ACTIONS,		/* struct rules_actions */
	SCHEMA_OWNER_RULE,		/* struct rules_rule */
	SCHEMA_OWNER_TIMES,		/* struct times_condition */
	SCHEMA_OWNER_FILE,		/* struct settings_file */
};

struct schema_choice {
	const char *name;	/* canonical spelling; NULL ends the list */
	uint32_t value;
	bool own_acts;		/* acts and reason replace the row's */
	enum schema_acts acts;
	const char *reason;
};

struct schema_param {
	const char *name;
	const char *doc;		/* one sentence */
	enum schema_type type;
	enum schema_acts acts;
	const char *reason;		/* why it does not act, or what to know */
	bool dependent;			/* does not act, as another one does not
					 * that it needs */
	const char *def, *def_zos;	/* in policy syntax; def_zos NULL: def;
					 * def NULL: what is not coded is left
					 * to the TLS library, or is nothing */
	const struct schema_choice *choices;
	uint32_t min, max;
	enum schema_unit unit;
	enum schema_statement_id statement;	/* of BLOCK and REF */
	enum schema_slot slot;
	uint8_t flags;
	enum schema_owner owner;
	size_t offset, size;
};

/* A run of rows; statements share runs (the advanced parms do). */
struct schema_list {
	const struct schema_param *rows;
	size_t count;
};

/* How a statement may stand in a file; bits. */
#define SCHEMA_FORM_GLOBAL	0x01	/* at file level, with a name */
#define SCHEMA_FORM_INLINE	0x02	/* in a statement whose rows have it */
#define SCHEMA_FORM_LINE	0x04	/* a line at file level, no braces; its
					 * one row has its name */

#define SCHEMA_LISTS_MAX 4

struct schema_statement {
	enum schema_statement_id id;
	const char *name;
	const char *doc;		/* one sentence */
	uint8_t form;
	bool extension;			/* ours, not IBM's */
	bool inherits;		/* uncoded rows keep the outer scope's value:
				 * the rows' defaults do not apply here */
	const struct schema_list *lists[SCHEMA_LISTS_MAX];
};

/* The statement of an id; never NULL. Walk ids 0 to SCHEMA_STATEMENT_COUNT. */
const struct schema_statement *schema_statement(enum schema_statement_id id);

/*
 * Row number `index` of a statement, or NULL past the last:
 *	for (i = 0; (row = schema_row(statement, i)) != NULL; i++)
 */
const struct schema_param *schema_row(const struct schema_statement *statement,
    size_t index);

/* By name, ignoring ASCII case; NULL where there is none. */
const struct schema_statement *schema_find_statement(const char *name,
    size_t length);
/* index_r, where not NULL, gets the row's number in the statement. */
const struct schema_param *schema_find_row(
    const struct schema_statement *statement, const char *name, size_t length,
    size_t *index_r);

/* Another statement that has a row of this name, or NULL. */
const struct schema_statement *schema_find_home(
    const struct schema_statement *not_here, const char *name, size_t length);

/*
 * What the writer of a misspelt row of `statement` may have meant, among the
 * names legal there for a block or for a line: the unique nearest within
 * 1 + length / 4 edits, or the one that it abbreviates, or NULL.
 */
const char *schema_suggest_row(const struct schema_statement *statement,
    const char *name, size_t length, bool block);
/* The same among statements that stand at file level. */
const char *schema_suggest_statement(const char *name, size_t length);
/* The same among a row's choices. */
const char *schema_suggest_choice(const struct schema_param *row,
    const char *name, size_t length);

/*
 * The default in policy syntax, or NULL where there is none. Anything but
 * POLICY_DEFAULTS_ZOS is Modern.
 */
const char *schema_default(const struct schema_statement *statement,
    const struct schema_param *row, enum policy_defaults defaults);

/* Whether the row acts when coded with `choice` (NULL: no choice of it). */
enum schema_acts schema_acts(const struct schema_param *row,
    const struct schema_choice *choice, const char **reason_r);

/* "flag", "integer", ... */
const char *schema_type_name(enum schema_type type);

/* "yes", "later", "no" */
const char *schema_acts_name(enum schema_acts acts);

/* The values a row allows, as text: "On | Off", "0-600 seconds". Returns buf. */
const char *schema_values(const struct schema_param *row, char *buf,
    size_t size);

/*
 * Whether blanks in the row's value only keep its words apart, so that one is
 * as good as many; else they may be part of it.
 */
bool schema_is_words(const struct schema_param *row);

/* Choices of On and Off, as the flag rows take them. */
extern const struct schema_choice schema_flag_choices[];

#endif
