/*
 * lint-clients.h - advice on who is let in: roles, client certificates, how
 * long a handshake may take, and what a client compares.
 */
#ifndef SALLYPORT_LINT_LINT_CLIENTS_H
#define SALLYPORT_LINT_LINT_CLIENTS_H

struct lint_scope;
struct lint_view;

/* Bounds of HandshakeTimeout, in seconds. */
#define LINT_CLIENTS_TIMEOUT_LONG	300	/* above: a silent client costs */
#define LINT_CLIENTS_TIMEOUT_HASTY	10	/* below: less than the default */
#define LINT_CLIENTS_TIMEOUT_PIN	20	/* below: no time for a PIN */
/* How long a session may stand for a card and its PIN, in seconds. */
#define LINT_CLIENTS_SESSION_LONG	600

/* First for all rules, to learn what is good for something; then to tell. */
void lint_clients_learn(struct lint_scope *scope,
    const struct lint_view *view);
void lint_clients_judge(struct lint_scope *scope,
    const struct lint_view *view);

#endif
