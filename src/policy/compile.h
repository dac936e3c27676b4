/*
 * compile.h - a tree becomes rules: names, values, references, inheritance.
 */
#ifndef SALLYPORT_POLICY_COMPILE_H
#define SALLYPORT_POLICY_COMPILE_H

#include <stddef.h>

struct context;
struct rules_rule;
struct tree;

/*
 * Compiles the tree. All mistakes are reported to context->diag; returned are
 * the rules in which none was found. They, and all they lead to, are in
 * context->arena. Sets context->defaults, context->names and context->inert.
 */
struct rules_rule **compile_tree(struct context *context,
    const struct tree *tree, size_t *count_r);

#endif
