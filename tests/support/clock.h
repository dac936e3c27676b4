/*
 * clock.h - clocks that a test sets, so that it need not wait.
 *
 * The test is linked with CLOCK_FLAGS (tests/local.mk), which leads
 * clock_gettime and time here: boot clock and wall clock. Never set, they run.
 */
#ifndef SALLYPORT_TESTS_SUPPORT_CLOCK_H
#define SALLYPORT_TESTS_SUPPORT_CLOCK_H

#include <stdint.h>

/*
 * From now on it is `boot` milliseconds since the machine's start, and `real`
 * since the epoch. They stand still.
 */
void clock_set(int64_t boot, int64_t real);

#endif
