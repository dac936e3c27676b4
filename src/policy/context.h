/*
 * context.h - what the steps of one compile share. What a policy keeps goes
 * to `arena`, everything else to `scratch`, which ends with the compile; of a
 * policy that is examined (policy/policy.h) both live on with the policy.
 */
#ifndef SALLYPORT_POLICY_CONTEXT_H
#define SALLYPORT_POLICY_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/policy.h"
#include "policy/schema.h"
#include "policy/source.h"
#include "policy/tree.h"

struct arena;
struct body;
struct body_index;
struct diag;
struct inert;
struct names;
struct settings_file;

struct context {
	struct arena *arena;		/* the policy's */
	struct arena *scratch;		/* gone after the compile */
	struct diag *diag;
	struct source *source;
	const struct tree *tree;	/* where it is kept; else NULL */
	const char *directory;		/* of the policy file, ends in '/' */
	enum policy_defaults defaults;	/* Modern or zOS, once known */
	struct names *names;		/* definitions */
	struct body *lines[SCHEMA_STATEMENT_COUNT]; /* at file level; NULL: none */
	const struct settings_file *file; /* what they say */
	struct body_index *index;	/* rows by name */
	struct inert *inert;		/* coded rows that do not act */
	bool keep;			/* the scratch lives on */
};

static inline const char *
context_text(const struct context *context, const struct tree_word *word)
{
	return source_text(context->source) + word->offset;
}

static inline struct source_span
context_span(const struct context *context, const struct tree_word *word)
{
	return tree_span(context->source, word);
}

#endif
