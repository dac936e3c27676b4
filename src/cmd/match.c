#include "cmd/match.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/str.h"
#include "cmd/jsontext.h"
#include "cmd/match-reason.h"
#include "cmd/match-time.h"
#include "cmd/options.h"
#include "policy/condition.h"
#include "policy/diag-print.h"
#include "policy/diag.h"
#include "policy/policy.h"
#include "policy/times.h"

#define COMMAND		"sallyport match"
#define EXIT_MATCHED	0
#define EXIT_REFUSED	1
#define EXIT_NO_RULE	3

#define BATCH_BUFFER	((size_t)1 << 16)

static const char usage[] =
    "usage: sallyport match FILE --direction inbound|outbound --local A:P\n"
    "           --remote A:P [--user NAME] [--job NAME] [--at TIME]\n"
    "           [--defaults Modern|zOS] [--format human|json]\n"
    "           [--all]\n"
    "       sallyport match FILE --batch FLOWS [--at TIME]\n"
    "           [--defaults Modern|zOS]\n"
    "\n"
    "Says which rule of the policy FILE a connection gets, and why: what met\n"
    "its conditions, and of the rules asked before it the few that came\n"
    "nearest, or with --all every one.\n"
    "TIME is now, or 2026-11-21T09:30 (local, or with Z or +01:00), or @EPOCH.\n"
    "FLOWS holds a connection a line (`-`: standard input):\n"
    "    inbound 192.0.2.1:443 198.51.100.7:50000 [user [job]]\n";

struct request {
	const char *policy, *batch;
	const char *direction, *local, *remote, *user, *job, *at;
	enum policy_defaults defaults;
	struct times_moment moment;	/* now, or `at` */
	bool json, format_given, all;
};

enum { OPTION_BATCH = 256, OPTION_DIRECTION, OPTION_LOCAL, OPTION_REMOTE,
	OPTION_USER, OPTION_JOB, OPTION_AT, OPTION_DEFAULTS, OPTION_FORMAT,
	OPTION_ALL };

static const struct option longs[] = {
	{ "batch", required_argument, NULL, OPTION_BATCH },
	{ "direction", required_argument, NULL, OPTION_DIRECTION },
	{ "local", required_argument, NULL, OPTION_LOCAL },
	{ "remote", required_argument, NULL, OPTION_REMOTE },
	{ "user", required_argument, NULL, OPTION_USER },
	{ "job", required_argument, NULL, OPTION_JOB },
	{ "at", required_argument, NULL, OPTION_AT },
	{ "defaults", required_argument, NULL, OPTION_DEFAULTS },
	{ "format", required_argument, NULL, OPTION_FORMAT },
	{ "all", no_argument, NULL, OPTION_ALL },
	{ NULL, 0, NULL, 0 },
};

static int
parse_direction(const char *text, uint8_t *direction_r)
{
	if (strcasecmp(text, "inbound") == 0)
		*direction_r = RULES_INBOUND;
	else if (strcasecmp(text, "outbound") == 0)
		*direction_r = RULES_OUTBOUND;
	else
		return -1;
	return 0;
}

static const char *
unless_dash(const char *name)
{
	return name == NULL || strcmp(name, "-") == 0 ? NULL : name;
}

/* A unit's name says itself that it is one. */
static void
set_job(struct rules_flow *flow, const char *name)
{
	bool unit = name != NULL && name[condition_unit_stem(name)] != '\0';

	flow->job = unit ? NULL : name;
	flow->unit = unit ? name : NULL;
}

const char *
match_parse_flow(char *line, struct rules_flow *flow_r)
{
	char *words[6] = { NULL }, *rest = NULL;
	size_t n = 0;

	for (char *w = strtok_r(line, " \t\r", &rest);
	    w != NULL && n < ARRAY_SIZE(words); w = strtok_r(NULL, " \t\r",
	    &rest))
		words[n++] = w;
	if (n == 0)
		return "the line is blank";
	if (parse_direction(words[0], &flow_r->direction) == -1)
		return "the direction is neither inbound nor outbound";
	if (n < 3)
		return "a flow has a direction, a local and a remote endpoint";
	if (n > 5)
		return "there is text after the job name";
	if (addr_parse_endpoint(words[1], strlen(words[1]),
	    &flow_r->local) == -1)
		return "the local endpoint is not ADDRESS:PORT";
	if (addr_parse_endpoint(words[2], strlen(words[2]),
	    &flow_r->remote) == -1)
		return "the remote endpoint is not ADDRESS:PORT";
	flow_r->user = unless_dash(words[3]);
	set_job(flow_r, unless_dash(words[4]));
	return NULL;
}

/* 0 where every line was answered, else the exit status, reported. */
static int
answer_lines(const struct rules *table, const struct times_moment *moment,
    FILE *in, const char *path)
{
	const struct rules_rule *rule;
	struct rules_flow flow = { .moment = moment };
	const char *wrong = NULL;
	size_t size = 0, number = 0;
	char *line = NULL;
	ssize_t length;

	while ((length = getline(&line, &size, in)) != -1) {
		number++;
		if (line[length - 1] == '\n')
			line[--length] = '\0';
		wrong = memchr(line, '\0', (size_t)length) != NULL ?
		    "the line holds a NUL byte" :
		    match_parse_flow(line, &flow);
		if (wrong != NULL)
			break;
		rule = rules_match(table, &flow);
		fputs(rule == NULL ? "-" : rule->name, stdout);
		putchar('\n');
	}
	free(line);
	/* What was answered is shown in front of what stopped it. */
	fflush(stdout);
	if (wrong != NULL) {
		fprintf(stderr, "%s:%zu: %s\n", path, number, wrong);
		return OPTIONS_EXIT_USAGE;
	}
	if (!feof(in)) {
		fprintf(stderr, "%s: %s: %s\n", COMMAND, path,
		    strerror(errno));
		return OPTIONS_EXIT_USAGE;
	}
	return options_finish(COMMAND);
}

static int
answer_batch(const struct rules *table, const struct request *req)
{
	const char *path = req->batch;
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *in = is_stdin ? stdin : fopen(path, "re");
	int status;

	if (in == NULL) {
		fprintf(stderr, "%s: %s: %s\n", COMMAND, path,
		    strerror(errno));
		return OPTIONS_EXIT_USAGE;
	}
	setvbuf(stdout, NULL, _IOFBF, BATCH_BUFFER);
	status = answer_lines(table, &req->moment, in, is_stdin ? "<stdin>" : path);
	if (!is_stdin)
		fclose(in);
	return status;
}

static int
print_json(const struct rules_rule *rule)
{
	json_t *root;

	if (rule == NULL)
		root = json_pack("{s:n,s:n,s:n,s:n,s:n,s:n}", "rule",
		    "priority", "secured", "group", "environment",
		    "connection");
	else
		root = json_pack("{s:o,s:I,s:b,s:o,s:o,s:o}",
		    "rule", jsontext_new(rule->name),
		    "priority", (json_int_t)rule->priority,
		    "secured", (int)rule->actions->secured,
		    "group", jsontext_new(rule->actions->group),
		    "environment", jsontext_new(rule->actions->environment),
		    "connection", jsontext_new(rule->actions->connection));
	if (root == NULL || (json_dumpf(root, stdout,
	    JSON_PRESERVE_ORDER) == -1 && !ferror(stdout))) {
		fprintf(stderr, "%s: out of memory\n", COMMAND);
		json_decref(root);
		return OPTIONS_EXIT_USAGE;
	}
	putchar('\n');
	json_decref(root);
	return options_finish(COMMAND);
}

/* 0, or the exit status, reported. */
static int
make_flow(const struct request *req, struct rules_flow *flow_r)
{
	char quoted[STR_QUOTE_MAX];

	memset(flow_r, 0, sizeof(*flow_r));
	if (req->direction == NULL)
		return options_refuse(COMMAND, "option --direction is missing");
	if (parse_direction(req->direction, &flow_r->direction) == -1)
		return options_refuse(COMMAND,
		    "--direction %s is neither inbound nor outbound",
		    str_quote(req->direction, strlen(req->direction), quoted));
	if (req->local == NULL)
		return options_refuse(COMMAND, "option --local is missing");
	if (req->remote == NULL)
		return options_refuse(COMMAND, "option --remote is missing");
	if (addr_parse_endpoint(req->local, strlen(req->local),
	    &flow_r->local) == -1)
		return options_refuse(COMMAND, "--local %s is not "
		    "ADDRESS:PORT", str_quote(req->local, strlen(req->local),
		    quoted));
	if (addr_parse_endpoint(req->remote, strlen(req->remote),
	    &flow_r->remote) == -1)
		return options_refuse(COMMAND, "--remote %s is not "
		    "ADDRESS:PORT", str_quote(req->remote,
		    strlen(req->remote), quoted));
	flow_r->user = req->user;
	set_job(flow_r, req->job);
	flow_r->moment = &req->moment;
	return 0;
}

static int
answer_one(const struct policy *policy, const struct request *req,
    const struct rules_flow *flow)
{
	const struct rules_rule *rule = rules_match(policy_rules(policy),
	    flow);
	int status;

	if (req->json) {
		status = print_json(rule);
	} else if (match_reason_print(policy, rule, flow, req->all,
	    stdout) == -1) {
		fprintf(stderr, "%s: out of memory\n", COMMAND);
		status = OPTIONS_EXIT_USAGE;
	} else {
		status = options_finish(COMMAND);
	}
	if (status != 0)
		return status;
	return rule == NULL ? EXIT_NO_RULE : EXIT_MATCHED;
}

static int
answer(const struct request *req, const struct rules_flow *flow)
{
	struct diag *diag = diag_new();
	struct policy *policy;
	int status;

	if (diag == NULL) {
		fprintf(stderr, "%s: out of memory\n", COMMAND);
		return EXIT_REFUSED;
	}
	policy = policy_load(req->policy, req->defaults, diag);
	if (policy == NULL) {
		diag_print_all(diag, stderr);
		diag_print_summary(diag, stderr);
		status = EXIT_REFUSED;
	} else if (req->batch != NULL) {
		status = answer_batch(policy_rules(policy), req);
	} else {
		status = answer_one(policy, req, flow);
	}
	policy_free(&policy);
	diag_free(&diag);
	return status;
}

/* 0, or the exit status, reported. */
static int
take_option(struct request *req, int option)
{
	static const char *const formats[] = { "human", "json", NULL };
	int format;

	switch (option) {
	case OPTION_BATCH:
		req->batch = optarg;
		return 0;
	case OPTION_DIRECTION:
		req->direction = optarg;
		return 0;
	case OPTION_LOCAL:
		req->local = optarg;
		return 0;
	case OPTION_REMOTE:
		req->remote = optarg;
		return 0;
	case OPTION_USER:
		req->user = optarg;
		return 0;
	case OPTION_JOB:
		req->job = optarg;
		return 0;
	case OPTION_AT:
		req->at = optarg;
		return 0;
	case OPTION_ALL:
		req->all = true;
		return 0;
	case OPTION_DEFAULTS:
		return options_defaults(COMMAND, optarg, &req->defaults) == 0 ?
		    0 : OPTIONS_EXIT_USAGE;
	case OPTION_FORMAT:
		format = options_choice(COMMAND, "--format", optarg, formats);
		req->json = format == 1;
		req->format_given = true;
		return format == -1 ? OPTIONS_EXIT_USAGE : 0;
	}
	return OPTIONS_EXIT_USAGE;
}

/* 0, or the exit status, reported. */
static int
set_moment(struct request *req)
{
	int64_t epoch = time(NULL);
	char quoted[STR_QUOTE_MAX];
	const char *wrong = req->at == NULL ? NULL :
	    match_time_parse(req->at, &epoch);

	if (wrong != NULL)
		return options_refuse(COMMAND, "--at %s %s",
		    str_quote(req->at, strlen(req->at), quoted), wrong);
	times_prepare();
	times_set(&req->moment, epoch);
	return 0;
}

static int
check_request(const struct request *req)
{
	if (req->json && req->all)
		return options_refuse(COMMAND, "--format json has no "
		    "reasons: no --all");
	if (req->batch == NULL)
		return 0;
	if (req->direction != NULL || req->local != NULL ||
	    req->remote != NULL || req->user != NULL || req->job != NULL)
		return options_refuse(COMMAND, "--batch takes its flows from "
		    "a file: no --direction, --local, --remote, --user, "
		    "--job");
	if (req->format_given || req->all)
		return options_refuse(COMMAND, "--batch prints names only: "
		    "no --format, no --all");
	return 0;
}

int
match_main(int argc, char **argv)
{
	struct request req = { .defaults = POLICY_DEFAULTS_FILE };
	struct rules_flow flow;
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
	if (argc - optind != 1)
		return options_refuse(COMMAND, argc == optind ?
		    "the policy FILE is missing" : "one FILE only");
	req.policy = argv[optind];
	status = check_request(&req);
	if (status == 0)
		status = set_moment(&req);
	if (status == 0 && req.batch == NULL)
		status = make_flow(&req, &flow);
	return status != 0 ? status : answer(&req, &flow);
}
