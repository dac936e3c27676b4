/*
 * space-text.h - regions and points as people read them.
 *
 * Told is the direction, and each dimension in which a region is less than
 * everything: "inbound, local port 443, remote address 10.0.0.0/8".
 */
#ifndef SALLYPORT_LINT_SPACE_TEXT_H
#define SALLYPORT_LINT_SPACE_TEXT_H

struct region;
struct region_point;
struct space;
struct str;

/* Of a set with many runs, the first few. */
void space_text_region(const struct space *space, const struct region *region,
    struct str *out);

/* One connection, in the dimensions in which the region tells them apart. */
void space_text_point(const struct space *space, const struct region *region,
    const struct region_point *point, struct str *out);

#endif
