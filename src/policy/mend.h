/*
 * mend.h - cures as edits (diag_edit), for `lint --fix` and for editors.
 *
 * An edit is made only where it is certain what was meant and nothing that
 * somebody wrote is lost, comments above all; else nothing happens. A record
 * that is NULL gets none, nor does a value that is in no file.
 */
#ifndef SALLYPORT_POLICY_MEND_H
#define SALLYPORT_POLICY_MEND_H

#include <stddef.h>

#include "policy/source.h"

struct diag;
struct diag_record;
struct tree_node;

/* No record gets more. */
#define MEND_EDITS_MAX	16

/*
 * A misspelt word of the language: one edit away from what was meant, and
 * none of a digit, for TLSv1.4 is no misspelt TLSv1.3. NULL: not known.
 */
void mend_word(struct diag *diag, struct diag_record *record,
    struct source_span word, const char *meant);

/* A word in quotes where the language has none. */
void mend_quotes(struct diag *diag, struct diag_record *record,
    struct source_span quoted);

/* Text that is ignored becomes a comment. */
void mend_rest(struct diag *diag, struct diag_record *record,
    struct source_span rest);

/*
 * All DIAG_NO_BREAK_SPACE: those that are blanks, from the one reported to
 * the line's end. Once the text is read: the scanner keeps NULs in it.
 */
void mend_blanks(struct diag *diag);

/* A brace behind a value moves to a line of its own. */
void mend_brace(struct diag *diag, struct diag_record *record,
    struct source_span brace);

/* Braces around what a statement takes: what follows it, up to `end`. */
void mend_braces(struct diag *diag, struct diag_record *record,
    const struct source *source, const struct tree_node *header,
    const struct tree_node *end);

/*
 * Removes a line that says what an earlier one said, word for word: both from
 * their first word to their last.
 */
void mend_line(struct diag *diag, struct diag_record *record,
    struct source_span line, struct source_span earlier);

/* Removes a statement, up to `end` where it has no braces. */
void mend_statement(struct diag *diag, struct diag_record *record,
    const struct source *source, const struct tree_node *header,
    const struct tree_node *end);

#endif
