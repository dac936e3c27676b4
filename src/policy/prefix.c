#include "policy/prefix.h"

#include <endian.h>
#include <string.h>

#define KEY_BITS	(8 * sizeof(prefix_key))

static prefix_key
low_bits(unsigned count)
{
	return count == 0 ? 0 : ~(prefix_key)0 >> (KEY_BITS - count);
}

prefix_key
prefix_of_addr(const struct addr *addr)
{
	uint64_t high, low;

	memcpy(&high, addr->b, sizeof(high));
	memcpy(&low, addr->b + sizeof(high), sizeof(low));
	return (prefix_key)be64toh(high) << 64 | be64toh(low);
}

prefix_key
prefix_of_name(const char *name, bool fold)
{
	prefix_key key = 0;
	size_t i;

	for (i = 0; i < sizeof(key) && name[i] != '\0'; i++) {
		unsigned char c = (unsigned char)name[i];

		if (fold && c >= 'a' && c <= 'z')
			c = (unsigned char)(c - 32);
		key = key << 8 | c;
	}
	return i == 0 ? 0 : key << 8 * (sizeof(key) - i);
}

prefix_key
prefix_block_end(const struct prefix_block *block)
{
	return block->start | low_bits(block->free);
}

/* The highest count of low bits that are all free in lo, up to hi. */
static unsigned
free_bits(prefix_key lo, prefix_key hi)
{
	unsigned free = 0;

	while (free < KEY_BITS && (lo & low_bits(free + 1)) == 0 &&
	    low_bits(free + 1) <= hi - lo)
		free++;
	return free;
}

size_t
prefix_cut(prefix_key lo, prefix_key hi,
    struct prefix_block out_r[PREFIX_BLOCKS_MAX])
{
	size_t count = 0;

	ensure(lo <= hi);
	/* Nearly every range is one block; tell so without counting bits. */
	if ((lo & (lo ^ hi)) == 0 && (((lo ^ hi) + 1) & (lo ^ hi)) == 0) {
		uint64_t high = (uint64_t)((lo ^ hi) >> 64);
		uint64_t low = (uint64_t)(lo ^ hi);

		out_r[0].start = lo;
		out_r[0].free = (uint8_t)(__builtin_popcountll(high) +
		    __builtin_popcountll(low));
		return 1;
	}
	for (;;) {
		struct prefix_block *block = &out_r[count++];

		block->start = lo;
		block->free = (uint8_t)free_bits(lo, hi);
		if (prefix_block_end(block) == hi)
			return count;
		lo = prefix_block_end(block) + 1;
		ensure(count < PREFIX_BLOCKS_MAX);
	}
}

static size_t
popcount(prefix_key key)
{
	return (size_t)__builtin_popcountll((uint64_t)key) +
	    (size_t)__builtin_popcountll((uint64_t)(key >> 64));
}

/*
 * Below the highest bit in which the ends differ, blocks grow up to the
 * middle and shrink after it: one for each bit of both distances.
 */
size_t
prefix_count(prefix_key lo, prefix_key hi)
{
	prefix_key differ = lo ^ hi, half, middle;
	unsigned top;

	if (differ == 0)
		return 1;
	top = differ >> 64 != 0 ?
	    127 - (unsigned)__builtin_clzll((uint64_t)(differ >> 64)) :
	    63 - (unsigned)__builtin_clzll((uint64_t)differ);
	half = (prefix_key)1 << top;
	middle = hi / half * half;
	if (middle - lo == half && hi - middle == half - 1)
		return 1;
	return popcount(middle - lo) + popcount(hi - middle + 1);
}

struct prefix_block
prefix_cut_name(const char *pattern, bool fold)
{
	struct prefix_block block = { prefix_of_name(pattern, fold), 0 };
	size_t length = strlen(pattern);

	if (length == 0 || pattern[length - 1] != '*')
		return block;
	length--;
	if (length < sizeof(prefix_key)) {
		block.free = (uint8_t)(8 * (sizeof(prefix_key) - length));
		block.start &= ~low_bits(block.free);
	}
	return block;
}
