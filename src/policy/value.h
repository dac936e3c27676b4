/*
 * value.h - the values of parameters, read from policy text.
 *
 * A default is written in the policy's syntax and read by the same code. All
 * memory of a value comes from the context's policy arena.
 */
#ifndef SALLYPORT_POLICY_VALUE_H
#define SALLYPORT_POLICY_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/compiler.h"
#include "policy/schema.h"
#include "policy/settings.h"
#include "policy/source.h"
#include "policy/times.h"
#include "policy/tree.h"

struct context;
struct rules_addrs;
struct rules_ports;

struct value {
	const struct schema_choice *choice;	/* FLAG, ENUM, of others where
						 * one of the row's was coded */
	union {
		uint32_t number;		/* INT, and a choice's value */
		const char *text;		/* WORD TEXT PATH SECRET PATTERN
						 * URL */
		struct settings_names names;	/* where value_is_names() */
		const struct rules_addrs *addrs; /* NULL: All */
		const struct rules_ports *ports; /* NULL: any */
		struct settings_ciphers ciphers;
		struct settings_codes codes;	/* CURVES PAIRS SUITES_SSL2 */
		struct settings_backend backend;
		uint64_t mask;			/* bit 0: the first digit */
		struct times_period period;
		const struct times_hours *hours; /* NULL: the whole day */
		int32_t zone;			/* minutes, or TIMES_LOCAL */
	};
};

/* The text after a keyword. */
struct value_input {
	const char *text;		/* what the offsets count from */
	const struct tree_word *words;	/* at least one */
	uint32_t count;			/* of words kept, as in a tree_node */
	uint32_t end;			/* offset past the last word */
	struct source_span where;	/* offset of text[0]; for messages */
};

/*
 * Reads a value of any type but BLOCK and REF. 0, or -1 with the error
 * reported; warnings (text after the value) are reported, too.
 */
MUST_USE int value_parse(struct context *context,
    const struct schema_param *row, const struct value_input *input,
    struct value *value_r);

/* The same for the text of a default, which must be valid. */
void value_parse_default(struct context *context,
    const struct schema_param *row, const char *text, struct value *value_r);

/* Whether the row's values are texts that add up: value.names. */
bool value_is_names(const struct schema_param *row);

/* For the readers of single types: the span and text of word number i. */
struct source_span value_span(const struct value_input *input, uint32_t offset,
    uint32_t length);
static inline const char *
value_word(const struct value_input *input, uint32_t i, size_t *length_r)
{
	*length_r = input->words[i].length;
	return input->text + input->words[i].offset;
}

#endif
