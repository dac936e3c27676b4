/*
 * source.h - the text of a policy file, and places in it.
 *
 * A source keeps the file's bytes for as long as diagnostics may show them;
 * nothing re-reads the file. Owned by the struct diag it was loaded for.
 */
#ifndef SALLYPORT_POLICY_SOURCE_H
#define SALLYPORT_POLICY_SOURCE_H

#include <stddef.h>
#include <stdint.h>

struct source;

/* A run of bytes of one source. Lines and columns are derived when shown. */
struct source_span {
	const struct source *source;
	uint32_t offset, length;
};

#endif
