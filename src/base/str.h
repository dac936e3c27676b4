/*
 * str.h - text: a bounded builder, comparison, edit distance, UTF-8.
 *
 * Nothing here allocates. Text that is given with a length need not end in
 * NUL and may hold any byte.
 */
#ifndef SALLYPORT_BASE_STR_H
#define SALLYPORT_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

/* The caller's buffer, always NUL-terminated; what does not fit is cut. */
struct str {
	char *text;
	size_t size;		/* of the buffer, at least 1 */
	size_t length;
	bool cut;
};

void str_init(struct str *s, char *buf, size_t size);
void str_add(struct str *s, const char *format, ...) PRINTF_LIKE(2, 3);
void str_add_bytes(struct str *s, const char *text, size_t length);

/*
 * Adds text so that it can be shown: control bytes and what is not UTF-8 as
 * \xNN. Never cuts a character in two.
 */
void str_add_shown(struct str *s, const char *text, size_t length);

/*
 * A user's word for a message: 'word' in quotes, escaped as above, and cut
 * after 60 characters. The buffer holds every such text. Returns buf.
 */
#define STR_QUOTE_MAX 320
const char *str_quote(const char *text, size_t length, char *buf);

/* Equal, ignoring the case of ASCII letters. */
bool str_equal(const char *a, size_t a_length, const char *b);

/* A hash; with `fold`, letters that differ in ASCII case only hash alike. */
uint32_t str_hash(const char *text, size_t length, bool fold);

/*
 * Edits (insert, delete, replace, swap neighbours) between two words,
 * ignoring ASCII case; anything above `limit` gives limit + 1.
 */
unsigned str_distance(const char *a, size_t a_length, const char *b,
    size_t b_length, unsigned limit);

/* Bytes of the valid UTF-8 character at text, 0 where there is none. */
size_t str_utf8_length(const char *text, size_t left);

#endif
