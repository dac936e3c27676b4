/*
 * tls_id.h - sessions that are resumed by id (RFC 5246, 7.4.1.2): TLS 1.2 and
 * before, where the client has no ticket. They are kept in the store's cache,
 * sealed like a ticket that never leaves the house.
 */
#ifndef SALLYPORT_TLS_TLS_ID_H
#define SALLYPORT_TLS_TLS_ID_H

#include <stdbool.h>

#include "base/compiler.h"

struct tls_ctx;
struct tls_resume;

/* Ids on a context as its store wants them. False where that fails. */
MUST_USE bool tls_id_configure(struct tls_ctx *ctx);

/*
 * An established connection ends by a fatal alert: its session is not resumed
 * any more (RFC 5246, 7.2.2). One that goes by ticket is out of our hands.
 */
void tls_id_forget(const struct tls_resume *resume);

#endif
