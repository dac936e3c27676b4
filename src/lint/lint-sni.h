/*
 * lint-sni.h - server names and certificate labels of a server that cannot
 * act: names that no client sends, and what stands behind another.
 */
#ifndef SALLYPORT_LINT_LINT_SNI_H
#define SALLYPORT_LINT_LINT_SNI_H

struct lint_line;
struct lint_scope;

/* Judges a line of a policy, whatever it is. */
void lint_sni_line(struct lint_scope *scope, const struct lint_line *line);

#endif
