/*
 * lint-names.h - advice on the definitions of a policy: unused ones, names
 * that are mistaken for each other, actions that say the same.
 */
#ifndef SALLYPORT_LINT_LINT_NAMES_H
#define SALLYPORT_LINT_LINT_NAMES_H

struct lint_scope;

/*
 * Warns of each statement that no rule leads to, unless a reference that
 * leads nowhere may have meant it; of names of one statement that differ by
 * case or by ~ - _ . only; advises on environment actions with one content.
 */
void lint_names_check(struct lint_scope *scope);

#endif
