/*
 * torture.h - makes the Nth allocation fail, so that a test can try them all.
 *
 * The test is linked with TORTURE_FLAGS (tests/local.mk), which leads every
 * malloc, calloc, realloc, reallocarray, strdup and strndup here, those of
 * the static TLS library too. Not armed, nothing fails.
 */
#ifndef SALLYPORT_TESTS_SUPPORT_TORTURE_H
#define SALLYPORT_TESTS_SUPPORT_TORTURE_H

#include <stdbool.h>
#include <stddef.h>

/* From now on count allocations, and let number `nth` (from 1) fail. */
void torture_arm(size_t nth);

/* In between, what others allocate is not counted. */
void torture_pause(void);
void torture_resume(void);

/* Ends it; true where that allocation was reached, and so failed. */
bool torture_disarm(void);

/* For wraps of a test's own: counts one, and says whether it shall fail. */
bool torture_fails(void);

#endif
