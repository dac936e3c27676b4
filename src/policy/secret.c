#include "policy/secret.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/compiler.h"
#include "base/str.h"

/* Words further than this from a keyword are others. */
#define DISTANCE	2

/* How far above it a secret's keyword is looked for. */
#define LINE_MAX_SEARCHED	512
#define LINES_SEARCHED		16

#define BLANKS	" \t\r\v\f"

/* The parameters whose values are secrets; check_schema holds us to it. */
static const char *const keywords[] = { "KeyringPw", "GSK_LDAP_USER_PW" };

/* No other parameter begins so: what does was meant to be one of these. */
static const char *const stems[] = { "KeyringP", "GSK_LDAP_USER_P" };

/* The length of the keyword that a word begins with, or 0. */
static size_t
run_in(const char *word, size_t length)
{
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++) {
		size_t whole = strlen(keywords[i]);

		if (length >= whole &&
		    strncasecmp(word, keywords[i], whole) == 0)
			return whole;
	}
	return 0;
}

static bool
is_near(const char *word, size_t length)
{
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		if (str_distance(word, length, keywords[i],
		    strlen(keywords[i]), DISTANCE) <= DISTANCE)
			return !str_equal(word, length, "Keyring");
	return false;
}

size_t
secret_keyword(const char *word, size_t length)
{
	size_t whole = run_in(word, length);

	if (whole > 0)
		return whole;
	for (size_t i = 0; i < ARRAY_SIZE(stems); i++)
		if (length >= strlen(stems[i]) &&
		    strncasecmp(word, stems[i], strlen(stems[i])) == 0)
			return length;
	if (length >= 2 && strncasecmp(word + length - 2, "pw", 2) == 0)
		return length;
	for (size_t i = 0; i + 4 <= length && i < 64; i++)
		if (strncasecmp(word + i, "pass", 4) == 0)
			return length;
	return is_near(word, length) ? length : 0;
}

bool
secret_is_keyword(const char *word, size_t length)
{
	return length > 0 && run_in(word, length) == length;
}

static bool
ends_word(const char *p, size_t left)
{
	switch (*p) {
	case ' ': case '\t': case '\0': case '{': case '}': case '"':
	case '\'': case '=': case ':': case ',': case ';':
		return true;
	case '\xc2':
		return left >= 2 && p[1] == '\xa0';
	default:
		return false;
	}
}

size_t
secret_search(const char *line, size_t length, size_t *at, size_t end)
{
	size_t i = *at, start, keyword, found = SIZE_MAX;

	while (i < length && i < end && found == SIZE_MAX) {
		while (i < length && ends_word(line + i, length - i))
			i++;
		/* the second byte of a no-break space */
		if (i < length && i > 0 && line[i] == '\xa0')
			i++;
		for (start = i; i < length && !ends_word(line + i, length - i);)
			i++;
		keyword = secret_keyword(line + start, i - start);
		if (keyword > 0)
			found = start + keyword;
	}
	*at = i;
	return found;
}

/* Where the line at or before an offset starts; SIZE_MAX: too far away. */
static size_t
line_start(const char *text, size_t offset)
{
	size_t least = offset > LINE_MAX_SEARCHED ?
	    offset - LINE_MAX_SEARCHED : 0;
	const char *end = memrchr(text + least, '\n', offset - least);

	if (end != NULL)
		return (size_t)(end + 1 - text);
	return least == 0 ? 0 : SIZE_MAX;
}

bool
secret_precedes(struct source_span span)
{
	const char *text = source_text(span.source);
	size_t end = line_start(text, span.offset), start, length;

	for (int lines = 0; lines < LINES_SEARCHED; lines++, end = start) {
		if (end == 0 || end == SIZE_MAX)
			return false;
		start = line_start(text, end - 1);
		if (start == SIZE_MAX)
			return false;
		length = end - 1 - start;
		text += start;
		while (length > 0 && strchr(BLANKS, *text) != NULL) {
			text++;
			length--;
		}
		if (length > 0 && *text != '#')
			break;
		text = source_text(span.source);
	}
	for (length = 0; strchr(BLANKS "\n", text[length]) == NULL; length++)
		;
	if (length == 0 || secret_keyword(text, length) != length)
		return false;
	text += length;
	text += strspn(text, BLANKS);
	return *text == '\n' || *text == '#';
}

const char *
secret_quote(struct source_span word, char *buf)
{
	const char *text = source_text(word.source) + word.offset;
	size_t whole = run_in(text, word.length);

	if (secret_precedes(word))
		return str_quote("***", 3, buf);
	return str_quote(text, whole > 0 ? whole : word.length, buf);
}
