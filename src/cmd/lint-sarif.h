/*
 * lint-sarif.h - what lint found, in the Static Analysis Results Interchange
 * Format: SARIF 2.1.0 (OASIS), for code scanning and for editors.
 */
#ifndef SALLYPORT_CMD_LINT_SARIF_H
#define SALLYPORT_CMD_LINT_SARIF_H

#include <jansson.h>

struct diag;

/* Adds one file's diagnostics to an array. */
void lint_sarif_add(json_t *results, const char *path, struct diag *diag);

/* The whole, of that array, whose reference it takes. NULL: no memory. */
json_t *lint_sarif_whole(json_t *results);

#endif
