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

struct context;
struct effective;
struct names_entry;
struct rules_actions;
struct settings_file;

/* The actions that a rule names; NULL where it names none. */
struct effective_named {
	struct names_entry *group, *environment, *connection, *application;
};

/* Reads the defaults that context->defaults asks for. */
struct effective *effective_new(struct context *context);

/*
 * What the named actions add up to, made when first asked for; the group has
 * a body. Reports, once for each combination, where no protocol version is
 * left. Of a secured rule without an environment, `settings` is NULL.
 */
const struct rules_actions *effective_actions(struct effective *effective,
    const struct effective_named *named);

/* What the lines at file level say. */
const struct settings_file *effective_file(struct effective *effective);

#endif
