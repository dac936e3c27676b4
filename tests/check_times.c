/*
 * check_times.c - time conditions against a calendar that counts days.
 *
 * The naive calendar knows the length of months, that 1 January 2024 was a
 * Monday, and when the zones below change; nothing of the C library's.
 */
#include <check.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/compiler.h"
#include "policy/times.h"
#include "support/runner.h"

/* 1 January 2024, 00:00, Greenwich. */
#define START		INT64_C(1704067200)
#define DAY_SECONDS	86400
/* To the end of 2027. */
#define DAYS		(366 + 3 * 365)

static uint64_t state;

static void
setup(void)
{
	state = 0x5a11f0071ull;
}

static uint32_t
pick(uint32_t below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * 0x2545f4914f6cdd1dull >> 32) % below);
}

/* ---- the naive calendar ---- */

struct date {
	int year, month, day, last, weekday;	/* month 1, day 1, Sunday 0 */
};

static struct date calendar[DAYS + 2];	/* from the day before START on */

static int
length_of(int year, int month)
{
	if (month == 2)
		return year == 2024 ? 29 : 28;
	return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

static void
make_calendar(void)
{
	struct date d = { 2023, 12, 31, 31, 0 };

	for (size_t i = 0; i < ARRAY_SIZE(calendar); i++) {
		calendar[i] = d;
		d.weekday = (d.weekday + 1) % 7;
		if (d.day++ == d.last) {
			d.day = 1;
			if (d.month++ == 12) {
				d.month = 1;
				d.year++;
			}
			d.last = length_of(d.year, d.month);
		}
	}
}

/* A zone of the C library's, and the same in the test's own terms. */
struct zone {
	const char *tz;
	int standard, summer;		/* minutes east */
	/* Which Sunday of which month (5: the last), at what minute of the
	 * standard clock, summer starts and ends. */
	int start_month, start_sunday, start_minute;
	int end_month, end_sunday, end_minute;
};

static const struct zone zones[] = {
	{ "UTC0", 0, 0, 0, 0, 0, 0, 0, 0 },
	{ "CET-1CEST,M3.5.0,M10.5.0/3", 60, 120, 3, 5, 120, 10, 5, 120 },
	{ "EST5EDT,M3.2.0,M11.1.0", -300, -240, 3, 2, 120, 11, 1, 60 },
	/* Summer at the turn of the year, and by half an hour. */
	{ "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 630, 660,
	    10, 1, 120, 4, 1, 90 },
	/* The hour that is left out is the day's first. */
	{ "<-03>3<-02>,M3.5.0/0,M10.5.0/0", -180, -120,
	    3, 5, 0, 10, 5, -60 },
	{ "<+0545>-5:45", 345, 345, 0, 0, 0, 0, 0, 0 },
};

static int64_t
sunday(int year, int month, int which)
{
	for (int i = 0; i < (int)ARRAY_SIZE(calendar); i++) {
		const struct date *d = &calendar[i];

		if (d->year == year && d->month == month && d->weekday == 0 &&
		    (which == 5 ? d->day + 7 > d->last :
		    (d->day - 1) / 7 == which - 1))
			return i - 1;
	}
	ck_abort_msg("no such Sunday");
}

/* Minutes east at a second. */
static int
naive_offset(const struct zone *z, int64_t epoch)
{
	static struct {
		const struct zone *of;
		int year;
		int64_t start, end;
	} last;
	int64_t standard = (epoch - START) / 60 + z->standard, start, end;
	int year = calendar[standard < 0 ? 0 : standard / 1440 + 1].year;

	if (z->start_month == 0 || year < 2024 || year > 2027)
		return z->start_month > z->end_month ? z->summer :
		    z->standard;
	if (last.of != z || last.year != year) {
		last.of = z;
		last.year = year;
		last.start = sunday(year, z->start_month, z->start_sunday) *
		    1440 + z->start_minute;
		last.end = sunday(year, z->end_month, z->end_sunday) * 1440 +
		    z->end_minute;
	}
	start = last.start;
	end = last.end;
	return (start < end ? standard >= start && standard < end :
	    standard >= start || standard < end) ? z->summer : z->standard;
}

static bool
naive_met(const struct times_condition *c, int64_t epoch, int offset)
{
	int64_t wall = epoch - START + offset * 60;
	int64_t day = wall < 0 ? -1 : wall / DAY_SECONDS;
	int second = (int)(wall - day * DAY_SECONDS), minute = second / 60;
	const struct date *d = &calendar[day + 1];
	times_stamp stamp = d->year;
	bool in_hours = c->hours == NULL;

	stamp = stamp * 100 + d->month;
	stamp = stamp * 100 + d->day;
	stamp = stamp * 100 + minute / 60;
	stamp = stamp * 100 + minute % 60;
	stamp = stamp * 100 + second % 60;
	for (size_t i = 0; c->hours != NULL && i < c->hours->count; i++)
		in_hours |= c->hours->span[i].from <= minute &&
		    minute < c->hours->span[i].to;
	return in_hours && stamp >= c->period.from && stamp <= c->period.to &&
	    (c->months & UINT64_C(1) << (d->month - 1)) != 0 &&
	    (c->weekdays & UINT64_C(1) << d->weekday) != 0 &&
	    ((c->days & UINT64_C(1) << (d->day - 1)) != 0 ||
	    (c->days & UINT64_C(1) << (31 + d->last - d->day)) != 0);
}

/* ---- random conditions ---- */

static uint64_t
any_mask(unsigned bits)
{
	uint64_t mask = UINT64_MAX;

	switch (pick(3)) {
	case 0:
		mask = (uint64_t)pick(UINT32_MAX) << 32 | pick(UINT32_MAX);
		break;
	case 1:
		mask = UINT64_C(1) << pick(bits) | UINT64_C(1) << pick(bits);
		break;
	}
	return mask & ((UINT64_C(1) << bits) - 1);
}

static times_stamp
any_stamp(void)
{
	const struct date *d = &calendar[1 + pick(DAYS)];
	times_stamp stamp = ((int64_t)d->year * 100 + d->month) * 100 + d->day;

	return ((stamp * 100 + pick(24)) * 100 + pick(60)) * 100 + pick(60);
}

struct hours {
	struct times_hours head;
	struct times_span span[3];
};

static struct times_condition
any_condition(struct hours *hours)
{
	struct times_condition c = {
		.months = any_mask(12), .days = any_mask(62),
		.weekdays = any_mask(7), .period = { 0, INT64_MAX },
	};
	uint16_t at = 0;

	if (pick(2) == 0) {
		c.period.from = any_stamp();
		c.period.to = any_stamp();
		if (c.period.to < c.period.from && pick(4) > 0) {
			times_stamp swap = c.period.to;

			c.period.to = c.period.from;
			c.period.from = swap;
		}
	}
	if (pick(2) == 0)
		return c;
	hours->head.count = 1 + pick(3);
	for (size_t i = 0; i < hours->head.count; i++) {
		hours->head.span[i].from = (uint16_t)(at + pick(400));
		at = (uint16_t)(hours->head.span[i].from + 1 + pick(79));
		hours->head.span[i].to = at;
	}
	c.hours = &hours->head;
	return c;
}

static void
set_zone(const char *tz)
{
	setenv("TZ", tz, 1);
	times_prepare();
}

/* Compares one condition at one second. */
static bool
compare(const struct times_condition *c, int64_t epoch, int offset)
{
	struct times_moment moment = { 0 };
	bool got, want = naive_met(c, epoch, offset);

	times_set(&moment, epoch);
	got = times_condition_met(c, &moment);
	/* libcheck notes every assertion, for a system call each. */
	if (got != want)
		ck_abort_msg("second %lld, offset %d: %d, not %d",
		    (long long)epoch, offset, got, want);
	return got;
}

START_TEST(test_random_conditions)
{
	const struct zone *z = &zones[_i];
	size_t met = 0, total = 0;

	make_calendar();
	set_zone(z->tz);
	for (int round = 0; round < 300; round++) {
		struct hours hours;
		struct times_condition c = any_condition(&hours);

		c.zone = TIMES_LOCAL;
		for (int64_t at = pick(90000); at < (int64_t)DAYS *
		    DAY_SECONDS; at += 40000 + pick(20000), total++)
			met += compare(&c, START + at,
			    naive_offset(z, START + at));
	}
	ck_assert_uint_gt(met, total / 20);
	ck_assert_uint_lt(met, total / 2);
}
END_TEST

/* Every minute of the days around each change of the clock. */
START_TEST(test_changes)
{
	const struct zone *z = &zones[_i];
	size_t met = 0;

	make_calendar();
	set_zone(z->tz);
	for (int day = 1; z->start_month != 0 && day < DAYS - 1; day++) {
		int64_t at = START + (int64_t)day * DAY_SECONDS;

		if (naive_offset(z, at - DAY_SECONDS) ==
		    naive_offset(z, at + DAY_SECONDS))
			continue;
		for (int round = 0; round < 6; round++) {
			struct hours hours;
			struct times_condition c = any_condition(&hours);

			c.zone = TIMES_LOCAL;
			for (int64_t s = at - DAY_SECONDS;
			    s < at + DAY_SECONDS; s += 60)
				met += compare(&c, s, naive_offset(z, s));
		}
	}
	ck_assert(met > 0 || z->start_month == 0);
}
END_TEST

/* An offset counts as it is, whatever the local zone. */
START_TEST(test_offsets)
{
	static const int offsets[] = { 0, 60, -300, 345, 840, -840, 1, -1 };

	make_calendar();
	set_zone(zones[_i].tz);
	for (size_t i = 0; i < ARRAY_SIZE(offsets); i++)
		for (int round = 0; round < 60; round++) {
			struct hours hours;
			struct times_condition c = any_condition(&hours);

			c.zone = offsets[i];
			for (int64_t at = DAY_SECONDS + pick(90000);
			    at < (int64_t)(DAYS - 1) * DAY_SECONDS;
			    at += 80000 + pick(20000))
				compare(&c, START + at, offsets[i]);
		}
}
END_TEST

/* ---- cases known by heart ---- */

static const struct times_condition wide = {
	.months = UINT64_MAX, .days = UINT64_MAX, .weekdays = UINT64_MAX,
	.period = { 0, INT64_MAX }, .zone = TIMES_LOCAL,
};

static bool
met_at(const struct times_condition *c, int64_t epoch)
{
	struct times_moment moment = { 0 };

	times_set(&moment, epoch);
	return times_condition_met(c, &moment);
}

static int
minutes_met(const struct times_condition *c, int64_t from, int64_t to)
{
	int n = 0;

	for (; from < to; from += 60)
		n += met_at(c, from);
	return n;
}

START_TEST(test_gap_and_overlap)
{
	struct hours hours = { .head.count = 1 };
	struct times_condition c = wide;
	int64_t spring = INT64_C(1774738800);	/* 29 March 2026, Berlin */
	int64_t autumn = INT64_C(1792879200);	/* 25 October 2026 */

	hours.head.span[0] = (struct times_span){ 120, 180 };
	c.hours = &hours.head;
	set_zone(zones[1].tz);
	ck_assert_int_eq(minutes_met(&c, spring, spring + 23 * 3600), 0);
	ck_assert_int_eq(minutes_met(&c, autumn, autumn + 25 * 3600), 120);
	/* The days are 23 and 25 hours long, and the next ones are 24. */
	c.hours = NULL;
	c.weekdays = 1;
	ck_assert_int_eq(minutes_met(&c, spring - 86400, spring + 2 * 86400),
	    23 * 60);
	ck_assert_int_eq(minutes_met(&c, autumn - 86400, autumn + 2 * 86400),
	    25 * 60);
}
END_TEST

START_TEST(test_ends)
{
	struct hours hours = { .head.count = 1 };
	struct times_condition c = wide;
	int64_t noon = START + 12 * 3600;

	set_zone("UTC0");
	c.period = (struct times_period){
		INT64_C(20240101115959), INT64_C(20240101120001)
	};
	ck_assert(!met_at(&c, noon - 2));
	ck_assert(met_at(&c, noon - 1));
	ck_assert(met_at(&c, noon + 1));
	ck_assert(!met_at(&c, noon + 2));
	/* 24:00 is the end of a day, and so in none. */
	c.period.to = INT64_C(20240101240000);
	ck_assert(met_at(&c, START + DAY_SECONDS - 1));
	ck_assert(!met_at(&c, START + DAY_SECONDS));
	c = wide;
	c.hours = &hours.head;
	hours.head.span[0] = (struct times_span){ 720, TIMES_DAY };
	ck_assert(!met_at(&c, noon - 1));
	ck_assert(met_at(&c, noon));
	ck_assert(met_at(&c, START + DAY_SECONDS - 1));
	ck_assert(!met_at(&c, START + DAY_SECONDS));
}
END_TEST

START_TEST(test_last_days)
{
	struct times_condition c = wide;
	int found = 0;

	make_calendar();
	set_zone("UTC0");
	c.days = UINT64_C(1) << 31;
	for (int i = 0; i < DAYS; i++) {
		const struct date *d = &calendar[i + 1];

		ck_assert_int_eq(met_at(&c, START + (int64_t)i * DAY_SECONDS),
		    d->day == d->last);
		found += d->day == d->last;
	}
	ck_assert_int_eq(found, 48);
	/* 28 February of 2100, and of 2000. */
	ck_assert(met_at(&c, INT64_C(4107499200)));
	ck_assert(!met_at(&c, INT64_C(951739200)));
}
END_TEST

START_TEST(test_several)
{
	struct times_condition two[2] = { wide, wide };
	struct times times = { 2, two };
	struct times_moment moment = { 0 };

	set_zone("UTC0");
	times_set(&moment, START);		/* a Monday */
	two[0].weekdays = 1 << 0;
	two[1].weekdays = 1 << 1;
	ck_assert(times_met(&times, &moment));
	two[1].weekdays = 1 << 2;
	ck_assert(!times_met(&times, &moment));
	ck_assert(times_met(&times, &times_any));
}
END_TEST

START_TEST(test_moment)
{
	struct times_moment moment = { 0 };

	set_zone("CET-1");
	times_set(&moment, 0);
	ck_assert_int_eq(moment.local.stamp, INT64_C(19700101010000));
	times_set(&moment, START + 59);
	ck_assert_int_eq(moment.local.stamp, INT64_C(20240101010059));
	ck_assert_uint_eq(moment.local.minute, 60);
	ck_assert_uint_eq(moment.local.weekday, 1);
	/* Years that no clock knows meet nothing. */
	times_set(&moment, INT64_MAX);
	ck_assert(!times_condition_met(&wide, &moment));
}
END_TEST

/* Every date that there is, with each day of the week. */
static bool
naive_possible(const struct times_condition *c)
{
	static const int lengths[2][12] = {
		{ 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 },
		{ 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 },
	};

	for (int leap = 0; leap < 2; leap++)
		for (int m = 0; m < 12; m++)
			for (int d = 0; d < lengths[leap][m]; d++)
				for (int w = 0; w < 7; w++)
					if ((c->months >> m & 1) &&
					    (c->weekdays >> w & 1) &&
					    ((c->days >> d & 1) ||
					    (c->days >> (30 +
					    lengths[leap][m] - d) & 1)))
						return true;
	return false;
}

START_TEST(test_possible)
{
	struct times_condition c = wide;
	int possible = 0;

	for (int i = 0; i < 20000; i++) {
		bool want;

		c.months = UINT64_C(1) << pick(12);
		c.days = UINT64_C(1) << pick(62);
		c.weekdays = pick(8) == 0 ? 0 : UINT64_C(1) << pick(7);
		want = naive_possible(&c);
		ck_assert(times_possible(&c) == want);
		possible += want;
	}
	ck_assert_int_gt(possible, 15000);
	ck_assert_int_lt(possible, 19000);
}
END_TEST

/* The kernel kills who makes any call but write(2) and _exit(2). */
START_TEST(test_no_file_is_opened)
{
	static struct times_moment moment;
	int status, ends[2];
	char told = 0;
	pid_t pid;

	if (_i == 0)
		unsetenv("TZ");
	else
		setenv("TZ", zones[_i].tz, 1);
	ck_assert_int_eq(pipe(ends), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		times_prepare();
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
		for (int i = 0; i < 1000; i++) {
			struct times_condition c = wide;

			times_set(&moment, START + i * INT64_C(50000));
			c.zone = i % 2 == 0 ? 60 : TIMES_LOCAL;
			told |= !times_condition_met(&c, &moment);
		}
		told += '0';
		(void)!write(ends[1], &told, 1);
		syscall(SYS_exit, 0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(read(ends[0], &told, 1), 1);
	ck_assert_int_eq(told, '0');
	close(ends[0]);
	close(ends[1]);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("times");
	TCase *naive = tcase_create("naive"), *known = tcase_create("known");

	tcase_set_timeout(naive, 600);
	tcase_add_checked_fixture(naive, setup, NULL);
	tcase_add_loop_test(naive, test_random_conditions, 0,
	    ARRAY_SIZE(zones));
	tcase_add_loop_test(naive, test_changes, 0, ARRAY_SIZE(zones));
	tcase_add_loop_test(naive, test_offsets, 0, ARRAY_SIZE(zones));
	tcase_add_test(naive, test_possible);
	suite_add_tcase(s, naive);
	tcase_add_test(known, test_gap_and_overlap);
	tcase_add_test(known, test_ends);
	tcase_add_test(known, test_last_days);
	tcase_add_test(known, test_several);
	tcase_add_test(known, test_moment);
	tcase_add_loop_test(known, test_no_file_is_opened, 0, 2);
	suite_add_tcase(s, known);
	return s;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make_suite);
}
