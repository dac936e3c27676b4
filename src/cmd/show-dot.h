/*
 * show-dot.h - rules, what they lead to and what they ask, as a graph for
 * Graphviz.
 */
#ifndef SALLYPORT_CMD_SHOW_DOT_H
#define SALLYPORT_CMD_SHOW_DOT_H

#include "base/compiler.h"

struct show;

/* 0, or -1 where there is no memory. */
MUST_USE int show_dot_print(const struct show *show);

#endif
