/*
 * explain.h - `sallyport explain`: what a code means and what to do.
 *
 * Knows end reasons (base/reason.h) by number or name, and diagnostics
 * (policy/diag-codes.h) by code. Exit status: 0, 1 unknown, 2 usage.
 */
#ifndef SALLYPORT_CMD_EXPLAIN_H
#define SALLYPORT_CMD_EXPLAIN_H

int explain_main(int argc, char **argv);

#endif
