/*
 * lines.h - the line numbers of a source, for who asks for many of them in
 * any order; source_locate() is made for questions that go forward.
 */
#ifndef SALLYPORT_POLICY_LINES_H
#define SALLYPORT_POLICY_LINES_H

#include <stddef.h>

#include "base/compiler.h"
#include "policy/source.h"

struct lines;

/* NULL where there is no memory. The source must outlive it. */
MUST_USE struct lines *lines_new(const struct source *source);
void lines_free(struct lines **lines);

/* The line, from 1, on which a span of the source begins. */
size_t lines_find(const struct lines *lines, const struct source_span *span);

#endif
