/*
 * tree.h - a policy's structure: lines, and blocks of them. Nothing is
 * interpreted here: whether a word is a keyword is for the compiler to know.
 *
 * The tree lives in the arena it was parsed into; words are offsets into the
 * source, which must outlive it.
 */
#ifndef SALLYPORT_POLICY_TREE_H
#define SALLYPORT_POLICY_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "policy/source.h"

struct diag;

/* Words that a node keeps one by one; the rest is the text up to `end`. */
#define TREE_WORDS 4

/* Blocks in blocks, at most. */
#define TREE_DEPTH 64

struct tree_word {
	uint32_t offset, length;
};

/* A policy of a million rules has seven million of these: they are packed. */
struct tree_node {
	struct tree_node *next;
	union {
		struct tree_node *first; /* of a block: what is in it */
		uint32_t last;		/* of what was given back: offset
					 * past its last line */
	};
	uint32_t end;			/* offset past the line's last word */
	uint8_t count;			/* of words, 1 to TREE_WORDS */
	bool block : 1;			/* in braces */
	bool closed : 1;		/* by a '}' of its own */
	bool taken : 1;			/* the compiler's: stands elsewhere */
	bool spent : 1;			/* looked at, and given back */
	struct tree_word words[];	/* the first one is the keyword */
};

struct tree {
	struct source *source;
	struct tree_node *first;
};

/*
 * A line or block at file level has been read, and nothing was said of it.
 * True: its content was looked at and is given back at once; its head stays
 * in the tree, marked `spent`. Only for blocks of lines.
 */
typedef bool tree_read(void *argument, struct tree_node *node);

/* Where a tree is made. */
struct tree_memory {
	struct arena *heads;		/* what stands at file level */
	struct arena *content;		/* what is inside; cut back when done */
};

/*
 * Parses a source. Structural mistakes are reported to diag; what can be
 * read is in the tree all the same, so that all mistakes of a file show at
 * once. Blocks that the end of the file cuts off have `closed` false and are
 * not reported here: the compiler knows better where a brace is missing.
 * `read` may be NULL: everything stays.
 */
struct tree *tree_parse(const struct tree_memory *memory,
    struct source *source, struct diag *diag, tree_read *read,
    void *argument);

/* Makes again what is in a head whose content was given back. */
struct tree_node *tree_parse_again(struct arena *arena,
    struct source *source, const struct tree_node *head, struct diag *diag);

static inline struct source_span
tree_span(const struct source *source, const struct tree_word *word)
{
	return (struct source_span){ source, word->offset, word->length };
}

/* --- for the scanner and the grammar ------------------------------------ */

struct tree_list {
	struct tree_node *first, *last;
};

struct tree_block {
	struct tree_node *first;
	bool closed;
};

/* The state of one parse. */
struct tree_parse {
	struct tree_memory memory;
	struct arena_mark mark;		/* of the content, at the last head */
	size_t said;			/* in diag, at the last head */
	uint32_t level;			/* of blocks around the line */
	tree_read *read;
	void *argument;
	struct diag *diag;
	struct source *source;
	const char *text;		/* that is scanned... */
	uint32_t offset;		/* ...and where it is in the source */
	struct tree_node *result;

	struct tree_word words[TREE_WORDS];	/* of the line being read */
	uint32_t count, end;

	int previous;			/* the token before, 0 at the start */
	bool head;			/* the line before a '{' has a keyword */
	bool blank_told;		/* of a no-break space on this line */
	uint32_t depth;			/* of open blocks */
	uint32_t surplus;		/* of '{' that were told of, and whose
					 * '}' is not known */
	uint32_t skipping;		/* of open braces in what is skipped */
	bool too_deep;			/* told already */
};

/*
 * Turns what the scanner found into what the grammar is to see, so that
 * braces balance and every line ends: returns the token, 0 for none, or
 * POLICY_TOKEN_EOL for a brace that has to wait for the end of its line and
 * must be scanned again. At the end of the file, call until it returns 0.
 */
int tree_token(struct tree_parse *parse, int token, struct source_span span);

/* Warns of one that was read as a blank. */
void tree_no_break_space(struct tree_parse *parse, struct source_span span);

/* For the grammar's actions. */
void tree_begin_line(struct tree_parse *parse, struct tree_word word);
void tree_add_word(struct tree_parse *parse, struct tree_word word);
struct tree_node *tree_end_line(struct tree_parse *parse);
void tree_make_block(struct tree_node *head, struct tree_block block);
struct tree_list tree_append(struct tree_parse *parse, struct tree_list list,
    struct tree_node *node);

#endif
