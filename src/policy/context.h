/*
 * context.h - what the steps of one compile share. What a policy keeps goes
 * to `arena`; what the compile needs to its end goes to `lasting`; `scratch`
 * is cut back again and again. Of a policy that is examined (policy/policy.h)
 * all three live on with it, and nothing is cut back.
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
struct body_pending;
struct diag;
struct inert;
struct names;
struct rules_ports;
struct settings_file;

struct context {
	struct arena *arena;		/* the policy's */
	struct arena *lasting;		/* gone after the compile */
	struct arena *scratch;		/* cut back in the compile */
	struct diag *diag;
	struct source *source;
	const struct tree *tree;	/* where it is kept; else NULL */
	const char *directory;		/* of the policy file, ends in '/' */
	enum policy_defaults defaults;	/* Modern or zOS, once known */
	struct names *names;		/* definitions */
	struct body *lines[SCHEMA_STATEMENT_COUNT]; /* at file level, or NULL */
	const struct settings_file *file; /* what they say */
	struct body_index *index;	/* rows by name */
	struct body_pending *pending;	/* references ahead of definitions */
	/* The last set made of one range: many rules ask for one port. */
	const struct rules_ports *ports;
	struct inert *inert;		/* coded rows that do not act */
	bool keep;			/* everything lives on */
	bool early;			/* names may be defined later */
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
