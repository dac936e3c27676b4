/*
 * lint.h - advice on a policy: what the compiler accepts and its author may
 * not have meant.
 */
#ifndef SALLYPORT_LINT_LINT_H
#define SALLYPORT_LINT_LINT_H

#include <stdbool.h>
#include <stdint.h>

struct diag;
struct policy;

/* What the TLS library can do, which policy does not know. */
struct lint_able {
	bool (*suite)(uint16_t code);
	bool lists;		/* curves and signature pairs can be chosen;
				 * where they can, which: */
	bool (*curve)(uint16_t code);	/* up to TLS 1.2 */
	bool (*group)(uint16_t code);	/* in TLS 1.3 */
	bool (*pair)(uint16_t code);
};

/*
 * Adds to the diag that the policy was examined with (policy_examine). Where
 * that has errors, only what is sound all the same is judged.
 */
void lint_policy(const struct policy *policy, const struct lint_able *able,
    struct diag *diag);

#endif
