/*
 * gap.h - the text between what a tree keeps: blanks, line ends, comments and
 * braces. A tree (policy/tree.h) has the places of words only; who rewrites a
 * policy needs the rest, and finds it here by looking at the text again.
 */
#ifndef SALLYPORT_POLICY_GAP_H
#define SALLYPORT_POLICY_GAP_H

#include <stddef.h>
#include <stdint.h>

struct source;
struct tree_node;

enum gap_kind {
	GAP_COMMENT,		/* from '#' to the last byte that is no blank */
	GAP_BRACE,
	GAP_WORD,		/* or quoted text; its length is not known */
	GAP_END,		/* of the text */
};

struct gap {
	enum gap_kind kind;
	uint32_t offset, length;
	uint32_t lines;		/* line ends before it */
};

/* What comes first at or after an offset that is inside no word or comment. */
struct gap gap_next(const struct source *source, uint32_t offset);

/* Bytes of the blank at text, 0 where there is none; a line end is none. */
size_t gap_blank(const char *text, size_t left);

/* The offset past a node: past its last word, or past its closing brace. */
uint32_t gap_node_end(const struct source *source,
    const struct tree_node *node);

#endif
