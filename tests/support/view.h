/*
 * view.h - what must not get lost from a policy's text: its words, braces and
 * comments, found without the project's own code.
 */
#ifndef SALLYPORT_TESTS_SUPPORT_VIEW_H
#define SALLYPORT_TESTS_SUPPORT_VIEW_H

#include <stddef.h>

/* Texts are shorter than half of this. */
#define VIEW_MAX	65536

struct view {
	char words[VIEW_MAX];		/* in small letters, a blank between */
	char braces[VIEW_MAX];
	char comments[VIEW_MAX];	/* a line each */
	size_t word_count, brace_count, comment_count;
};

/* Reads a text, which ends in NUL and holds no other. */
void view_see(struct view *view, const char *text);

#endif
