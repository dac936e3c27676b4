#include "support/clock.h"

#include <stdbool.h>
#include <time.h>

static bool stopped;
static int64_t boot_ms, real_ms;

int __real_clock_gettime(clockid_t clock, struct timespec *now_r);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now_r);
time_t __real_time(time_t *now_r);
time_t __wrap_time(time_t *now_r);

void
clock_set(int64_t boot, int64_t real)
{
	stopped = true;
	boot_ms = boot;
	real_ms = real;
}

int
__wrap_clock_gettime(clockid_t clock, struct timespec *now_r)
{
	int64_t ms = clock == CLOCK_REALTIME ? real_ms : boot_ms;

	/* The test program's own clocks go on. */
	if (!stopped || (clock != CLOCK_REALTIME && clock != CLOCK_BOOTTIME))
		return __real_clock_gettime(clock, now_r);
	now_r->tv_sec = (time_t)(ms / 1000);
	now_r->tv_nsec = (long)(ms % 1000) * 1000000;
	return 0;
}

time_t
__wrap_time(time_t *now_r)
{
	if (!stopped)
		return __real_time(now_r);
	if (now_r != NULL)
		*now_r = (time_t)(real_ms / 1000);
	return (time_t)(real_ms / 1000);
}
