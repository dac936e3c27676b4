/*
 * diag.h - diagnostics: what is wrong with a policy, where, and the cure.
 *
 * A struct diag collects the diagnostics of one run over one policy, and owns
 * the sources their spans point into. Every diagnostic has a stable code.
 * Reporting cannot fail: beyond DIAG_KEPT records a severity is only counted,
 * and lack of memory counts as an error of its own.
 *
 * Messages begin in lower case, name the thing in the user's spelling, and
 * never hold a secret.
 */
#ifndef SALLYPORT_POLICY_DIAG_H
#define SALLYPORT_POLICY_DIAG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "policy/diag-codes.h"
#include "policy/source.h"

/*
 * Records that are kept of errors, and of warnings and advice together, if
 * nothing else is said (diag_keep).
 */
#define DIAG_KEPT 100

enum diag_severity {
	DIAG_ERROR,
	DIAG_WARNING,
	DIAG_ADVICE,
	DIAG_SEVERITIES,
};

enum diag_code {
#define DIAG_ENUM(symbol, number, severity, title, help) DIAG_##symbol,
	DIAG_LIST(DIAG_ENUM)
#undef DIAG_ENUM
	DIAG_CODE_COUNT,
};

/* A second place that a diagnostic is about. */
struct diag_note {
	struct diag_note *next;
	struct source_span span;
	char *text;
};

/* What to write where: applied with all others of its record, or not. */
struct diag_edit {
	struct diag_edit *next;
	struct source_span span;	/* of no length: put in before it */
	char *text;			/* byte for byte */
};

struct diag_record {
	enum diag_code code;
	enum diag_severity severity;
	struct source_span span;	/* source NULL: about no place */
	char *message;
	char *cure;			/* NULL: none known */
	struct diag_note *notes;
	struct diag_edit *edits;	/* NULL: a person has to decide */
	size_t sequence;
};

struct diag;

/* NULL where there is no memory. */
MUST_USE struct diag *diag_new(void);
void diag_free(struct diag **diag);

/* How many records to keep from now on, instead of DIAG_KEPT. */
void diag_keep(struct diag *diag, size_t kept);

/* Loads a source for this diag; NULL, with an error reported, on failure. */
struct source *diag_load(struct diag *diag, const char *path);
/* The same for bytes in memory; path is what messages call them. */
struct source *diag_load_memory(struct diag *diag, const char *path,
    const void *bytes, size_t size);

/*
 * Adds a diagnostic. Returns it for a cure and notes, or NULL where it is
 * only counted; diag_cure and diag_note accept that NULL.
 */
struct diag_record *diag_report(struct diag *diag, enum diag_code code,
    struct source_span span, const char *format, ...) PRINTF_LIKE(4, 5);
/* An error about a file as a whole. */
struct diag_record *diag_report_file(struct diag *diag, enum diag_code code,
    const char *path, const char *format, ...) PRINTF_LIKE(4, 5);
void diag_cure(struct diag *diag, struct diag_record *record,
    const char *format, ...) PRINTF_LIKE(3, 4);
void diag_note(struct diag *diag, struct diag_record *record,
    struct source_span span, const char *format, ...) PRINTF_LIKE(4, 5);

/*
 * The cure as an edit, for programs: only where it is certain what was meant,
 * and where it loses nothing that somebody wrote. Edits of one record do not
 * overlap.
 */
void diag_edit(struct diag *diag, struct diag_record *record,
    struct source_span span, const char *format, ...) PRINTF_LIKE(4, 5);

/* Counted that memory ran out; an error. Cannot fail itself. */
void diag_out_of_memory(struct diag *diag);

/* How many were reported, kept or not. */
size_t diag_count(const struct diag *diag, enum diag_severity severity);

/* The same of one code. */
size_t diag_told(const struct diag *diag, enum diag_code code);

/* Whether a diagnostic of this severity would be kept: saves making one. */
bool diag_has_room(const struct diag *diag, enum diag_severity severity);

/*
 * The kept records in order of file and place; NULL past the last. They and
 * what they point to belong to the diag.
 */
void diag_sort(struct diag *diag);
const struct diag_record *diag_at(const struct diag *diag, size_t index);
/* The same, for who has more to say of it. */
struct diag_record *diag_record(struct diag *diag, size_t index);

/* "SP1203"; buf holds DIAG_NAME_MAX bytes. Returns buf. */
#define DIAG_NAME_MAX 16
const char *diag_code_name(enum diag_code code, char *buf);
/* 1203 */
int diag_code_number(enum diag_code code);
/* "UNKNOWN_PARAMETER" */
const char *diag_code_symbol(enum diag_code code);
enum diag_severity diag_code_severity(enum diag_code code);
const char *diag_code_title(enum diag_code code);
const char *diag_code_help(enum diag_code code);
/* By "SP1203" or "1203", ignoring case; DIAG_CODE_COUNT where unknown. */
enum diag_code diag_code_find(const char *name);
/* "error", "warning", "advice" */
const char *diag_severity_name(enum diag_severity severity);

#endif
