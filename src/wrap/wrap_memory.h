/*
 * wrap_memory.h - what a program has set on its sockets, kept to be read
 * back.
 *
 * Of a fixed size, per process, copied by fork and lost by exec. Who looks
 * for what was pushed out finds nothing, and says the default again. No
 * locks: safe among threads and in a signal handler, which at worst finds
 * nothing, either.
 */
#ifndef SALLYPORT_WRAP_WRAP_MEMORY_H
#define SALLYPORT_WRAP_WRAP_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

enum wrap_memory_of {
	/* By SO_COOKIE. Many, and soon gone. */
	WRAP_MEMORY_CONNECTION,
	/* By the number in a channel's name. Few; not pushed out by the
	 * others. */
	WRAP_MEMORY_LISTENER,
};

/* `what`, beside the rows of the table of options (wrap_option-table.h). */
enum wrap_memory_what {
	/* A listener has something to hand on to what it accepts. */
	WRAP_MEMORY_HANDS_ON = 0x1000,
	/* The number of the listener that a connection was accepted from. */
	WRAP_MEMORY_PARENT,
	/* The program has shut down one direction of a connection. */
	WRAP_MEMORY_SHUT,
};

/* Keeps `value` as the socket's `what`. Socket 0, an unknown one, has none. */
void wrap_memory_set(enum wrap_memory_of of, uint64_t socket, uint32_t what,
    uint64_t value);

/* False: not kept (any more). */
bool wrap_memory_get(enum wrap_memory_of of, uint64_t socket, uint32_t what,
    uint64_t *value_r);

#endif
