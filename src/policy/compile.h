/*
 * compile.h - text becomes rules: tree, names, values, references,
 * inheritance.
 */
#ifndef SALLYPORT_POLICY_COMPILE_H
#define SALLYPORT_POLICY_COMPILE_H

#include <stddef.h>

struct context;
struct rules_rule;

/*
 * Compiles context->source. All mistakes are reported to context->diag;
 * returned are the rules in which none was found. They, and all they lead to,
 * are in context->arena. Sets context->defaults, ->names and ->inert.
 */
struct rules_rule **compile_source(struct context *context, size_t *count_r);

#endif
