/*
 * lint.h - `sallyport lint`: diagnoses policies.
 */
#ifndef SALLYPORT_CMD_LINT_H
#define SALLYPORT_CMD_LINT_H

struct diag;
struct policy;

/* Exit status: 0 no errors, 1 errors (or warnings, if strict), 2 unreadable. */
int lint_main(int argc, char **argv);

/*
 * What --deep runs on a valid policy: opens what it names and reports to the
 * diag. Until one is set, --deep is refused.
 */
typedef void lint_deep_check(const struct policy *policy, struct diag *diag);
void lint_set_deep(lint_deep_check *check);

#endif
