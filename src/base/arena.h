/*
 * arena.h - memory that is given back all at once.
 *
 * One arena holds one generation of a policy, or the scratch of one compile.
 * Nothing in an arena is freed alone. Exhaustion never returns NULL: with a
 * guard set it jumps there, else the program says so and exits. A guard's
 * owner therefore keeps nothing that needs freeing but arenas.
 *
 * Not for data of a connection, and never shared between threads.
 */
#ifndef SALLYPORT_BASE_ARENA_H
#define SALLYPORT_BASE_ARENA_H

#include <setjmp.h>
#include <stddef.h>

#include "base/compiler.h"

struct arena;

/* A point in an arena's life to which it can be cut back. */
struct arena_mark {
	void *block;
	size_t used;
};

/* NULL where there is no memory for it. */
MUST_USE struct arena *arena_new(void);
void arena_free(struct arena **arena);

/*
 * Where exhaustion jumps, with the value 1; NULL: exit the program instead.
 * Returns the guard that was set before.
 */
jmp_buf *arena_set_guard(struct arena *arena, jmp_buf *guard);

/*
 * Zeroed memory, aligned for every type whose size `size` is a multiple of,
 * and for pointers; size 0 gives a valid pointer.
 */
void *arena_alloc(struct arena *arena, size_t size);

/* The same for an array; an overflow of count * size counts as exhaustion. */
void *arena_alloc_array(struct arena *arena, size_t count, size_t size);

/* A NUL-terminated copy of length bytes. */
char *arena_copy_text(struct arena *arena, const char *text, size_t length);

/* What arena_alloc does when there is no memory. */
NO_RETURN void arena_exhausted(struct arena *arena);

/* Forgets all that was allocated since the mark was taken. */
struct arena_mark arena_mark(const struct arena *arena);
void arena_rewind(struct arena *arena, struct arena_mark mark);

/* Bytes that are in use, with what full blocks leave over. */
size_t arena_size(const struct arena *arena);

#endif
