/*
 * show-human.h - the effective policy for people: a paragraph a rule.
 */
#ifndef SALLYPORT_CMD_SHOW_HUMAN_H
#define SALLYPORT_CMD_SHOW_HUMAN_H

#include "base/compiler.h"

struct show;

/* 0, or -1 where there is no memory. */
MUST_USE int show_human_print(const struct show *show);

#endif
