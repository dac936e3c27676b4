#include "lint/lint-sni.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/addr.h"
#include "base/arena.h"
#include "lint/lint-lines.h"
#include "lint/lint-scope.h"
#include "policy/diag.h"
#include "policy/schema.h"
#include "policy/tree.h"

/* --- the first of what is the same -------------------------------- */

/* FNV-1a, of a block and what is said in it; without regard to case. */
static uint64_t
key_of(const struct lint_line *line, const char *kind,
    struct source_span text)
{
	uint64_t key = 0xcbf29ce484222325u ^ line->header->words[0].offset;
	const char *bytes = lint_scope_text(text);

	for (; *kind != '\0'; kind++)
		key = (key ^ (unsigned char)*kind) * 0x100000001b3u;
	for (uint32_t i = 0; i < text.length; i++)
		key = (key ^ (unsigned char)tolower((unsigned char)bytes[i])) *
		    0x100000001b3u;
	return key | 1;
}

/* The first line of this kind and text in its block; NULL: this one. */
static const struct source_span *
first_of(struct lint_scope *scope, const struct lint_line *line,
    const char *kind, struct source_span text)
{
	void **slot = lint_scope_at(scope, &scope->firsts,
	    key_of(line, kind, text));
	struct source_span *span = *slot;

	if (span == NULL) {
		span = arena_alloc(scope->arena, sizeof(*span));
		*span = text;
		*slot = span;
		return NULL;
	}
	/* Else it is another text of the same key. */
	return span->length == text.length && strncasecmp(lint_scope_text(
	    *span), lint_scope_text(text), text.length) == 0 ? span : NULL;
}

/* --- ServerHandshakeSNIList --------------------------------------- */

/* What is wrong with a server name (RFC 6066, 3), or NULL; its cure. */
static const char *
unsent(const char *name, uint32_t length, const char **cure_r)
{
	struct addr addr;

	*cure_r = "write the host's name alone, such as www.example.com";
	if (length == 0)
		return "it is empty";
	if (addr_parse(name, length, &addr) != -1)
		return "addresses are not sent";
	for (uint32_t i = 0; i < length; i++)
		if ((unsigned char)name[i] >= 0x80) {
			*cure_r = "write the name as DNS has it: xn--...";
			return "it is not in ASCII";
		}
	*cure_r = "list each name; for any other one, code "
	    "ServerHandshakeSNIMatch Optional";
	if (memchr(name, '*', length) != NULL)
		return "there are no wildcards here";
	*cure_r = "remove the dot";
	if (name[length - 1] == '.')
		return "names are sent without a dot at the end";
	*cure_r = "host names have letters, digits, hyphens and dots";
	for (uint32_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)name[i]) &&
		    strchr("-._", name[i]) == NULL)
			return "it is no host name";
	return NULL;
}

static void
judge_name(struct lint_scope *scope, const struct lint_line *line,
    struct source_span name, uint32_t word_length)
{
	const struct source_span *first;
	struct source_span word = name;
	struct diag_record *record;
	const char *what, *cure;

	word.length = word_length;
	what = unsent(lint_scope_text(name), name.length, &cure);
	if (what != NULL) {
		diag_cure(scope->diag, lint_scope_report(scope,
		    DIAG_SNI_UNSENT, word, "no client asks for this server "
		    "name: %s", what), "%s", cure);
		return;
	}
	first = first_of(scope, line, "name", name);
	if (first == NULL)
		return;
	record = lint_scope_report(scope, DIAG_SNI_TWICE, word,
	    "%.*s is listed twice", (int)name.length, lint_scope_text(name));
	diag_cure(scope->diag, record, "the first one counts; remove the "
	    "other");
	diag_note(scope->diag, record, *first, "the first one");
}

static void
judge_entry(struct lint_scope *scope, const struct lint_line *line)
{
	struct source_span word = lint_lines_word(scope, line, 1);
	struct source_span name = word, all = lint_lines_rest(scope, line, 1);
	const char *text = lint_scope_text(word), *slash;

	slash = memchr(text, '/', all.length);
	if (slash == NULL || slash + 1 == text + all.length)
		diag_cure(scope->diag, lint_scope_report(scope,
		    DIAG_SNI_NO_LABEL, word, "this server name has no "
		    "certificate label"), "write name/label");
	if (slash != NULL)
		name.length = (uint32_t)(slash - text);
	judge_name(scope, line, name, word.length);
}

/* --- CertificateLabel, ServerCertificateLabel --------------------- */

static void
judge_label(struct lint_scope *scope, const struct lint_line *line)
{
	struct source_span label = lint_lines_rest(scope, line, 1);
	const struct source_span *first = first_of(scope, line, "label",
	    label);
	struct diag_record *record;

	/* Labels are told apart by case. */
	if (first == NULL || memcmp(lint_scope_text(*first),
	    lint_scope_text(label), label.length) != 0)
		return;
	record = lint_scope_report(scope, DIAG_LABEL_IDLE, label,
	    "this label is listed twice");
	diag_cure(scope->diag, record, "remove one of the lines");
	diag_note(scope->diag, record, *first, "the first one");
}

/* Where both stand in a block; each comes here, in whatever order. */
static void
judge_both(struct lint_scope *scope, const struct lint_line *line, bool list)
{
	struct source_span line_span = lint_lines_rest(scope, line, 0);
	struct source_span none = line_span;
	struct source_span *both[2];
	struct diag_record *record;

	none.length = 0;
	for (int i = 0; i < 2; i++) {
		void **slot = lint_scope_at(scope, &scope->firsts,
		    key_of(line, i == 0 ? "single" : "list", none));

		if (*slot == NULL && list == (i == 1)) {
			*slot = arena_alloc(scope->arena, sizeof(line_span));
			*(struct source_span *)*slot = line_span;
		}
		both[i] = *slot;
	}
	if (both[0] == NULL || both[1] == NULL)
		return;
	record = lint_scope_report(scope, DIAG_LABEL_IDLE, *both[0],
	    "CertificateLabel does not count beside ServerCertificateLabel");
	diag_cure(scope->diag, record, "remove it, or write it as a "
	    "ServerCertificateLabel");
	diag_note(scope->diag, record, *both[1], "these count");
}

void
lint_sni_line(struct lint_scope *scope, const struct lint_line *line)
{
	const char *name;

	if (line->row == NULL || lint_lines_word(scope, line, 1).length == 0)
		return;
	name = line->row->name;
	if (strcmp(name, "ServerHandshakeSNIList") == 0) {
		judge_entry(scope, line);
	} else if (strcmp(name, "ServerCertificateLabel") == 0) {
		judge_label(scope, line);
		judge_both(scope, line, true);
	} else if (strcmp(name, "CertificateLabel") == 0) {
		judge_both(scope, line, false);
	}
}
