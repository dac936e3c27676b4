/*
 * match-passed.h - the rules that were asked before the one that matched, and
 * what of them was not met.
 */
#ifndef SALLYPORT_CMD_MATCH_PASSED_H
#define SALLYPORT_CMD_MATCH_PASSED_H

#include <stdbool.h>
#include <stddef.h>

struct match_text;
struct rules;

/*
 * Writes about the first `before` rules of the table, none of which matches:
 * those that miss least, or with `all` every one.
 */
void match_passed_print(const struct match_text *w, const struct rules *table,
    size_t before, bool all);

#endif
