/*
 * same.h - whether two policies mean the same, however they are written.
 */
#ifndef SALLYPORT_POLICY_SAME_H
#define SALLYPORT_POLICY_SAME_H

#include <stdbool.h>

struct policy;

/*
 * Whether two examined policies (policy/policy.h) without errors have the
 * same statements, in the same order, with the same values, and the same
 * defaults for the rest. Spelling, layout, comments and what is written twice
 * do not count. Of values too long to compare it is said that they differ.
 */
bool same_policy(const struct policy *a, const struct policy *b);

#endif
