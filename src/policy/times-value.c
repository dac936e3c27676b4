#include "policy/times-value.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "policy/context.h"
#include "policy/diag.h"
#include "policy/value.h"

#define STAMP_DIGITS	14
#define HOURS_MAX	64	/* more than any day has use for */

/* All that is left to read of a value. */
struct cursor {
	const char *start, *at, *end;
};

static struct cursor
cursor_of(const struct value_input *input)
{
	const char *start = input->text + input->words[0].offset;

	return (struct cursor){ start, start, input->text + input->end };
}

static struct source_span
span_of(const struct value_input *input, const char *from, const char *to)
{
	return value_span(input, (uint32_t)(from - input->text),
	    (uint32_t)(to - from));
}

/* Says that the text from `from` to the next blank or comma is not right. */
static struct diag_record *
bad(struct context *context, enum diag_code code,
    const struct value_input *input, const char *from, const char *what)
{
	const char *end = input->text + input->end, *to = from;
	char quoted[STR_QUOTE_MAX];

	while (to < end && strchr(" \t,", *to) == NULL)
		to++;
	if (to == from && from > input->text)
		from--;
	return diag_report(context->diag, code, span_of(input, from, to),
	    "%s %s", str_quote(from, (size_t)(to - from), quoted), what);
}

static void
skip_blanks(struct cursor *c)
{
	while (c->at < c->end && (*c->at == ' ' || *c->at == '\t'))
		c->at++;
}

static bool
take_char(struct cursor *c, char wanted)
{
	if (c->at == c->end || *c->at != wanted)
		return false;
	c->at++;
	return true;
}

/* Least to most digits; -1 where there are fewer. */
static int
take_number(struct cursor *c, unsigned least, unsigned most)
{
	unsigned digits = 0;
	int n = 0;

	while (digits < most && c->at < c->end && *c->at >= '0' &&
	    *c->at <= '9') {
		n = n * 10 + (*c->at++ - '0');
		digits++;
	}
	return digits < least ? -1 : n;
}

/* --- masks -------------------------------------------------------------- */

int
times_value_mask(struct context *context, const struct schema_param *row,
    const struct value_input *input, uint64_t *mask_r)
{
	struct cursor c = cursor_of(input);
	char either[32] = "";
	unsigned digits = 0;
	struct str s;

	*mask_r = 0;
	for (; c.at < c.end; c.at++) {
		if (*c.at == ' ' || *c.at == '\t')
			continue;
		if (*c.at != '0' && *c.at != '1')
			break;
		if (*c.at == '1' && digits < row->max)
			*mask_r |= UINT64_C(1) << digits;
		digits++;
	}
	str_init(&s, either, sizeof(either));
	if (row->max != row->min)
		str_add(&s, " or %u", row->max);
	if (c.at < c.end)
		diag_cure(context->diag, bad(context, DIAG_TIME_MASK, input,
		    c.at, "is neither 0 nor 1"), "%s has %u%s digits, each "
		    "0 or 1", row->name, row->min, either);
	else if (digits != row->min && digits != row->max)
		diag_cure(context->diag, diag_report(context->diag,
		    DIAG_TIME_MASK, span_of(input, c.start, c.end),
		    "the mask of %s has %u digits", row->name, digits),
		    "write %u%s digits, each 0 or 1", row->min, either);
	else
		return 0;
	return -1;
}

void
times_value_print_mask(const struct schema_param *row, uint64_t mask,
    struct str *out)
{
	unsigned digits = mask >> row->min == 0 ? row->min : row->max;

	for (unsigned i = 0; i < digits; i++)
		str_add(out, "%c", (mask >> i & 1) != 0 ? '1' : '0');
}

/* --- periods ------------------------------------------------------------ */

/* A date of the calendar and a time of the day; 24:00:00 is its end. */
static bool
is_stamp(times_stamp stamp)
{
	int time = (int)(stamp % 1000000), day = (int)(stamp / 1000000 % 100);
	int month = (int)(stamp / 100000000 % 100);
	int year = (int)(stamp / INT64_C(10000000000));
	static const int lengths[] = {
		31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
	};

	if (year < 1 || month < 1 || month > 12 || day < 1 ||
	    day > lengths[month - 1] || (month == 2 && day == 29 &&
	    (year % 4 != 0 || (year % 100 == 0 && year % 400 != 0))))
		return false;
	return time == 240000 || (time / 10000 < 24 &&
	    time / 100 % 100 < 60 && time % 100 < 60);
}

static int
take_stamp(struct context *context, const struct value_input *input,
    struct cursor *c, times_stamp *stamp_r)
{
	const char *from = c->at;
	int64_t n = 0;

	while (c->at < c->end && *c->at >= '0' && *c->at <= '9' &&
	    c->at - from < STAMP_DIGITS)
		n = n * 10 + (*c->at++ - '0');
	*stamp_r = n;
	if (c->at - from == STAMP_DIGITS && is_stamp(n))
		return 0;
	diag_cure(context->diag, c->at - from != STAMP_DIGITS ?
	    bad(context, DIAG_TIME_PERIOD, input, from,
	    "is not a date and time") :
	    diag_report(context->diag, DIAG_TIME_PERIOD,
	    span_of(input, from, c->at), "'%.*s' is no day of the calendar, "
	    "or no time of a day", STAMP_DIGITS, from),
	    "write yyyymmddhhmmss:yyyymmddhhmmss, such as "
	    "20261201000000:20261231235959");
	return -1;
}

int
times_value_period(struct context *context, const struct value_input *input,
    struct times_period *period_r)
{
	struct cursor c = cursor_of(input);

	if (take_stamp(context, input, &c, &period_r->from) == -1)
		return -1;
	if (!take_char(&c, ':')) {
		diag_cure(context->diag, bad(context, DIAG_TIME_PERIOD, input,
		    c.start, "has no end"), "write the first and the last "
		    "second with a ':' between");
		return -1;
	}
	if (take_stamp(context, input, &c, &period_r->to) == -1)
		return -1;
	if (c.at < c.end) {
		diag_cure(context->diag, bad(context, DIAG_TIME_PERIOD, input,
		    c.at, "stands after the period"), "remove it");
		return -1;
	}
	if (period_r->from <= period_r->to)
		return 0;
	diag_cure(context->diag, diag_report(context->diag,
	    DIAG_RANGE_INVERTED, span_of(input, c.start, c.end),
	    "the period ends before it starts"), "swap its ends");
	return -1;
}

void
times_value_print_period(const struct times_period *period, struct str *out)
{
	str_add(out, "%0*" PRId64 ":%0*" PRId64, STAMP_DIGITS, period->from,
	    STAMP_DIGITS, period->to);
}

/* --- hours of a day ----------------------------------------------------- */

/* h, hh, h:mm or hh:mm, up to 24:00; -1 where it is not. */
static int
take_minute(struct cursor *c)
{
	int hour = take_number(c, 1, 2), minute = 0;

	if (hour >= 0 && take_char(c, ':'))
		minute = take_number(c, 2, 2);
	return hour < 0 || minute < 0 || minute > 59 ||
	    hour * 60 + minute > TIMES_DAY ? -1 : hour * 60 + minute;
}

/* Writes one span, or the two of a range over midnight. */
static int
take_span(struct context *context, const struct value_input *input,
    struct cursor *c, struct times_span *spans, size_t *count)
{
	const char *start = c->at;
	int from = take_minute(c), to = -1;

	skip_blanks(c);
	if (from >= 0 && from < TIMES_DAY && take_char(c, '-')) {
		skip_blanks(c);
		to = take_minute(c);
	}
	skip_blanks(c);
	if (to < 0 || (c->at < c->end && *c->at != ',')) {
		diag_cure(context->diag, bad(context, DIAG_TIME_OF_DAY, input,
		    start, "is not a range of times"), "write hh:mm-hh:mm, "
		    "from 00:00 to 24:00; several with commas between");
		return -1;
	}
	if (from == to) {
		diag_cure(context->diag, bad(context, DIAG_TIME_OF_DAY, input,
		    start, "ends when it starts"), "00:00-24:00 is the whole "
		    "day");
		return -1;
	}
	if (to < from) {
		if (to > 0)
			spans[(*count)++] = (struct times_span){ 0,
			    (uint16_t)to };
		to = TIMES_DAY;
	}
	spans[(*count)++] = (struct times_span){ (uint16_t)from,
	    (uint16_t)to };
	return 0;
}

static int
compare_spans(const void *va, const void *vb)
{
	const struct times_span *a = va, *b = vb;

	return a->from != b->from ? a->from - b->from : a->to - b->to;
}

/* Sorts, and joins what touches; returns how many are left. */
static size_t
join_spans(struct times_span *spans, size_t count)
{
	size_t kept = 1;

	qsort(spans, count, sizeof(*spans), compare_spans);
	for (size_t i = 1; i < count; i++)
		if (spans[i].from > spans[kept - 1].to)
			spans[kept++] = spans[i];
		else if (spans[i].to > spans[kept - 1].to)
			spans[kept - 1].to = spans[i].to;
	return kept;
}

int
times_value_hours(struct context *context, const struct value_input *input,
    const struct times_hours **hours_r)
{
	struct cursor c = cursor_of(input);
	struct times_span spans[HOURS_MAX + 1];
	struct times_hours *hours;
	size_t count = 0;

	do {
		skip_blanks(&c);
		if (count >= HOURS_MAX) {
			diag_cure(context->diag, diag_report(context->diag,
			    DIAG_TIME_OF_DAY, span_of(input, c.start, c.end),
			    "there are more ranges than a day has use for"),
			    "at most %d are read", HOURS_MAX);
			return -1;
		}
		if (take_span(context, input, &c, spans, &count) == -1)
			return -1;
	} while (take_char(&c, ','));
	count = join_spans(spans, count);
	*hours_r = NULL;
	if (spans[0].from == 0 && spans[0].to == TIMES_DAY)
		return 0;
	hours = arena_alloc(context->arena, sizeof(*hours) +
	    count * sizeof(spans[0]));
	hours->count = count;
	memcpy(hours->span, spans, count * sizeof(spans[0]));
	*hours_r = hours;
	return 0;
}

void
times_value_print_hours(const struct times_hours *hours, struct str *out)
{
	if (hours == NULL)
		str_add(out, "00:00-24:00");
	for (size_t i = 0; hours != NULL && i < hours->count; i++) {
		const struct times_span *span = &hours->span[i];

		str_add(out, "%s%02d:%02d-%02d:%02d", i == 0 ? "" : ",",
		    span->from / 60, span->from % 60, span->to / 60,
		    span->to % 60);
	}
}

/* --- zones -------------------------------------------------------------- */

static bool
take_word(struct cursor *c, const char *word)
{
	size_t length = strlen(word);

	if ((size_t)(c->end - c->at) < length ||
	    !str_equal(c->at, length, word))
		return false;
	c->at += length;
	return true;
}

int
times_value_zone(struct context *context, const struct value_input *input,
    int32_t *zone_r)
{
	struct cursor c = cursor_of(input);
	bool named = take_word(&c, "UTC") || take_word(&c, "GMT");
	int sign, hours, minutes = 0;

	if (!named && (take_word(&c, "Local") || take_word(&c, "Z"))) {
		*zone_r = c.at - c.start == 1 ? 0 : TIMES_LOCAL;
		if (c.at == c.end)
			return 0;
	}
	*zone_r = 0;
	if (named && c.at == c.end)
		return 0;
	sign = take_char(&c, '-') ? -1 : take_char(&c, '+') ? 1 : 0;
	hours = sign == 0 ? -1 : take_number(&c, 1, 2);
	if (hours >= 0 && c.at < c.end) {
		(void)take_char(&c, ':');
		minutes = take_number(&c, 2, 2);
	}
	if (hours >= 0 && minutes >= 0 && minutes < 60 && c.at == c.end &&
	    hours * 60 + minutes <= TIMES_ZONE_MAX) {
		*zone_r = sign * (hours * 60 + minutes);
		return 0;
	}
	diag_cure(context->diag, bad(context, DIAG_TIME_ZONE, input, c.start,
	    "is not a time zone"), "write Local, UTC, or an offset to the "
	    "east such as UTC+01:00; for a zone with summer time write Local "
	    "and set TZ for the daemon");
	return -1;
}

void
times_value_print_zone(int32_t zone, struct str *out)
{
	if (zone == TIMES_LOCAL)
		str_add(out, "Local");
	else if (zone == 0)
		str_add(out, "UTC");
	else
		str_add(out, "UTC%c%02d:%02d", zone < 0 ? '-' : '+',
		    abs(zone) / 60, abs(zone) % 60);
}
