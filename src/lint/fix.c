#include "lint/fix.h"

#include <stdlib.h>
#include <string.h>

#include "lint/lint.h"
#include "policy/diag.h"
#include "policy/format.h"
#include "policy/mend.h"
#include "policy/same.h"

#define ROUNDS		100
#define KEPT		5000	/* what one round cures at most */

/* A text, and what is said of it. */
struct state {
	const char *path;
	enum policy_defaults defaults;
	const struct lint_able *able;
	char *text;
	size_t size;
	struct diag *diag;
	struct policy *policy;
};

/* The cures of one round. */
struct round {
	const struct state *base;
	const struct diag_record *records[2 * KEPT];
	bool chosen[2 * KEPT];
	size_t count, edits;		/* of all records */
	struct state *best;		/* with those chosen so far */
};

static void
state_free(struct state **state)
{
	if (*state == NULL)
		return;
	if ((*state)->text != NULL)
		explicit_bzero((*state)->text, (*state)->size);
	free((*state)->text);
	policy_free(&(*state)->policy);
	diag_free(&(*state)->diag);
	free(*state);
	*state = NULL;
}

/* Takes the text over. NULL where there is no memory. */
static struct state *
state_new(const char *path, enum policy_defaults defaults,
    const struct lint_able *able, char *text, size_t size)
{
	struct state *state = calloc(1, sizeof(*state));

	if (state == NULL) {
		free(text);
		return NULL;
	}
	*state = (struct state){ path, defaults, able, text, size,
	    diag_new(), NULL };
	if (state->diag != NULL)
		diag_keep(state->diag, KEPT);
	if (text != NULL && state->diag != NULL)
		state->policy = policy_examine_memory(path, text, size,
		    defaults, state->diag);
	if (state->policy == NULL) {
		state_free(&state);
		return NULL;
	}
	lint_policy(state->policy, able, state->diag);
	diag_sort(state->diag);
	return state;
}

/* --- edits -------------------------------------------------------------- */

/* Those that touch are in each other's way, too: their order would matter. */
static bool
touch(const struct diag_edit *a, const struct diag_edit *b)
{
	return a->span.offset <= b->span.offset + b->span.length &&
	    b->span.offset <= a->span.offset + a->span.length;
}

static bool
records_touch(const struct diag_record *a, const struct diag_record *b)
{
	for (const struct diag_edit *x = a->edits; x != NULL; x = x->next)
		for (const struct diag_edit *y = b->edits; y != NULL;
		    y = y->next)
			if (touch(x, y))
				return true;
	return false;
}

static int
by_offset(const void *a, const void *b)
{
	const struct diag_edit *x = *(const struct diag_edit *const *)a;
	const struct diag_edit *y = *(const struct diag_edit *const *)b;

	return x->span.offset < y->span.offset ? -1 :
	    x->span.offset > y->span.offset;
}

/* The edits of the chosen records, in order; their number. */
static size_t
gather(const struct round *round, const struct diag_edit **edits)
{
	size_t count = 0;

	for (size_t i = 0; i < round->count; i++)
		for (const struct diag_edit *e = round->records[i]->edits;
		    round->chosen[i] && e != NULL; e = e->next)
			edits[count++] = e;
	qsort(edits, count, sizeof(edits[0]), by_offset);
	return count;
}

/* The base's text, edited; `to` has the room. */
static void
write_text(const struct state *base, const struct diag_edit **edits,
    size_t count, char *to)
{
	const char *from = base->text;
	size_t n;

	for (size_t i = 0; i < count; i++) {
		n = (size_t)(base->text + edits[i]->span.offset - from);
		to = mempcpy(to, from, n);
		to = mempcpy(to, edits[i]->text, strlen(edits[i]->text));
		from += n + edits[i]->span.length;
	}
	n = (size_t)(base->text + base->size - from);
	to = mempcpy(to, from, n);
	*to = '\0';
}

/* The base with the chosen records cured, or NULL. */
static struct state *
apply(const struct round *round)
{
	const struct diag_edit **edits = reallocarray(NULL, round->edits,
	    sizeof(edits[0]));
	size_t count, size = round->base->size;
	char *text;

	if (edits == NULL)
		return NULL;
	count = gather(round, edits);
	for (size_t i = 0; i < count; i++)
		size += strlen(edits[i]->text) - edits[i]->span.length;
	text = malloc(size + 1);
	if (text != NULL)
		write_text(round->base, edits, count, text);
	free(edits);
	return text == NULL ? NULL : state_new(round->base->path,
	    round->base->defaults, round->base->able, text, size);
}

/* --- judgement ---------------------------------------------------------- */

static bool
not_worse(const struct state *before, const struct state *after)
{
	size_t errors = diag_count(before->diag, DIAG_ERROR);

	if (diag_count(after->diag, DIAG_ERROR) > errors)
		return false;
	return errors > 0 || (diag_count(after->diag, DIAG_WARNING) <=
	    diag_count(before->diag, DIAG_WARNING) &&
	    same_policy(before->policy, after->policy));
}

/*
 * Chooses records from `low` to below `high`, if what comes of them is not
 * worse than without; else of each half what can be chosen. -1: no memory.
 */
static int
choose(struct round *round, size_t low, size_t high)
{
	struct state *state;

	for (size_t i = low; i < high; i++)
		round->chosen[i] = true;
	state = apply(round);
	if (state == NULL)
		return -1;
	if (not_worse(round->best == NULL ? round->base : round->best, state)) {
		state_free(&round->best);
		round->best = state;
		return 0;
	}
	state_free(&state);
	for (size_t i = low; i < high; i++)
		round->chosen[i] = false;
	if (high - low == 1)
		return 0;
	if (choose(round, low, low + (high - low) / 2) == -1)
		return -1;
	return choose(round, low + (high - low) / 2, high);
}

static void
take(struct round *round, const struct diag_record *record)
{
	for (size_t i = 0; i < round->count; i++)
		if (records_touch(record, round->records[i]))
			return;
	round->records[round->count++] = record;
	for (const struct diag_edit *e = record->edits; e != NULL; e = e->next)
		round->edits++;
}

/* A statement without braces takes lines by their words: these come first. */
static void
collect(struct round *round)
{
	const struct state *base = round->base;
	bool braces = format_possible(base->policy, base->diag);
	const struct diag_record *record;

	for (size_t i = 0; (record = diag_at(base->diag, i)) != NULL; i++)
		if (record->edits != NULL &&
		    (braces || record->code != DIAG_BRACES_LEFT_OUT))
			take(round, record);
}

/* How many were cured, with the result for base; -1: no memory. */
static int
cure(struct state **base)
{
	struct round round = { .base = *base };
	int cured = 0;

	collect(&round);
	if (round.count == 0)
		return 0;
	if (choose(&round, 0, round.count) == -1) {
		state_free(&round.best);
		return -1;
	}
	for (size_t i = 0; i < round.count; i++)
		cured += round.chosen[i];
	if (cured == 0)
		return 0;
	state_free(base);
	*base = round.best;
	return cured;
}

int
fix_text(const char *path, const char *text, size_t size,
    enum policy_defaults defaults, const struct lint_able *able,
    char **text_r, size_t *size_r)
{
	char *copy = malloc(size + 1);
	struct state *state;
	int cured = 0, more = 0;

	*text_r = NULL;
	*size_r = 0;
	if (copy == NULL)
		return -1;
	memcpy(copy, text, size);
	state = state_new(path, defaults, able, copy, size);
	if (state == NULL)
		return -1;
	for (int i = 0; i < ROUNDS; i++) {
		more = cure(&state);
		if (more <= 0)
			break;
		cured += more;
	}
	if (more != -1 && cured > 0) {
		*text_r = state->text;
		*size_r = state->size;
		state->text = NULL;
	}
	state_free(&state);
	return more == -1 ? -1 : cured;
}
