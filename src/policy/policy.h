/*
 * policy.h - front door: a policy file becomes one sealed policy, or none.
 *
 * A policy owns everything it leads to (text, tree, settings, rules) in one
 * arena and never changes; policy_free ends all of it at once. Any error
 * refuses the whole file, and all errors of a file are reported at once.
 */
#ifndef SALLYPORT_POLICY_POLICY_H
#define SALLYPORT_POLICY_POLICY_H

#include <stddef.h>

#include "base/compiler.h"
#include "policy/source.h"

struct context;
struct diag;
struct inert;
struct policy;
struct rules;

/* What uncoded values follow; POLICY_DEFAULTS_FILE: the file's own word. */
enum policy_defaults {
	POLICY_DEFAULTS_FILE,
	POLICY_DEFAULTS_MODERN,
	POLICY_DEFAULTS_ZOS,
};

/*
 * Reads and compiles `path`. Diagnostics (warnings too) are added to `diag`.
 * `diag` owns the file's text, so spans stay good while it lives: keep it as
 * long as the policy. Returns NULL where the file cannot be read or has an
 * error; diag then holds at least one error.
 */
MUST_USE struct policy *policy_load(const char *path,
    enum policy_defaults defaults, struct diag *diag);
/* The same for text in memory; `path` is what messages call it. */
MUST_USE struct policy *policy_load_memory(const char *path,
    const void *bytes, size_t size, enum policy_defaults defaults,
    struct diag *diag);
void policy_free(struct policy **policy);

/*
 * The same for tools that say more of a policy than what it does: what was
 * written stays (policy_context), and mistakes do not refuse it. NULL only
 * where the file cannot be read, or there is no memory. Where diag has errors
 * the rules are those in which no mistake was found, and a rule's actions
 * have no settings where one was found in what they lead to.
 */
MUST_USE struct policy *policy_examine(const char *path,
    enum policy_defaults defaults, struct diag *diag);
MUST_USE struct policy *policy_examine_memory(const char *path,
    const void *bytes, size_t size, enum policy_defaults defaults,
    struct diag *diag);

/*
 * Of an examined policy: its definitions with their bodies (context->names),
 * source and defaults; see policy/context.h. Its diag must not be reported
 * to through it once the load is over.
 */
const struct context *policy_context(const struct policy *policy);

/* The rule table; lives as long as the policy. */
const struct rules *policy_rules(const struct policy *policy);

/* The file, as a span of no length at its start. */
struct source_span policy_span(const struct policy *policy);

/* All coded parameters that do not act here; see policy/inert.h. */
const struct inert *policy_inert(const struct policy *policy);

/* A parameter that was coded with a value that a later version builds. */
struct policy_unbuilt {
	const char *parameter;		/* its canonical name */
	const char *reason;		/* one sentence, from its row */
	struct source_span span;	/* the line that coded it */
};

/*
 * Calls `each` for every line that a rule leads to and that codes a value
 * other than the default of a parameter that does not act yet; not for those
 * that mean something only with another that does not act yet.
 */
void policy_each_unbuilt(const struct policy *policy,
    void (*each)(void *arg, const struct policy_unbuilt *unbuilt), void *arg);

#endif
