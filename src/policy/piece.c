#include "policy/piece.h"

#include "policy/condition.h"

static size_t
put_pieces(prefix_key lo, prefix_key hi, uint32_t owner,
    struct axis_piece *out_r)
{
	struct prefix_block blocks[PREFIX_BLOCKS_MAX];
	size_t count = prefix_cut(lo, hi, blocks);

	for (size_t i = 0; out_r != NULL && i < count; i++) {
		out_r[i].start = blocks[i].start;
		out_r[i].free = blocks[i].free;
		out_r[i].owner = owner;
	}
	return count;
}

static size_t
put_addrs(const struct rules_addrs *addrs, int width, uint32_t owner,
    struct axis_piece *out_r)
{
	prefix_key mask = width == PIECE_NARROW ? UINT32_MAX : ~(prefix_key)0;
	size_t count = 0;

	for (size_t i = 0; i < addrs->count; i++) {
		const struct addr_range *range = &addrs->range[i];

		if (addr_is_v4(&range->lo) != (width == PIECE_NARROW))
			continue;
		count += put_pieces(prefix_of_addr(&range->lo) & mask,
		    prefix_of_addr(&range->hi) & mask, owner,
		    out_r == NULL ? NULL : out_r + count);
	}
	return count;
}

static size_t
put_ports(const struct rules_ports *ports, uint32_t owner,
    struct axis_piece *out_r)
{
	size_t count = 0;

	for (size_t i = 0; i < ports->count; i++)
		count += put_pieces(ports->range[i].lo, ports->range[i].hi,
		    owner, out_r == NULL ? NULL : out_r + count);
	return count;
}

static size_t
put_name(const char *pattern, bool fold, uint32_t owner,
    struct axis_piece *out_r)
{
	struct prefix_block block = prefix_cut_name(pattern, fold);

	if (out_r != NULL) {
		out_r->start = block.start;
		out_r->free = block.free;
		out_r->owner = owner;
	}
	return 1;
}

size_t
piece_put(const struct rules_rule *rule, unsigned dimension, int width,
    uint32_t owner, struct axis_piece *out_r)
{
	switch (1 << dimension) {
	case CONDITION_LOCAL_PORT:
		return width != PIECE_NARROW ? 0 :
		    put_ports(rule->local_ports, owner, out_r);
	case CONDITION_REMOTE_PORT:
		return width != PIECE_NARROW ? 0 :
		    put_ports(rule->remote_ports, owner, out_r);
	case CONDITION_REMOTE_ADDR:
		return put_addrs(rule->remote_addrs, width, owner, out_r);
	case CONDITION_LOCAL_ADDR:
		return put_addrs(rule->local_addrs, width, owner, out_r);
	case CONDITION_USER:
		return width != PIECE_WIDE ? 0 :
		    put_name(rule->user, false, owner, out_r);
	case CONDITION_JOB:
		return width != PIECE_WIDE ? 0 :
		    put_name(rule->job, true, owner, out_r);
	}
	ensure(!"a dimension");
	return 0;
}

void
piece_prefetch(const struct rules_rule *rule)
{
	/* A rule is longer than one line of a cache. */
	__builtin_prefetch(rule);
	__builtin_prefetch((const char *)rule + 64);
}
