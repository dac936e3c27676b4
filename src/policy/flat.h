/*
 * flat.h - ranges of one key space, and the first of them around a key.
 *
 * Where nothing but one condition is left to look at, the keys fall into
 * intervals, in each of which one range comes first: no range need be cut
 * into blocks, and a look-up is one search. A range makes two intervals at
 * most.
 */
#ifndef SALLYPORT_POLICY_FLAT_H
#define SALLYPORT_POLICY_FLAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/axis.h"
#include "policy/prefix.h"

/* Ranges while they are collected; all memory is scratch. */
struct flat {
	bool wide;
	uint32_t count;
	uint32_t *ranks;
	uint64_t *narrow_edges;		/* one of these two: where ranges */
	struct axis_piece *wide_edges;	/* begin, and the keys after ends */
	uint32_t edge_count;
};

/* Room for `most` ranges, fewer than 2^31. Keys that are not wide have 32 bits. */
void flat_init(struct flat *flat, struct arena *scratch, size_t most,
    bool wide);

/* The keys lo to hi, both included; ranks come in ascending order. */
void flat_add(struct flat *flat, prefix_key lo, prefix_key hi, uint32_t rank);

/*
 * Cuts the key space at all ends: axis_find gives the lowest rank of the
 * ranges around a key, or AXIS_NONE. The axis is in `arena`.
 */
void flat_build(struct flat *flat, struct axis *axis_r, struct arena *arena,
    struct arena *scratch);

#endif
