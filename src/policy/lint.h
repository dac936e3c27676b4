/*
 * lint.h - advice on a valid policy: what the compiler accepts and its
 * author may not have meant.
 */
#ifndef SALLYPORT_POLICY_LINT_H
#define SALLYPORT_POLICY_LINT_H

struct diag;
struct policy;

/* Adds warnings to the diag that the policy was loaded with. */
void lint_policy(const struct policy *policy, struct diag *diag);

#endif
