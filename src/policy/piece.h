/*
 * piece.h - the conditions of a rule, cut into blocks for an index.
 *
 * A dimension is one kind of condition: the bit number of its enum condition.
 * Keys of a dimension come in two widths: ports and IPv4 addresses are
 * narrow, IPv6 addresses and names are wide.
 */
#ifndef SALLYPORT_POLICY_PIECE_H
#define SALLYPORT_POLICY_PIECE_H

#include <stddef.h>
#include <stdint.h>

#include "policy/axis.h"
#include "policy/rules.h"

#define PIECE_DIMENSIONS 6

enum piece_width {
	PIECE_NARROW,
	PIECE_WIDE,
	PIECE_WIDTHS,
};

/*
 * Writes the pieces of a coded condition that are of one width, with `owner`
 * in each; returns their number.
 */
size_t piece_put(const struct rules_rule *rule, unsigned dimension, int width,
    uint32_t owner, struct axis_piece *out_r);

/* How many piece_put would write. */
size_t piece_count(const struct rules_rule *rule, unsigned dimension,
    int width);

struct flat;

/* Adds whole ranges, with `rank`; returns their number. NULL: only counts. */
size_t piece_flat(const struct rules_rule *rule, unsigned dimension,
    int width, uint32_t rank, struct flat *flat);

/* The rule will be asked for soon. */
void piece_prefetch(const struct rules_rule *rule);

#endif
