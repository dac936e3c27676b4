#include "lint/lint-lists.h"

#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "base/str.h"
#include "lint/lint-lines.h"
#include "lint/lint-scope.h"
#include "lint/lint.h"
#include "policy/codes.h"
#include "policy/diag.h"
#include "policy/rules.h"
#include "policy/schema.h"
#include "policy/settings.h"

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

/* --- what is left of a list --------------------------------------- */

/* RFC 8446, 4.2.3. */
static bool
pair_in_13(uint16_t pair)
{
	return pair == 0x0403 || pair == 0x0503 || pair == 0x0603 ||
	    (pair >= 0x0804 && pair <= 0x0808);
}

static bool
uses_13(const struct settings *s)
{
	bool found = s->ciphers.count == 0;

	for (size_t i = 0; i < s->ciphers.count; i++)
		found = found || s->ciphers.suites[i] >> 8 == 0x13;
	return found && s->tlsv13 && s->suite_b == SETTINGS_SUITE_B_OFF;
}

static void
judge_pairs(struct lint_scope *scope, const struct settings *s)
{
	const struct source_span *span = SETTINGS_ORIGIN(s, signature_pairs);
	bool any = false;

	if (span == NULL || !scope->able->lists || !uses_13(s))
		return;
	for (size_t i = 0; i < s->signature_pairs.count; i++) {
		uint16_t pair = s->signature_pairs.codes[i];

		if (pair_in_13(pair) && scope->able->pair(pair))
			return;
		any = any || scope->able->pair(pair);
	}
	/* Without any the start is refused. */
	if (any)
		diag_cure(scope->diag, lint_scope_report(scope,
		    DIAG_PAIRS_NO_TLS13, *span, "TLS 1.3 is on, and "
		    "SignaturePairs has no pair that it can sign by"),
		    "add 0804 for RSA keys, 0403 for ECDSA keys of P-256; or "
		    "code TLSv1.3 Off");
}

void
lint_lists_judge(struct lint_scope *scope, const struct rules *rules)
{
	for (size_t i = 0; i < rules_count(rules); i++) {
		const struct rules_actions *actions =
		    rules_at(rules, i)->actions;

		if (actions->secured && actions->settings != NULL)
			judge_pairs(scope, actions->settings);
	}
}
