#include "cmd/fmt.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/options.h"
#include "cmd/rewrite.h"
#include "policy/context.h"
#include "policy/diag-print.h"
#include "policy/diag.h"
#include "policy/format.h"
#include "policy/policy.h"

#define COMMAND		"sallyport fmt"
#define EXIT_DONE	0
#define EXIT_DIFFERS	1
#define EXIT_UNREADABLE	2

static const char usage[] =
    "usage: sallyport fmt [--check | --in-place] [--defaults Modern|zOS]\n"
    "           FILE...\n"
    "\n"
    "Prints policies in canonical layout. --check prints only which would\n"
    "change; -i or --in-place rewrites those.\n"
    "\n"
    "Exit status: 0 done, with --check nothing would change; 1 something\n"
    "would, or a policy's structure is in error; 2 a file could not be read\n"
    "or written.\n";

struct request {
	bool check, in_place;
	enum policy_defaults defaults;
};

enum { OPTION_CHECK = 256, OPTION_DEFAULTS };

static const struct option longs[] = {
	{ "check", no_argument, NULL, OPTION_CHECK },
	{ "in-place", no_argument, NULL, 'i' },
	{ "defaults", required_argument, NULL, OPTION_DEFAULTS },
	{ NULL, 0, NULL, 0 },
};

/* The line in which the first difference is. */
static size_t
first_difference(const char *a, size_t a_size, const char *b, size_t b_size)
{
	size_t line = 1;

	for (size_t i = 0; i < a_size && i < b_size && a[i] == b[i]; i++)
		line += a[i] == '\n';
	return line;
}

/* The formatted text is written where it was asked for. */
static int
deliver(const struct request *req, const char *path,
    const struct source *source, const char *text, size_t size)
{
	const char *old = source_text(source);
	size_t old_size = source_size(source);
	bool same = size == old_size && memcmp(old, text, size) == 0;

	if (req->check) {
		if (!same)
			printf("%s:%zu: not in canonical layout from here\n",
			    path, first_difference(old, old_size, text, size));
		return same ? EXIT_DONE : EXIT_DIFFERS;
	}
	if (!req->in_place) {
		fwrite(text, 1, size, stdout);
		return EXIT_DONE;
	}
	return same || rewrite_file(COMMAND, path, old, old_size, text,
	    size) == 0 ? EXIT_DONE : EXIT_UNREADABLE;
}

static int
refuse(const char *path, struct diag *diag)
{
	diag_print_all(diag, stderr);
	if (diag_told(diag, DIAG_FILE_UNREADABLE) > 0)
		return EXIT_UNREADABLE;
	fprintf(stderr, "%s: %s: not formatted: its structure is not certain "
	    "with these errors\n", COMMAND, path);
	return EXIT_DIFFERS;
}

static int
format_file(const struct request *req, const char *path)
{
	struct diag *diag = diag_new();
	struct policy *policy;
	char *text = NULL;
	size_t size = 0;
	int status;

	if (diag == NULL) {
		fprintf(stderr, "%s: %s\n", COMMAND, strerror(errno));
		return EXIT_UNREADABLE;
	}
	policy = policy_examine(path, req->defaults, diag);
	if (policy == NULL || !format_possible(policy, diag)) {
		status = refuse(path, diag);
	} else if (format_policy(policy, &text, &size) == -1) {
		fprintf(stderr, "%s: %s: %s\n", COMMAND, path,
		    strerror(errno));
		status = EXIT_UNREADABLE;
	} else {
		status = deliver(req, path, policy_context(policy)->source,
		    text, size);
		explicit_bzero(text, size);
	}
	free(text);
	policy_free(&policy);
	diag_free(&diag);
	return status;
}

/* --- the command line --------------------------------------------------- */

static int
take_option(struct request *req, int option)
{
	switch (option) {
	case OPTION_CHECK:
		req->check = true;
		return 0;
	case 'i':
		req->in_place = true;
		return 0;
	case OPTION_DEFAULTS:
		return options_defaults(COMMAND, optarg, &req->defaults) == 0 ?
		    0 : OPTIONS_EXIT_USAGE;
	default:
		return OPTIONS_EXIT_USAGE;
	}
}

int
fmt_main(int argc, char **argv)
{
	struct request req = { .defaults = POLICY_DEFAULTS_FILE };
	int option, status, worst = EXIT_DONE;

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
	if (req.check && req.in_place)
		return options_refuse(COMMAND,
		    "--check and --in-place exclude each other");
	for (; optind < argc; optind++) {
		status = format_file(&req, argv[optind]);
		worst = status > worst ? status : worst;
	}
	status = options_finish(COMMAND);
	return status > worst ? status : worst;
}
