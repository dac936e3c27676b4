#include "cmd/lint-json.h"

#include "cmd/jsontext.h"
#include "policy/diag.h"

static json_t *
span_json(const struct source_span *span, const char *label)
{
	struct source_place start, end;

	start = source_locate(span->source, span->offset);
	end = source_locate(span->source, span->offset + span->length);
	return json_pack("{s:o, s:i, s:i, s:i, s:i, s:o}",
	    "file", jsontext_new(source_path(span->source)),
	    "line", (int)start.line, "column", (int)start.column,
	    "end_line", (int)end.line, "end_column", (int)end.column,
	    "label", jsontext_new(label));
}

static json_t *
record_json(const struct diag_record *record)
{
	json_t *spans = json_array();
	const struct diag_note *note;
	char code[DIAG_NAME_MAX];

	if (record->span.source != NULL)
		json_array_append_new(spans, span_json(&record->span, NULL));
	for (note = record->notes; note != NULL; note = note->next)
		if (note->span.source != NULL)
			json_array_append_new(spans,
			    span_json(&note->span, note->text));
	return json_pack("{s:s, s:s, s:o, s:o, s:o}",
	    "severity", diag_severity_name(record->severity),
	    "code", diag_code_name(record->code, code),
	    "message", jsontext_new(record->message),
	    "help", jsontext_new(record->cure), "spans", spans);
}

void
lint_json_add(json_t *files, const char *path, struct diag *diag)
{
	json_t *diagnostics = json_array();
	const struct diag_record *record;

	diag_sort(diag);
	for (size_t i = 0; (record = diag_at(diag, i)) != NULL; i++)
		json_array_append_new(diagnostics, record_json(record));
	json_array_append_new(files, json_pack("{s:o, s:I, s:I, s:I, s:o}",
	    "file", jsontext_new(path),
	    "errors", (json_int_t)diag_count(diag, DIAG_ERROR),
	    "warnings", (json_int_t)diag_count(diag, DIAG_WARNING),
	    "advice", (json_int_t)diag_count(diag, DIAG_ADVICE),
	    "diagnostics", diagnostics));
}

json_t *
lint_json_whole(json_t *files)
{
	return json_pack("{s:o}", "files", files);
}
