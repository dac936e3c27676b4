/*
 * diag-print.h - diagnostics for people: the place, the line and a caret.
 *
 * Tabs are kept, so that carets stand right; columns are characters; a long
 * line is shown around the caret only; what cannot be shown is escaped; what
 * follows a password keyword on the line is masked.
 */
#ifndef SALLYPORT_POLICY_DIAG_PRINT_H
#define SALLYPORT_POLICY_DIAG_PRINT_H

#include <stdio.h>

struct diag;

/* Every kept record, in order of place, and how many more there were. */
void diag_print_all(struct diag *diag, FILE *out);

/*
 * "2 errors, 1 warning; no policy installed"; nothing at all where neither
 * was reported. The half about the policy is said only with errors.
 */
void diag_print_summary(const struct diag *diag, FILE *out);

#endif
