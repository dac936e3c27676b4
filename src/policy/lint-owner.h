/*
 * lint-owner.h - Jobname and Userid where nobody can know them.
 */
#ifndef SALLYPORT_POLICY_LINT_OWNER_H
#define SALLYPORT_POLICY_LINT_OWNER_H

struct diag;
struct rules;

/* Warns of rules with Handoff Forward that ask for a user or a job. */
void lint_owner_check(const struct rules *rules, struct diag *diag);

#endif
