/*
 * match.h - `sallyport match`: which rule a connection gets, and why.
 *
 * Exit status: 0 a rule matched (or a batch was answered), 3 none did,
 * 1 the policy is refused, 2 usage, or a batch that cannot be read.
 */
#ifndef SALLYPORT_CMD_MATCH_H
#define SALLYPORT_CMD_MATCH_H

#include "policy/rules.h"

/* The subcommand; returns the exit status. */
/* Runs the command; argv[0] is its name. Returns the exit status. */
int match_main(int argc, char **argv);

/*
 * Reads one line of a batch, without its newline; it is cut into words in
 * place, and flow_r points into it. NULL, or what is wrong with it.
 */
const char *match_parse_flow(char *line, struct rules_flow *flow_r);

#endif
