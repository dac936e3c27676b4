/*
 * lint.h - `sallyport lint`: diagnoses policies.
 */
#ifndef SALLYPORT_CMD_LINT_H
#define SALLYPORT_CMD_LINT_H

/* Exit status: 0 no errors, 1 errors (or warnings, if strict), 2 unreadable. */
int lint_main(int argc, char **argv);

#endif
