#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define BLOCK_FIRST	((size_t)8 * 1024)
#define BLOCK_LARGEST	((size_t)64 * 1024 * 1024)
#define LARGEST		((size_t)1 << 38) /* beyond it, malloc is not asked */
#define ALIGNMENT	(_Alignof(max_align_t))
#define HUGE_PAGE	((size_t)2 * 1024 * 1024)

struct block {
	struct block *older;
	size_t size;			/* of bytes[] */
	_Alignas(max_align_t) char bytes[];
};

struct arena {
	struct block *newest;
	size_t used;			/* of the newest block */
	size_t total;
	jmp_buf *guard;
};

struct arena *
arena_new(void)
{
	return calloc(1, sizeof(struct arena));
}

static void
drop_newest(struct arena *arena)
{
	struct block *block = arena->newest;

	arena->newest = block->older;
	arena->total -= sizeof(*block) + block->size;
	free(block);
}

void
arena_free(struct arena **arena)
{
	if (*arena == NULL)
		return;
	while ((*arena)->newest != NULL)
		drop_newest(*arena);
	free(*arena);
	*arena = NULL;
}

jmp_buf *
arena_set_guard(struct arena *arena, jmp_buf *guard)
{
	jmp_buf *before = arena->guard;

	arena->guard = guard;
	return before;
}

void
arena_exhausted(struct arena *arena)
{
	if (arena->guard != NULL)
		longjmp(*arena->guard, 1);
	fputs("out of memory\n", stderr);
	exit(EXIT_FAILURE);
}

/* A third of what a large policy costs would be the faults of small pages. */
static struct block *
new_block(size_t size)
{
	struct block *block;

	if (size < 2 * HUGE_PAGE)
		return malloc(size);
	block = aligned_alloc(HUGE_PAGE, size / HUGE_PAGE * HUGE_PAGE);
	/* Only advice: a kernel without large pages gives small ones. */
	if (block != NULL)
		(void)madvise(block, size / HUGE_PAGE * HUGE_PAGE,
		    MADV_HUGEPAGE);
	return block;
}

/* Blocks grow with the arena: few calls to malloc, little waste when small. */
static void
add_block(struct arena *arena, size_t need)
{
	struct block *block;
	size_t size = BLOCK_FIRST;

	while (size < BLOCK_LARGEST && size < arena->total / 4)
		size *= 2;
	if (size < need + sizeof(*block))
		size = need + sizeof(*block);
	if (size >= 2 * HUGE_PAGE)
		size = (size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
	block = new_block(size);
	if (block == NULL)
		arena_exhausted(arena);
	block->older = arena->newest;
	block->size = size - sizeof(*block);
	arena->newest = block;
	arena->used = 0;
	arena->total += size;
}

/* The next place in the newest block that is aligned so. */
static size_t
place(const struct arena *arena, size_t alignment)
{
	return (arena->used + alignment - 1) / alignment * alignment;
}

static void *
take(struct arena *arena, size_t size, size_t alignment)
{
	size_t at = place(arena, alignment);
	char *p;

	if (size > LARGEST)
		arena_exhausted(arena);
	if (arena->newest == NULL || at > arena->newest->size ||
	    arena->newest->size - at < size) {
		add_block(arena, size);
		at = 0;
	}
	p = arena->newest->bytes + at;
	arena->used = at + size;
	return p;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	/* What needs more alignment than a pointer has a size to match. */
	return memset(take(arena, size, size % ALIGNMENT == 0 ? ALIGNMENT :
	    sizeof(void *)), 0, size);
}

void *
arena_alloc_array(struct arena *arena, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		arena_exhausted(arena);
	return arena_alloc(arena, total);
}

char *
arena_copy_text(struct arena *arena, const char *text, size_t length)
{
	char *copy;

	if (length == SIZE_MAX)
		arena_exhausted(arena);
	copy = take(arena, length + 1, 1);
	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

struct arena_mark
arena_mark(const struct arena *arena)
{
	return (struct arena_mark){ arena->newest, arena->used };
}

void
arena_rewind(struct arena *arena, struct arena_mark mark)
{
	while (arena->newest != mark.block) {
		ensure(arena->newest != NULL);
		drop_newest(arena);
	}
	arena->used = mark.used;
}

size_t
arena_size(const struct arena *arena)
{
	return arena->newest == NULL ? 0 :
	    arena->total - arena->newest->size + arena->used;
}
