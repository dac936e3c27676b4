/*
 * view.h - an examined policy as it is shown: what every rule leads to,
 * parameter by parameter, with the line that each value comes from.
 *
 * The values are those of the rule's settings, read back through the rows of
 * the language; nothing is worked out anew. A parameter stands once, under
 * the statement that coded it, or where none did under the first that has it.
 */
#ifndef SALLYPORT_POLICY_VIEW_H
#define SALLYPORT_POLICY_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "policy/schema.h"
#include "policy/source.h"
#include "policy/value.h"

struct names_entry;
struct policy;
struct rules_rule;

struct view_parameter {
	const struct schema_statement *statement;
	const char *definition;		/* the statement's name; NULL: a
					 * default, or inline without one */
	const struct schema_param *row;
	struct value value;
	const struct source_span *origin;	/* NULL: a default */
	bool differs;			/* from the default, or has none */
	enum schema_acts acts;
	const char *reason;		/* why it does not act; NULL: it does */
};

struct view;

/* NULL where there is no memory. The policy must outlive it. */
MUST_USE struct view *view_new(const struct policy *policy);
void view_free(struct view **view);

/*
 * All parameters of what a rule of the policy leads to, statement by
 * statement; of an unsecured rule those that switch it off, and its
 * application's. Good until the next call.
 */
const struct view_parameter *view_parameters(struct view *view,
    const struct rules_rule *rule, size_t *count_r);

/*
 * The lines of the file that stand in no statement, as they were coded. Good
 * until the next call of either.
 */
const struct view_parameter *view_file_lines(struct view *view,
    size_t *count_r);

/* The rule's own block, with its body. Never NULL for a rule of the policy. */
const struct names_entry *view_rule(const struct view *view,
    const struct rules_rule *rule);

/*
 * Where a condition of the rule was coded, by the offset of its field in
 * struct rules_rule, and the definition it refers to where it is a reference;
 * NULL where it was not coded.
 */
const struct source_span *view_condition(const struct view *view,
    const struct rules_rule *rule, size_t offset,
    const struct names_entry **definition_r);

/*
 * The definitions in file order; `after` NULL: the first; NULL past the last.
 * Those that say again what an earlier one says are left out.
 */
const struct names_entry *view_next(const struct view *view,
    const struct names_entry *after);

/* Whether a rule leads to it; rules themselves are used. */
bool view_is_used(const struct names_entry *entry);

/* The line of a span; unlike source_locate, in whatever order it is asked. */
size_t view_line(const struct view *view, const struct source_span *span);

/* What messages call the policy file. */
const char *view_path(const struct view *view);
/* Modern or zOS. */
enum policy_defaults view_defaults(const struct view *view);

#endif
