#include "policy/diag.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#define MESSAGE_MAX	1024
#define ROOM_FIRST	16

struct owned_source {
	struct owned_source *next;
	struct source *source;
};

struct diag {
	struct owned_source *sources;
	struct diag_record **records;
	size_t used, room, limit;
	size_t kept[DIAG_SEVERITIES];
	size_t counts[DIAG_SEVERITIES];
	size_t told[DIAG_CODE_COUNT];
};

static const struct {
	int number;
	enum diag_severity severity;
	const char *symbol, *title, *help;
} codes[DIAG_CODE_COUNT] = {
#define DIAG_ROW(symbol, number, severity, title, help) \
	{ number, DIAG_##severity, #symbol, title, help },
	DIAG_LIST(DIAG_ROW)
#undef DIAG_ROW
};

struct diag *
diag_new(void)
{
	struct diag *diag = calloc(1, sizeof(*diag));

	if (diag != NULL)
		diag->limit = DIAG_KEPT;
	return diag;
}

void
diag_keep(struct diag *diag, size_t kept)
{
	diag->limit = kept;
}

static void
free_record(struct diag_record *record)
{
	struct diag_note *note;
	struct diag_edit *edit;

	while ((note = record->notes) != NULL) {
		record->notes = note->next;
		free(note->text);
		free(note);
	}
	while ((edit = record->edits) != NULL) {
		record->edits = edit->next;
		free(edit->text);
		free(edit);
	}
	free(record->message);
	free(record->cure);
	free(record);
}

void
diag_free(struct diag **diag)
{
	struct owned_source *owned;

	if (*diag == NULL)
		return;
	for (size_t i = 0; i < (*diag)->used; i++)
		free_record((*diag)->records[i]);
	free((*diag)->records);
	while ((owned = (*diag)->sources) != NULL) {
		(*diag)->sources = owned->next;
		source_free(&owned->source);
		free(owned);
	}
	free(*diag);
	*diag = NULL;
}

static struct source *
own(struct diag *diag, struct source *source)
{
	struct owned_source *owned = malloc(sizeof(*owned));

	if (owned == NULL) {
		source_free(&source);
		diag_out_of_memory(diag);
		return NULL;
	}
	owned->source = source;
	owned->next = diag->sources;
	diag->sources = owned;
	return source;
}

struct source *
diag_load(struct diag *diag, const char *path)
{
	struct source *source;

	if (source_load(path, &source) == -1) {
		diag_report_file(diag, DIAG_FILE_UNREADABLE, path,
		    "the policy cannot be read: %s", strerror(errno));
		return NULL;
	}
	return own(diag, source);
}

struct source *
diag_load_memory(struct diag *diag, const char *path, const void *bytes,
    size_t size)
{
	struct source *source;

	if (source_from_memory(path, bytes, size, &source) == -1) {
		diag_out_of_memory(diag);
		return NULL;
	}
	return own(diag, source);
}

/* Words are a user's, so the whole text is made fit to be shown. */
static PRINTF_LIKE(1, 0) char *
format_text(const char *format, va_list args)
{
	char raw[MESSAGE_MAX], shown[MESSAGE_MAX];
	struct str s;

	if (vsnprintf(raw, sizeof(raw), format, args) < 0)
		return NULL;
	str_init(&s, shown, sizeof(shown));
	str_add_shown(&s, raw, strlen(raw));
	return strdup(shown);
}

static bool
has_room(const struct diag *diag, enum diag_severity severity)
{
	if (severity == DIAG_ERROR)
		return diag->kept[DIAG_ERROR] < diag->limit;
	return diag->kept[DIAG_WARNING] + diag->kept[DIAG_ADVICE] <
	    diag->limit;
}

bool
diag_has_room(const struct diag *diag, enum diag_severity severity)
{
	return has_room(diag, severity);
}

/* Room for one more record; 0, or -1. */
static int
make_room(struct diag *diag)
{
	size_t room = diag->room == 0 ? ROOM_FIRST : 2 * diag->room;
	struct diag_record **records;

	if (diag->used < diag->room)
		return 0;
	records = reallocarray(diag->records, room, sizeof(records[0]));
	if (records == NULL)
		return -1;
	diag->records = records;
	diag->room = room;
	return 0;
}

static PRINTF_LIKE(4, 0) struct diag_record *
report(struct diag *diag, enum diag_code code, struct source_span span,
    const char *format, va_list args)
{
	enum diag_severity severity = codes[code].severity;
	struct diag_record *record;

	diag->counts[severity]++;
	diag->told[code]++;
	if (!has_room(diag, severity))
		return NULL;
	record = make_room(diag) == -1 ? NULL : calloc(1, sizeof(*record));
	if (record != NULL)
		record->message = format_text(format, args);
	if (record == NULL || record->message == NULL) {
		free(record);
		diag_out_of_memory(diag);
		return NULL;
	}
	record->code = code;
	record->severity = severity;
	record->span = span;
	record->sequence = diag->used;
	diag->records[diag->used++] = record;
	diag->kept[severity]++;
	return record;
}

struct diag_record *
diag_report(struct diag *diag, enum diag_code code, struct source_span span,
    const char *format, ...)
{
	struct diag_record *record;
	va_list args;

	va_start(args, format);
	record = report(diag, code, span, format, args);
	va_end(args);
	return record;
}

struct diag_record *
diag_report_file(struct diag *diag, enum diag_code code, const char *path,
    const char *format, ...)
{
	struct source_span span = { 0 };
	struct diag_record *record;
	va_list args;

	/* An empty text stands for the file, so that the span has a name. */
	span.source = diag_load_memory(diag, path, "", 0);
	va_start(args, format);
	record = report(diag, code, span, format, args);
	va_end(args);
	return record;
}

void
diag_cure(struct diag *diag, struct diag_record *record, const char *format,
    ...)
{
	va_list args;

	if (record == NULL || record->cure != NULL)
		return;
	va_start(args, format);
	record->cure = format_text(format, args);
	va_end(args);
	if (record->cure == NULL)
		diag_out_of_memory(diag);
}

void
diag_note(struct diag *diag, struct diag_record *record,
    struct source_span span, const char *format, ...)
{
	struct diag_note *note, **last;
	va_list args;

	if (record == NULL)
		return;
	note = calloc(1, sizeof(*note));
	if (note != NULL) {
		va_start(args, format);
		note->text = format_text(format, args);
		va_end(args);
	}
	if (note == NULL || note->text == NULL) {
		free(note);
		diag_out_of_memory(diag);
		return;
	}
	note->span = span;
	for (last = &record->notes; *last != NULL; last = &(*last)->next)
		;
	*last = note;
}

void
diag_edit(struct diag *diag, struct diag_record *record,
    struct source_span span, const char *format, ...)
{
	struct diag_edit *edit, **last;
	va_list args;

	if (record == NULL || span.source == NULL)
		return;
	edit = calloc(1, sizeof(*edit));
	if (edit != NULL) {
		va_start(args, format);
		if (vasprintf(&edit->text, format, args) == -1)
			edit->text = NULL;
		va_end(args);
	}
	if (edit == NULL || edit->text == NULL) {
		free(edit);
		diag_out_of_memory(diag);
		return;
	}
	edit->span = span;
	for (last = &record->edits; *last != NULL; last = &(*last)->next)
		;
	*last = edit;
}

void
diag_out_of_memory(struct diag *diag)
{
	diag->counts[DIAG_ERROR]++;
}

size_t
diag_count(const struct diag *diag, enum diag_severity severity)
{
	return diag->counts[severity];
}

size_t
diag_told(const struct diag *diag, enum diag_code code)
{
	ensure(code < DIAG_CODE_COUNT);
	return diag->told[code];
}

static int
by_place(const void *a, const void *b)
{
	const struct diag_record *x = *(struct diag_record *const *)a;
	const struct diag_record *y = *(struct diag_record *const *)b;

	if (x->span.source == y->span.source &&
	    x->span.offset != y->span.offset)
		return x->span.offset < y->span.offset ? -1 : 1;
	return x->sequence < y->sequence ? -1 : 1;
}

void
diag_sort(struct diag *diag)
{
	if (diag->used > 1)
		qsort(diag->records, diag->used, sizeof(diag->records[0]),
		    by_place);
}

const struct diag_record *
diag_at(const struct diag *diag, size_t index)
{
	return index < diag->used ? diag->records[index] : NULL;
}

struct diag_record *
diag_record(struct diag *diag, size_t index)
{
	return index < diag->used ? diag->records[index] : NULL;
}

const char *
diag_code_name(enum diag_code code, char *buf)
{
	ensure(code < DIAG_CODE_COUNT);
	snprintf(buf, DIAG_NAME_MAX, "SP%d", codes[code].number);
	return buf;
}

int
diag_code_number(enum diag_code code)
{
	ensure(code < DIAG_CODE_COUNT);
	return codes[code].number;
}

const char *
diag_code_symbol(enum diag_code code)
{
	ensure(code < DIAG_CODE_COUNT);
	return codes[code].symbol;
}

enum diag_severity
diag_code_severity(enum diag_code code)
{
	ensure(code < DIAG_CODE_COUNT);
	return codes[code].severity;
}

const char *
diag_code_title(enum diag_code code)
{
	ensure(code < DIAG_CODE_COUNT);
	return codes[code].title;
}

const char *
diag_code_help(enum diag_code code)
{
	ensure(code < DIAG_CODE_COUNT);
	return codes[code].help;
}

enum diag_code
diag_code_find(const char *name)
{
	char text[DIAG_NAME_MAX];

	for (enum diag_code code = 0; code < DIAG_CODE_COUNT; code++) {
		diag_code_name(code, text);
		if (str_equal(name, strlen(name), text) ||
		    strcmp(name, text + 2) == 0)
			return code;
	}
	return DIAG_CODE_COUNT;
}

const char *
diag_severity_name(enum diag_severity severity)
{
	static const char *const names[DIAG_SEVERITIES] = {
		[DIAG_ERROR] = "error",
		[DIAG_WARNING] = "warning",
		[DIAG_ADVICE] = "advice",
	};

	ensure(severity < DIAG_SEVERITIES);
	return names[severity];
}
