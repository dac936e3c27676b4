#include "policy/tree.h"

#include <string.h>

#include "base/arena.h"
#include "policy/diag.h"
#include "policy/encoding.h"
#include "policy/mend.h"
#include "grammar/policy_parse.h"
#include "grammar/policy_scan.h"

#define SCAN_PADDING	2	/* NULs, which flex wants after the text */

static bool
in_line(int token)
{
	return token == POLICY_TOKEN_WORD || token == POLICY_TOKEN_STRING;
}

void
tree_no_break_space(struct tree_parse *parse, struct source_span span)
{
	if (parse->blank_told)
		return;
	parse->blank_told = true;
	diag_cure(parse->diag, diag_report(parse->diag, DIAG_NO_BREAK_SPACE,
	    span, "a no-break space is read as a blank"),
	    "write an ordinary blank");
}

static int
open_block(struct tree_parse *parse, struct source_span span)
{
	struct diag_record *record;

	if (parse->previous == POLICY_TOKEN_OPEN) {
		record = diag_report(parse->diag, DIAG_BRACE_BARE, span,
		    "a second '{' for one block");
		diag_cure(parse->diag, record, "remove it, and its '}'");
		parse->surplus++;
		return 0;
	}
	if (!parse->head) {
		record = diag_report(parse->diag, DIAG_BRACE_BARE, span,
		    "'{' without a statement before it");
		diag_cure(parse->diag, record,
		    "write the statement's keyword before it");
	} else if (parse->depth < TREE_DEPTH) {
		parse->depth++;
		parse->head = false;
		return parse->previous = POLICY_TOKEN_OPEN;
	} else if (!parse->too_deep) {
		parse->too_deep = true;
		record = diag_report(parse->diag, DIAG_NESTING_DEPTH, span,
		    "blocks are nested more than %d deep", TREE_DEPTH);
		diag_cure(parse->diag, record,
		    "is a '}' missing further up?");
	}
	parse->skipping = 1;
	return 0;
}

static int
close_block(struct tree_parse *parse, struct source_span span)
{
	struct diag_record *record;

	if (parse->depth == 0 && parse->surplus > 0) {
		parse->surplus--;
		return 0;
	}
	if (parse->depth == 0) {
		record = diag_report(parse->diag, DIAG_BRACE_SURPLUS, span,
		    "'}' closes nothing");
		diag_cure(parse->diag, record,
		    "remove it, or add the '{' that is missing above");
		return 0;
	}
	if (in_line(parse->previous)) {
		record = diag_report(parse->diag, DIAG_BRACE_AFTER_VALUE, span,
		    "'}' behind a value");
		diag_cure(parse->diag, record, "put it on a line by itself");
		mend_brace(parse->diag, record, span);
		return parse->previous = POLICY_TOKEN_EOL;
	}
	parse->depth--;
	parse->head = false;
	return parse->previous = POLICY_TOKEN_CLOSE;
}

static int
end_file(struct tree_parse *parse)
{
	if (in_line(parse->previous))
		return parse->previous = POLICY_TOKEN_EOL;
	if (parse->depth > 0) {
		parse->depth--;
		return parse->previous = POLICY_TOKEN_CLOSE;
	}
	return 0;
}

static int
skip(struct tree_parse *parse, int token)
{
	if (token == POLICY_TOKEN_OPEN)
		parse->skipping++;
	else if (token == POLICY_TOKEN_CLOSE)
		parse->skipping--;
	return 0;
}

int
tree_token(struct tree_parse *parse, int token, struct source_span span)
{
	if (token == POLICY_TOKEN_EOL)
		parse->blank_told = false;
	if (token == POLICY_TOKEN_YYEOF)
		return end_file(parse);
	if (parse->skipping > 0)
		return skip(parse, token);
	if (token == POLICY_TOKEN_OPEN)
		return open_block(parse, span);
	if (token == POLICY_TOKEN_CLOSE)
		return close_block(parse, span);
	if (token == POLICY_TOKEN_EOL && !in_line(parse->previous))
		return 0;
	if (in_line(token) && !in_line(parse->previous))
		parse->head = token == POLICY_TOKEN_WORD;
	return parse->previous = token;
}

void
tree_begin_line(struct tree_parse *parse, struct tree_word word)
{
	parse->count = 0;
	tree_add_word(parse, word);
}

void
tree_add_word(struct tree_parse *parse, struct tree_word word)
{
	if (parse->count < TREE_WORDS)
		parse->words[parse->count++] = word;
	parse->end = word.offset + word.length;
}

static size_t
count_said(const struct diag *diag)
{
	return diag_count(diag, DIAG_ERROR) + diag_count(diag, DIAG_WARNING) +
	    diag_count(diag, DIAG_ADVICE);
}

struct tree_node *
tree_end_line(struct tree_parse *parse)
{
	size_t size = parse->count * sizeof(parse->words[0]);
	struct arena *arena = parse->level == 0 ? parse->memory.heads :
	    parse->memory.content;
	struct tree_node *node = arena_alloc(arena, sizeof(*node) + size);

	if (parse->level == 0) {
		parse->mark = arena_mark(parse->memory.content);
		parse->said = count_said(parse->diag);
	}
	memcpy(node->words, parse->words, size);
	node->count = (uint8_t)parse->count;
	node->end = parse->end;
	return node;
}

void
tree_make_block(struct tree_node *head, struct tree_block block)
{
	head->block = true;
	head->first = block.first;
	head->closed = block.closed;
}

static uint32_t
last_end(const struct tree_node *block)
{
	uint32_t end = block->end;

	for (const struct tree_node *n = block->first; n != NULL; n = n->next)
		end = n->end;
	return end;
}

struct tree_list
tree_append(struct tree_parse *parse, struct tree_list list,
    struct tree_node *node)
{
	if (node == NULL)
		return list;
	if (parse->level == 0 && parse->read != NULL &&
	    count_said(parse->diag) == parse->said &&
	    parse->read(parse->argument, node)) {
		node->spent = true;
		node->last = last_end(node);
		arena_rewind(parse->memory.content, parse->mark);
	}
	if (list.last == NULL)
		list.first = node;
	else
		list.last->next = node;
	list.last = node;
	return list;
}

/*
 * A copy for the scanner. NULs are blanks in it: to flex each one could be
 * the end, and it would start over.
 */
static char *
copy_text(struct arena *arena, const char *text, size_t size)
{
	char *copy = arena_alloc(arena, size + SCAN_PADDING);

	for (size_t i = 0; i < size; i++)
		copy[i] = text[i] == '\0' ? ' ' : text[i];
	return copy;
}

/* The text for the scanner, which is the source's own unless it has NULs. */
static char *
scan_buffer(struct arena *arena, struct source *source, struct diag *diag)
{
	char *text = source_scan_buffer(source), *nul;
	struct source_span span = { source, 0, 1 };

	nul = memchr(text, '\0', source_size(source));
	if (nul == NULL)
		return text;
	span.offset = (uint32_t)(nul - text);
	diag_cure(diag, diag_report(diag, DIAG_NUL_BYTE, span,
	    "the file holds a NUL byte, so it is not text"),
	    "save it as UTF-8 text");
	return copy_text(arena, text, source_size(source));
}

/* Parses `size` bytes, with padding behind them, of the source's `offset`. */
static void
parse_text(struct tree_parse *parse, char *text, size_t size,
    uint32_t offset)
{
	yyscan_t scanner;

	parse->text = text;
	parse->offset = offset;
	if (policy_yylex_init_extra(parse, &scanner) != 0)
		arena_exhausted(parse->memory.heads);
	ensure(policy_yy_scan_buffer(text, size + SCAN_PADDING,
	    scanner) != NULL);
	/* A syntax error is in diag already, and the rest was read. */
	(void)policy_yyparse(parse, scanner);
}

struct tree *
tree_parse(const struct tree_memory *memory, struct source *source,
    struct diag *diag, tree_read *read, void *argument)
{
	struct tree_parse *parse = arena_alloc(memory->heads, sizeof(*parse));
	struct tree *tree = arena_alloc(memory->heads, sizeof(*tree));
	size_t start = source_start(source);
	char *text;

	tree->source = source;
	if (!encoding_check(source, diag))
		return tree;
	text = scan_buffer(memory->heads, source, diag);
	parse->memory = *memory;
	parse->diag = diag;
	parse->source = source;
	parse->read = read;
	parse->argument = argument;
	parse_text(parse, text + start, source_size(source) - start,
	    (uint32_t)start);
	tree->first = parse->result;
	return tree;
}

struct tree_node *
tree_parse_again(struct arena *arena, struct source *source,
    const struct tree_node *head, struct diag *diag)
{
	struct tree_parse *parse = arena_alloc(arena, sizeof(*parse));
	uint32_t offset = head->words[0].offset, size = head->last - offset;
	/* A scanner of the same text may be at work further down. */
	char *copy = copy_text(arena, source_text(source) + offset, size);

	parse->memory = (struct tree_memory){ arena, arena };
	parse->diag = diag;
	parse->source = source;
	parse_text(parse, copy, size, offset);
	return parse->result->first;
}
