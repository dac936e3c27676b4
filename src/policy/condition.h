/*
 * condition.h - the conditions of one rule, each on its own.
 *
 * What a rule asks is a set of bits, one a kind of condition; a flow meets a
 * rule where it meets all of them. Nothing here knows of other rules.
 */
#ifndef SALLYPORT_POLICY_CONDITION_H
#define SALLYPORT_POLICY_CONDITION_H

#include <stdbool.h>

#include "policy/rules.h"

enum condition {
	CONDITION_LOCAL_PORT = 1 << 0,
	CONDITION_REMOTE_PORT = 1 << 1,
	CONDITION_REMOTE_ADDR = 1 << 2,
	CONDITION_LOCAL_ADDR = 1 << 3,
	CONDITION_USER = 1 << 4,
	CONDITION_JOB = 1 << 5,
	CONDITION_TIME = 1 << 6,
};

/*
 * The bits of the conditions a rule codes. A user or job name of "*" is met
 * by everything, even by a name that is not known, and so is no bit.
 */
unsigned condition_coded(const struct rules_rule *rule);

/* Whether the flow meets all conditions in `conditions`, which are coded. */
bool condition_met(const struct rules_rule *rule,
    const struct rules_flow *flow, unsigned conditions);

/*
 * Names: a trailing '*' in the pattern stands for any rest. User names are
 * told apart by case, as on Linux; job names are not, as on z/OS.
 */
bool condition_user_met(const char *pattern, const char *user);
bool condition_job_met(const char *pattern, const char *job);

/* The ending of a unit's name that a rule's job may leave out. */
#define CONDITION_UNIT_ENDING ".service"

/* The same of a unit's name, which a pattern may mean without its ending. */
bool condition_unit_met(const char *pattern, const char *unit);

/* How long a unit's name is without its ending. */
size_t condition_unit_stem(const char *unit);

#endif
