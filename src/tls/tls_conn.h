/*
 * tls_conn.h - one TLS connection over one non-blocking socket, server side.
 *
 * The socket belongs to the caller and must outlive the connection. Every
 * call that cannot finish says which readiness it waits for; call it again
 * when that came. After TLS_CONN_FAILED only tls_conn_reason, the describing
 * functions, tls_conn_flush and tls_conn_free may be called.
 */
#ifndef SALLYPORT_TLS_TLS_CONN_H
#define SALLYPORT_TLS_TLS_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/reason.h"

struct tls_conn;
struct tls_ctx;

enum tls_conn_io {
	TLS_CONN_DONE,		/* as much as asked, or some bytes */
	TLS_CONN_WANT_READ,
	TLS_CONN_WANT_WRITE,
	TLS_CONN_END,		/* reading: the peer has finished */
	TLS_CONN_FAILED,
};

/*
 * NULL where memory is exhausted. The context must outlive it. `rule` is the
 * rule's number, in its generation: a session of another one is not resumed.
 */
MUST_USE struct tls_conn *tls_conn_new(struct tls_ctx *ctx, int fd,
    uint32_t rule);
void tls_conn_free(struct tls_conn **conn);

/*
 * Goes on with the handshake. TLS_CONN_DONE means: finished, the client
 * judged and admitted, protocol and certificate as the context demands.
 */
MUST_USE enum tls_conn_io tls_conn_handshake(struct tls_conn *conn);

/* Did a first byte come from the client? (The two handshake timers ask.) */
bool tls_conn_started(const struct tls_conn *conn);

/* Was nothing sent since the last bytes came, that would acknowledge them? */
bool tls_conn_owes_acknowledgement(const struct tls_conn *conn);

/*
 * Reads up to `size` bytes of plaintext; *got_r says how many. TLS_CONN_END
 * after close_notify, and after an end of the TCP stream without one, which
 * tls_conn_truncated tells.
 */
MUST_USE enum tls_conn_io tls_conn_read(struct tls_conn *conn, void *bytes,
    size_t size, size_t *got_r);
bool tls_conn_truncated(const struct tls_conn *conn);

/* Is there something to read without the socket becoming readable? */
bool tls_conn_pending(const struct tls_conn *conn);

/*
 * Takes up to `size` bytes of plaintext; *put_r says how many. What it took
 * it keeps: it must not be offered again. TLS_CONN_WANT_WRITE: nothing was
 * taken, or what was taken is not all sent; flush, or write more, later.
 */
MUST_USE enum tls_conn_io tls_conn_write(struct tls_conn *conn,
    const void *bytes, size_t size, size_t *put_r);

/* Sends what is still held: TLS_CONN_DONE, _WANT_WRITE or _FAILED. */
MUST_USE enum tls_conn_io tls_conn_flush(struct tls_conn *conn);

/* Says close_notify, once; then flush. Reading may go on. */
void tls_conn_finish(struct tls_conn *conn);

/* Says that we failed (internal_error), so that no end looks clean. */
void tls_conn_abort(struct tls_conn *conn);

/* Why it failed; the number of an alert or TLS_ALERT_NONE, and whose. */
enum reason tls_conn_reason(const struct tls_conn *conn);
int tls_conn_alert(const struct tls_conn *conn, bool *received_r);

/*
 * For the log. Strings live as long as the connection; NULL where there is
 * nothing to say. `detail` is of the judge, the system or the library.
 */
const char *tls_conn_identity(const struct tls_conn *conn);
const char *tls_conn_detail(const struct tls_conn *conn);
const char *tls_conn_protocol(const struct tls_conn *conn);
/*
 * Was a session resumed? *when_r then says when its full handshake was, in
 * milliseconds since the epoch.
 */
bool tls_conn_resumed(const struct tls_conn *conn, int64_t *when_r);
/* IANA's name of the suite in use. */
const char *tls_conn_cipher(const struct tls_conn *conn);

#endif
