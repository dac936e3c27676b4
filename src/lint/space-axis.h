/*
 * space-axis.h - numbers that conditions tell apart, as small integers.
 *
 * An axis is cut wherever some range begins or ends; no range tells numbers
 * between two cuts apart, so a piece between two cuts is one integer. Cut
 * first, then settle, then ask.
 */
#ifndef SALLYPORT_LINT_SPACE_AXIS_H
#define SALLYPORT_LINT_SPACE_AXIS_H

#include <stddef.h>
#include <stdint.h>

#include "lint/region.h"
#include "policy/prefix.h"

struct arena;

struct space_axis {
	prefix_key first, last;		/* of all numbers there are */
	prefix_key *starts;		/* of each piece */
	size_t count;
};

/* Room for the cuts of `ranges` ranges. */
void space_axis_init(struct space_axis *axis, struct arena *arena,
    prefix_key first, prefix_key last, size_t ranges);

/* Cuts around lo to hi, both included, which are on the axis. */
void space_axis_cut(struct space_axis *axis, prefix_key lo, prefix_key hi);

/* Nothing is cut from here on. */
void space_axis_settle(struct space_axis *axis);

/* The pieces of a range that it was cut around. */
struct region_run space_axis_run(const struct space_axis *axis,
    prefix_key lo, prefix_key hi);

/* Back: the lowest number of a piece, and the highest. */
prefix_key space_axis_low(const struct space_axis *axis, uint32_t piece);
prefix_key space_axis_high(const struct space_axis *axis, uint32_t piece);

#endif
