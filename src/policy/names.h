/*
 * names.h - the definitions of a policy, by statement and name.
 *
 * Built in one walk over the tree: every statement at file level is found,
 * braces that were left out or lost are understood, names that collide are
 * reported. Names of one statement are a space of their own, and their case
 * counts.
 */
#ifndef SALLYPORT_POLICY_NAMES_H
#define SALLYPORT_POLICY_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/schema.h"
#include "policy/source.h"

struct body;
struct context;
struct rules_addrs;
struct rules_ports;
struct rules_rule;
struct settings_application;
struct tree;
struct tree_node;

struct names_entry {
	const struct schema_statement *statement;
	const char *name;			/* NUL-terminated, in the policy */
	const struct tree_node *node;		/* its header; NULL: only
						 * referred to so far */
	const struct tree_node *first, *end;	/* what is in it, end excluded */
	struct names_entry *next;		/* in file order */
	struct names_entry *twin;		/* next of the same name's hash */
	struct body *body;			/* once compiled; of rules only
						 * where context->keep */
	uint32_t hash;				/* of the name */
	bool duplicate;				/* an earlier one counts... */
	bool repeated;				/* ...and says the same */
	bool merged;				/* addrs or ports are known */
	bool bare;				/* of a rule: names no
						 * environment at all */
	union {			/* what it became; by statement */
		const struct rules_addrs *addrs;
		const struct rules_ports *ports;
		const struct settings_application *application;
		struct rules_rule *rule;
	};
};

struct names;

/* No names yet; in context->lasting. */
struct names *names_new(struct context *context);

/*
 * Finds all definitions of the tree that were not made before, and the
 * file-level lines: sets context->defaults from PolicyDefaults where it is
 * POLICY_DEFAULTS_FILE. Mistakes are reported.
 */
void names_collect(struct context *context, const struct tree *tree);

/*
 * Defines one statement whose body is first to end (excluded); once only for
 * one node. A bad name is reported; NULL where the header has none.
 */
struct names_entry *names_define(struct context *context,
    const struct schema_statement *statement, const struct tree_node *node,
    const struct tree_node *first, const struct tree_node *end);

/* Whether nothing can be said against the name in a header that has one. */
bool names_is_plain(const struct context *context,
    const struct tree_node *node);

/* The definition that is there or will be: `node` NULL until it is. */
struct names_entry *names_refer(struct context *context,
    const struct schema_statement *statement, const char *name,
    size_t length);

/* The definition, or NULL. */
struct names_entry *names_find(const struct names *names,
    const struct schema_statement *statement, const char *name, size_t length);
/* A definition of this name of any other statement, or NULL. */
struct names_entry *names_find_other(const struct names *names,
    const struct schema_statement *statement, const char *name, size_t length);
/* The one nearest name of this statement, or NULL. Walks all definitions. */
const char *names_suggest(const struct names *names,
    const struct schema_statement *statement, const char *name, size_t length);

/* All definitions; of an examined policy in file order. */
struct names_entry *names_first(const struct names *names);
size_t names_count(const struct names *names, enum schema_statement_id id);

/* The name's place in the file. */
struct source_span names_span(const struct context *context,
    const struct names_entry *entry);

#endif
