/*
 * pump.h - moves bytes one way, from one chan to another.
 *
 * Back-pressure: a pump reads only while it has room, so that a slow reader
 * stops the writer by TCP's own means and a connection's memory is one
 * buffer each way. Half-close: the source's end is passed on when the last
 * byte has left. A pump never closes anything.
 */
#ifndef SALLYPORT_RELAY_PUMP_H
#define SALLYPORT_RELAY_PUMP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "io/buffer.h"

struct chan;

/* What a pump waits for, as bits; to be watched on the two descriptors. */
enum {
	PUMP_FROM_READ = 1,
	PUMP_FROM_WRITE = 2,
	PUMP_TO_READ = 4,
	PUMP_TO_WRITE = 8,
	PUMP_AGAIN = 16,	/* the budget ended: run it again soon */
};

enum pump_state {
	PUMP_FLOWS,
	PUMP_DONE,		/* the end was passed on */
	PUMP_READ_FAILED,
	PUMP_WRITE_FAILED,
	PUMP_NO_MEMORY,
};

struct pump {
	struct chan *from, *to;
	struct buffer buffer;
	uint64_t bytes;		/* passed on so far */
	bool ended;		/* the source has finished, or failed */
	bool read_failed;
	unsigned waits;		/* for what; PUMP_AGAIN before it ran */
	enum pump_state state;
};

void pump_init(struct pump *pump, struct chan *from, struct chan *to);
void pump_fini(struct pump *pump);

/*
 * Moves what can be moved now, at most one budget, and returns what it waits
 * for. Read `state` afterwards; once it is not PUMP_FLOWS, the pump waits for
 * nothing and does nothing more.
 */
MUST_USE unsigned pump_run(struct pump *pump);

/*
 * The same where something that it waits for may have come: its turn, or a
 * readiness of the side it takes from, or passes on to. Else it only says
 * again what it waits for.
 */
MUST_USE unsigned pump_run_ready(struct pump *pump, bool from_ready,
    bool to_ready);

#endif
