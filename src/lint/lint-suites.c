#include "lint/lint-suites.h"

#include <string.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/str.h"
#include "lint/lint-lines.h"
#include "lint/lint-scope.h"
#include "lint/lint-view.h"
#include "lint/lint.h"
#include "policy/body.h"
#include "policy/schema.h"
#include "policy/settings.h"
#include "policy/suites.h"
#include "policy/tree.h"

#define ROOM_FIRST	16
#define NOTES_MAX	8

/* A suite, and where it is coded. */
struct coded {
	uint16_t suite;
	struct source_span span;
};

struct list {
	struct list *next;
	struct coded *coded;
	size_t count, room;
	bool partial;		/* a line of it is not known */
	/* whether a rule that uses it may have these versions on */
	bool used13, used12;
};

struct lint_suites {
	struct lint_scope_map by_header, by_line;
	struct list *first, **last;
};

/* --- what a suite is ---------------------------------------------- */

static const char *
name_of(uint16_t suite)
{
	const struct suites_suite *known = suites_find_code(suite);

	return known == NULL ? "" : known->name;
}

static bool
has(uint16_t suite, const char *part)
{
	return strstr(name_of(suite), part) != NULL;
}

enum lint_suites_class
lint_suites_class(uint16_t suite)
{
	if (lint_suites_in_13(suite))
		return LINT_SUITES_TLS13;
	if (has(suite, "_WITH_NULL_"))
		return LINT_SUITES_OPEN;
	if (has(suite, "_EXPORT_"))
		return LINT_SUITES_EXPORT;
	if (has(suite, "_RC4_") || has(suite, "_RC2_"))
		return LINT_SUITES_RC;
	if (has(suite, "_WITH_DES_"))
		return LINT_SUITES_DES;
	if (has(suite, "_3DES_"))
		return LINT_SUITES_3DES;
	if (!has(suite, "TLS_ECDHE_") && !has(suite, "TLS_DHE_"))
		return LINT_SUITES_STATIC;
	return has(suite, "_CBC_") ? LINT_SUITES_CBC : LINT_SUITES_AEAD;
}

bool
lint_suites_in_13(uint16_t suite)
{
	return suite >> 8 == 0x13;
}

/* RFC 5246 made the hash a part of the suite; AEAD is younger still. */
bool
lint_suites_before_12(uint16_t suite)
{
	const char *name = name_of(suite);
	size_t length = strlen(name);

	return !lint_suites_in_13(suite) && length > 4 &&
	    (strcmp(name + length - 4, "_SHA") == 0 ||
	    strcmp(name + length - 4, "_MD5") == 0);
}

bool
lint_suites_in_12(uint16_t suite)
{
	return !lint_suites_in_13(suite) && !has(suite, "_EXPORT_") &&
	    !has(suite, "_WITH_DES_") && suite != 0;
}

/* --- lists and their lines ---------------------------------------- */

struct lint_suites *
lint_suites_new(struct lint_scope *scope)
{
	struct lint_suites *suites = arena_alloc(scope->arena,
	    sizeof(*suites));

	suites->last = &suites->first;
	return suites;
}

static struct list *
list_of(struct lint_scope *scope, const struct lint_line *line)
{
	struct lint_suites *suites = scope->suites;
	void **slot = lint_scope_at(scope, &suites->by_header,
	    (uintptr_t)line->header);
	struct list *list = *slot;

	if (list == NULL) {
		list = arena_alloc(scope->arena, sizeof(*list));
		*suites->last = list;
		suites->last = &list->next;
		*slot = list;
	}
	*lint_scope_at(scope, &suites->by_line,
	    (uint64_t)line->node->words[0].offset + 1) = list;
	return list;
}

/* The list that a rule uses; NULL where none, or none that is sure. */
static struct list *
list_used(struct lint_scope *scope, const struct lint_view *view)
{
	const struct body_set *set = lint_view_set(view, LINT_VIEW_CIPHERS);

	if (set == NULL)
		set = lint_view_set(view, LINT_VIEW_CIPHERS4);
	return set == NULL ? NULL : *lint_scope_at(scope,
	    &scope->suites->by_line, (uint64_t)set->span.offset + 1);
}

static void
add(struct lint_scope *scope, struct list *list, uint16_t suite,
    struct source_span span)
{
	struct coded *larger;

	for (size_t i = 0; i < list->count; i++)
		if (list->coded[i].suite == suite)
			return;
	if (list->count == list->room) {
		list->room = list->room == 0 ? ROOM_FIRST : list->room * 2;
		larger = arena_alloc_array(scope->arena, list->room,
		    sizeof(*larger));
		if (list->count > 0)
			memcpy(larger, list->coded,
			    list->count * sizeof(*larger));
		list->coded = larger;
	}
	list->coded[list->count++] = (struct coded){ suite, span };
}

static int
digit_of(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = strchr(digits, c >= 'A' && c <= 'F' ?
	    c + 'a' - 'A' : c);

	return c == '\0' || at == NULL ? -1 : (int)(at - digits);
}

static void
add_codes(struct lint_scope *scope, struct list *list,
    struct source_span word, uint32_t digits)
{
	const char *text = lint_scope_text(word);
	struct source_span span = word;
	uint32_t at, i;
	int code;

	span.length = digits;
	for (at = 0; at + digits <= word.length; at += digits) {
		code = 0;
		for (i = 0; i < digits && digit_of(text[at + i]) >= 0; i++)
			code = code * 16 + digit_of(text[at + i]);
		span.offset = word.offset + at;
		if (i == digits && suites_find_code((uint16_t)code) != NULL)
			add(scope, list, (uint16_t)code, span);
	}
}

void
lint_suites_line(struct lint_scope *scope, const struct lint_line *line)
{
	struct source_span word = lint_lines_word(scope, line, 1);
	const struct suites_suite *suite;
	struct list *list;

	if (line->statement->id == SCHEMA_CIPHER_PARMS &&
	    lint_scope_is_wrong(scope, lint_lines_word(scope, line, 0))) {
		list_of(scope, line)->partial = true;
		return;
	}
	if (line->row == NULL || word.length == 0 ||
	    (line->row->type != SCHEMA_TYPE_SUITES2 &&
	    line->row->type != SCHEMA_TYPE_SUITES4))
		return;
	list = list_of(scope, line);
	suite = suites_find_name(lint_scope_text(word), word.length);
	if (suite != NULL)
		add(scope, list, suite->code, word);
	else if (memchr(lint_scope_text(word), '_', word.length) == NULL)
		add_codes(scope, list, word,
		    line->row->type == SCHEMA_TYPE_SUITES2 ? 2 : 4);
}

/* --- a list as a whole -------------------------------------------- */

static bool
able(const struct lint_scope *scope, uint16_t suite)
{
	return scope->able->suite(suite);
}

/* Suites that one thing is said of. */
static const struct kind {
	enum lint_suites_class first, last;
	bool able;			/* of those that the library has */
	enum diag_code code;
	const char *what, *cure;
} all_kinds[] = {
	{ LINT_SUITES_OPEN, LINT_SUITES_OPEN, false, DIAG_SUITES_BROKEN,
	  "encrypts nothing", "remove it" },
	{ LINT_SUITES_EXPORT, LINT_SUITES_EXPORT, false, DIAG_SUITES_BROKEN,
	  "has a key of 40 bits", "remove it" },
	{ LINT_SUITES_RC, LINT_SUITES_RC, false, DIAG_SUITES_BROKEN,
	  "has a cipher that is broken", "remove it" },
	{ LINT_SUITES_DES, LINT_SUITES_DES, false, DIAG_SUITES_BROKEN,
	  "has a key of 56 bits", "remove it" },
	{ LINT_SUITES_3DES, LINT_SUITES_3DES, false, DIAG_SUITES_BROKEN,
	  "has blocks of 64 bits, which leak in long connections",
	  "remove it" },
	{ LINT_SUITES_STATIC, LINT_SUITES_STATIC, true, DIAG_SUITES_STATIC,
	  "has no forward secrecy", "an ECDHE suite has: who steals the key "
	  "reads nothing that was recorded" },
	{ LINT_SUITES_STATIC, LINT_SUITES_TLS13, false, DIAG_SUITES_UNABLE,
	  "is not in the TLS library, and never used", "remove it, or list "
	  "TLS_ECDHE_... in its place" },
};

static bool
is_kind(const struct lint_scope *scope, const struct kind *kind,
    uint16_t suite)
{
	enum lint_suites_class class = lint_suites_class(suite);

	return class >= kind->first && class <= kind->last &&
	    (kind->code == DIAG_SUITES_BROKEN ||
	    able(scope, suite) == kind->able);
}

/* The first suite that is of the kind, and the others in notes. */
static void
warn_class(struct lint_scope *scope, const struct list *list,
    const struct kind *kind)
{
	struct diag_record *record = NULL;
	size_t notes = 0;

	for (size_t i = 0; i < list->count; i++) {
		const struct coded *c = &list->coded[i];

		if (!is_kind(scope, kind, c->suite))
			continue;
		if (notes == 0) {
			record = lint_scope_report(scope, kind->code, c->span,
			    "%s %s", name_of(c->suite), kind->what);
			diag_cure(scope->diag, record, "%s", kind->cure);
		} else if (notes <= NOTES_MAX) {
			diag_note(scope->diag, record, c->span, "so does %s",
			    name_of(c->suite));
		}
		notes++;
	}
}

static const char *
key_type(uint16_t suite)
{
	return has(suite, "ECDSA") ? "ECDSA" : has(suite, "DSS") ? "DSS" :
	    "RSA";
}

/* What is to be removed anyway, or is of a version with no order of ours. */
static bool
ordered(uint16_t suite)
{
	enum lint_suites_class class = lint_suites_class(suite);

	return class >= LINT_SUITES_STATIC && class <= LINT_SUITES_AEAD;
}

static void
warn_order(struct lint_scope *scope, const struct list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct coded *weak = &list->coded[i], *strong = NULL;
		struct diag_record *record;

		for (size_t j = i + 1; j < list->count &&
		    ordered(weak->suite); j++)
			if (ordered(list->coded[j].suite) &&
			    lint_suites_class(list->coded[j].suite) >
			    lint_suites_class(strong == NULL ? weak->suite :
			    strong->suite) && key_type(weak->suite) ==
			    key_type(list->coded[j].suite))
				strong = &list->coded[j];
		if (strong == NULL)
			continue;
		record = lint_scope_report(scope, DIAG_SUITES_ORDER,
		    weak->span, "%s is preferred to the stronger %s",
		    name_of(weak->suite), name_of(strong->suite));
		diag_cure(scope->diag, record,
		    "the first suite that both sides have is taken: put the "
		    "strong ones first");
		diag_note(scope->diag, record, strong->span,
		    "the stronger one is here");
		return;
	}
}

void
lint_suites_lists(struct lint_scope *scope)
{
	const struct list *list = scope->suites->first;

	for (; list != NULL; list = list->next) {
		for (size_t i = 0; i < ARRAY_SIZE(all_kinds); i++)
			warn_class(scope, list, &all_kinds[i]);
		warn_order(scope, list);
	}
}

/* --- lists and protocol versions ---------------------------------- */

static bool
may_be_on(const struct lint_scope *scope, const struct lint_view *view,
    enum lint_view_field field)
{
	return !lint_view_known(view, field) ||
	    lint_view_on(scope, view, field);
}

void
lint_suites_learn(struct lint_scope *scope, const struct lint_view *view)
{
	struct list *list = list_used(scope, view);

	if (list == NULL)
		return;
	list->used13 = list->used13 || may_be_on(scope, view, LINT_VIEW_TLSV13);
	list->used12 = list->used12 || may_be_on(scope, view, LINT_VIEW_TLSV12);
}

static const struct coded *
find(const struct list *list, bool (*is)(uint16_t))
{
	for (size_t i = 0; i < list->count; i++)
		if (is(list->coded[i].suite))
			return &list->coded[i];
	return NULL;
}

static bool
only_in_12(uint16_t suite)
{
	return lint_suites_in_12(suite) && !lint_suites_before_12(suite);
}

static void
warn_needs(struct lint_scope *scope, const struct lint_view *view,
    const struct coded *suite, enum diag_code code,
    enum lint_view_field field, const char *version)
{
	const struct body_set *set = lint_view_set(view, field);
	struct diag_record *record;

	if (suite == NULL)
		return;
	record = lint_scope_report(scope, code, suite->span,
	    "%s is for TLS %s, which is off", name_of(suite->suite), version);
	diag_cure(scope->diag, record, "code TLSv%s On, or remove the suites "
	    "that need it", version);
	if (set != NULL)
		diag_note(scope->diag, record, set->span,
		    "it is switched off here");
}

static void
warn_lacks(struct lint_scope *scope, const struct lint_view *view,
    const struct list *list, enum diag_code code, enum lint_view_field field,
    const char *version, const char *cure)
{
	const struct body_set *set = lint_view_set(view, field);
	struct diag_record *record;

	record = lint_scope_report(scope, code,
	    set != NULL ? set->span : list->coded[0].span, set != NULL ?
	    "TLS %s is on, and the cipher list has no suite for it" :
	    "TLS %s is on by default, and the list has no suite for it",
	    version);
	diag_cure(scope->diag, record, "%s", cure);
	if (set != NULL)
		diag_note(scope->diag, record, list->coded[0].span,
		    "the list begins here");
}

/* Whether a version that is on, or may be, has the suite. */
static bool
usable(const struct lint_scope *scope, const struct lint_view *view,
    uint16_t suite)
{
	if (!able(scope, suite))
		return false;
	if (lint_suites_in_13(suite))
		return may_be_on(scope, view, LINT_VIEW_TLSV13);
	return (lint_suites_in_12(suite) &&
	    may_be_on(scope, view, LINT_VIEW_TLSV12)) ||
	    (lint_suites_before_12(suite) &&
	    (may_be_on(scope, view, LINT_VIEW_TLSV11) ||
	    may_be_on(scope, view, LINT_VIEW_TLSV1)));
}

/* Whether anything is left. */
static bool
judge_usable(struct lint_scope *scope, const struct lint_view *view,
    const struct list *list)
{
	bool on = false;

	for (size_t i = 0; i < list->count; i++)
		if (usable(scope, view, list->coded[i].suite))
			return true;
	/* No version at all is an error, and told. */
	for (int field = LINT_VIEW_TLSV1; field <= LINT_VIEW_TLSV13; field++)
		on = on || may_be_on(scope, view, (enum lint_view_field)field);
	if (on)
		diag_cure(scope->diag, lint_scope_report(scope,
		    DIAG_SUITES_UNUSABLE, list->coded[0].span, "no suite of this "
		    "list can be used"), "add TLS_AES_128_GCM_SHA256 with "
		    "TLSv1.3 On, or TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 with "
		    "TLSv1.2 On");
	return false;
}

static void
judge_fips(struct lint_scope *scope, const struct lint_view *view,
    const struct list *list)
{
	const struct body_set *fips = lint_view_set(view, LINT_VIEW_FIPS);
	struct diag_record *record;

	for (size_t i = 0; i < list->count; i++) {
		const struct coded *c = &list->coded[i];

		if (fips == NULL || !lint_view_on(scope, view, LINT_VIEW_FIPS) ||
		    (lint_suites_class(c->suite) > LINT_SUITES_DES &&
		    !has(c->suite, "CHACHA20")))
			continue;
		record = lint_scope_report(scope, DIAG_FIPS_WEAK, c->span,
		    "%s, where FIPS140 is %s", name_of(c->suite),
		    fips->value.choice->name);
		diag_cure(scope->diag, record, "remove it");
		diag_note(scope->diag, record, fips->span,
		    "FIPS140 is here");
	}
}

/* wolfSSL before 5.8 asks for client certificates as for its own. */
static void
judge_client_auth(struct lint_scope *scope, const struct lint_view *view,
    const struct list *list)
{
	const struct body_set *role = lint_view_set(view, LINT_VIEW_ROLE);
	struct diag_record *record;

	if (role == NULL ||
	    role->value.number != SETTINGS_ROLE_SERVER_WITH_CLIENT_AUTH)
		return;
	for (size_t i = 0; i < list->count; i++)
		if (usable(scope, view, list->coded[i].suite) &&
		    !has(list->coded[i].suite, "_ECDSA_"))
			return;
	record = lint_scope_report(scope, DIAG_SUITES_CLIENT_AUTH,
	    list->coded[0].span, "all suites are ECDSA's: a client with an RSA "
	    "certificate may be taken for one without");
	diag_cure(scope->diag, record, "add an RSA suite, or one of TLS 1.3, "
	    "where clients have RSA certificates");
	diag_note(scope->diag, record, role->span,
	    "clients are asked for certificates here");
}

static void
judge_versions(struct lint_scope *scope, const struct lint_view *view,
    const struct list *list)
{
	bool on12 = lint_view_on(scope, view, LINT_VIEW_TLSV12);
	bool on13 = lint_view_on(scope, view, LINT_VIEW_TLSV13);

	if (on13 && find(list, lint_suites_in_13) == NULL)
		warn_lacks(scope, view, list,
		    lint_view_set(view, LINT_VIEW_TLSV13) != NULL ?
		    DIAG_SUITES_NO_TLS13 : DIAG_SUITES_LACK_TLS13,
		    LINT_VIEW_TLSV13, "1.3", "add TLS_AES_128_GCM_SHA256 and "
		    "TLS_AES_256_GCM_SHA384, or code TLSv1.3 Off");
	if (!list->used13)
		warn_needs(scope, view, find(list, lint_suites_in_13),
		    DIAG_SUITES_TLS13_OFF, LINT_VIEW_TLSV13, "1.3");
	if (!list->used12)
		warn_needs(scope, view, find(list, only_in_12),
		    DIAG_SUITES_TLS12_OFF, LINT_VIEW_TLSV12, "1.2");
	if (on12 && lint_view_set(view, LINT_VIEW_TLSV12) != NULL &&
	    find(list, lint_suites_in_12) == NULL)
		warn_lacks(scope, view, list, DIAG_SUITES_NO_TLS12,
		    LINT_VIEW_TLSV12, "1.2", "add "
		    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 and its like, or "
		    "code TLSv1.2 Off");
}

void
lint_suites_judge(struct lint_scope *scope, const struct lint_view *view)
{
	const struct list *list = list_used(scope, view);

	/* With a Suite B profile the list does not count. */
	if (list == NULL || list->count == 0 ||
	    lint_view_number(scope, view, LINT_VIEW_SUITE_B) != 0 ||
	    list->partial || !judge_usable(scope, view, list))
		return;
	judge_versions(scope, view, list);
	judge_fips(scope, view, list);
	judge_client_auth(scope, view, list);
}
