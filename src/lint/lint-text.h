/*
 * lint-text.h - advice on characters: damaged ones, ones that look like
 * others, a # where a remark was meant, words that templates leave behind.
 */
#ifndef SALLYPORT_LINT_LINT_TEXT_H
#define SALLYPORT_LINT_LINT_TEXT_H

struct lint_line;
struct lint_scope;

/* The words of a line that count. */
void lint_text_line(struct lint_scope *scope, const struct lint_line *line);

/* The remarks of the whole file. */
void lint_text_remarks(struct lint_scope *scope);

#endif
