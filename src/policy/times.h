/*
 * times.h - when a rule is in force: compiled time conditions, and a moment
 * to hold them against.
 *
 * A rule with several IpTimeConditions is in force when one of them is met;
 * one is met when all of its parts are, at the same moment and by the same
 * clock: the one on the wall of its TimeZone. So an hour that summer time
 * leaves out does not come, and one that it repeats comes twice.
 *
 * Meaning of the parts: IBM z/OS Communications Server, IP Configuration
 * Reference, IpTimeCondition, which follows RFC 3060, section 6.5 (
 * PolicyTimePeriodCondition): periods include both ends; a day counts by its
 * place from the month's first day or by its place from the last.
 *
 * The local zone is the process's (tzset(3)). It is read by times_prepare;
 * nothing else here opens a file, so that a process that may not can ask.
 */
#ifndef SALLYPORT_POLICY_TIMES_H
#define SALLYPORT_POLICY_TIMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bits of a DayOfMonthMask: from the first day on, then from the last back. */
#define TIMES_DAYS_MAX 31

/* The masks of those who code none. */
#define TIMES_ALL_MONTHS ((UINT64_C(1) << 12) - 1)
#define TIMES_ALL_DAYS ((UINT64_C(1) << 2 * TIMES_DAYS_MAX) - 1)
#define TIMES_ALL_WEEKDAYS ((UINT64_C(1) << 7) - 1)

/* Minutes of a day. */
#define TIMES_DAY 1440

/* A zone is minutes east of Greenwich, at most so many, or the local one. */
#define TIMES_ZONE_MAX (14 * 60)
#define TIMES_LOCAL INT32_MIN

/* The clock on the wall as one number, yyyymmddhhmmss: it sorts. */
typedef int64_t times_stamp;

/* Both ends are in it. */
struct times_period {
	times_stamp from, to;
};

/* Minutes of a day, 0 to TIMES_DAY; sorted, apart; `to` is not in it. */
struct times_span {
	uint16_t from, to;
};
struct times_hours {
	size_t count;
	struct times_span span[];
};

/* One IpTimeCondition; what it does not code is as wide as can be. */
struct times_condition {
	uint64_t months;		/* bit 0: January */
	uint64_t days;			/* bit 0: the first; bit 31: the last */
	uint64_t weekdays;		/* bit 0: Sunday */
	struct times_period period;
	const struct times_hours *hours;	/* NULL: the whole day */
	int32_t zone;			/* minutes, or TIMES_LOCAL */
};

/*
 * All conditions of a rule; at least one. In one policy, equal ones are the
 * same pointer.
 */
struct times {
	size_t count;
	const struct times_condition *condition;
};

/* A clock on a wall. */
struct times_wall {
	times_stamp stamp;
	uint16_t minute;		/* of the day */
	uint8_t month;			/* 0: January */
	uint8_t day, last;		/* 1 on; `last`: of this month */
	uint8_t weekday;		/* 0: Sunday */
};

struct times_moment {
	int64_t epoch;			/* seconds since 1970, UTC */
	struct times_wall local;
};

/* Nothing coded: met at every moment. */
extern const struct times_condition times_wide;

/* At this moment every condition is met: for who asks whatever the time. */
extern const struct times_moment times_any;

/* Reads the local zone (again, where /etc/localtime has changed). */
void times_prepare(void);

/* The moment of a second. Cheap where the moment is of that second already. */
void times_set(struct times_moment *moment, int64_t epoch);

/* Whether a rule with these times is in force. */
bool times_met(const struct times *times, const struct times_moment *moment);

/* The same of one condition, and of its parts. */
bool times_condition_met(const struct times_condition *condition,
    const struct times_moment *moment);

/* Whether there is a date in the calendar that the masks allow. */
bool times_possible(const struct times_condition *condition);

/* Whether the condition's period has ended. */
bool times_over(const struct times_condition *condition,
    const struct times_moment *moment);

#endif
