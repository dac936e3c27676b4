/*
 * shadow.h - advice on rules that stand in each other's way.
 */
#ifndef SALLYPORT_LINT_SHADOW_H
#define SALLYPORT_LINT_SHADOW_H

struct diag;
struct rules;

/*
 * Warns of rules that can never match, in one direction or at all; of Off
 * rules that take connections from rules that would secure them; and of rules
 * with other actions of which the one with the lower name comes first.
 * Advises where rules overlap else, once a rule. See lint/overlap.h.
 */
void shadow_check(const struct rules *rules, struct diag *diag);

#endif
