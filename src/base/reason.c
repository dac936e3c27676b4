#include "base/reason.h"

#include <stdio.h>
#include <string.h>

#include "base/compiler.h"

struct entry {
	int number;
	const char *name, *text, *cure;
};

static const struct entry entries[REASON_COUNT] = {
#define ENTRY(symbol, number, name, text, cure) \
	[REASON_##symbol] = { number, name, text, cure },
	REASON_LIST(ENTRY)
#undef ENTRY
};

int
reason_number(enum reason reason)
{
	ensure(reason < REASON_COUNT);
	return entries[reason].number;
}

const char *
reason_name(enum reason reason)
{
	ensure(reason < REASON_COUNT);
	return entries[reason].name;
}

const char *
reason_text(enum reason reason)
{
	ensure(reason < REASON_COUNT);
	return entries[reason].text;
}

const char *
reason_cure(enum reason reason)
{
	ensure(reason < REASON_COUNT);
	return entries[reason].cure;
}

enum reason
reason_find(const char *number_or_name)
{
	char number[12];

	for (enum reason r = 0; r < REASON_COUNT; r++) {
		snprintf(number, sizeof(number), "%d", entries[r].number);
		if (strcmp(number_or_name, number) == 0 ||
		    strcmp(number_or_name, entries[r].name) == 0)
			return r;
	}
	return REASON_COUNT;
}
