/*
 * effective.h - inheritance: what a rule's three actions add up to.
 *
 * Defaults first, then group, environment with all it leads to, connection
 * with all it leads to; parameter by parameter, a cipher list as a whole,
 * TTLSSignatureParms as a whole statement.
 * Rules with the same three actions share one struct settings.
 */
#ifndef SALLYPORT_POLICY_EFFECTIVE_H
#define SALLYPORT_POLICY_EFFECTIVE_H

#include <stdbool.h>

struct context;
struct effective;
struct names_entry;
struct rules_actions;
struct settings_file;

/* The actions that a rule names; NULL where it names none. */
struct effective_named {
	struct names_entry *group, *environment, *connection, *application;
};

struct effective *effective_new(struct context *context);

/*
 * The actions of these names, one struct for one combination; the group is
 * not NULL. Nothing is in it before effective_fill.
 */
const struct rules_actions *effective_actions(struct effective *effective,
    const struct effective_named *named);

/* Reads the defaults that context->defaults asks for. */
void effective_read_defaults(struct effective *effective);

/*
 * Fills actions, when first asked for, with what they add up to; bodies are
 * compiled, and defaults read. Reports, once for each combination, where no
 * protocol version is left. Of a secured rule without an environment,
 * `settings` is NULL. Returns what the actions are of; false where the group
 * has no body, and nothing is filled.
 */
bool effective_fill(struct effective *effective,
    const struct rules_actions *actions,
    const struct effective_named **named_r);
/* What the lines at file level say. */
const struct settings_file *effective_file(struct effective *effective);

#endif
