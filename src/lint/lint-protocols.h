/*
 * lint-protocols.h - advice on the protocol versions that are on.
 */
#ifndef SALLYPORT_LINT_LINT_PROTOCOLS_H
#define SALLYPORT_LINT_LINT_PROTOCOLS_H

struct lint_scope;
struct lint_view;

/*
 * TLS 1.0 that is coded, and TLS 1.0 and 1.1 that nobody coded, are warned of
 * (RFC 8996 ended both); TLS 1.1 that is coded is advised on, since printed
 * examples code it.
 */
void lint_protocols_judge(struct lint_scope *scope,
    const struct lint_view *view);

#endif
