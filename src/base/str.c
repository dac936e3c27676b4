#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define QUOTE_CHARACTERS	60
#define DISTANCE_MAX		63	/* longest word that is compared */

void
str_init(struct str *s, char *buf, size_t size)
{
	ensure(size > 0);
	*s = (struct str){ .text = buf, .size = size };
	buf[0] = '\0';
}

void
str_add(struct str *s, const char *format, ...)
{
	va_list args;
	size_t room = s->size - s->length;
	int n;

	va_start(args, format);
	n = vsnprintf(s->text + s->length, room, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= room) {
		s->cut = true;
		s->length = s->size - 1;
	} else {
		s->length += (size_t)n;
	}
}

void
str_add_bytes(struct str *s, const char *text, size_t length)
{
	size_t room = s->size - s->length - 1;

	if (length > room) {
		length = room;
		s->cut = true;
	}
	memcpy(s->text + s->length, text, length);
	s->length += length;
	s->text[s->length] = '\0';
}

/* One character's worth; returns the bytes of text it took. */
static size_t
add_shown_character(struct str *s, const char *text, size_t left)
{
	size_t n = str_utf8_length(text, left);
	unsigned char c = (unsigned char)text[0];
	char escaped[8];

	if (n == 0 || c < 0x20 || c == 0x7f ||
	    (n == 2 && c == 0xc2 && (unsigned char)text[1] < 0xa0)) {
		n = n == 0 ? 1 : n;
		for (size_t i = 0; i < n; i++) {
			snprintf(escaped, sizeof(escaped), "\\x%02X",
			    (unsigned)(unsigned char)text[i]);
			if (s->size - s->length > 4)
				str_add_bytes(s, escaped, 4);
			else
				s->cut = true;
		}
	} else if (s->size - s->length > n) {
		str_add_bytes(s, text, n);
	} else {
		s->cut = true;
	}
	return n;
}

void
str_add_shown(struct str *s, const char *text, size_t length)
{
	size_t i = 0;

	while (i < length && !s->cut)
		i += add_shown_character(s, text + i, length - i);
}

const char *
str_quote(const char *text, size_t length, char *buf)
{
	struct str s;
	size_t i = 0;
	int characters = 0;

	str_init(&s, buf, STR_QUOTE_MAX);
	str_add_bytes(&s, "'", 1);
	while (i < length && characters++ < QUOTE_CHARACTERS)
		i += add_shown_character(&s, text + i, length - i);
	str_add(&s, i < length ? "...'" : "'");
	return buf;
}

bool
str_equal(const char *a, size_t a_length, const char *b)
{
	return strlen(b) == a_length && strncasecmp(a, b, a_length) == 0;
}

static unsigned char
fold_case(char c)
{
	unsigned char u = (unsigned char)c;

	return u >= 'A' && u <= 'Z' ? u + ('a' - 'A') : u;
}

/* FNV-1a: short names, and nobody gains by colliding them in his own file. */
uint32_t
str_hash(const char *text, size_t length, bool fold)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < length; i++) {
		hash ^= fold ? fold_case(text[i]) : (unsigned char)text[i];
		hash *= 16777619u;
	}
	return hash;
}

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* The characters of a text, as a set; some share a place. */
static uint64_t
characters_of(const char *text, size_t length)
{
	uint64_t set = 0;

	for (size_t i = 0; i < length; i++)
		set |= UINT64_C(1) << (fold_case(text[i]) & 63);
	return set;
}

/* An edit takes away one character and brings one, at most. */
static bool
differs_more(const char *a, size_t a_length, const char *b, size_t b_length,
    unsigned limit)
{
	uint64_t in_a = characters_of(a, a_length);
	uint64_t in_b = characters_of(b, b_length);

	return (unsigned)__builtin_popcountll(in_a & ~in_b) > limit ||
	    (unsigned)__builtin_popcountll(in_b & ~in_a) > limit;
}

/* Optimal string alignment, three rows of the matrix. */
unsigned
str_distance(const char *a, size_t a_length, const char *b, size_t b_length,
    unsigned limit)
{
	unsigned rows[3][DISTANCE_MAX + 1];
	unsigned *before = rows[0], *last = rows[1], *now = rows[2], *spare;
	size_t gap;

	gap = a_length > b_length ? a_length - b_length : b_length - a_length;
	if (gap > limit || a_length > DISTANCE_MAX ||
	    b_length > DISTANCE_MAX ||
	    differs_more(a, a_length, b, b_length, limit))
		return limit + 1;
	for (size_t j = 0; j <= b_length; j++)
		last[j] = (unsigned)j;
	for (size_t i = 1; i <= a_length; i++) {
		unsigned best = now[0] = (unsigned)i;

		for (size_t j = 1; j <= b_length; j++) {
			unsigned char x = fold_case(a[i - 1]);
			unsigned char y = fold_case(b[j - 1]);

			now[j] = least(least(last[j], now[j - 1]) + 1,
			    last[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == fold_case(b[j - 2]) &&
			    y == fold_case(a[i - 2]))
				now[j] = least(now[j], before[j - 2] + 1);
			best = least(best, now[j]);
		}
		if (best > limit)
			return limit + 1;
		spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return least(last[b_length], limit + 1);
}

size_t
str_utf8_length(const char *text, size_t left)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t n;

	if (left == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || left < n)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	/* overlong forms, surrogates, and beyond U+10FFFF */
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}
