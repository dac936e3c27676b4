/*
 * lint-times.h - times that are not what they look like.
 */
#ifndef SALLYPORT_LINT_LINT_TIMES_H
#define SALLYPORT_LINT_LINT_TIMES_H

struct diag;
struct policy;

/* Judges the time conditions of an examined policy, by the host's clock. */
void lint_times_check(const struct policy *policy, struct diag *diag);

#endif
