#include "policy/piece.h"

#include "policy/condition.h"
#include "policy/flat.h"

/* The keys from lo to hi, both included. */
struct span {
	prefix_key lo, hi;
};

static bool
addr_span(const struct rules_addrs *addrs, int width, size_t *at,
    struct span *span_r)
{
	prefix_key mask = width == PIECE_NARROW ? UINT32_MAX : ~(prefix_key)0;

	for (; *at < addrs->count; (*at)++) {
		const struct addr_range *range = &addrs->range[*at];

		if (addr_is_v4(&range->lo) != (width == PIECE_NARROW))
			continue;
		span_r->lo = prefix_of_addr(&range->lo) & mask;
		span_r->hi = prefix_of_addr(&range->hi) & mask;
		(*at)++;
		return true;
	}
	return false;
}

static bool
port_span(const struct rules_ports *ports, int width, size_t *at,
    struct span *span_r)
{
	if (width != PIECE_NARROW || *at == ports->count)
		return false;
	span_r->lo = ports->range[*at].lo;
	span_r->hi = ports->range[*at].hi;
	(*at)++;
	return true;
}

static bool
name_span(const char *pattern, bool fold, int width, size_t *at,
    struct span *span_r)
{
	struct prefix_block block;

	if (width != PIECE_WIDE || *at > 0)
		return false;
	block = prefix_cut_name(pattern, fold);
	span_r->lo = block.start;
	span_r->hi = prefix_block_end(&block);
	(*at)++;
	return true;
}

/* The next span of a condition from *at on, which begins as 0. */
static bool
next_span(const struct rules_rule *rule, unsigned dimension, int width,
    size_t *at, struct span *span_r)
{
	switch (1 << dimension) {
	case CONDITION_LOCAL_PORT:
		return port_span(rule->local_ports, width, at, span_r);
	case CONDITION_REMOTE_PORT:
		return port_span(rule->remote_ports, width, at, span_r);
	case CONDITION_REMOTE_ADDR:
		return addr_span(rule->remote_addrs, width, at, span_r);
	case CONDITION_LOCAL_ADDR:
		return addr_span(rule->local_addrs, width, at, span_r);
	case CONDITION_USER:
		return name_span(rule->user, false, width, at, span_r);
	case CONDITION_JOB:
		return name_span(rule->job, true, width, at, span_r);
	}
	ensure(!"a dimension");
	return false;
}

size_t
piece_count(const struct rules_rule *rule, unsigned dimension, int width)
{
	size_t at = 0, count = 0;
	struct span span;

	while (next_span(rule, dimension, width, &at, &span))
		count += prefix_count(span.lo, span.hi);
	return count;
}

size_t
piece_put(const struct rules_rule *rule, unsigned dimension, int width,
    uint32_t owner, struct axis_piece *out_r)
{
	struct prefix_block blocks[PREFIX_BLOCKS_MAX];
	size_t at = 0, count = 0, cut;
	struct span span;

	while (next_span(rule, dimension, width, &at, &span)) {
		cut = prefix_cut(span.lo, span.hi, blocks);
		for (size_t i = 0; i < cut; i++)
			out_r[count + i] = (struct axis_piece){
				blocks[i].start, owner, blocks[i].free
			};
		count += cut;
	}
	return count;
}

size_t
piece_flat(const struct rules_rule *rule, unsigned dimension, int width,
    uint32_t rank, struct flat *flat)
{
	size_t at = 0, count = 0;
	struct span span;

	for (; next_span(rule, dimension, width, &at, &span); count++)
		if (flat != NULL)
			flat_add(flat, span.lo, span.hi, rank);
	return count;
}

void
piece_prefetch(const struct rules_rule *rule)
{
	/* A rule is longer than one line of a cache. */
	__builtin_prefetch(rule);
	__builtin_prefetch((const char *)rule + 64);
}
