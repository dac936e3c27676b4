#include "policy/lint-lists.h"

#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "base/str.h"
#include "policy/codes.h"
#include "policy/diag.h"
#include "policy/lint-lines.h"
#include "policy/lint-scope.h"
#include "policy/lint.h"
#include "policy/schema.h"

/* Longer than any name of a code, and than its digits. */
#define CODE_MAX 8

/* The codes of a line that are never used. */
struct unused {
	enum codes_kind kind;
	bool (*able)(uint16_t code);
	struct str names;
	size_t count;
};

static void
see(struct unused *unused, const struct codes_code *code)
{
	/* ClientECurves Any, and what the compiler refused. */
	if (code == NULL || unused->able(code->code))
		return;
	str_add(&unused->names, "%s%s", unused->count++ == 0 ? "" : ", ",
	    code->name);
}

static void
see_word(struct unused *unused, struct source_span word)
{
	const char *text = lint_scope_text(word);
	const struct codes_code *named = codes_find_name(unused->kind, text,
	    word.length);
	size_t digits = codes_digits(unused->kind);
	char code[CODE_MAX] = "";

	ensure(digits < sizeof(code));
	if (named != NULL) {
		see(unused, named);
		return;
	}
	for (size_t at = 0; at + digits <= word.length; at += digits) {
		memcpy(code, text + at, digits);
		see(unused, codes_find_code(unused->kind, (uint16_t)strtoul(
		    code, NULL, (int)codes_base(unused->kind))));
	}
}

void
lint_lists_line(struct lint_scope *scope, const struct lint_line *line)
{
	struct unused unused = { .able = NULL };
	const struct lint_able *able = scope->able;
	struct source_span word;
	char names[256];

	if (line->row == NULL || !able->lists)
		return;
	if (strcmp(line->row->name, "ServerKexECurves") == 0)
		unused.able = able->curve;
	else if (strcmp(line->row->name, "ServerKeyShareGroups") == 0)
		unused.able = able->group;
	else if (strcmp(line->row->name, "SignaturePairs") == 0)
		unused.able = able->pair;
	else
		return;
	unused.kind = line->row->type == SCHEMA_TYPE_PAIRS ? CODES_PAIRS :
	    CODES_CURVES;
	str_init(&unused.names, names, sizeof(names));
	for (size_t i = 1; (word = lint_lines_word(scope, line, i)).length > 0;
	    i++)
		see_word(&unused, word);
	if (unused.count == 0)
		return;
	diag_cure(scope->diag, lint_scope_report(scope, DIAG_CODES_UNABLE,
	    lint_lines_rest(scope, line, 1), "%s names what is never used: %s",
	    line->row->name, names), "remove %s; see sallyport.policy(5)",
	    unused.count == 1 ? "it" : "them");
}
