/*
 * secret.h - the keywords behind which a password stands, so that no message
 * shows one: also where a keyword is not spelt quite right, or the password
 * runs into it.
 */
#ifndef SALLYPORT_POLICY_SECRET_H
#define SALLYPORT_POLICY_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/source.h"

/*
 * How many characters of a word are such a keyword: what follows them on the
 * line must not be shown. 0 where it is none.
 */
size_t secret_keyword(const char *word, size_t length);

/* Whether a word is such a keyword, letter for letter. */
bool secret_is_keyword(const char *word, size_t length);

/*
 * Searches a line from *at to `end` or a little further, where *at goes.
 * Returns where a secret begins, or SIZE_MAX while none was found.
 */
size_t secret_search(const char *line, size_t length, size_t *at, size_t end);

/*
 * Whether the line before has such a keyword and nothing behind it: what
 * stands on the line of the span may be the secret. Blank lines and remarks
 * do not count.
 */
bool secret_precedes(struct source_span span);

/*
 * str_quote() of a word that is not known: without a password that runs into
 * it, and nothing of it where it may be one. The buffer holds STR_QUOTE_MAX.
 */
const char *secret_quote(struct source_span word, char *buf);

#endif
