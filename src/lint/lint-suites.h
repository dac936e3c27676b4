/*
 * lint-suites.h - advice on lists of cipher suites: what is broken or weak in
 * them, their order, and what protocol versions can use.
 */
#ifndef SALLYPORT_LINT_LINT_SUITES_H
#define SALLYPORT_LINT_LINT_SUITES_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/source.h"

struct lint_line;
struct lint_scope;
struct lint_view;

/* From worst to best; what a suite gives at most. */
enum lint_suites_class {
	LINT_SUITES_OPEN,	/* nothing is encrypted */
	LINT_SUITES_EXPORT,	/* keys of 40 bits */
	LINT_SUITES_RC,		/* RC4, RC2 */
	LINT_SUITES_DES,	/* keys of 56 bits */
	LINT_SUITES_3DES,	/* blocks of 64 bits */
	LINT_SUITES_STATIC,	/* no forward secrecy */
	LINT_SUITES_CBC,
	LINT_SUITES_AEAD,
	LINT_SUITES_TLS13,
};

enum lint_suites_class lint_suites_class(uint16_t suite);
/* Whether versions before TLS 1.2, TLS 1.2 and TLS 1.3 have the suite. */
bool lint_suites_before_12(uint16_t suite);
bool lint_suites_in_12(uint16_t suite);
bool lint_suites_in_13(uint16_t suite);

/* No list was seen. */
struct lint_suites *lint_suites_new(struct lint_scope *scope);

/* Collects the suites of a line. */
void lint_suites_line(struct lint_scope *scope, const struct lint_line *line);

/* Judges each list as a whole, once all lines were seen. */
void lint_suites_lists(struct lint_scope *scope);

/* First for all rules, to learn which list is used how; then to tell. */
void lint_suites_learn(struct lint_scope *scope, const struct lint_view *view);
void lint_suites_judge(struct lint_scope *scope, const struct lint_view *view);

#endif
