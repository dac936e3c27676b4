#include "lint/overlap.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "lint/region-tree.h"
#include "lint/region.h"
#include "lint/space-text.h"
#include "lint/space.h"
#include "lint/witness.h"

#define KIND_ON		1
#define KIND_OFF	2

/*
 * Work, in the tree's units: of all rules, which count for more where they are
 * few; of one at first, and how much more each time that it is tried again; of
 * the answer to one overlap_find; of all of them, but what each has at least.
 */
#define WORK_A_RULE	UINT64_C(2500)
#define RULES_LEAST	100000
#define WORK_FIRST	UINT64_C(20000)
#define WORK_AGAIN	8
#define WORK_FIND	UINT64_C(20000000)
#define WORK_FINDS	UINT64_C(100000000)
#define FIND_LEAST	UINT64_C(100000)

/* Takers of a part that overlap_find looks for. */
#define FIND_MOST	32

#define EXAMPLE_MAX	512

struct overlap {
	struct arena *arena;
	const struct rules *rules;
	struct space *space;
	struct region_tree *tree;
	struct region_tree_item *items;
	uint32_t *ties;		/* lowest number of each one's priority */
	uint32_t *seen;		/* per number: the turn it was looked at in */
	uint32_t turn;
	uint16_t *verdicts;
	uint64_t finds;		/* work of overlap_find so far */
	uint32_t count;		/* of regions */
};

/* --- the table of rules as regions ---------------------------------------- */

static const struct rules_rule *
rule_at(const struct overlap *o, uint32_t number)
{
	return rules_at(o->rules, number - SPACE_IMPOSSIBLE);
}

/* What tells actions apart: two that are Off lead nowhere both. */
struct deed {
	bool secured;
	const void *settings, *application;
	uint32_t number;
};

static int
compare_deeds(const void *va, const void *vb)
{
	const struct deed *a = va, *b = vb;

	if (a->secured != b->secured)
		return a->secured - b->secured;
	if (a->settings != b->settings)
		return a->settings < b->settings ? -1 : 1;
	return (a->application > b->application) -
	    (a->application < b->application);
}

static struct deed
deed_of(const struct overlap *o, uint32_t number)
{
	const struct rules_actions *actions = rule_at(o, number)->actions;
	struct deed deed = {
		actions->secured, NULL, actions->application, number
	};

	/* Without settings there was a mistake, and nothing is known. */
	if (actions->secured)
		deed.settings = actions->settings != NULL ?
		    (const void *)actions->settings : (const void *)actions;
	return deed;
}

static void
group_rules(struct overlap *o)
{
	struct arena_mark mark = arena_mark(o->arena);
	uint32_t rules = o->count - SPACE_IMPOSSIBLE, group = 0;
	struct deed *deeds = arena_alloc_array(o->arena, rules,
	    sizeof(*deeds));

	for (uint32_t i = 0; i < rules; i++)
		deeds[i] = deed_of(o, i + SPACE_IMPOSSIBLE);
	qsort(deeds, rules, sizeof(*deeds), compare_deeds);
	for (uint32_t i = 0; i < rules; i++) {
		if (i == 0 || compare_deeds(&deeds[i - 1], &deeds[i]) != 0)
			group++;
		o->items[deeds[i].number].group = group;
	}
	arena_rewind(o->arena, mark);
}

static void
fill_items(struct overlap *o)
{
	for (uint32_t i = 0; i < o->count; i++) {
		o->items[i].region = &o->space->regions[i];
		o->ties[i] = i;
		if (i < SPACE_IMPOSSIBLE)
			continue;
		o->items[i].kind = rule_at(o, i)->actions->secured ?
		    KIND_ON : KIND_OFF;
		if (i > SPACE_IMPOSSIBLE && rule_at(o, i)->priority ==
		    rule_at(o, i - 1)->priority)
			o->ties[i] = o->ties[i - 1];
	}
	group_rules(o);
}

struct overlap *
overlap_new(struct arena *arena, const struct rules *rules)
{
	struct overlap *o = arena_alloc(arena, sizeof(*o));

	o->arena = arena;
	o->rules = rules;
	o->space = space_new(arena, rules);
	o->count = o->space->count;
	o->items = arena_alloc_array(arena, o->count, sizeof(*o->items));
	o->ties = arena_alloc_array(arena, o->count, sizeof(*o->ties));
	o->seen = arena_alloc_array(arena, o->count, sizeof(*o->seen));
	o->verdicts = arena_alloc_array(arena, o->count,
	    sizeof(*o->verdicts));
	fill_items(o);
	o->tree = region_tree_new(arena, o->items, o->count);
	return o;
}

/* --- what one rule loses to another --------------------------------------- */

/* The bit that an earlier rule brings about, if it takes something. */
static enum overlap_verdict
effect(const struct overlap *o, uint32_t earlier, uint32_t number)
{
	if (earlier >= o->ties[number])
		return o->items[earlier].group == o->items[number].group ?
		    OVERLAP_TIE_SAME : OVERLAP_TIE_OTHER;
	return o->items[earlier].kind == KIND_OFF &&
	    o->items[number].kind == KIND_ON ? OVERLAP_OFF : OVERLAP_PART;
}

/* The rules that can bring a bit about. */
static struct region_tree_filter
filter_for(const struct overlap *o, uint32_t number,
    enum overlap_verdict verdict)
{
	bool on = o->items[number].kind == KIND_ON;
	struct region_tree_filter filter = {
		.from = SPACE_IMPOSSIBLE, .below = o->ties[number],
		.kinds = KIND_ON | KIND_OFF, .group = o->items[number].group,
	};

	if (verdict == OVERLAP_TIE_OTHER || verdict == OVERLAP_TIE_SAME) {
		filter.from = o->ties[number];
		filter.below = number;
		filter.in_group = verdict == OVERLAP_TIE_SAME;
		filter.out_of_group = verdict == OVERLAP_TIE_OTHER;
	} else if (verdict == OVERLAP_OFF) {
		filter.kinds = on ? KIND_OFF : 0;
	} else if (on) {
		filter.kinds = KIND_ON;
	}
	return filter;
}

/* One look at a rule. */
struct look {
	struct overlap *overlap;
	struct region region;		/* the ways that are left to it */
	uint32_t number;
	unsigned verdict;
	uint64_t work_end;
	bool met_rule;
	enum overlap_verdict wanted;	/* the bit that ends the look */
	struct overlap_takers found;	/* of overlap_find */
};

static void
note_met(void *arg, uint32_t number)
{
	struct look *look = arg;

	look->met_rule |= number >= SPACE_IMPOSSIBLE;
}

static enum witness
find_left(struct look *look, const struct region *region)
{
	struct witness_search search = {
		.arena = look->overlap->arena, .tree = look->overlap->tree,
		.items = look->overlap->items, .work_end = look->work_end,
		.met = note_met, .arg = look,
	};
	struct region_point point;

	return witness_find(&search, region, look->number, &point);
}

/* A point that is taken from the rule is taken by whoever comes first. */
static void
note_taker(void *arg, uint32_t number)
{
	struct look *look = arg;

	if (number >= SPACE_IMPOSSIBLE)
		look->verdict |= effect(look->overlap, number, look->number);
}

/* Whether a rule takes something of the one in view. */
static enum witness
takes(struct look *look, uint32_t number, struct region *common_r,
    struct region_point *point_r)
{
	struct overlap *o = look->overlap;
	struct witness_search search = {
		.arena = o->arena, .tree = o->tree, .items = o->items,
		.work_end = look->work_end, .met = note_taker, .arg = look,
	};

	if (!region_meet(o->arena, &look->region, o->items[number].region,
	    common_r))
		return WITNESS_NONE;
	return witness_find(&search, common_r, number, point_r);
}

/* Whether this one was not looked at in this turn. */
static bool
is_new(struct overlap *o, uint32_t number)
{
	bool new = o->seen[number] != o->turn;

	o->seen[number] = o->turn;
	return new;
}

static bool
try_taker(void *arg, uint32_t number)
{
	struct look *look = arg;
	struct overlap *o = look->overlap;
	struct arena_mark mark = arena_mark(o->arena);
	struct region common;
	struct region_point point;
	enum witness answer;

	if (!is_new(o, number))
		return region_tree_work(o->tree) < look->work_end;
	answer = takes(look, number, &common, &point);
	arena_rewind(o->arena, mark);
	if (answer == WITNESS_FOUND)
		look->verdict |= effect(o, number, look->number);
	return answer != WITNESS_UNDECIDED &&
	    (look->verdict & look->wanted) == 0;
}

/* Whether somebody brings the bit about. */
static void
look_for(struct look *look, enum overlap_verdict verdict)
{
	struct overlap *o = look->overlap;
	struct region_tree_filter filter = filter_for(o, look->number,
	    verdict);

	if ((look->verdict & verdict) != 0)
		return;
	look->wanted = verdict;
	o->turn++;
	if (!region_tree_each(o->tree, &look->region, &filter, try_taker,
	    look) && (look->verdict & verdict) == 0)
		look->verdict |= OVERLAP_UNDECIDED;
}

/* Finds the ways in which nothing is left; narrows the region to the others. */
static void
look_both_ways(struct look *look)
{
	static const uint8_t ways[] = { RULES_INBOUND, RULES_OUTBOUND };
	const struct rules_rule *rule =
	    rule_at(look->overlap, look->number);
	unsigned lost = 0, asked = 0;

	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		struct region region = look->region;
		enum witness answer;

		if ((rule->direction & ways[i]) == 0)
			continue;
		asked |= ways[i];
		region.sets[REGION_DIRECTION] = space_direction(ways[i]);
		answer = find_left(look, &region);
		if (answer == WITNESS_UNDECIDED)
			look->verdict |= OVERLAP_UNDECIDED;
		else if (answer == WITNESS_NONE)
			lost |= ways[i];
	}
	if (lost == asked) {
		look->verdict |= look->met_rule ? OVERLAP_NEVER :
		    OVERLAP_EMPTY;
	} else if (lost != 0) {
		look->verdict |= lost == RULES_INBOUND ? OVERLAP_NO_INBOUND :
		    OVERLAP_NO_OUTBOUND;
		look->region.sets[REGION_DIRECTION] =
		    space_direction((uint8_t)(asked & ~lost));
	}
}

static bool
is_empty(const struct region *region)
{
	for (unsigned d = 0; d < REGION_DIMENSIONS; d++)
		if (region->sets[d].count == 0)
			return true;
	return false;
}

static void
begin_look(struct look *look, struct overlap *o, uint32_t number,
    uint64_t work)
{
	memset(look, 0, sizeof(*look));
	look->overlap = o;
	look->number = number;
	look->region = *o->items[number].region;
	look->work_end = region_tree_work(o->tree) + work;
}

static unsigned
judge(struct overlap *o, uint32_t number, uint64_t work)
{
	static const enum overlap_verdict effects[] = {
		OVERLAP_TIE_OTHER, OVERLAP_TIE_SAME, OVERLAP_OFF,
		OVERLAP_PART,
	};
	struct look look;

	begin_look(&look, o, number, work);
	if (is_empty(&look.region))
		return OVERLAP_EMPTY;
	look_both_ways(&look);
	if ((look.verdict & (OVERLAP_EMPTY | OVERLAP_NEVER)) != 0)
		return look.verdict;
	/* A way that is not decided may be lost. */
	if ((look.verdict & OVERLAP_UNDECIDED) != 0)
		return OVERLAP_UNDECIDED;
	for (size_t i = 0; i < ARRAY_SIZE(effects); i++)
		look_for(&look, effects[i]);
	return look.verdict;
}

/* Little for each at first, so that none uses up what others need. */
const uint16_t *
overlap_verdicts(struct overlap *o)
{
	uint64_t all = WORK_A_RULE *
	    (o->count > RULES_LEAST ? o->count : RULES_LEAST);
	uint64_t end = region_tree_work(o->tree) + all, left;
	uint64_t work = all / 2 / o->count;
	uint32_t undecided = o->count;

	if (work > WORK_FIRST)
		work = WORK_FIRST;
	for (uint32_t i = SPACE_IMPOSSIBLE; i < o->count; i++)
		o->verdicts[i] = OVERLAP_UNDECIDED;
	for (; undecided > 0; work *= WORK_AGAIN) {
		undecided = 0;
		for (uint32_t i = SPACE_IMPOSSIBLE; i < o->count; i++) {
			if ((o->verdicts[i] & OVERLAP_UNDECIDED) == 0)
				continue;
			if (region_tree_work(o->tree) >= end)
				return o->verdicts + SPACE_IMPOSSIBLE;
			left = end - region_tree_work(o->tree);
			o->verdicts[i] = (uint16_t)judge(o, i,
			    work < left ? work : left);
			undecided += (o->verdicts[i] & OVERLAP_UNDECIDED) != 0;
		}
	}
	return o->verdicts + SPACE_IMPOSSIBLE;
}

/* --- who it was ----------------------------------------------------------- */

static int
compare_takers(const void *va, const void *vb)
{
	const struct overlap_taker *a = va, *b = vb;

	return (a->rule->number > b->rule->number) -
	    (a->rule->number < b->rule->number);
}

static char *
copy_str(struct overlap *o, const struct str *text)
{
	return arena_copy_text(o->arena, text->text, text->length);
}

static void
add_taker(struct look *look, uint32_t number, const struct region *common,
    const struct region_point *point)
{
	struct overlap *o = look->overlap;
	struct overlap_taker *taker = &look->found.takers[look->found.count++];
	char room[EXAMPLE_MAX];
	struct str text;

	taker->rule = rule_at(o, number);
	str_init(&text, room, sizeof(room));
	space_text_region(o->space, common, &text);
	taker->common = copy_str(o, &text);
	str_init(&text, room, sizeof(room));
	space_text_point(o->space, common, point, &text);
	taker->example = copy_str(o, &text);
}

static bool
take_taker(void *arg, uint32_t number)
{
	struct look *look = arg;
	struct overlap *o = look->overlap;
	struct region common;
	struct region_point point;
	enum witness answer;

	if (!is_new(o, number))
		return true;
	if (look->found.count == FIND_MOST)
		return false;
	answer = takes(look, number, &common, &point);
	if (answer == WITNESS_FOUND)
		add_taker(look, number, &common, &point);
	return answer != WITNESS_UNDECIDED;
}

static void
find_partial(struct look *look, enum overlap_verdict verdict)
{
	struct overlap *o = look->overlap;
	struct region_tree_filter filter = filter_for(o, look->number,
	    verdict);

	look->found.takers = arena_alloc_array(o->arena, FIND_MOST,
	    sizeof(*look->found.takers));
	look->found.open = !region_tree_each(o->tree, &look->region, &filter,
	    take_taker, look);
	qsort(look->found.takers, look->found.count,
	    sizeof(*look->found.takers), compare_takers);
	look->found.total = look->found.count;
	for (size_t i = 0; i < look->found.count; i++)
		look->found.off +=
		    !look->found.takers[i].rule->actions->secured;
}

/* Those that take all together, each once. */
struct crowd {
	struct look *look;
	uint32_t *met;
	size_t count;
	bool covered;			/* met[0] takes it all */
};

static void
note_crowd(void *arg, uint32_t number)
{
	struct crowd *crowd = arg;
	struct overlap *o = crowd->look->overlap;

	if (number < SPACE_IMPOSSIBLE || crowd->covered || !is_new(o, number))
		return;
	if (region_covers(o->items[number].region, &crowd->look->region)) {
		crowd->covered = true;
		crowd->count = 0;
	}
	crowd->met[crowd->count++] = number;
}

static int
compare_uint32s(const void *va, const void *vb)
{
	const uint32_t *a = va, *b = vb;

	return (*a > *b) - (*a < *b);
}

static void
find_whole(struct look *look, size_t most)
{
	struct overlap *o = look->overlap;
	struct crowd crowd = { look, arena_alloc_array(o->arena, o->count,
	    sizeof(*crowd.met)), 0, false };
	struct witness_search search = {
		.arena = o->arena, .tree = o->tree, .items = o->items,
		.work_end = look->work_end, .met = note_crowd, .arg = &crowd,
	};
	struct region common;
	struct region_point point;

	look->found.open = witness_find(&search, &look->region, look->number,
	    &point) != WITNESS_NONE;
	qsort(crowd.met, crowd.count, sizeof(*crowd.met), compare_uint32s);
	look->found.takers = arena_alloc_array(o->arena, crowd.count,
	    sizeof(*look->found.takers));
	look->found.total = crowd.count;
	for (size_t i = 0; i < crowd.count; i++)
		look->found.off += o->items[crowd.met[i]].kind == KIND_OFF;
	/* To find them all may have used up what there was. */
	look->work_end = region_tree_work(o->tree) + FIND_LEAST;
	for (size_t i = 0; i < crowd.count && i < most; i++)
		if (takes(look, crowd.met[i], &common, &point) ==
		    WITNESS_FOUND)
			add_taker(look, crowd.met[i], &common, &point);
}

struct overlap_takers
overlap_find(struct overlap *o, const struct rules_rule *rule,
    enum overlap_verdict verdict, size_t most)
{
	uint32_t number = rule->number + SPACE_IMPOSSIBLE;
	unsigned lost = o->verdicts[number] &
	    (OVERLAP_NO_INBOUND | OVERLAP_NO_OUTBOUND);
	struct look look;
	uint8_t way = RULES_BOTH;
	uint64_t before;

	before = region_tree_work(o->tree);
	begin_look(&look, o, number, o->finds + WORK_FIND <= WORK_FINDS ?
	    WORK_FIND : FIND_LEAST);
	o->turn++;
	if (lost != 0) {
		way = lost == OVERLAP_NO_INBOUND ? RULES_INBOUND :
		    RULES_OUTBOUND;
		look.region.sets[REGION_DIRECTION] = space_direction(
		    verdict == lost ? way : (uint8_t)(RULES_BOTH & ~way));
	}
	if (verdict == OVERLAP_NEVER || verdict == lost)
		find_whole(&look, most);
	else
		find_partial(&look, verdict);
	if (look.found.count > most)
		look.found.count = most;
	o->finds += region_tree_work(o->tree) - before;
	return look.found;
}
