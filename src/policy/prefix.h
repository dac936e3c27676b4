/*
 * prefix.h - what a condition asks, as aligned blocks of a key space.
 *
 * A block is every key that begins with the same bits: an address and prefix
 * length, in the general sense. Two blocks are disjoint, or one holds the
 * other; that is what makes them good to index. A range is cut into the
 * fewest blocks that cover it exactly (at most twice the key's bits, and one
 * where it is itself a prefix); a name is one block of its characters.
 */
#ifndef SALLYPORT_POLICY_PREFIX_H
#define SALLYPORT_POLICY_PREFIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

/* Ports and IPv4 addresses use the low 16 or 32 bits. */
typedef unsigned __int128 prefix_key;

/* Most blocks a range of `bits`-bit keys can need. */
#define PREFIX_BLOCKS_MAX 256

struct prefix_block {
	prefix_key start;
	uint8_t free;		/* low bits that vary: 0 to 128 */
};

/* Characters of a name that fit a key: shorter names are told apart by it. */
#define PREFIX_NAME_MAX (sizeof(prefix_key) - 1)

/* The address as one number; IPv4 in its mapped form. */
prefix_key prefix_of_addr(const struct addr *addr);
/* The name's first characters; `fold`: without regard to case. */
prefix_key prefix_of_name(const char *name, bool fold);

/* The last key of the block. */
prefix_key prefix_block_end(const struct prefix_block *block);

/* Cuts lo to hi, both included, into out_r; returns the number of blocks. */
size_t prefix_cut(prefix_key lo, prefix_key hi,
    struct prefix_block out_r[PREFIX_BLOCKS_MAX]);

/* How many blocks that would be. */
size_t prefix_count(prefix_key lo, prefix_key hi);

/* The block of a pattern's names: exact, or all that begin with it. */
struct prefix_block prefix_cut_name(const char *pattern, bool fold);

#endif
