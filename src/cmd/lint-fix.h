/*
 * lint-fix.h - writes into a policy file what is certain to cure it.
 */
#ifndef SALLYPORT_CMD_LINT_FIX_H
#define SALLYPORT_CMD_LINT_FIX_H

#include "base/compiler.h"
#include "policy/policy.h"

struct lint_able;

/*
 * How many diagnostics were cured, 0 of a file that cannot be read; -1 where
 * the file could not be written, reported in the name of `command`.
 */
MUST_USE int lint_fix_file(const char *command, const char *path,
    enum policy_defaults defaults, const struct lint_able *able);

#endif
