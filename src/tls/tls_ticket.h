/*
 * tls_ticket.h - session tickets (RFC 5077; RFC 8446, 4.6.1): the library's
 * state of a session and its lineage, sealed by a key of the store.
 */
#ifndef SALLYPORT_TLS_TLS_TICKET_H
#define SALLYPORT_TLS_TLS_TICKET_H

#include <stdbool.h>

#include "base/compiler.h"

struct tls_ctx;
struct tls_resume;

/* Tickets on a context as its store wants them. False where that fails. */
MUST_USE bool tls_ticket_configure(struct tls_ctx *ctx);

/*
 * In TLS 1.3, after the verdict: gives the client as many tickets as the
 * store wants, one where the session was resumed. One that gets none, for
 * whatever reason, makes a full handshake next time.
 */
void tls_ticket_give(struct tls_resume *resume, bool resumed);

#endif
