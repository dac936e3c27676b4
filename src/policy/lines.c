#include "policy/lines.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct lines {
	size_t count;
	uint32_t ends[];	/* offsets of the line ends, rising */
};

/* The first line end at or behind `at`, or NULL. */
static const char *
next_end(const struct source *source, const char *at)
{
	return memchr(at, '\n', source_size(source) -
	    (size_t)(at - source_text(source)));
}

struct lines *
lines_new(const struct source *source)
{
	const char *text = source_text(source), *at;
	struct lines *lines;
	size_t count = 0;

	for (at = text; (at = next_end(source, at)) != NULL; at++)
		count++;
	lines = malloc(sizeof(*lines) + count * sizeof(lines->ends[0]));
	if (lines == NULL)
		return NULL;
	lines->count = 0;
	for (at = text; (at = next_end(source, at)) != NULL; at++)
		lines->ends[lines->count++] = (uint32_t)(at - text);
	return lines;
}

void
lines_free(struct lines **lines)
{
	free(*lines);
	*lines = NULL;
}

size_t
lines_find(const struct lines *lines, const struct source_span *span)
{
	size_t low = 0, high = lines->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (lines->ends[middle] < span->offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low + 1;
}
