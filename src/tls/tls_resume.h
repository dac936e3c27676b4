/*
 * tls_resume.h - may this connection take up a session, and what is said of
 * the one that it makes.
 *
 * A session resumes only on a connection like its own: of the same rule,
 * protocol version and server name, by a client that was admitted, and as
 * long as its lineage (tls_lineage.h) is good. Everything else is a full
 * handshake. Where the library has taken a session up all the same, the
 * connection is refused by tls_resume_settle. Tickets (tls_ticket.h) and ids
 * (tls_id.h) are two ways for a session to come back.
 */
#ifndef SALLYPORT_TLS_TLS_RESUME_H
#define SALLYPORT_TLS_TLS_RESUME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/reason.h"
#include "tls/tls_seal.h"

struct tls_ctx;
struct tls_io;
struct tls_lineage;
struct WOLFSSL;

/* Embedded in a connection; the callbacks find it through its tls_io. */
struct tls_resume {
	struct tls_ctx *ctx;	/* not owned, as is io */
	struct tls_io *io;
	uint32_t rule;
	struct tls_lineage *offered;	/* of the session that may be resumed;
					 * owned; NULL: none */
	uint8_t offered_mac[TLS_SEAL_MAC];	/* tells it from others */
	int64_t life;		/* of the one offered, ms */
	bool ticketed;		/* a ticket was made */
	int64_t since;		/* of the full handshake; 0: not asked yet */
};

/* Can the library that we are built with resume as this file demands? */
bool tls_resume_possible(void);

/*
 * Switches the library's own resumption off, and ours on where the context
 * has a store. False where the library cannot do the first.
 */
MUST_USE bool tls_resume_configure(struct tls_ctx *ctx);

/* Before the handshake; what it points to must outlive it. */
void tls_resume_init(struct tls_resume *resume, struct tls_ctx *ctx,
    struct tls_io *io, uint32_t rule);
void tls_resume_fini(struct tls_resume *resume);

/* Of the connection that the library calls back for. */
struct tls_resume *tls_resume_of(struct WOLFSSL *ssl);

/* 0x0304; 0x0303; ... */
uint16_t tls_resume_version(const struct tls_resume *resume);

/*
 * What is to be said of this connection's session; a resumed one goes on
 * with the lineage it has. False where it must never be resumed.
 */
MUST_USE bool tls_resume_describe(struct tls_resume *resume,
    struct tls_lineage *lineage_r);

/*
 * A session that a good seal vouches for, whose ways of coming back lives
 * for `life` milliseconds, is offered; mac is the seal's; named: the server
 * name of the hello is known already. True where this connection may take it
 * up; it is remembered then. A hello may offer many
 * and the library open all before it takes one, not always the last: so the
 * first good one is the only one.
 */
MUST_USE bool tls_resume_consider(struct tls_resume *resume,
    const struct tls_lineage *lineage, int64_t life, bool named,
    const uint8_t mac[TLS_SEAL_MAC]);

/*
 * The handshake is done. Where a session was resumed (*since_r: when its
 * full handshake was, tls_lineage_clock; 0: none was), is it the one that was
 * considered, and does it fit still? Then identity and judgement of the
 * client are those of its full handshake. REASON_OK, or why not.
 */
MUST_USE enum reason tls_resume_settle(struct tls_resume *resume,
    int64_t *since_r);

#endif
