/*
 * lint-scope.h - what the checks of one lint share: the policy, its diag, and
 * memory that ends with the lint.
 */
#ifndef SALLYPORT_LINT_LINT_SCOPE_H
#define SALLYPORT_LINT_LINT_SCOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "policy/diag.h"
#include "policy/source.h"

struct arena;
struct context;
struct lint_able;
struct lint_suites;
struct lint_view_fields;

/* What was seen, by a number that is never 0. */
struct lint_scope_map {
	struct lint_scope_slot *slots;
	size_t room, used;
};

struct lint_scope {
	const struct lint_able *able;
	const struct context *context;
	struct diag *diag;
	struct arena *arena;
	const struct lint_view_fields *fields;
	struct lint_scope_map told;	/* what was said where */
	struct lint_scope_map marks;	/* see lint_scope_mark */
	struct lint_scope_map wrong;	/* lines, by where they start */
	struct lint_scope_map firsts;	/* lint-sni's: lines, by what they say */
	struct lint_suites *suites;	/* the lists that were seen */
	struct lint_scope_tally *tallies, **tallies_last;
};

/*
 * As diag_report, but once a place and code: what several rules lead to is
 * told once. NULL where it was told, for diag_cure and diag_note to ignore.
 */
struct diag_record *lint_scope_report(struct lint_scope *scope,
    enum diag_code code, struct source_span span, const char *format, ...)
    PRINTF_LIKE(4, 5);

/* Where a map keeps the pointer of a key; NULL at first. */
void **lint_scope_at(struct lint_scope *scope, struct lint_scope_map *map,
    uint64_t key);

/*
 * Notes that a coded value is good for something in one rule, so that a check
 * does not call it useless for the sake of another.
 */
void lint_scope_mark(struct lint_scope *scope, enum diag_code code,
    struct source_span span);
bool lint_scope_marked(struct lint_scope *scope, enum diag_code code,
    struct source_span span);

/*
 * Counts what is told once for the whole file, of each `kind` (a row, say);
 * the message is the first place's, in lower case and without an end.
 */
void lint_scope_count(struct lint_scope *scope, enum diag_code code,
    const void *kind, struct source_span span, const char *cure,
    const char *format, ...) PRINTF_LIKE(6, 7);
/* Reports what was counted. */
void lint_scope_tell_counts(struct lint_scope *scope);

/*
 * Learns which lines have errors, of those that are kept; before the checks.
 * What such a line says is not known: it is not judged further.
 */
void lint_scope_learn_wrong(struct lint_scope *scope);
bool lint_scope_is_wrong(struct lint_scope *scope, struct source_span span);

/* The text of a span. */
const char *lint_scope_text(struct source_span span);

#endif
