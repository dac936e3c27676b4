/*
 * effective.h - inheritance: what a rule's three actions add up to.
 *
 * Defaults first, then group, environment with all it leads to, connection
 * with all it leads to; parameter by parameter, a cipher list as a whole.
 * Rules with the same three actions share one struct settings.
 */
#ifndef SALLYPORT_POLICY_EFFECTIVE_H
#define SALLYPORT_POLICY_EFFECTIVE_H

struct body;
struct context;
struct effective;
struct names_entry;
struct settings;
struct settings_application;

/* Reads the defaults that context->defaults asks for. */
struct effective *effective_new(struct context *context);

/*
 * The settings of a secured rule. connection may be NULL. Reports, once for
 * each combination, where no protocol version is left.
 */
const struct settings *effective_settings(struct effective *effective,
    struct body *group, struct body *environment, struct body *connection);

/* What an application action says; made when first asked for. */
const struct settings_application *effective_application(
    struct effective *effective, struct names_entry *entry);

#endif
