/*
 * lint-resumption.h - advice on the parameters that say which sessions
 * resume: those of TTLSGskAdvancedParms for sessions and tickets.
 */
#ifndef SALLYPORT_LINT_LINT_RESUMPTION_H
#define SALLYPORT_LINT_LINT_RESUMPTION_H

struct diag;
struct rules;

/*
 * Warns of what is coded for sessions or tickets that are switched off, of
 * two limits of which one cuts the other, and of ticket keys that are gone
 * before their tickets. A line is warned of once, however many rules share it.
 */
void lint_resumption_check(const struct rules *rules, struct diag *diag);

#endif
