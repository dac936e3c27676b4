/*
 * match-time.h - a moment as somebody types it.
 *
 *	2026-11-21T09:30[:00]		by the local clock
 *	...Z, ...+01:00, ...+0100	by that of an offset (ISO 8601)
 *	@1795253400			seconds since 1970
 *
 * Instead of the T there may be a blank; without a time it is midnight.
 */
#ifndef SALLYPORT_CMD_MATCH_TIME_H
#define SALLYPORT_CMD_MATCH_TIME_H

#include <stdint.h>

#include "base/compiler.h"

/* NULL, or what is wrong, after the text itself. */
MUST_USE const char *match_time_parse(const char *text, int64_t *epoch_r);

#endif
