#include "cmd/explain.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/reason.h"
#include "base/str.h"
#include "cmd/options.h"
#include "policy/diag.h"

#define COMMAND		"sallyport explain"
#define EXIT_UNKNOWN	1

static const char usage[] =
    "usage: sallyport explain CODE\n"
    "\n"
    "Says what a diagnostic of a policy (SP1203) or the end reason of a\n"
    "connection (5001, no-client-certificate) means, and what to do.\n";

static void
explain_reason(enum reason reason)
{
	printf("%d %s: %s.\n", reason_number(reason), reason_name(reason),
	    reason_text(reason));
	printf("What to do: %s.\n", reason_cure(reason));
}

static void
explain_diagnostic(enum diag_code code)
{
	char name[DIAG_NAME_MAX];

	printf("%s: %s.\n", diag_code_name(code, name),
	    diag_code_title(code));
	printf("What to do: %s\n", diag_code_help(code));
}

/* People copy names from a log and from a page alike: case is no matter. */
static enum reason
find_reason(const char *typed)
{
	enum reason r = 0;

	while (r < REASON_COUNT && strcasecmp(typed, reason_name(r)) != 0)
		r++;
	return r < REASON_COUNT ? r : reason_find(typed);
}

static int
refuse_unknown(const char *typed)
{
	struct options_nearest nearest = { NULL, 0, 0 };
	char quoted[STR_QUOTE_MAX], name[DIAG_NAME_MAX];

	for (enum reason r = 0; r < REASON_COUNT; r++)
		options_consider(&nearest, typed, reason_name(r));
	str_quote(typed, strlen(typed), quoted);
	if (nearest.word != NULL && !nearest.tied)
		fprintf(stderr, "%s: no code is called %s; did you mean "
		    "'%s'?\n", COMMAND, quoted, nearest.word);
	else
		fprintf(stderr, "%s: no code is called %s; codes look like "
		    "%s, %d or %s\n", COMMAND, quoted,
		    diag_code_name((enum diag_code)0, name),
		    reason_number(REASON_NO_CERT),
		    reason_name(REASON_NO_CERT));
	return EXIT_UNKNOWN;
}

int
explain_main(int argc, char **argv)
{
	static const struct option longs[] = { { NULL, 0, NULL, 0 } };
	enum diag_code code;
	enum reason reason;
	int option;

	option = options_next(COMMAND, argc, argv, longs);
	if (option == OPTIONS_HELP) {
		fputs(usage, stdout);
		return options_finish(COMMAND);
	}
	if (option != OPTIONS_END)
		return OPTIONS_EXIT_USAGE;
	if (argc - optind != 1)
		return options_refuse(COMMAND, argc == optind ?
		    "the CODE is missing" : "one CODE only");
	reason = find_reason(argv[optind]);
	code = diag_code_find(argv[optind]);
	if (reason < REASON_COUNT)
		explain_reason(reason);
	else if (code < DIAG_CODE_COUNT)
		explain_diagnostic(code);
	else
		return refuse_unknown(argv[optind]);
	return options_finish(COMMAND);
}
