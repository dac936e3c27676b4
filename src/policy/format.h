/*
 * format.h - a policy's text in canonical layout.
 *
 * A tab for each level; keyword and value one blank apart; keywords and
 * enumerated values in the table's spelling; braces on lines of their own,
 * added where a statement has none; one empty line between statements, and
 * never two. Comments stay where they are: on lines of their own before what
 * they stood before, or behind what they stood behind. What is a value's own,
 * such as the blanks in a label, stays byte for byte.
 *
 * The result means what the text meant, and is its own canonical form.
 */
#ifndef SALLYPORT_POLICY_FORMAT_H
#define SALLYPORT_POLICY_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

struct diag;
struct policy;

/*
 * Whether the structure of a policy is certain, whatever else is wrong with
 * it: no errors of text or structure (SP10xx, SP11xx), and none of words
 * (SP12xx) where a statement is written without braces, which takes lines by
 * their words. `diag` is what policy_examine added to.
 */
bool format_possible(const struct policy *policy, const struct diag *diag);

/*
 * The canonical text of an examined policy for which format_possible. It is
 * the caller's, who wipes and frees it, and ends in a NUL that the size does
 * not count. 0, or -1 where there is no memory.
 */
MUST_USE int format_policy(const struct policy *policy, char **text_r,
    size_t *size_r);

#endif
