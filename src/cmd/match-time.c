#include "cmd/match-time.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* 31 December 9999: no policy speaks of later. */
#define EPOCH_MAX	INT64_C(253402214400)
/* 1 January of the year 1. */
#define EPOCH_MIN	INT64_C(-62135596800)

static const char not_a_time[] = "is no time: write 2026-11-21T09:30, with Z "
    "or +01:00 behind it or not, or @SECONDS";

/* Exactly `digits` digits. */
static bool
take_number(const char **at, unsigned digits, int *n_r)
{
	*n_r = 0;
	while (digits-- > 0) {
		if (**at < '0' || **at > '9')
			return false;
		*n_r = *n_r * 10 + (*(*at)++ - '0');
	}
	return true;
}

static bool
take_char(const char **at, char wanted)
{
	if (**at != wanted)
		return false;
	(*at)++;
	return true;
}

static bool
take_date(const char **at, struct tm *tm)
{
	if (!take_number(at, 4, &tm->tm_year) || !take_char(at, '-') ||
	    !take_number(at, 2, &tm->tm_mon) || !take_char(at, '-') ||
	    !take_number(at, 2, &tm->tm_mday))
		return false;
	tm->tm_year -= 1900;
	tm->tm_mon--;
	return true;
}

static bool
take_clock(const char **at, struct tm *tm)
{
	return take_number(at, 2, &tm->tm_hour) && take_char(at, ':') &&
	    take_number(at, 2, &tm->tm_min) && (!take_char(at, ':') ||
	    take_number(at, 2, &tm->tm_sec));
}

/* 1 with seconds east; 0: there is none; -1. */
static int
take_offset(const char **at, int *seconds_r)
{
	int sign = **at == '-' ? -1 : 1, hours, minutes = 0;

	*seconds_r = 0;
	if (take_char(at, 'Z') || take_char(at, 'z'))
		return 1;
	if (!take_char(at, '+') && !take_char(at, '-'))
		return 0;
	if (!take_number(at, 2, &hours))
		return -1;
	if (**at != '\0') {
		(void)take_char(at, ':');
		if (!take_number(at, 2, &minutes))
			return -1;
	}
	*seconds_r = sign * (hours * 3600 + minutes * 60);
	return hours < 24 && minutes < 60 ? 1 : -1;
}

/* mktime(3) makes another date of one that there is not. */
static bool
same_clock(const struct tm *a, const struct tm *b)
{
	return a->tm_year == b->tm_year && a->tm_mon == b->tm_mon &&
	    a->tm_mday == b->tm_mday && a->tm_hour == b->tm_hour &&
	    a->tm_min == b->tm_min && a->tm_sec == b->tm_sec;
}

static const char *
parse_seconds(const char *text, int64_t *epoch_r)
{
	char *end;
	long long n = strtoll(text, &end, 10);

	if (strchr("0123456789-", *text) == NULL || *text == '\0' ||
	    *end != '\0' || n < EPOCH_MIN || n > EPOCH_MAX)
		return not_a_time;
	*epoch_r = n;
	return NULL;
}

const char *
match_time_parse(const char *text, int64_t *epoch_r)
{
	struct tm tm = { 0 }, made;
	const char *at = text;
	int offset, has_offset = 0;

	if (*text == '@')
		return parse_seconds(text + 1, epoch_r);
	if (!take_date(&at, &tm))
		return not_a_time;
	if (*at != '\0' && ((!take_char(&at, 'T') && !take_char(&at, 't') &&
	    !take_char(&at, ' ')) || !take_clock(&at, &tm) ||
	    (has_offset = take_offset(&at, &offset)) < 0 || *at != '\0'))
		return not_a_time;
	made = tm;
	made.tm_isdst = -1;
	*epoch_r = has_offset ? timegm(&made) - offset : mktime(&made);
	if (same_clock(&made, &tm))
		return NULL;
	/* Is it a date at all? */
	made = tm;
	(void)timegm(&made);
	return same_clock(&made, &tm) ? "is a time that the local clock "
	    "leaves out" : not_a_time;
}
