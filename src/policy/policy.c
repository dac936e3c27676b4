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
	struct arena *arena;
	struct arena *lasting, *scratch;	/* of an examined one only */
	struct context *context;
	struct rules *rules;
	struct inert *inert;
	const struct source *source;
};

/* What a jump out of the compile must find intact. */
struct load {
	struct arena *arena, *lasting, *scratch;
	struct rules_rule **rules;
	size_t count;
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

/* The rules of a source; NULL where an error refuses it. */
static struct policy *
compile(struct load *load, struct source *source,
    enum policy_defaults defaults, bool keep, struct diag *diag)
{
	struct context *context = arena_alloc(load->lasting, sizeof(*context));
	struct policy *policy;

	context->arena = load->arena;
	context->lasting = load->lasting;
	context->scratch = load->scratch;
	context->diag = diag;
	context->source = source;
	context->defaults = defaults;
	context->directory = directory_of(load->lasting, source_path(source));
	context->keep = keep;
	load->rules = compile_source(context, &load->count);
	if (diag_count(diag, DIAG_ERROR) > 0 && !keep)
		return NULL;
	policy = arena_alloc(load->arena, sizeof(*policy));
	policy->arena = load->arena;
	policy->inert = context->inert;
	policy->source = source;
	if (keep) {
		policy->lasting = load->lasting;
		policy->scratch = load->scratch;
		policy->context = context;
	} else {
		/* Before the table: not both need be in memory. */
		arena_free(&load->lasting);
		arena_free(&load->scratch);
	}
	return policy;
}

static struct policy *
compile_guarded(struct load *load, struct source *source,
    enum policy_defaults defaults, bool keep, struct diag *diag)
{
	struct policy *policy;

	if (setjmp(load->guard) != 0) {
		diag_out_of_memory(diag);
		return NULL;
	}
	arena_set_guard(load->arena, &load->guard);
	arena_set_guard(load->lasting, &load->guard);
	arena_set_guard(load->scratch, &load->guard);
	policy = compile(load, source, defaults, keep, diag);
	if (policy == NULL)
		return NULL;
	policy->rules = rules_build(load->arena, load->rules, load->count);
	arena_set_guard(load->arena, NULL);
	if (keep) {
		arena_set_guard(load->lasting, NULL);
		arena_set_guard(load->scratch, NULL);
	}
	return policy;
}

static struct policy *
load_source(struct source *source, enum policy_defaults defaults, bool keep,
    struct diag *diag)
{
	struct policy *policy = NULL;
	struct load *load;

	if (source == NULL)
		return NULL;
	load = calloc(1, sizeof(*load));
	if (load == NULL) {
		diag_out_of_memory(diag);
		return NULL;
	}
	load->arena = arena_new();
	load->lasting = arena_new();
	load->scratch = arena_new();
	if (load->arena == NULL || load->lasting == NULL ||
	    load->scratch == NULL)
		diag_out_of_memory(diag);
	else
		policy = compile_guarded(load, source, defaults, keep, diag);
	if (policy == NULL)
		arena_free(&load->arena);
	if (policy == NULL || !keep) {
		arena_free(&load->lasting);
		arena_free(&load->scratch);
	}
	free(load);
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
	struct arena *arena, *lasting, *scratch;

	if (*policy == NULL)
		return;
	arena = (*policy)->arena;
	lasting = (*policy)->lasting;
	scratch = (*policy)->scratch;
	*policy = NULL;
	arena_free(&lasting);
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

		if (item->acts == SCHEMA_ACTS_LATER && item->reachable &&
		    !item->dependent)
			each(arg, &unbuilt);
	}
}
