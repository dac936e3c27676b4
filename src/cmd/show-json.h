/*
 * show-json.h - the effective policy for programs; sallyport-show(1) has the
 * shape.
 */
#ifndef SALLYPORT_CMD_SHOW_JSON_H
#define SALLYPORT_CMD_SHOW_JSON_H

#include "base/compiler.h"

struct show;

/* 0, or -1 where there is no memory. */
MUST_USE int show_json_print(const struct show *show);

#endif
