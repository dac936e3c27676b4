/*
 * wrap_option.h - getsockopt(2) and setsockopt(2), whatever the descriptor
 * is.
 *
 * Of a channel, numbers are those of the real listener, which the keeper
 * reads and sets. Of a connection, they are answered from a table: what was
 * set on it, else what its listener handed on, else what TCP would have. Set
 * values are kept per process (wrap_memory.h); a program that is executed
 * starts with the defaults.
 */
#ifndef SALLYPORT_WRAP_WRAP_OPTION_H
#define SALLYPORT_WRAP_WRAP_OPTION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "wrap/wrap_option-table.h"

/* What a TCP socket hands on to what it accepts, by row. */
struct wrap_option_noted {
	bool is[WRAP_OPTION_TABLE_MAX];
	int value[WRAP_OPTION_TABLE_MAX];
};

/* As getsockopt(2) and setsockopt(2). */
int wrap_option_get(int fd, int level, int name, void *value,
    socklen_t *length);
int wrap_option_set(int fd, int level, int name, const void *value,
    socklen_t length);

/* Before a TCP socket becomes the channel `listener`: what it would hand on;
 * and after. Both keep errno. */
void wrap_option_note(int fd, struct wrap_option_noted *noted_r);
void wrap_option_keep(uint64_t listener,
    const struct wrap_option_noted *noted);

/* `fd` was accepted from the channel `listener`. May change errno. */
void wrap_option_inherit(uint64_t listener, int fd);

#endif
