/*
 * lint-lists.h - lists of curves, groups and signature algorithms: what of them
 * the TLS library cannot act on.
 */
#ifndef SALLYPORT_LINT_LINT_LISTS_H
#define SALLYPORT_LINT_LINT_LISTS_H

struct lint_line;
struct lint_scope;
struct rules;

/* Judges a line of a policy, whatever it is. */
void lint_lists_line(struct lint_scope *scope, const struct lint_line *line);

/* What the rules' lists come to, which the lines do not show. */
void lint_lists_judge(struct lint_scope *scope, const struct rules *rules);

#endif
