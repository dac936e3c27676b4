/*
 * lint.h - advice on a policy: what the compiler accepts and its author may
 * not have meant.
 */
#ifndef SALLYPORT_POLICY_LINT_H
#define SALLYPORT_POLICY_LINT_H

struct diag;
struct policy;

/* Adds to the diag that the policy was examined with (policy_examine). Where
 * that has errors, only what is sound all the same is judged. */
void lint_policy(const struct policy *policy, struct diag *diag);

#endif
