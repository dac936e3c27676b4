/* sallyport.c - the command line: finds the subcommand and runs it. */
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "base/str.h"
#include "cmd/describe.h"
#include "cmd/explain.h"
#include "cmd/fmt.h"
#include "cmd/lint.h"
#include "cmd/match.h"
#include "cmd/options.h"
#include "cmd/run.h"
#include "cmd/show.h"
#include "config.h"

#define COMMAND "sallyport"

static int run_help(int argc, char **argv);

static const struct options_command commands[] = {
	{ "run", run_main, "wrap a service: its ports speak TLS" },
	{ "lint", lint_main, "what is wrong with a policy, and the cure" },
	{ "fmt", fmt_main, "a policy in canonical layout" },
	{ "show", show_main, "what a policy comes to, and where from" },
	{ "match", match_main, "which rule a connection gets, and why" },
	{ "explain", explain_main, "what a code means and what to do" },
	{ "describe", describe_main, "the policy language, from its table" },
	{ "help", run_help, "how to use a command" },
	{ NULL, NULL, NULL },
};

/* Parts of the program's final shape that this release refuses by name. */
static const struct options_command later_commands[] = {
	{ "verify", NULL, "judge a certificate chain" },
	{ "status", NULL, "ask the daemon how it is" },
	{ "connections", NULL, "list the daemon's connections" },
	{ "reload", NULL, "have the daemon read its policy again" },
	{ "stop", NULL, "stop the daemon" },
	{ NULL, NULL, NULL },
};

static const struct options_command *
find_command(const struct options_command *table, const char *name)
{
	while (table->name != NULL && strcmp(table->name, name) != 0)
		table++;
	return table->name == NULL ? NULL : table;
}

static void
print_help(FILE *out)
{
	fputs("usage: sallyport COMMAND [OPTION]...\n"
	    "       sallyport --help | --version\n\nCommands:\n", out);
	for (const struct options_command *c = commands; c->name != NULL; c++)
		fprintf(out, "  %-10s %s\n", c->name, c->help);
	fputs("\n`sallyport help COMMAND` says more of one.\n", out);
}

static int
refuse_command(const char *name)
{
	const struct options_command *later = find_command(later_commands,
	    name);
	struct options_nearest nearest = { NULL, 0, 0 };
	char quoted[STR_QUOTE_MAX];

	if (later != NULL) {
		fprintf(stderr, "sallyport: the command '%s' (%s) is not in "
		    "this release; a later release builds it\n", later->name,
		    later->help);
		return OPTIONS_EXIT_USAGE;
	}
	for (const struct options_command *c = commands; c->name != NULL; c++)
		options_consider(&nearest, name, c->name);
	str_quote(name, strlen(name), quoted);
	if (nearest.word != NULL && !nearest.tied)
		return options_refuse(COMMAND, "there is no command %s (did "
		    "you mean '%s'?)", quoted, nearest.word);
	return options_refuse(COMMAND, "there is no command %s", quoted);
}

static int
run_help(int argc, char **argv)
{
	static char help_option[] = "--help";
	const struct options_command *command;
	char *arguments[] = { NULL, help_option, NULL };

	if (argc < 2 || strcmp(argv[1], "--help") == 0) {
		print_help(stdout);
		return options_finish(COMMAND);
	}
	command = find_command(commands, argv[1]);
	if (command == NULL)
		return refuse_command(argv[1]);
	if (command->run == run_help) {
		print_help(stdout);
		return options_finish(COMMAND);
	}
	arguments[0] = argv[1];
	return command->run(2, arguments);
}

int
main(int argc, char **argv)
{
	const struct options_command *command;

	if (argc < 2) {
		print_help(stderr);
		return OPTIONS_EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return run_help(1, argv);
	if (strcmp(argv[1], "--version") == 0) {
		puts("sallyport " SALLYPORT_VERSION);
		return options_finish(COMMAND);
	}
	if (argv[1][0] == '-') {
		char quoted[STR_QUOTE_MAX];

		return options_refuse(COMMAND, "option %s is not known",
		    str_quote(argv[1], strlen(argv[1]), quoted));
	}
	command = find_command(commands, argv[1]);
	if (command == NULL)
		return refuse_command(argv[1]);
	return command->run(argc - 1, argv + 1);
}
