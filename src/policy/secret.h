/*
 * secret.h - the keywords behind which a password stands, so that no message
 * shows one: also where a keyword is not spelt quite right, or the password
 * runs into it.
 */
#ifndef SALLYPORT_POLICY_SECRET_H
#define SALLYPORT_POLICY_SECRET_H

#include <stddef.h>

/*
 * How many characters of a word are such a keyword: what follows them on the
 * line must not be shown. 0 where it is none.
 */
size_t secret_keyword(const char *word, size_t length);

/*
 * str_quote() of a keyword, without a password that runs into it. The buffer
 * holds STR_QUOTE_MAX.
 */
const char *secret_quote(const char *word, size_t length, char *buf);

#endif
