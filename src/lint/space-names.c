#include "lint/space-names.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

/* Of the places from `from` on, those before `to`; to.text NULL: all. */
struct stretch {
	struct space_names_place from, to;
};

void
space_names_init(struct space_names *names, struct arena *arena, bool fold,
    size_t patterns)
{
	names->arena = arena;
	names->fold = fold;
	names->starts = arena_alloc_array(arena, 2 * patterns + 1,
	    sizeof(*names->starts));
	names->starts[0].text = "";
	names->count = 1;
}

static char *
copy_folded(const struct space_names *names, const char *text, size_t length)
{
	char *copy = arena_copy_text(names->arena, text, length);

	for (size_t i = 0; names->fold && i < length; i++)
		if (copy[i] >= 'a' && copy[i] <= 'z')
			copy[i] = (char)(copy[i] - 32);
	return copy;
}

/* The place after all names that begin with the prefix; NULL: the end. */
static const char *
after_prefix(const struct space_names *names, const char *prefix)
{
	size_t length = strlen(prefix);
	char *next;

	while (length > 0 && (unsigned char)prefix[length - 1] == 0xff)
		length--;
	if (length == 0)
		return NULL;
	next = arena_copy_text(names->arena, prefix, length);
	next[length - 1] = (char)((unsigned char)next[length - 1] + 1);
	/* No folded name has a small letter. */
	if (names->fold && next[length - 1] == 'a')
		next[length - 1] = 'z' + 1;
	return next;
}

static struct stretch
stretch_of(const struct space_names *names, const char *pattern)
{
	size_t length = strlen(pattern);
	bool open = length > 0 && pattern[length - 1] == '*';
	const char *text = copy_folded(names, pattern, length - open);
	struct stretch s = { { text, false }, { text, true } };

	if (open)
		s.to = (struct space_names_place){
		    after_prefix(names, text), false };
	return s;
}

void
space_names_cut(struct space_names *names, const char *pattern)
{
	struct stretch s = stretch_of(names, pattern);

	names->starts[names->count++] = s.from;
	if (s.to.text != NULL)
		names->starts[names->count++] = s.to;
}

static int
compare_places(const void *va, const void *vb)
{
	const struct space_names_place *a = va, *b = vb;
	int diff = strcmp(a->text, b->text);

	return diff != 0 ? diff : a->after - b->after;
}

void
space_names_settle(struct space_names *names)
{
	size_t count = 1;

	qsort(names->starts, names->count, sizeof(*names->starts),
	    compare_places);
	for (size_t i = 1; i < names->count; i++)
		if (compare_places(&names->starts[i],
		    &names->starts[count - 1]) != 0)
			names->starts[count++] = names->starts[i];
	names->count = count;
	ensure(count < UINT32_MAX);
}

/* Integer 0 is not in `starts`. */
static uint32_t
number_of(const struct space_names *names,
    const struct space_names_place *place)
{
	size_t low = 0, high = names->count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (compare_places(&names->starts[middle], place) <= 0)
			low = middle;
		else
			high = middle;
	}
	return (uint32_t)low + 1;
}

struct region_run
space_names_run(const struct space_names *names, const char *pattern)
{
	struct arena_mark mark = arena_mark(names->arena);
	struct stretch s = stretch_of(names, pattern);
	struct region_run run = {
		number_of(names, &s.from),
		s.to.text == NULL ? (uint32_t)names->count :
		number_of(names, &s.to) - 1,
	};

	arena_rewind(names->arena, mark);
	return run;
}

void
space_names_print_run(const struct space_names *names, struct region_run run,
    struct str *out)
{
	const struct space_names_place *place;
	struct space_names_place after = { NULL, true };

	if (run.lo == 0)
		return;
	place = &names->starts[run.lo - 1];
	after.text = place->text;
	str_add_shown(out, place->text, strlen(place->text));
	/* A name by itself ends where what goes on with it begins. */
	if (run.hi != run.lo || run.lo == names->count ||
	    compare_places(place + 1, &after) != 0)
		str_add(out, "*");
}

void
space_names_print(const struct space_names *names, uint32_t piece,
    struct str *out)
{
	const struct space_names_place *place;

	if (piece == 0)
		return;
	place = &names->starts[piece - 1];
	str_add_shown(out, place->text, strlen(place->text));
	if (place->after)
		str_add(out, "...");
}
