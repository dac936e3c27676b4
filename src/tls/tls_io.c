#include "tls/tls_io.h"

#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/settings.h>
#include <wolfssl/ssl.h>
#include <wolfssl/wolfio.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tls/tls_alert.h"
#include "tls/tls_library.h"

/* More than any sane chain; the judge has its own, smaller limit. */
#define CHAIN_MAX 32

void
tls_io_init(struct tls_io *io, int fd, struct WOLFSSL *ssl)
{
	memset(io, 0, sizeof(*io));
	io->fd = fd;
	io->ssl = ssl;
}

void
tls_io_set_judge(struct tls_io *io, tls_judge_fn *judge, void *judge_arg,
    bool required)
{
	io->judge = judge;
	io->judge_arg = judge_arg;
	io->required = required;
}

void
tls_io_fini(struct tls_io *io)
{
	buffer_drop(&io->in);
	buffer_drop(&io->out);
	free(io->identity);
	free(io->detail);
	io->identity = io->detail = NULL;
}

/*
 * RFC 8446, 5.1: a record begins with its type (20 to 23) and 3. An SSLv2
 * style hello begins with its length, high bit set (RFC 5246, E.2); it is
 * TLS of a kind, and the library refuses it in its own way.
 */
static bool
begins_tls(const uint8_t *bytes, size_t length)
{
	if (bytes[0] >= 20 && bytes[0] <= 23)
		return length < 2 || bytes[1] == 3;
	return (bytes[0] & 0x80) != 0 && (length < 3 || bytes[2] == 1);
}

static int
fill(struct tls_io *io)
{
	size_t room;
	uint8_t *to = buffer_room(&io->in, &room);
	ssize_t n;

	if (to == NULL) {
		io->error = ENOMEM;
		return WOLFSSL_CBIO_ERR_GENERAL;
	}
	do
		n = recv(io->fd, to, room, 0);
	while (n < 0 && errno == EINTR);
	if (n > 0) {
		buffer_add(&io->in, (size_t)n);
		return 0;
	}
	buffer_settle(&io->in);
	if (n == 0) {
		io->end_of_file = true;
		return WOLFSSL_CBIO_ERR_CONN_CLOSE;
	}
	if (errno == EAGAIN || errno == EWOULDBLOCK)
		return WOLFSSL_CBIO_ERR_WANT_READ;
	io->error = errno;
	return errno == ECONNRESET ? WOLFSSL_CBIO_ERR_CONN_RST :
	    WOLFSSL_CBIO_ERR_GENERAL;
}

int
tls_io_receive(struct WOLFSSL *ssl, char *bytes, int size, void *ctx)
{
	struct tls_io *io = ctx;
	size_t n = buffer_length(&io->in);
	int rc;

	(void)ssl;
	if (n == 0) {
		rc = fill(io);
		if (rc != 0)
			return rc;
		n = buffer_length(&io->in);
	}
	if (!io->started) {
		io->started = true;
		if (!begins_tls(buffer_bytes(&io->in), n)) {
			io->clear_text = true;
			return WOLFSSL_CBIO_ERR_GENERAL;
		}
	}
	if (n > (size_t)size)
		n = (size_t)size;
	memcpy(bytes, buffer_bytes(&io->in), n);
	buffer_take(&io->in, n);
	return (int)n;
}

/* What the socket takes now; -1 with io->error where it failed. */
static ssize_t
send_now(struct tls_io *io, const void *bytes, size_t size)
{
	ssize_t n;

	do
		n = send(io->fd, bytes, size, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	if (n < 0)
		io->error = errno;
	return n;
}

int
tls_io_flush(struct tls_io *io)
{
	ssize_t n;

	while (buffer_length(&io->out) > 0) {
		n = send_now(io, buffer_bytes(&io->out),
		    buffer_length(&io->out));
		if (n <= 0)
			return (int)n;
		buffer_take(&io->out, (size_t)n);
	}
	return 1;
}

int
tls_io_send(struct WOLFSSL *ssl, char *bytes, int size, void *ctx)
{
	struct tls_io *io = ctx;
	size_t left = (size_t)size, room;
	ssize_t n = 0;
	uint8_t *to;

	(void)ssl;
	if (io->sealed)
		return size;
	if (tls_io_flush(io) < 0)
		return WOLFSSL_CBIO_ERR_CONN_RST;
	if (buffer_length(&io->out) == 0) {
		n = send_now(io, bytes, left);
		if (n < 0)
			return WOLFSSL_CBIO_ERR_CONN_RST;
		left -= (size_t)n;
	}
	if (left == 0)
		return size;
	to = buffer_room(&io->out, &room);
	if (to == NULL) {
		io->error = ENOMEM;
		return WOLFSSL_CBIO_ERR_GENERAL;
	}
	if (room > left)
		room = left;
	memcpy(to, bytes + n, room);
	buffer_add(&io->out, room);
	buffer_settle(&io->out);
	if (room + (size_t)n == 0)
		return WOLFSSL_CBIO_ERR_WANT_WRITE;
	return (int)((size_t)n + room);
}

static char *
copy_text(const char *text)
{
	return text[0] == '\0' ? NULL : strdup(text);
}

static void
judge(struct tls_io *io, const struct WOLFSSL_X509_STORE_CTX *store)
{
	struct tls_judge_cert chain[CHAIN_MAX];
	struct tls_judge_verdict verdict = { .reason = REASON_CERT_BAD };
	size_t count = (size_t)store->totalCerts;

	io->presented = true;
	io->judged = true;
	if (count > CHAIN_MAX) {
		io->reason = REASON_CERT_CHAIN_TOO_LONG;
		return;
	}
	for (size_t i = 0; i < count; i++)
		chain[i] = (struct tls_judge_cert){ store->certs[i].buffer,
		    store->certs[i].length };
	io->judge(io->judge_arg, chain, count, &verdict);
	io->reason = verdict.reason;
	io->identity = copy_text(verdict.identity);
	io->detail = copy_text(verdict.detail);
}

/*
 * The library knows no authority, so it complains about every certificate;
 * what it says does not count. It comes here for each certificate of the
 * chain and last for the leaf, with the whole chain at hand.
 */
int
tls_io_verify(int library_says, struct WOLFSSL_X509_STORE_CTX *store)
{
	struct tls_io *io = store->userCtx;

	(void)library_says;
	if (io == NULL)
		return 0;
	if (store->error_depth > 0)
		return 1;
	/* An empty Certificate message: the client has none. */
	if (store->totalCerts <= 0)
		return !io->required;
	if (!io->judged)
		judge(io, store);
	if (io->reason == REASON_OK)
		return 1;
	/* Ours is the fitting alert; the library's own must not follow. */
	if (!io->sealed && tls_library_alert(io->ssl,
	    tls_alert_for(io->reason)))
		io->sealed = true;
	return 0;
}
