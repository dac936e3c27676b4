#include "policy/times.h"

#include <time.h>

#include "base/compiler.h"

#define MONTHS 12

const struct times_condition times_wide = {
	.months = TIMES_ALL_MONTHS, .days = TIMES_ALL_DAYS,
	.weekdays = TIMES_ALL_WEEKDAYS, .period = { 0, INT64_MAX },
	.zone = TIMES_LOCAL,
};

const struct times_moment times_any;

void
times_prepare(void)
{
	tzset();
}

static uint8_t
month_length(int year, int month)
{
	static const uint8_t lengths[MONTHS] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
	};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return (uint8_t)(lengths[month] + (month == 1 && leap));
}

static struct times_wall
wall_of(const struct tm *tm)
{
	int64_t year = (int64_t)tm->tm_year + 1900;

	return (struct times_wall){
		.stamp = ((((year * 100 + tm->tm_mon + 1) * 100 +
		    tm->tm_mday) * 100 + tm->tm_hour) * 100 + tm->tm_min) *
		    100 + tm->tm_sec,
		.minute = (uint16_t)(tm->tm_hour * 60 + tm->tm_min),
		.month = (uint8_t)tm->tm_mon,
		.day = (uint8_t)tm->tm_mday,
		.last = month_length((int)(year % 400), tm->tm_mon),
		.weekday = (uint8_t)tm->tm_wday,
	};
}

void
times_set(struct times_moment *moment, int64_t epoch)
{
	time_t seconds = (time_t)epoch;
	struct tm tm;

	if (moment->epoch == epoch && moment->local.day != 0)
		return;
	moment->epoch = epoch;
	moment->local = localtime_r(&seconds, &tm) == NULL ?
	    (struct times_wall){ 0 } : wall_of(&tm);
}

/* The day is 0 where a year is too far away for a clock. */
static struct times_wall
wall_in(int32_t zone, const struct times_moment *moment)
{
	time_t seconds = (time_t)(moment->epoch + (int64_t)zone * 60);
	struct tm tm;

	if (zone == TIMES_LOCAL)
		return moment->local;
	return gmtime_r(&seconds, &tm) == NULL ? (struct times_wall){ 0 } :
	    wall_of(&tm);
}

static bool
day_met(const struct times_condition *condition, unsigned month, unsigned day,
    unsigned last)
{
	uint64_t days = UINT64_C(1) << (day - 1) |
	    UINT64_C(1) << (TIMES_DAYS_MAX + last - day);

	return (condition->months >> month & 1) != 0 &&
	    (condition->days & days) != 0;
}

static bool
hours_met(const struct times_hours *hours, unsigned minute)
{
	for (size_t i = 0; hours != NULL && i < hours->count; i++)
		if (minute >= hours->span[i].from &&
		    minute < hours->span[i].to)
			return true;
	return hours == NULL;
}

bool
times_condition_met(const struct times_condition *condition,
    const struct times_moment *moment)
{
	struct times_wall wall = wall_in(condition->zone, moment);

	return wall.day != 0 && wall.stamp >= condition->period.from &&
	    wall.stamp <= condition->period.to &&
	    day_met(condition, wall.month, wall.day, wall.last) &&
	    (condition->weekdays >> wall.weekday & 1) != 0 &&
	    hours_met(condition->hours, wall.minute);
}

bool
times_met(const struct times *times, const struct times_moment *moment)
{
	if (moment == &times_any)
		return true;
	for (size_t i = 0; i < times->count; i++)
		if (times_condition_met(&times->condition[i], moment))
			return true;
	return false;
}

bool
times_possible(const struct times_condition *condition)
{
	/* One leap year, and one that is none: every date there is. */
	for (int year = 2000; year <= 2001; year++)
		for (unsigned month = 0; month < MONTHS; month++) {
			unsigned last = month_length(year, (int)month);

			for (unsigned day = 1; day <= last; day++)
				if (day_met(condition, month, day, last))
					return condition->weekdays != 0;
		}
	return false;
}

bool
times_over(const struct times_condition *condition,
    const struct times_moment *moment)
{
	return wall_in(condition->zone, moment).stamp > condition->period.to;
}
