#include "io/buffer.h"

#include <stdlib.h>
#include <string.h>

/* Enough for the connections active at one moment; 4 MiB at most. */
#define SPARE_MAX 64

static uint8_t *spare[SPARE_MAX];
static unsigned spare_count;

static void
give_back(struct buffer *b)
{
	if (spare_count < SPARE_MAX)
		spare[spare_count++] = b->block;
	else
		free(b->block);
	b->block = NULL;
	b->start = b->end = 0;
}

uint8_t *
buffer_room(struct buffer *b, size_t *room_r)
{
	if (b->block == NULL) {
		b->block = spare_count > 0 ? spare[--spare_count] :
		    malloc(BUFFER_SIZE);
		if (b->block == NULL)
			return NULL;
		b->start = b->end = 0;
	} else if (b->end == BUFFER_SIZE && b->start > 0) {
		memmove(b->block, b->block + b->start, b->end - b->start);
		b->end -= b->start;
		b->start = 0;
	}
	*room_r = BUFFER_SIZE - b->end;
	return b->block + b->end;
}

void
buffer_add(struct buffer *b, size_t n)
{
	ensure(n <= BUFFER_SIZE - b->end);
	b->end += (uint32_t)n;
}

void
buffer_take(struct buffer *b, size_t n)
{
	ensure(n <= buffer_length(b));
	b->start += (uint32_t)n;
	buffer_settle(b);
}

void
buffer_settle(struct buffer *b)
{
	if (b->block != NULL && b->start == b->end)
		give_back(b);
}

void
buffer_drop(struct buffer *b)
{
	if (b->block == NULL)
		return;
	explicit_bzero(b->block, b->end);
	give_back(b);
}

void
buffer_trim(void)
{
	while (spare_count > 0)
		free(spare[--spare_count]);
}
