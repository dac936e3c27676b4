/*
 * source.h - the text of a policy file, and places in it.
 *
 * A source keeps the file's bytes for as long as diagnostics may show them;
 * nothing re-reads the file. Owned by the struct diag it was loaded for.
 * A leading UTF-8 byte order mark is kept in the text, but not read as
 * policy: source_start points past it.
 */
#ifndef SALLYPORT_POLICY_SOURCE_H
#define SALLYPORT_POLICY_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

/* Largest policy file, in bytes. */
#define SOURCE_MAX ((size_t)1 << 30)

struct source;

/* A run of bytes of one source. Lines and columns are derived when shown. */
struct source_span {
	const struct source *source;
	uint32_t offset, length;
};

/* Both count from 1; the column counts characters, a tab as one. */
struct source_place {
	uint32_t line, column;
};

/*
 * Reads a file whole, or copies bytes that `path` stands for in messages.
 * 0, or -1 with errno: the system's, EISDIR, EFBIG above SOURCE_MAX, ENOMEM.
 */
MUST_USE int source_load(const char *path, struct source **source_r);
MUST_USE int source_from_memory(const char *path, const void *bytes,
    size_t size, struct source **source_r);
void source_free(struct source **source);

/* The text ends in NUL and may hold others; the size does not count it. */
const char *source_path(const struct source *source);
const char *source_text(const struct source *source);
size_t source_size(const struct source *source);
size_t source_start(const struct source *source);

/*
 * The same text for the scanner, which writes NULs at token ends and takes
 * them back. Two NUL bytes follow the last one.
 */
char *source_scan_buffer(struct source *source);

/* Where an offset is. One past the end is a place, too. */
struct source_place source_locate(const struct source *source,
    uint32_t offset);

/*
 * The line an offset is on, without its line end (CR LF counts as one).
 * Returns its length in bytes; line_r gets the offset of its first byte.
 */
size_t source_line(const struct source *source, uint32_t offset,
    uint32_t *line_r);

#endif
