#include "policy/policy.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "policy/compile.h"
#include "policy/context.h"
#include "policy/diag.h"
#include "policy/inert.h"
#include "policy/rules.h"

struct policy {
	struct arena *arena, *scratch;	/* scratch: of an examined one only */
	struct context *context;
	struct rules *rules;
	struct inert *inert;
	const struct source *source;
};

/* What a jump out of the compile must find intact. */
struct load {
	struct arena *arena, *scratch;
	jmp_buf guard;
};

/* The directory of a path with its '/', "" for the current one. */
static const char *
directory_of(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? "" : arena_copy_text(arena, path,
	    (size_t)(slash + 1 - path));
}

static struct policy *
compile(struct load *load, struct source *source,
    enum policy_defaults defaults, bool keep, struct diag *diag)
{
	struct context *context = arena_alloc(load->scratch, sizeof(*context));
	struct rules_rule **rules;
	struct policy *policy;
	struct tree *tree;
	size_t count;

	context->arena = load->arena;
	context->scratch = load->scratch;
	context->diag = diag;
	context->source = source;
	context->defaults = defaults;
	context->directory = directory_of(load->scratch, source_path(source));
	context->keep = keep;
	tree = tree_parse(load->scratch, source, diag);
	rules = compile_tree(context, tree, &count);
	if (diag_count(diag, DIAG_ERROR) > 0 && !keep)
		return NULL;
	policy = arena_alloc(load->arena, sizeof(*policy));
	policy->arena = load->arena;
	policy->inert = context->inert;
	policy->source = source;
	policy->rules = rules_build(load->arena, rules, count);
	if (keep) {
		context->tree = tree;
		policy->scratch = load->scratch;
		policy->context = context;
	}
	return policy;
}

static struct policy *
load_source(struct source *source, enum policy_defaults defaults, bool keep,
    struct diag *diag)
{
	struct load *load;
	struct policy *volatile policy = NULL;

	if (source == NULL)
		return NULL;
	load = calloc(1, sizeof(*load));
	if (load != NULL) {
		load->arena = arena_new();
		load->scratch = arena_new();
	}
	if (load == NULL || load->arena == NULL || load->scratch == NULL) {
		diag_out_of_memory(diag);
	} else if (setjmp(load->guard) == 0) {
		arena_set_guard(load->arena, &load->guard);
		arena_set_guard(load->scratch, &load->guard);
		policy = compile(load, source, defaults, keep, diag);
		arena_set_guard(load->arena, NULL);
		arena_set_guard(load->scratch, NULL);
	} else {
		policy = NULL;
		diag_out_of_memory(diag);
	}
	if (load != NULL) {
		if (policy == NULL || !keep)
			arena_free(&load->scratch);
		if (policy == NULL)
			arena_free(&load->arena);
		free(load);
	}
	return policy;
}

struct policy *
policy_load(const char *path, enum policy_defaults defaults, struct diag *diag)
{
	return load_source(diag_load(diag, path), defaults, false, diag);
}

struct policy *
policy_load_memory(const char *path, const void *bytes, size_t size,
    enum policy_defaults defaults, struct diag *diag)
{
	return load_source(diag_load_memory(diag, path, bytes, size),
	    defaults, false, diag);
}

struct policy *
policy_examine(const char *path, enum policy_defaults defaults,
    struct diag *diag)
{
	return load_source(diag_load(diag, path), defaults, true, diag);
}

struct policy *
policy_examine_memory(const char *path, const void *bytes, size_t size,
    enum policy_defaults defaults, struct diag *diag)
{
	return load_source(diag_load_memory(diag, path, bytes, size),
	    defaults, true, diag);
}

void
policy_free(struct policy **policy)
{
	struct arena *arena, *scratch;

	if (*policy == NULL)
		return;
	arena = (*policy)->arena;
	scratch = (*policy)->scratch;
	*policy = NULL;
	if (scratch != NULL)
		arena_free(&scratch);
	arena_free(&arena);
}

const struct context *
policy_context(const struct policy *policy)
{
	ensure(policy->context != NULL);
	return policy->context;
}

const struct rules *
policy_rules(const struct policy *policy)
{
	return policy->rules;
}

struct source_span
policy_span(const struct policy *policy)
{
	return (struct source_span){ .source = policy->source };
}

const struct inert *
policy_inert(const struct policy *policy)
{
	return policy->inert;
}

void
policy_each_unbuilt(const struct policy *policy,
    void (*each)(void *arg, const struct policy_unbuilt *unbuilt), void *arg)
{
	const struct inert_item *item;

	for (size_t i = 0; (item = inert_at(policy->inert, i)) != NULL; i++) {
		struct policy_unbuilt unbuilt = {
			.parameter = item->parameter, .reason = item->reason,
			.span = item->span,
		};

		if (item->acts == SCHEMA_ACTS_LATER && item->reachable)
			each(arg, &unbuilt);
	}
}
