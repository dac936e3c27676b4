#include "cmd/lint.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/environment.h"
#include "cmd/jsontext.h"
#include "cmd/options.h"
#include "policy/diag-print.h"
#include "policy/diag.h"
#include "policy/lint.h"
#include "policy/policy.h"
#include "tls/tls_able.h"
#include "tls/tls_library.h"

#define COMMAND		"sallyport lint"
#define EXIT_CLEAN	0
#define EXIT_FOUND	1
#define EXIT_UNREADABLE	2

static const char usage[] =
    "usage: sallyport lint [--deep] [--strict] [--format human|json]\n"
    "           [--defaults Modern|zOS] FILE...\n"
    "\n"
    "Diagnoses policies. --deep opens the key rings that they name, too;\n"
    "--strict fails on warnings, too.\n"
    "--fix and --format sarif are for a later release.\n";

struct request {
	bool deep, strict, json;
	enum policy_defaults defaults;
	json_t *files;			/* NULL: for people */
};

enum { OPTION_DEEP = 256, OPTION_FIX, OPTION_STRICT, OPTION_FORMAT,
	OPTION_DEFAULTS };

static const struct option longs[] = {
	{ "deep", no_argument, NULL, OPTION_DEEP },
	{ "fix", no_argument, NULL, OPTION_FIX },
	{ "strict", no_argument, NULL, OPTION_STRICT },
	{ "format", required_argument, NULL, OPTION_FORMAT },
	{ "defaults", required_argument, NULL, OPTION_DEFAULTS },
	{ NULL, 0, NULL, 0 },
};

/* --- JSON --------------------------------------------------------------- */

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

static json_t *
file_json(const char *path, struct diag *diag)
{
	json_t *diagnostics = json_array();
	const struct diag_record *record;

	diag_sort(diag);
	for (size_t i = 0; (record = diag_at(diag, i)) != NULL; i++)
		json_array_append_new(diagnostics, record_json(record));
	return json_pack("{s:o, s:I, s:I, s:I, s:o}", "file", jsontext_new(path),
	    "errors", (json_int_t)diag_count(diag, DIAG_ERROR),
	    "warnings", (json_int_t)diag_count(diag, DIAG_WARNING),
	    "advice", (json_int_t)diag_count(diag, DIAG_ADVICE),
	    "diagnostics", diagnostics);
}

static int
print_json(json_t *files)
{
	json_t *root = json_pack("{s:o}", "files", files);
	int failed = root == NULL ||
	    json_dumpf(root, stdout, JSON_INDENT(2)) == -1;

	putchar('\n');
	json_decref(root);
	if (!failed)
		return 0;
	fprintf(stderr, "%s: the result cannot be written as JSON\n", COMMAND);
	return EXIT_UNREADABLE;
}

/* --- one file ----------------------------------------------------------- */

static bool
unreadable(const struct diag *diag)
{
	const struct diag_record *record = diag_at(diag, 0);

	return record != NULL && record->code == DIAG_FILE_UNREADABLE;
}

static int
lint_file(const struct request *req, const char *path)
{
	struct diag *diag = diag_new();
	const struct lint_able able = { tls_able_suite, tls_able_lists() };
	struct policy *policy;
	int status = EXIT_CLEAN;

	if (diag == NULL) {
		fprintf(stderr, "%s: %s\n", COMMAND, strerror(errno));
		exit(EXIT_UNREADABLE);
	}
	policy = policy_examine(path, req->defaults, diag);
	if (policy != NULL) {
		lint_policy(policy, &able, diag);
		if (req->deep && diag_count(diag, DIAG_ERROR) == 0)
			environment_check(policy_rules(policy), diag);
	}
	if (unreadable(diag))
		status = EXIT_UNREADABLE;
	else if (diag_count(diag, DIAG_ERROR) > 0 ||
	    (req->strict && diag_count(diag, DIAG_WARNING) > 0))
		status = EXIT_FOUND;
	if (req->files != NULL) {
		json_array_append_new(req->files, file_json(path, diag));
	} else {
		diag_print_all(diag, stdout);
		diag_print_summary(diag, stdout);
	}
	policy_free(&policy);
	diag_free(&diag);
	return status;
}

/* --- the command line --------------------------------------------------- */

static int
take_format(struct request *req, const char *text)
{
	static const char *const formats[] = { "human", "json", "sarif", NULL };
	int choice = options_choice(COMMAND, "--format", text, formats);

	if (choice == -1)
		return OPTIONS_EXIT_USAGE;
	if (choice == 2)
		return options_refuse(COMMAND,
		    "--format sarif is for a later release");
	req->json = choice == 1;
	return 0;
}

static int
take_option(struct request *req, int option)
{
	switch (option) {
	case OPTION_DEEP:
		if (!req->deep && tls_library_start() < 0)
			return options_refuse(COMMAND,
			    "--deep: the TLS library cannot be started");
		req->deep = true;
		return 0;
	case OPTION_FIX:
		return options_refuse(COMMAND, "--fix is for a later release");
	case OPTION_STRICT:
		req->strict = true;
		return 0;
	case OPTION_FORMAT:
		return take_format(req, optarg);
	case OPTION_DEFAULTS:
		return options_defaults(COMMAND, optarg, &req->defaults) == 0 ?
		    0 : OPTIONS_EXIT_USAGE;
	default:
		return OPTIONS_EXIT_USAGE;
	}
}

int
lint_main(int argc, char **argv)
{
	struct request req = { .defaults = POLICY_DEFAULTS_FILE };
	int option, status, worst = EXIT_CLEAN;

	while ((option = options_next(COMMAND, argc, argv, longs)) !=
	    OPTIONS_END) {
		if (option == OPTIONS_HELP) {
			fputs(usage, stdout);
			return options_finish(COMMAND);
		}
		status = take_option(&req, option);
		if (status != 0)
			return status;
	}
	if (argc == optind)
		return options_refuse(COMMAND, "the policy FILE is missing");
	req.files = req.json ? json_array() : NULL;
	for (; optind < argc; optind++) {
		status = lint_file(&req, argv[optind]);
		worst = status > worst ? status : worst;
	}
	if (req.json) {
		status = print_json(req.files);
		worst = status > worst ? status : worst;
	}
	status = options_finish(COMMAND);
	return status > worst ? status : worst;
}
