/*
 * lint-conditions.h - advice on what rules ask: directions and roles, ports
 * of the wrong side, ends that never meet, conditions that ask nothing.
 */
#ifndef SALLYPORT_LINT_LINT_CONDITIONS_H
#define SALLYPORT_LINT_LINT_CONDITIONS_H

struct lint_scope;
struct lint_view;

/* A rule and where it leads. */
void lint_conditions_judge(struct lint_scope *scope,
    const struct lint_view *view);

#endif
