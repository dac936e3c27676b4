#include "cmd/lint-sarif.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/jsontext.h"
#include "config.h"
#include "policy/diag.h"

#define MESSAGE_MAX	4096

static const char schema[] =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
    "sarif-schema-2.1.0.json";

static const char *
level(enum diag_severity severity)
{
	switch (severity) {
	case DIAG_ERROR:
		return "error";
	case DIAG_WARNING:
		return "warning";
	case DIAG_ADVICE:
	case DIAG_SEVERITIES:
		break;
	}
	return "note";
}

static json_t *
text_object(const char *text)
{
	return json_pack("{s:o}", "text", jsontext_new(text));
}

/* --- places ------------------------------------------------------------- */

/* A path as a URI reference, byte by byte, so that any name has one. */
static json_t *
uri_json(const char *path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
	const char *front = path[0] == '/' ? "file://" : "";
	char *uri = malloc(strlen(front) + 3 * strlen(path) + 1), *to;
	json_t *json;

	if (uri == NULL)
		return NULL;
	to = stpcpy(uri, front);
	for (const char *p = path; *p != '\0'; p++) {
		if (strchr(plain, *p) != NULL)
			*to++ = *p;
		else
			to += sprintf(to, "%%%02X", (unsigned char)*p);
	}
	*to = '\0';
	json = json_string(uri);
	free(uri);
	return json;
}

static json_t *
artifact_json(const char *path)
{
	return json_pack("{s:o}", "uri", uri_json(path));
}

static json_t *
region_json(const struct source_span *span)
{
	struct source_place start, end;

	start = source_locate(span->source, span->offset);
	end = source_locate(span->source, span->offset + span->length);
	return json_pack("{s:i, s:i, s:i, s:i}",
	    "startLine", (int)start.line, "startColumn", (int)start.column,
	    "endLine", (int)end.line, "endColumn", (int)end.column);
}

/* A file as a whole has no region; `path` is for what is in no file. */
static json_t *
location_json(const struct source_span *span, const char *path,
    const char *message)
{
	json_t *physical = json_pack("{s:o}", "artifactLocation",
	    artifact_json(span->source == NULL ? path :
	    source_path(span->source)));
	json_t *location;

	if (span->source != NULL && source_size(span->source) > 0)
		json_object_set_new(physical, "region", region_json(span));
	location = json_pack("{s:o}", "physicalLocation", physical);
	if (message != NULL)
		json_object_set_new(location, "message",
		    text_object(message));
	return location;
}

/* --- results ------------------------------------------------------------ */

static json_t *
fix_json(const struct diag_record *record)
{
	json_t *replacements = json_array();
	const struct diag_edit *edit;

	for (edit = record->edits; edit != NULL; edit = edit->next)
		json_array_append_new(replacements, json_pack(
		    "{s:o, s:o}", "deletedRegion", region_json(&edit->span),
		    "insertedContent", text_object(edit->text)));
	return json_pack("{s:o, s:[{s:o, s:o}]}", "description",
	    text_object(record->cure), "artifactChanges",
	    "artifactLocation",
	    artifact_json(source_path(record->edits->span.source)),
	    "replacements", replacements);
}

/* What is wrong and what to do about it, in one text: not all show more. */
static json_t *
message_json(const struct diag_record *record)
{
	char text[MESSAGE_MAX];

	if (record->cure == NULL)
		return text_object(record->message);
	snprintf(text, sizeof(text), "%s; %s", record->message, record->cure);
	return text_object(text);
}

static json_t *
result_json(const struct diag_record *record, const char *path)
{
	json_t *related = json_array(), *result;
	const struct diag_note *note;
	char code[DIAG_NAME_MAX];

	for (note = record->notes; note != NULL; note = note->next)
		json_array_append_new(related, location_json(&note->span,
		    path, note->text));
	result = json_pack("{s:s, s:i, s:s, s:o, s:[o]}",
	    "ruleId", diag_code_name(record->code, code),
	    "ruleIndex", (int)record->code,
	    "level", level(record->severity),
	    "message", message_json(record),
	    "locations", location_json(&record->span, path, NULL));
	if (record->notes != NULL)
		json_object_set(result, "relatedLocations", related);
	json_decref(related);
	if (record->edits != NULL && record->cure != NULL)
		json_object_set_new(result, "fixes",
		    json_pack("[o]", fix_json(record)));
	return result;
}

void
lint_sarif_add(json_t *results, const char *path, struct diag *diag)
{
	const struct diag_record *record;

	diag_sort(diag);
	for (size_t i = 0; (record = diag_at(diag, i)) != NULL; i++)
		json_array_append_new(results, result_json(record, path));
}

/* --- rules -------------------------------------------------------------- */

/* UNKNOWN_PARAMETER is UnknownParameter. */
static json_t *
name_json(const char *symbol)
{
	char name[64];
	size_t used = 0;
	bool capital = true;

	for (; *symbol != '\0' && used < sizeof(name) - 1; symbol++) {
		if (*symbol != '_')
			name[used++] = (char)(capital || *symbol < 'A' ?
			    *symbol : *symbol + ('a' - 'A'));
		capital = *symbol == '_';
	}
	name[used] = '\0';
	return json_string(name);
}

static json_t *
rules_json(void)
{
	json_t *rules = json_array();
	char name[DIAG_NAME_MAX];

	for (enum diag_code code = 0; code < DIAG_CODE_COUNT; code++)
		json_array_append_new(rules, json_pack(
		    "{s:s, s:o, s:o, s:o, s:o, s:{s:s}}",
		    "id", diag_code_name(code, name),
		    "name", name_json(diag_code_symbol(code)),
		    "shortDescription", text_object(diag_code_title(code)),
		    "fullDescription", text_object(diag_code_help(code)),
		    "help", text_object(diag_code_help(code)),
		    "defaultConfiguration",
		    "level", level(diag_code_severity(code))));
	return rules;
}

json_t *
lint_sarif_whole(json_t *results)
{
	return json_pack("{s:s, s:s, s:[{s:{s:{s:s, s:s, s:o}}, s:s, s:o}]}",
	    "$schema", schema, "version", "2.1.0", "runs",
	    "tool", "driver", "name", "sallyport",
	    "version", SALLYPORT_VERSION, "rules", rules_json(),
	    "columnKind", "unicodeCodePoints", "results", results);
}
