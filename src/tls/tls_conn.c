#include "tls/tls_conn.h"

#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/settings.h>
#include <wolfssl/ssl.h>
#include <wolfssl/error-ssl.h>
#include <wolfssl/wolfio.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "policy/suites.h"
#include "tls/tls_alert.h"
#include "tls/tls_ctx.h"
#include "tls/tls_hello.h"
#include "tls/tls_id.h"
#include "tls/tls_io.h"
#include "tls/tls_library.h"
#include "tls/tls_lineage.h"
#include "tls/tls_resume.h"
#include "tls/tls_ticket.h"

/* RFC 8446, 5.1: the plaintext of one record. */
#define RECORD_MAX 16384

struct tls_conn {
	WOLFSSL *ssl;
	struct tls_ctx *ctx;
	struct tls_io io;
	struct tls_resume resume;
	int64_t since;		/* of a resumed session's full handshake */
	const char *protocol, *cipher;
	enum reason reason;
	int library_error;
	bool established, ended, truncated;
};

struct tls_conn *
tls_conn_new(struct tls_ctx *ctx, int fd, uint32_t rule)
{
	struct tls_conn *conn = calloc(1, sizeof(*conn));

	if (conn == NULL)
		return NULL;
	conn->ctx = ctx;
	conn->ssl = wolfSSL_new(ctx->library);
	tls_io_init(&conn->io, fd, conn->ssl);
	tls_io_set_judge(&conn->io, ctx->judge, ctx->judge_arg,
	    ctx->ask == TLS_CTX_ASK_REQUIRED);
	tls_resume_init(&conn->resume, ctx, &conn->io, rule);
	if (conn->ssl == NULL) {
		tls_conn_free(&conn);
		return NULL;
	}
	wolfSSL_SetIOReadCtx(conn->ssl, &conn->io);
	wolfSSL_SetIOWriteCtx(conn->ssl, &conn->io);
	wolfSSL_SetCertCbCtx(conn->ssl, &conn->io);
	return conn;
}

void
tls_conn_free(struct tls_conn **conn_p)
{
	struct tls_conn *conn = *conn_p;

	if (conn == NULL)
		return;
	wolfSSL_free(conn->ssl);
	tls_resume_fini(&conn->resume);
	tls_io_fini(&conn->io);
	free(conn);
	*conn_p = NULL;
}

static enum tls_conn_io
failed(struct tls_conn *conn, enum reason reason)
{
	if (conn->reason == REASON_OK)
		conn->reason = reason;
	return TLS_CONN_FAILED;
}

/* The reason of a handshake that the library gave up with `error`. */
static enum reason
handshake_reason(const struct tls_conn *conn, int error)
{
	const struct tls_io *io = &conn->io;
	bool received;

	if (io->clear_text)
		return REASON_CLEAR_TEXT;
	if (io->refused != REASON_OK)
		return io->refused;
	if (io->judged && io->reason != REASON_OK)
		return io->reason;
	if (tls_conn_alert(conn, &received) != TLS_ALERT_NONE && received)
		return REASON_PEER_ALERT;
	if (io->end_of_file)
		return REASON_PEER_CLOSED_HANDSHAKE;
	if (io->error != 0)
		return io->error == ENOMEM ? REASON_NO_MEMORY :
		    io->error == ECONNRESET || io->error == EPIPE ?
		    REASON_PEER_CLOSED_HANDSHAKE : REASON_IO;
	return tls_alert_reason(error);
}

/*
 * The library keeps CA certificates that a client presents, in the context
 * and so for every later connection. It trusts none of them (the judge is
 * ours), but they must not pile up.
 */
static void
forget_presented(struct tls_conn *conn)
{
	if (conn->io.asked)
		(void)wolfSSL_CertManagerUnloadCAs(
		    wolfSSL_CTX_GetCertManager(conn->ctx->library));
}

static enum tls_conn_io
refused(struct tls_conn *conn, enum reason reason)
{
	tls_io_alert(&conn->io, tls_alert_for(reason));
	return failed(conn, reason);
}

/*
 * What the library let pass is checked once more against what the rule
 * demands, so that no path through it can admit.
 */
static enum tls_conn_io
established(struct tls_conn *conn)
{
	unsigned version = (unsigned)wolfSSL_GetVersion(conn->ssl);
	/* WOLFSSL_TLSV1 is 1 and stands for 0x0301. */
	bool allowed = version < 32 && (conn->ctx->lists.protocols &
	    1u << version) != 0, resumed = wolfSSL_session_reused(conn->ssl);
	enum reason reason;

	if (!allowed)
		return failed(conn, REASON_NO_PROTOCOL);
	reason = tls_resume_settle(&conn->resume, &conn->since);
	if (reason != REASON_OK)
		return refused(conn, reason);
	if (conn->ctx->ask == TLS_CTX_ASK_REQUIRED && !conn->io.presented)
		return failed(conn, REASON_NO_CERT);
	if (conn->io.presented && (!conn->io.judged ||
	    conn->io.reason != REASON_OK))
		return failed(conn, conn->io.reason);
	if (conn->io.presented && !resumed &&
	    tls_library_peer_proved_weakly(conn->ssl))
		return refused(conn, REASON_CERT_WEAK_SIGNATURE);
	if (conn->io.presented && !resumed &&
	    !tls_hello_proved(conn->ctx, conn->ssl))
		return refused(conn, REASON_NO_PAIR);
	conn->established = true;
	tls_io_establish(&conn->io, version >= WOLFSSL_TLSV1_3);
	tls_hello_finish(conn->ssl);
	if (version >= WOLFSSL_TLSV1_3 && conn->ctx->store != NULL)
		tls_ticket_give(&conn->resume, resumed);
	tls_resume_fini(&conn->resume);
	return TLS_CONN_DONE;
}

/* Noted at once: some builds forget it when both sides have said goodbye. */
static void
note_parameters(struct tls_conn *conn)
{
	const struct suites_suite *suite = suites_find_code(
	    (uint16_t)wolfSSL_get_current_cipher_suite(conn->ssl));

	conn->protocol = wolfSSL_get_version(conn->ssl);
	conn->cipher = suite != NULL ? suite->name :
	    wolfSSL_get_cipher_name(conn->ssl);
}

/* Mends where the library's last word does not fit, or it had none. */
static void
say_why(struct tls_conn *conn, enum reason reason)
{
	bool received;
	int said = tls_conn_alert(conn, &received);

	if (reason == REASON_NO_PROTOCOL)
		tls_io_alert(&conn->io, TLS_ALERT_PROTOCOL_VERSION);
	else if (said == TLS_ALERT_NONE &&
	    reason == REASON_CERT_CHAIN_TOO_LONG)
		tls_io_alert(&conn->io, tls_alert_for(reason));
	else if (said == TLS_ALERT_NONE &&
	    (reason == REASON_PROTOCOL || reason == REASON_BAD_MESSAGE))
		tls_io_alert(&conn->io, TLS_ALERT_DECODE_ERROR);
}

enum tls_conn_io
tls_conn_handshake(struct tls_conn *conn)
{
	enum tls_conn_io io;
	int rc, error;

#ifdef OPENSSL_EXTRA
	/* Such a build piles errors up in a queue that nobody reads. */
	wolfSSL_ERR_clear_error();
#endif
	tls_io_begin(&conn->io);
	tls_io_cork(&conn->io, true);
	rc = wolfSSL_accept(conn->ssl);
	error = rc == WOLFSSL_SUCCESS ? 0 : wolfSSL_get_error(conn->ssl, rc);
	forget_presented(conn);
	if (rc == WOLFSSL_SUCCESS)
		note_parameters(conn);
	io = rc == WOLFSSL_SUCCESS ? established(conn) : TLS_CONN_FAILED;
	tls_io_cork(&conn->io, false);
	if (rc == WOLFSSL_SUCCESS) {
		if (io == TLS_CONN_DONE)
			(void)tls_io_flush(&conn->io);
		return io;
	}
	if (error == WOLFSSL_ERROR_WANT_READ && !conn->io.end_of_file)
		return tls_io_flush(&conn->io) == 0 ? TLS_CONN_WANT_WRITE :
		    TLS_CONN_WANT_READ;
	if (error == WOLFSSL_ERROR_WANT_WRITE)
		return TLS_CONN_WANT_WRITE;
	conn->library_error = error;
	say_why(conn, handshake_reason(conn, error));
	return failed(conn, handshake_reason(conn, error));
}

bool
tls_conn_owes_acknowledgement(const struct tls_conn *conn)
{
	return !conn->io.answered;
}

bool
tls_conn_started(const struct tls_conn *conn)
{
	return conn->io.started;
}

static enum tls_conn_io
read_ended(struct tls_conn *conn, bool truncated)
{
	conn->ended = true;
	conn->truncated = truncated;
	return TLS_CONN_END;
}

enum tls_conn_io
tls_conn_read(struct tls_conn *conn, void *bytes, size_t size, size_t *got_r)
{
	int rc, error;
	bool received;

	*got_r = 0;
	if (conn->ended)
		return TLS_CONN_END;
	tls_io_begin(&conn->io);
	rc = wolfSSL_read(conn->ssl, bytes, size > INT_MAX ? INT_MAX :
	    (int)size);
	if (rc > 0) {
		tls_io_delivered(&conn->io);
		*got_r = (size_t)rc;
		return TLS_CONN_DONE;
	}
	error = wolfSSL_get_error(conn->ssl, rc);
	if (error == WOLFSSL_ERROR_WANT_READ)
		return TLS_CONN_WANT_READ;
	if (error == WOLFSSL_ERROR_WANT_WRITE)
		return TLS_CONN_WANT_WRITE;
	if (tls_conn_alert(conn, &received) == TLS_ALERT_CLOSE_NOTIFY &&
	    received)
		return read_ended(conn, false);
	if (conn->io.end_of_file)
		return read_ended(conn, true);
	conn->library_error = error;
	if (conn->io.error != 0)
		return failed(conn, conn->io.error == ECONNRESET ?
		    REASON_CLIENT_RESET : REASON_IO);
	tls_id_forget(&conn->resume);
	if (conn->io.renegotiation) {
		tls_io_alert(&conn->io, TLS_ALERT_NO_RENEGOTIATION);
		return failed(conn, REASON_RENEGOTIATION);
	}
	if (conn->io.flooded) {
		tls_io_alert(&conn->io, TLS_ALERT_UNEXPECTED_MESSAGE);
		return failed(conn, REASON_PROTOCOL);
	}
	return failed(conn, handshake_reason(conn, error));
}

bool
tls_conn_truncated(const struct tls_conn *conn)
{
	return conn->truncated;
}

bool
tls_conn_pending(const struct tls_conn *conn)
{
	return !conn->ended && (buffer_length(&conn->io.in) > 0 ||
	    wolfSSL_pending(conn->ssl) > 0);
}

enum tls_conn_io
tls_conn_flush(struct tls_conn *conn)
{
	int rc = tls_io_flush(&conn->io);

	if (rc < 0)
		return failed(conn, conn->io.error == ECONNRESET ||
		    conn->io.error == EPIPE ? REASON_CLIENT_RESET :
		    REASON_IO);
	return rc > 0 ? TLS_CONN_DONE : TLS_CONN_WANT_WRITE;
}

enum tls_conn_io
tls_conn_write(struct tls_conn *conn, const void *bytes, size_t size,
    size_t *put_r)
{
	enum tls_conn_io rc;
	int put, error;

	*put_r = 0;
	/* A record is only begun when the one before has left. */
	while (*put_r < size) {
		rc = tls_conn_flush(conn);
		if (rc != TLS_CONN_DONE)
			return rc;
		/* Full segments; the last record lets them all go. */
		conn->io.more = size - *put_r > RECORD_MAX;
		put = wolfSSL_write(conn->ssl, (const char *)bytes + *put_r,
		    (int)(size - *put_r < RECORD_MAX ? size - *put_r :
		    RECORD_MAX));
		conn->io.more = false;
		if (put > 0) {
			*put_r += (size_t)put;
			continue;
		}
		error = wolfSSL_get_error(conn->ssl, put);
		if (error == WOLFSSL_ERROR_WANT_READ)
			return TLS_CONN_WANT_READ;
		if (error == WOLFSSL_ERROR_WANT_WRITE)
			return TLS_CONN_WANT_WRITE;
		conn->library_error = error;
		return failed(conn, conn->io.error != 0 ?
		    REASON_CLIENT_RESET : tls_alert_reason(error));
	}
	return TLS_CONN_DONE;
}

void
tls_conn_finish(struct tls_conn *conn)
{
	/* Never a second call: it would read and lose what it reads. */
	if (conn->established && !conn->io.sealed)
		(void)wolfSSL_shutdown(conn->ssl);
	conn->established = false;
	/* RFC 8446, 6.1: nothing may follow, no answer to a KeyUpdate either. */
	conn->io.sealed = true;
}

void
tls_conn_abort(struct tls_conn *conn)
{
	/* Where it failed by itself, the library has said why. */
	if (conn->established && conn->reason == REASON_OK) {
		tls_io_alert(&conn->io, TLS_ALERT_INTERNAL_ERROR);
		tls_id_forget(&conn->resume);
	}
	conn->established = false;
	conn->io.sealed = true;
}

enum reason
tls_conn_reason(const struct tls_conn *conn)
{
	return conn->reason;
}

int
tls_conn_alert(const struct tls_conn *conn, bool *received_r)
{
	WOLFSSL_ALERT_HISTORY history;

	*received_r = false;
	if (wolfSSL_get_alert_history(conn->ssl, &history) != WOLFSSL_SUCCESS)
		return TLS_ALERT_NONE;
	if (history.last_rx.code >= 0) {
		*received_r = true;
		return history.last_rx.code;
	}
	/* The library may believe that it sent another after ours. */
	if (conn->io.alert != TLS_ALERT_NONE)
		return conn->io.alert;
	return history.last_tx.code >= 0 ? history.last_tx.code :
	    TLS_ALERT_NONE;
}

const char *
tls_conn_identity(const struct tls_conn *conn)
{
	return conn->io.identity;
}

bool
tls_conn_resumed(const struct tls_conn *conn, int64_t *when_r)
{
	*when_r = tls_lineage_when(conn->since);
	return conn->since != 0;
}

const char *
tls_conn_detail(const struct tls_conn *conn)
{
	if (conn->io.detail != NULL)
		return conn->io.detail;
	if (conn->io.flooded)
		return "too many records without data";
	if (conn->io.error != 0)
		return strerror(conn->io.error);
	if (conn->library_error != 0 && !conn->io.clear_text &&
	    conn->io.refused == REASON_OK && !conn->io.end_of_file)
		return wolfSSL_ERR_reason_error_string(
		    (unsigned long)-(long)conn->library_error);
	return NULL;
}

const char *
tls_conn_protocol(const struct tls_conn *conn)
{
	return conn->protocol;
}

const char *
tls_conn_cipher(const struct tls_conn *conn)
{
	return conn->cipher;
}
