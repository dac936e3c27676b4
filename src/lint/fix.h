/*
 * fix.h - a policy's text with its certain cures applied (diag_edit).
 *
 * Nothing gets worse: of a policy without errors the meaning stays, and no
 * warnings come; of one with errors there are not more afterwards, where one
 * cure may show what another mistake hid. A cure for which that is not so is
 * left out, and so are those that are in each other's way.
 */
#ifndef SALLYPORT_LINT_FIX_H
#define SALLYPORT_LINT_FIX_H

#include <stddef.h>

#include "base/compiler.h"
#include "policy/policy.h"

struct lint_able;

/*
 * Applies what policy_examine and lint_policy have cures for, again and again
 * until nothing is left. text_r gets the new text, the caller's, who wipes
 * and frees it; NULL where there is nothing to cure. Returns how many
 * diagnostics were cured, or -1 where there is no memory.
 */
MUST_USE int fix_text(const char *path, const char *text, size_t size,
    enum policy_defaults defaults, const struct lint_able *able,
    char **text_r, size_t *size_r);

#endif
