/*
 * session.h - one client connection from accept to its one end.
 *
 * HANDSHAKE (TLS, and the judgement of the client) -> CONNECT (to the
 * application) -> RELAY (two pumps) -> LINGER (the refused client may read
 * its alert) -> gone. Not one byte of plaintext moves, and the application is
 * not connected to, before the handshake is done and the client admitted. A
 * wrapped service is handed its end of a socketpair in place of CONNECT; or
 * the client's own socket where the connection stays in clear, and that ends
 * the session.
 *
 * A session frees itself. It tells its owner twice: `concluded` once, when
 * the outcome is known (this is the log line), and `gone` once, last of all.
 */
#ifndef SALLYPORT_RELAY_SESSION_H
#define SALLYPORT_RELAY_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/compiler.h"
#include "base/reason.h"

struct ev_loop;
struct report;
struct session;
struct sink;
struct tls_ctx;

/* What is to be done with a connection; decided before it starts. */
struct session_plan {
	const char *rule;		/* for the log */
	uint32_t rule_number;		/* sessions are resumed by no other */
	struct tls_ctx *tls;		/* NULL: relayed in clear */
	bool verified;			/* an identity in the log was judged */
	struct sink *sink;		/* the wrapped service; NULL: none */
	const char *unix_path;		/* the application; NULL: endpoint */
	struct addr_endpoint backend;
	unsigned handshake_timeout;	/* seconds, each timer; 0: no limit */
};

struct session_owner {
	void (*concluded)(void *arg, const struct report *report);
	void (*gone)(void *arg, struct session *session);
	void *arg;
};

/*
 * Takes over an accepted socket. The plan is copied, what it points to and
 * the owner must outlive the session, but for the sink, which it holds.
 * NULL where memory is exhausted; the socket is closed then, and the owner is
 * not called. Nothing happens before session_run.
 */
MUST_USE struct session *session_start(struct ev_loop *loop,
    const struct session_plan *plan, const struct session_owner *owner,
    int fd, const struct addr_endpoint *local,
    const struct addr_endpoint *remote);

/* Begins; the session may be gone already when this returns. */
void session_run(struct session *session);

/* Ends it now for a reason of the owner's; the owner is told as always. */
void session_stop(struct session *session, enum reason reason);

/* For the owner's list of its sessions. */
struct session_link {
	struct session *next, **previous;
};
struct session_link *session_link(struct session *session);

#endif
