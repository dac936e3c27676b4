/*
 * lint-values.h - advice on values that are allowed, and surprise.
 */
#ifndef SALLYPORT_LINT_LINT_VALUES_H
#define SALLYPORT_LINT_LINT_VALUES_H

struct lint_line;
struct lint_scope;
struct lint_view;

/* Key sizes that break, trace bits, labels, key rings of z/OS. */
void lint_values_line(struct lint_scope *scope, const struct lint_line *line);

/*
 * Parameters that need, or defeat, each other. First for all rules, to learn
 * what is good for something; then to tell.
 */
void lint_values_learn(struct lint_scope *scope, const struct lint_view *view);
void lint_values_judge(struct lint_scope *scope, const struct lint_view *view);

#endif
