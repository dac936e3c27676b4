#include "policy/secret.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/compiler.h"
#include "base/str.h"

/* Words further than this from a keyword are others. */
#define DISTANCE	2

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

const char *
secret_quote(const char *word, size_t length, char *buf)
{
	size_t whole = run_in(word, length);

	return str_quote(word, whole > 0 ? whole : length, buf);
}
