/*
 * space-names.h - names that conditions tell apart, as small integers.
 *
 * Names in the order of their characters: what begins with the same ones
 * stands together, so every pattern is one run. Integer 0 is the name that is
 * not known, which no pattern meets. A name can always go on with one more
 * character, so there are names between a pattern's name and any other's.
 */
#ifndef SALLYPORT_LINT_SPACE_NAMES_H
#define SALLYPORT_LINT_SPACE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lint/region.h"

struct arena;
struct str;

/* A place in the order of names: a name, or what comes right after it. */
struct space_names_place {
	const char *text;
	bool after;
};

struct space_names {
	struct arena *arena;
	bool fold;			/* letters of both cases are one */
	struct space_names_place *starts;
	size_t count;
};

/* Room for so many patterns. Cut first, then settle, then ask. */
void space_names_init(struct space_names *names, struct arena *arena,
    bool fold, size_t patterns);
void space_names_cut(struct space_names *names, const char *pattern);
void space_names_settle(struct space_names *names);

/* The run of a pattern that it was cut around. */
struct region_run space_names_run(const struct space_names *names,
    const char *pattern);

/*
 * Back: adds the pattern of a run, or one of the names in a piece, with dots
 * where it goes on. Nothing for the name that is not known.
 */
void space_names_print_run(const struct space_names *names,
    struct region_run run, struct str *out);
void space_names_print(const struct space_names *names, uint32_t piece,
    struct str *out);

#endif
