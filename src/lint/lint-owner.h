/*
 * lint-owner.h - Jobname and Userid where nobody can know them, or be them.
 */
#ifndef SALLYPORT_LINT_LINT_OWNER_H
#define SALLYPORT_LINT_LINT_OWNER_H

struct diag;
struct lint_line;
struct lint_scope;
struct rules;

/* Warns of rules with Handoff Forward that ask for a user or a job. */
void lint_owner_check(const struct rules *rules, struct diag *diag);

/* Judges a line of a policy, whatever it is: a Jobname that nothing can have. */
void lint_owner_line(struct lint_scope *scope, const struct lint_line *line);

#endif
