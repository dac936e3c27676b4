/*
 * lint-json.h - what lint found, as JSON of a fixed shape.
 */
#ifndef SALLYPORT_CMD_LINT_JSON_H
#define SALLYPORT_CMD_LINT_JSON_H

#include <jansson.h>

struct diag;

/* Adds one file's diagnostics to an array. */
void lint_json_add(json_t *files, const char *path, struct diag *diag);

/* The whole, of that array, whose reference it takes. NULL: no memory. */
json_t *lint_json_whole(json_t *files);

#endif
