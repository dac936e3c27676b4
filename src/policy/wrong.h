/*
 * wrong.h - what is said about a value that is wrong, and what was probably
 * meant: for addresses (policy/wrong-address) and ports (policy/wrong-port).
 *
 * A condition that takes less than its writer meant leaves connections in the
 * clear, and one that takes more is no better: a second value behind the
 * first is an error, not a remark.
 */
#ifndef SALLYPORT_POLICY_WRONG_H
#define SALLYPORT_POLICY_WRONG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "policy/diag.h"
#include "policy/source.h"

struct context;
struct schema_param;
struct value_input;

#define WRONG_TEXT_MAX	128	/* of a value that was meant */

struct wrong {
	struct context *context;
	const struct schema_param *row;
	const struct value_input *input;
	const char *word;		/* the first one */
	size_t length;
};

/* About the value of a row. */
struct wrong wrong_of(struct context *context, const struct schema_param *row,
    const struct value_input *input);

/* The span of words `from` to `to`, both of them in it. */
struct source_span wrong_span(const struct value_input *input, uint32_t from,
    uint32_t to);

/* Reports of the first `words` words what they are, and the cure. True. */
bool wrong_tell(const struct wrong *w, enum diag_code code, uint32_t words,
    const char *what, const char *cure, ...) PRINTF_LIKE(5, 6);
/* The same where there is no doubt what was meant. */
bool wrong_tell_meant(const struct wrong *w, enum diag_code code,
    uint32_t words, const char *what, const char *meant);
/* Reports another value behind a good one; cure NULL: the row's own. */
void wrong_tell_second(const struct wrong *w, uint32_t at, const char *cure);

/* Reports a word that has a comma in it; else false. */
bool wrong_refuse_list(const struct wrong *w);

/* The words run together where a hyphen stands between two: "a - b". */
bool wrong_join(const struct wrong *w, char text[WRONG_TEXT_MAX],
    uint32_t *words_r);

/* Whether word number i is this one, ignoring case. */
bool wrong_word_is(const struct value_input *input, uint32_t i,
    const char *word);
/* The number of the word past what only joins two values. */
uint32_t wrong_past_joint(const struct value_input *input, uint32_t i);

#endif
