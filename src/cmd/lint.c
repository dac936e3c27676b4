#include "cmd/lint.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/environment.h"
#include "cmd/lint-fix.h"
#include "cmd/lint-json.h"
#include "cmd/lint-sarif.h"
#include "cmd/options.h"
#include "lint/lint.h"
#include "policy/diag-print.h"
#include "policy/diag.h"
#include "policy/policy.h"
#include "tls/tls_able.h"
#include "tls/tls_library.h"

#define COMMAND		"sallyport lint"
#define EXIT_CLEAN	0
#define EXIT_FOUND	1
#define EXIT_UNREADABLE	2

static const char usage[] =
    "usage: sallyport lint [--deep] [--fix] [--strict]\n"
    "           [--format human|json|sarif] [--defaults Modern|zOS] FILE...\n"
    "\n"
    "Diagnoses policies. --deep opens the key rings that they name, too;\n"
    "--fix writes what is certain to cure them first; --strict fails on\n"
    "warnings, too.\n";

enum format { FORMAT_HUMAN, FORMAT_JSON, FORMAT_SARIF };

struct request {
	bool deep, fix, strict;
	enum format format;
	enum policy_defaults defaults;
	struct lint_able able;
	json_t *reports;		/* NULL: for people */
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

static int
print_reports(const struct request *req)
{
	json_t *root = req->format == FORMAT_SARIF ?
	    lint_sarif_whole(req->reports) : lint_json_whole(req->reports);
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

static void
report(const struct request *req, const char *path, struct diag *diag)
{
	switch (req->format) {
	case FORMAT_HUMAN:
		diag_print_all(diag, stdout);
		diag_print_summary(diag, stdout);
		break;
	case FORMAT_JSON:
		lint_json_add(req->reports, path, diag);
		break;
	case FORMAT_SARIF:
		lint_sarif_add(req->reports, path, diag);
		break;
	}
}

/* Says what was done, where that is not in the way of a program's output. */
static int
fix_file(const struct request *req, const char *path)
{
	int cured = lint_fix_file(COMMAND, path, req->defaults, &req->able);

	if (cured > 0)
		fprintf(req->format == FORMAT_HUMAN ? stdout : stderr,
		    "%s: %d fixed\n", path, cured);
	return cured == -1 ? EXIT_UNREADABLE : EXIT_CLEAN;
}

static int
lint_file(const struct request *req, const char *path)
{
	struct diag *diag = diag_new();
	struct policy *policy;
	int status = EXIT_CLEAN;

	if (diag == NULL) {
		fprintf(stderr, "%s: %s\n", COMMAND, strerror(errno));
		exit(EXIT_UNREADABLE);
	}
	policy = policy_examine(path, req->defaults, diag);
	if (policy != NULL) {
		lint_policy(policy, &req->able, diag);
		if (req->deep && diag_count(diag, DIAG_ERROR) == 0)
			environment_check(policy_rules(policy), diag);
	}
	if (unreadable(diag))
		status = EXIT_UNREADABLE;
	else if (diag_count(diag, DIAG_ERROR) > 0 ||
	    (req->strict && diag_count(diag, DIAG_WARNING) > 0))
		status = EXIT_FOUND;
	report(req, path, diag);
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
	req->format = (enum format)choice;
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
		req->fix = true;
		return 0;
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
	struct request req = {
		.defaults = POLICY_DEFAULTS_FILE,
		.able = { tls_able_suite, tls_able_lists(),
		    tls_able_curve, tls_able_group, tls_able_pair },
	};
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
	if (req.format != FORMAT_HUMAN)
		req.reports = json_array();
	for (; optind < argc; optind++) {
		status = req.fix ? fix_file(&req, argv[optind]) : EXIT_CLEAN;
		worst = status > worst ? status : worst;
		status = lint_file(&req, argv[optind]);
		worst = status > worst ? status : worst;
	}
	if (req.format != FORMAT_HUMAN) {
		status = print_reports(&req);
		worst = status > worst ? status : worst;
	}
	status = options_finish(COMMAND);
	return status > worst ? status : worst;
}
