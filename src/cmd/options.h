/*
 * options.h - what the subcommands' command lines have in common.
 *
 * A mistake on the command line is one line on standard error that names the
 * option, and exit status 2.
 */
#ifndef SALLYPORT_CMD_OPTIONS_H
#define SALLYPORT_CMD_OPTIONS_H

#include <getopt.h>
#include <stddef.h>

#include "base/compiler.h"
#include "policy/policy.h"

#define OPTIONS_EXIT_USAGE 2

/* What options_next returns beside the values in `longs`. */
#define OPTIONS_END	(-1)
#define OPTIONS_ERROR	'?'	/* reported */
#define OPTIONS_HELP	'h'

/* One subcommand of a program; the last of a table has no name. */
struct options_command {
	const char *name;
	int (*run)(int argc, char **argv);	/* returns the exit status */
	const char *help;			/* one line */
};

/*
 * The next option by getopt_long; its argument is in optarg. Every command
 * has --help besides `longs`; one whose value is a letter has it for a short
 * form. Operands follow from optind after OPTIONS_END.
 * `command` is the words the user typed: "sallyport match".
 */
int options_next(const char *command, int argc, char **argv,
    const struct option *longs);

/* The same, for a command whose first operand ends its own options. */
int options_next_leading(const char *command, int argc, char **argv,
    const struct option *longs);

/* Reports a mistake; returns OPTIONS_EXIT_USAGE. */
int options_refuse(const char *command, const char *format, ...)
    PRINTF_LIKE(2, 3);

/*
 * The index of `text` in a list that ends in NULL, ignoring case; where it
 * is not there, reports that `option` does not take it and returns -1.
 */
int options_choice(const char *command, const char *option, const char *text,
    const char *const *choices);

/* Modern or zOS; 0, or -1 and reported. */
MUST_USE int options_defaults(const char *command, const char *text,
    enum policy_defaults *defaults_r);

/* Flushes standard output; 0, or OPTIONS_EXIT_USAGE where that failed. */
int options_finish(const char *command);

/* The unique nearest to a misspelt word, or NULL. */
struct options_nearest {
	const char *word;	/* in and out: NULL at first */
	unsigned distance;
	int tied;
};
void options_consider(struct options_nearest *nearest, const char *typed,
    const char *candidate);

#endif
