#include "policy/wrong-port.h"

#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/compiler.h"
#include "base/str.h"
#include "policy/context.h"
#include "policy/diag.h"
#include "policy/network.h"
#include "policy/schema.h"
#include "policy/value.h"
#include "policy/wrong.h"

#define PORT_MAX	65535

static bool
refuse_half(const struct wrong *w)
{
	char text[WRONG_TEXT_MAX];
	struct addr_ports range;
	uint32_t words;

	if (!wrong_join(w, text, &words))
		return false;
	if (network_read_ports(text, strlen(text), &range))
		return wrong_tell(w, DIAG_PORT_BAD, words,
		    "has blanks in the range", "write %s", text);
	return wrong_tell(w, DIAG_PORT_BAD, words, "is half a range of ports",
	    "write the first and the last port, with a hyphen and no blanks "
	    "between");
}

static bool
refuse_all_ports(const struct wrong *w)
{
	static const char *const words[] = { "All", "Any", "*" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		struct source_span span = wrong_span(w->input, 0, 0);
		char quoted[STR_QUOTE_MAX];
		struct diag_record *record;

		if (!str_equal(w->word, w->length, words[i]))
			continue;
		record = diag_report(w->context->diag, DIAG_PORT_BAD, span,
		    "%s is not a port", str_quote(w->word, w->length,
		    quoted));
		diag_cure(w->context->diag, record,
		    "write 0 for any port, or leave the line out");
		diag_edit(w->context->diag, record, span, "0");
		return true;
	}
	return false;
}

/* 80:90 and 80..90, as other programs have ranges; or one that is swapped. */
static bool
refuse_range_form(const struct wrong *w, uint32_t used)
{
	size_t front = 0, back, second;
	const char *word = w->word, *other;
	char text[WRONG_TEXT_MAX];
	int64_t lo, hi;

	while (front < w->length && word[front] >= '0' && word[front] <= '9')
		front++;
	for (back = front; back < w->length &&
	    strchr("-.:/", word[back]) != NULL; back++)
		;
	other = word + back;
	second = w->length - back;
	if (used == 2)
		other = value_word(w->input, 1, &second);
	lo = network_number(word, front, PORT_MAX);
	hi = network_number(other, second, PORT_MAX);
	if (lo < 0 || hi < 0 || (used == 1 && back == front))
		return false;
	snprintf(text, sizeof(text), "%lld-%lld", (long long)(lo < hi ? lo :
	    hi), (long long)(lo < hi ? hi : lo));
	if (lo > hi)
		return wrong_tell(w, DIAG_RANGE_INVERTED, used,
		    "ends before it starts", "write %s", text);
	return wrong_tell(w, DIAG_PORT_BAD, used, "is not a range of ports",
	    "write %s", text);
}

void
wrong_port_refuse(struct context *context, const struct schema_param *row,
    const struct value_input *input, uint32_t used)
{
	struct wrong w = wrong_of(context, row, input);

	if (!refuse_half(&w) && !wrong_refuse_list(&w) &&
	    !refuse_all_ports(&w) && !refuse_range_form(&w, used))
		wrong_tell(&w, DIAG_PORT_BAD, used,
		    "is not a port or range of ports",
		    "write numbers from 1 to %d, as n or n-m", PORT_MAX);
}

/* --- what follows a port ------------------------------------------------ */

/* "443 to 445": two ports with a word between. */
static bool
refuse_spelt_range(const struct wrong *w)
{
	struct addr_ports lo, hi;
	size_t length;
	const char *end;

	if (w->input->count < 3 ||
	    (!wrong_word_is(w->input, 1, "to") &&
	    !wrong_word_is(w->input, 1, "thru") &&
	    !wrong_word_is(w->input, 1, "through")))
		return false;
	end = value_word(w->input, 2, &length);
	if (!network_read_ports(w->word, w->length, &lo) ||
	    !network_read_ports(end, length, &hi) || lo.lo != lo.hi ||
	    hi.lo != hi.hi || hi.lo < lo.lo)
		return false;
	return wrong_tell(w, DIAG_PORT_BAD, 3, "is a range in words",
	    "write %u-%u", lo.lo, hi.lo);
}

/* Whether a word is, or begins, another port. */
static bool
is_port(const char *word, size_t length)
{
	struct addr_ports range;
	size_t n = 0;

	while (n < length && strchr(",;", word[n]) == NULL)
		n++;
	return network_read_ports(word, n, &range);
}

int
wrong_port_refuse_rest(struct context *context,
    const struct schema_param *row, const struct value_input *input,
    uint32_t used)
{
	struct wrong w = wrong_of(context, row, input);
	const char *word;
	size_t length;
	uint32_t at;

	if (input->count <= used)
		return 0;
	if (used == 1 && (refuse_half(&w) || refuse_spelt_range(&w)))
		return -1;
	at = wrong_past_joint(input, used);
	word = value_word(input, at, &length);
	if (!is_port(word, length))
		return 0;
	wrong_tell_second(&w, at, NULL);
	return -1;
}
