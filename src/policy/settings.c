#include "policy/settings.h"

#include <string.h>

#include "base/arena.h"

/* What stands in memory before the struct itself. */
struct box {
	const struct settings_mark *marks;
	size_t count;
	_Alignas(void *) char content[];
};

enum settings_handoff
settings_handoff(const struct settings_application *application)
{
	return application == NULL ? SETTINGS_HANDOFF_WRAP :
	    (enum settings_handoff)application->handoff;
}

void *
settings_new(struct arena *arena, size_t size,
    const struct settings_mark *marks, size_t count)
{
	struct box *box = arena_alloc(arena, sizeof(*box) + size);
	struct settings_mark *copy;

	copy = arena_alloc_array(arena, count, sizeof(*copy));
	if (count > 0)
		memcpy(copy, marks, count * sizeof(*copy));
	box->marks = copy;
	box->count = count;
	return box->content;
}

const struct source_span *
settings_origin(const void *base, size_t offset)
{
	const struct box *box = (const struct box *)(const void *)
	    ((const char *)base - offsetof(struct box, content));

	for (size_t i = 0; i < box->count; i++)
		if (box->marks[i].offset == offset)
			return &box->marks[i].span;
	return NULL;
}
