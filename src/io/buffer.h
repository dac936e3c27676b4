/*
 * buffer.h - byte buffers that a connection borrows only while bytes are in
 * flight, from the one pool of its worker.
 *
 * A `struct buffer` is a small handle; its memory (BUFFER_SIZE bytes) is
 * borrowed on first use and returned when the last byte has left, so that an
 * idle connection holds none. The pool keeps a bounded number of free blocks
 * and gives the rest back to the system. A block is not wiped when its bytes have
 * left in order, for speed; no other process can read it. Not thread-safe:
 * one per process.
 */
#ifndef SALLYPORT_IO_BUFFER_H
#define SALLYPORT_IO_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/compiler.h"

/* Four full TLS records of plaintext. */
#define BUFFER_SIZE 65536

struct buffer {
	uint8_t *block;		/* NULL: nothing borrowed */
	uint32_t start, end;	/* the bytes held are block[start..end) */
};

/* The bytes held, and how many. */
static inline size_t
buffer_length(const struct buffer *b)
{
	return b->end - b->start;
}

static inline uint8_t *
buffer_bytes(const struct buffer *b)
{
	return b->block + b->start;
}

/*
 * Makes room at the end, borrowing and moving as needed, and returns where to
 * write and how much fits (0 where full). NULL where memory is exhausted.
 */
MUST_USE uint8_t *buffer_room(struct buffer *b, size_t *room_r);

/* `n` bytes were written to what buffer_room returned. */
void buffer_add(struct buffer *b, size_t n);

/* Drops `n` bytes from the front; returns the block when the last leaves. */
void buffer_take(struct buffer *b, size_t n);

/* Returns the block when nothing is held (after a fruitless read). */
void buffer_settle(struct buffer *b);

/* Drops everything. The bytes were plaintext: they are wiped. */
void buffer_drop(struct buffer *b);

/* Frees the pool's spare blocks. */
void buffer_trim(void);

#endif
