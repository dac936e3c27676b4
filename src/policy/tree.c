#include "policy/tree.h"

#include <string.h>

#include "base/arena.h"
#include "policy/diag.h"
#include "grammar/policy_parse.h"
#include "grammar/policy_scan.h"

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

struct tree_node *
tree_end_line(struct tree_parse *parse)
{
	size_t size = parse->count * sizeof(parse->words[0]);
	struct tree_node *node = arena_alloc(parse->arena,
	    sizeof(*node) + size);

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

struct tree_list
tree_append(struct tree_list list, struct tree_node *node)
{
	if (node == NULL)
		return list;
	if (list.last == NULL)
		list.first = node;
	else
		list.last->next = node;
	list.last = node;
	return list;
}

/*
 * The text for the scanner. NULs, of which the first is reported, are blanks
 * in it: to flex each one could be the end, and it would start over.
 */
static char *
scan_buffer(struct arena *arena, struct source *source, struct diag *diag)
{
	char *text = source_scan_buffer(source), *nul, *copy;
	size_t size = source_size(source);
	struct source_span span = { source, 0, 1 };

	nul = memchr(text, '\0', size);
	if (nul == NULL)
		return text;
	span.offset = (uint32_t)(nul - text);
	diag_cure(diag, diag_report(diag, DIAG_NUL_BYTE, span,
	    "the file holds a NUL byte, so it is not text"),
	    "save it as UTF-8 text");
	copy = arena_alloc(arena, size + 2);
	for (size_t i = 0; i < size; i++)
		copy[i] = text[i] == '\0' ? ' ' : text[i];
	return copy;
}

struct tree *
tree_parse(struct arena *arena, struct source *source, struct diag *diag)
{
	struct tree_parse *parse = arena_alloc(arena, sizeof(*parse));
	struct tree *tree = arena_alloc(arena, sizeof(*tree));
	char *buffer = scan_buffer(arena, source, diag);
	size_t start = source_start(source);
	yyscan_t scanner;

	parse->arena = arena;
	parse->diag = diag;
	parse->source = source;
	parse->text = buffer;
	if (policy_yylex_init_extra(parse, &scanner) != 0)
		arena_exhausted(arena);
	ensure(policy_yy_scan_buffer(buffer + start,
	    source_size(source) - start + 2, scanner) != NULL);
	/* A syntax error is in diag already, and the rest was read. */
	(void)policy_yyparse(parse, scanner);
	tree->source = source;
	tree->first = parse->result;
	return tree;
}
