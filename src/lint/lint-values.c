#include "lint/lint-values.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/addr.h"
#include "base/compiler.h"
#include "base/str.h"
#include "lint/lint-lines.h"
#include "lint/lint-scope.h"
#include "lint/lint-view.h"
#include "lint/lint.h"
#include "policy/body.h"
#include "policy/schema.h"

#define TRACE_USUAL	7	/* above: flows and data, for finding faults */
#define TRACE_MAX	255
#define LABEL_MAX	32	/* of z/OS */

/* --- one line ----------------------------------------------------- */

static void
judge_key_size(struct lint_scope *scope, const char *name, uint32_t bits,
    struct source_span span)
{
	static const struct {
		const char *name;
		uint32_t least;
	} sizes[] = {
		{ "PeerMinRsaKeySize", 2048 }, { "PeerMinDHKeySize", 2048 },
		{ "PeerMinDsaKeySize", 2048 }, { "PeerMinECCKeySize", 224 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		if (strcmp(name, sizes[i].name) == 0 && bits < sizes[i].least)
			diag_cure(scope->diag, lint_scope_report(scope,
			    DIAG_KEY_SIZE, span, bits == 0 ?
			    "keys of any size are taken" :
			    "keys of %u bits can be broken", bits),
			    "code %u or more", sizes[i].least);
}

/* What a remark beside Trace says is traced, by its word. */
static const struct trace_word {
	const char *word;
	unsigned bits;			/* any of them */
} trace_words[] = {
	{ "error", 1 | 2 }, { "errors", 1 | 2 }, { "info", 4 },
	{ "event", 8 }, { "events", 8 }, { "flow", 16 }, { "flows", 16 },
};

static void
judge_trace_remark(struct lint_scope *scope, struct source_span remark,
    uint32_t trace)
{
	const char *text = lint_scope_text(remark);
	struct diag_record *record;
	uint32_t at = 0, end;

	for (; at < remark.length; at = end + 1) {
		end = at;
		while (end < remark.length &&
		    ((text[end] | 0x20) >= 'a' && (text[end] | 0x20) <= 'z'))
			end++;
		for (size_t i = 0; i < ARRAY_SIZE(trace_words); i++) {
			if (!str_equal(text + at, end - at,
			    trace_words[i].word) ||
			    (trace & trace_words[i].bits) != 0)
				continue;
			record = lint_scope_report(scope, DIAG_TRACE_REMARK,
			    remark, "the remark names %s, which %u does not "
			    "trace", trace_words[i].word, trace);
			diag_cure(scope->diag, record, "add %u, or correct "
			    "the remark", trace_words[i].bits == 3 ? 2 :
			    trace_words[i].bits);
			return;
		}
	}
}

static void
judge_trace(struct lint_scope *scope, const struct lint_line *line,
    uint32_t trace)
{
	if (trace > TRACE_MAX)
		return;
	if (trace > TRACE_USUAL)
		lint_scope_count(scope, DIAG_TRACE_HIGH, "Trace",
		    lint_lines_word(scope, line, 1),
		    "2 tells errors, 6 new connections, too",
		    "Trace %u is for finding faults", trace);
	judge_trace_remark(scope, lint_lines_remark(scope, line), trace);
}

static void
judge_label(struct lint_scope *scope, struct source_span label)
{
	const char *text = lint_scope_text(label);
	size_t characters = 0, n;

	for (size_t i = 0; i < label.length; characters++) {
		n = str_utf8_length(text + i, label.length - i);
		i += n == 0 ? 1 : n;
	}
	if (memmem(text, label.length, "  ", 2) == NULL &&
	    memchr(text, '\t', label.length) == NULL &&
	    characters <= LABEL_MAX)
		return;
	diag_cure(scope->diag, lint_scope_report(scope, DIAG_LABEL_ODD, label,
	    characters > LABEL_MAX ? "the label has %zu characters" :
	    "the label has several blanks in a row", characters),
	    "all of the line is the label; put a # before a remark");
}

static void
judge_keyring(struct lint_scope *scope, struct source_span word)
{
	const char *text = lint_scope_text(word);

	if (*text != '*' && strncmp(text, "//'", 3) != 0)
		return;
	diag_cure(scope->diag, lint_scope_report(scope, DIAG_KEYRING_FOREIGN,
	    word, *text == '*' ? "a virtual key ring or token of z/OS" :
	    "a data set of z/OS"),
	    "name a directory or a PEM file; see KEY RINGS in "
	    "sallyport.policy(5)");
}

/* A certificate's DNS name is none of these (RFC 9525). */
static void
judge_host_name(struct lint_scope *scope, struct source_span word)
{
	const char *text = lint_scope_text(word);
	struct addr addr;

	if (addr_parse(text, word.length, &addr) == -1 &&
	    memchr(text, '/', word.length) == NULL &&
	    memchr(text, ':', word.length) == NULL)
		return;
	diag_cure(scope->diag, lint_scope_report(scope, DIAG_HOST_NAME_ODD,
	    word, "no certificate has this as a DNS name"),
	    "write the host's name alone, such as www.example.com");
}

void
lint_values_line(struct lint_scope *scope, const struct lint_line *line)
{
	struct source_span word = lint_lines_word(scope, line, 1);
	const char *name, *text = lint_scope_text(word);
	char *end;
	uint32_t number;

	if (line->node == line->header &&
	    line->statement->id == SCHEMA_SIGNATURE_PARMS &&
	    !scope->able->lists)
		diag_cure(scope->diag, lint_scope_report(scope,
		    DIAG_LISTS_UNABLE, lint_lines_word(scope, line, 0),
		    "the TLS library chooses curves and signature pairs "
		    "itself"), "build with the library of quickstart");
	if (line->row == NULL || word.length == 0)
		return;
	name = line->row->name;
	if (line->row->type == SCHEMA_TYPE_INT) {
		number = (uint32_t)strtoul(text, &end, 10);
		if (end != text + word.length || *text < '0' || *text > '9')
			return;
		if (strcmp(name, "Trace") == 0)
			judge_trace(scope, line, number);
		else
			judge_key_size(scope, name, number, word);
	} else if (strcmp(name, "CertificateLabel") == 0 ||
	    strcmp(name, "ServerCertificateLabel") == 0) {
		judge_label(scope, lint_lines_rest(scope, line, 1));
	} else if (strcmp(name, "Keyring") == 0) {
		judge_keyring(scope, word);
	} else if (strcmp(name, "HostReferenceIdDNS") == 0) {
		judge_host_name(scope, word);
	}
}

/* --- several ------------------------------------------------------ */

static const struct sni {
	enum lint_view_field sni, match, list;
} snis[] = {
	{ LINT_VIEW_CLIENT_SNI, LINT_VIEW_CLIENT_SNI_MATCH,
	  LINT_VIEW_CLIENT_SNI_LIST },
	{ LINT_VIEW_SERVER_SNI, LINT_VIEW_SERVER_SNI_MATCH,
	  LINT_VIEW_SERVER_SNI_LIST },
};

void
lint_values_learn(struct lint_scope *scope, const struct lint_view *view)
{
	for (size_t i = 0; i < ARRAY_SIZE(snis); i++) {
		const struct body_set *list = lint_view_set(view,
		    snis[i].list);

		if (list == NULL)
			list = lint_view_set(view, snis[i].match);
		if (list != NULL && (!lint_view_known(view, snis[i].sni) ||
		    lint_view_on(scope, view, snis[i].sni)))
			lint_scope_mark(scope, DIAG_SNI_OFF, list->span);
	}
}

static void
judge_sni_list(struct lint_scope *scope, const struct lint_view *view,
    const struct sni *sni)
{
	const struct body_set *list = lint_view_set(view, sni->list);
	const char *name;
	int front;

	/* Without a list it is the match that was to do something. */
	if (list == NULL && lint_view_on(scope, view, sni->match))
		list = lint_view_set(view, sni->match);
	if (list == NULL || lint_scope_marked(scope, DIAG_SNI_OFF, list->span))
		return;
	name = list->row->name;
	front = (int)(strstr(name, "SNI") - name) + 3;
	diag_cure(scope->diag, lint_scope_report(scope, DIAG_SNI_OFF,
	    list->span, "%s has no effect while %.*s is Off", name, front,
	    name), "code %.*s Required or Optional", front, name);
}

static void
judge_sni(struct lint_scope *scope, const struct lint_view *view,
    const struct sni *sni)
{
	const struct body_set *set = lint_view_set(view, sni->sni);
	const char *name;

	judge_sni_list(scope, view, sni);
	if (set == NULL || !lint_view_on(scope, view, sni->sni))
		return;
	name = set->row->name;
	if (!view->values[sni->list].coded && lint_view_known(view, sni->list))
		diag_cure(scope->diag, lint_scope_report(scope,
		    DIAG_SNI_INCOMPLETE, set->span, "%s has no name to look "
		    "for", name), "add %sList", name);
	else if (!view->values[sni->match].coded &&
	    lint_view_known(view, sni->match))
		diag_cure(scope->diag, lint_scope_report(scope,
		    DIAG_SNI_INCOMPLETE, set->span, "whether a name must match "
		    "is not said"), "add %sMatch Required", name);
}

static void
judge_fragment(struct lint_scope *scope, const struct lint_view *view)
{
	const struct body_set *set = lint_view_set(view,
	    LINT_VIEW_CLIENT_FRAGMENT);

	if (set == NULL ||
	    !lint_view_on(scope, view, LINT_VIEW_CLIENT_FRAGMENT) ||
	    view->values[LINT_VIEW_CLIENT_FRAGMENT_LENGTH].coded ||
	    !lint_view_known(view, LINT_VIEW_CLIENT_FRAGMENT_LENGTH))
		return;
	diag_cure(scope->diag, lint_scope_report(scope, DIAG_FRAGMENT_LENGTH,
	    set->span, "which record size is to be asked for is not said"),
	    "add ClientMaxSSLFragmentLength 512, 1024, 2048 or 4096");
}

static void
judge_suite_b(struct lint_scope *scope, const struct lint_view *view)
{
	const struct body_set *set = lint_view_set(view, LINT_VIEW_SUITE_B);
	const struct body_set *list = lint_view_set(view, LINT_VIEW_CIPHERS);
	struct diag_record *record;

	if (list == NULL)
		list = lint_view_set(view, LINT_VIEW_CIPHERS4);
	if (set == NULL || list == NULL ||
	    !lint_view_on(scope, view, LINT_VIEW_SUITE_B))
		return;
	record = lint_scope_report(scope, DIAG_SUITE_B_LIST, set->span,
	    "the cipher list does not count beside SuiteBProfile %s",
	    set->value.choice->name);
	diag_cure(scope->diag, record, "remove one of them");
	diag_note(scope->diag, record, list->span, "the list begins here");
}

static void
judge_fips(struct lint_scope *scope, const struct lint_view *view)
{
	static const enum lint_view_field old[] = {
		LINT_VIEW_SSLV2, LINT_VIEW_SSLV3, LINT_VIEW_TLSV1,
		LINT_VIEW_TLSV11,
	};
	const struct body_set *fips = lint_view_set(view, LINT_VIEW_FIPS);
	struct diag_record *record;

	if (fips == NULL || !lint_view_on(scope, view, LINT_VIEW_FIPS))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(old); i++) {
		const struct body_set *set = lint_view_set(view, old[i]);

		if (set == NULL || !lint_view_on(scope, view, old[i]))
			continue;
		record = lint_scope_report(scope, DIAG_FIPS_WEAK, set->span,
		    "%s On, where FIPS140 is %s", set->row->name,
		    fips->value.choice->name);
		diag_cure(scope->diag, record, "code %s Off", set->row->name);
		diag_note(scope->diag, record, fips->span,
		    "FIPS140 is here");
	}
}

void
lint_values_judge(struct lint_scope *scope, const struct lint_view *view)
{
	for (size_t i = 0; i < ARRAY_SIZE(snis); i++)
		judge_sni(scope, view, &snis[i]);
	judge_fragment(scope, view);
	judge_suite_b(scope, view);
	judge_fips(scope, view);
}
