#include "cmd/show.h"

#include <string.h>

#include "base/str.h"
#include "cmd/options.h"
#include "cmd/show-dot.h"
#include "cmd/show-human.h"
#include "cmd/show-json.h"
#include "policy/diag-print.h"
#include "policy/diag.h"
#include "policy/policy.h"
#include "policy/rules.h"
#include "policy/view.h"

#define COMMAND		"sallyport show"
#define EXIT_REFUSED	1	/* the policy, or there is no such rule */

#define OUTPUT_BUFFER	((size_t)1 << 16)

static const char usage[] =
    "usage: sallyport show FILE [RULE] [--all] [--format human|json|dot]\n"
    "           [--defaults Modern|zOS]\n"
    "\n"
    "Prints what the policy FILE comes to: its rules in search order, or one\n"
    "RULE, with every value that differs from the default and the line it\n"
    "comes from; --all adds the defaults. dot draws a graph: pipe it to\n"
    "`dot -Tsvg`.\n";

struct request {
	const char *path, *rule;
	enum policy_defaults defaults;
	int format;			/* enum show_format */
	bool all;
};

enum { OPTION_ALL = 256, OPTION_FORMAT, OPTION_DEFAULTS };

static const struct option longs[] = {
	{ "all", no_argument, NULL, OPTION_ALL },
	{ "format", required_argument, NULL, OPTION_FORMAT },
	{ "defaults", required_argument, NULL, OPTION_DEFAULTS },
	{ NULL, 0, NULL, 0 },
};

int
show_policy(const struct policy *policy, const struct rules_rule *only,
    enum show_format format, bool all, FILE *out)
{
	struct view *view = view_new(policy);
	struct show show = { .view = view, .rules = policy_rules(policy),
		.only = only, .all = all, .out = out };
	int status;

	if (view == NULL)
		return -1;
	switch (format) {
	case SHOW_JSON:
		status = show_json_print(&show);
		break;
	case SHOW_DOT:
		status = show_dot_print(&show);
		break;
	default:
		status = show_human_print(&show);
	}
	view_free(&view);
	return status;
}

static const struct rules_rule *
find_rule(const struct rules *rules, const char *name)
{
	for (size_t i = 0; i < rules_count(rules); i++)
		if (strcmp(rules_at(rules, i)->name, name) == 0)
			return rules_at(rules, i);
	return NULL;
}

/* Returns the exit status. */
static int
refuse_rule(const struct request *req, const struct rules *rules)
{
	struct options_nearest nearest = { NULL, 0, 0 };
	char quoted[STR_QUOTE_MAX], meant[STR_QUOTE_MAX];

	for (size_t i = 0; i < rules_count(rules); i++)
		options_consider(&nearest, req->rule,
		    rules_at(rules, i)->name);
	fprintf(stderr, "%s: %s: there is no rule %s", COMMAND, req->path,
	    str_quote(req->rule, strlen(req->rule), quoted));
	if (nearest.word != NULL)
		fprintf(stderr, " (did you mean %s?)",
		    str_quote(nearest.word, strlen(nearest.word), meant));
	fputc('\n', stderr);
	return EXIT_REFUSED;
}

static int
answer(const struct request *req, const struct policy *policy)
{
	const struct rules *rules = policy_rules(policy);
	const struct rules_rule *only = NULL;

	if (req->rule != NULL) {
		only = find_rule(rules, req->rule);
		if (only == NULL)
			return refuse_rule(req, rules);
	}
	setvbuf(stdout, NULL, _IOFBF, OUTPUT_BUFFER);
	if (show_policy(policy, only, (enum show_format)req->format, req->all,
	    stdout) == -1) {
		fprintf(stderr, "%s: out of memory\n", COMMAND);
		return OPTIONS_EXIT_USAGE;
	}
	return options_finish(COMMAND);
}

static bool
unreadable(const struct diag *diag)
{
	const struct diag_record *record = diag_at(diag, 0);

	return record != NULL && record->code == DIAG_FILE_UNREADABLE;
}

static int
show(const struct request *req)
{
	struct diag *diag = diag_new();
	struct policy *policy;
	int status;

	if (diag == NULL) {
		fprintf(stderr, "%s: out of memory\n", COMMAND);
		return OPTIONS_EXIT_USAGE;
	}
	policy = policy_examine(req->path, req->defaults, diag);
	if (policy == NULL || diag_count(diag, DIAG_ERROR) > 0) {
		status = unreadable(diag) ? OPTIONS_EXIT_USAGE : EXIT_REFUSED;
		diag_print_all(diag, stderr);
		diag_print_summary(diag, stderr);
	} else {
		status = answer(req, policy);
	}
	policy_free(&policy);
	diag_free(&diag);
	return status;
}

/* 0, or the exit status, reported. */
static int
take_option(struct request *req, int option)
{
	static const char *const formats[] = { "human", "json", "dot", NULL };

	switch (option) {
	case OPTION_ALL:
		req->all = true;
		return 0;
	case OPTION_FORMAT:
		req->format = options_choice(COMMAND, "--format", optarg,
		    formats);
		return req->format == -1 ? OPTIONS_EXIT_USAGE : 0;
	case OPTION_DEFAULTS:
		return options_defaults(COMMAND, optarg, &req->defaults) == 0 ?
		    0 : OPTIONS_EXIT_USAGE;
	}
	return OPTIONS_EXIT_USAGE;
}

int
show_main(int argc, char **argv)
{
	struct request req = { .defaults = POLICY_DEFAULTS_FILE };
	int option, status;

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
	if (argc - optind < 1)
		return options_refuse(COMMAND, "the policy FILE is missing");
	if (argc - optind > 2)
		return options_refuse(COMMAND, "one FILE and one RULE only");
	req.path = argv[optind];
	req.rule = argc - optind == 2 ? argv[optind + 1] : NULL;
	return show(&req);
}
