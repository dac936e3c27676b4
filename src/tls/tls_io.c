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

/* RFC 8446, 5.1 */
enum { RECORD_HEADER = 5, RECORD_ALERT = 21, RECORD_HANDSHAKE = 22 };
/*
 * Records in a row that deliver no plaintext: KeyUpdate costs us far more than
 * its sender, and RFC 8446, 4.6.3 lets a client send any number of them.
 */
enum { BARREN_MAX = 64 };
/* A plaintext alert: header, level, description. */
enum { ALERT_SIZE = RECORD_HEADER + 2 };

void
tls_io_init(struct tls_io *io, int fd, struct WOLFSSL *ssl)
{
	memset(io, 0, sizeof(*io));
	io->fd = fd;
	io->ssl = ssl;
	io->alert = TLS_ALERT_NONE;
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

void
tls_io_begin(struct tls_io *io)
{
	io->filled = false;
}

static int
fill(struct tls_io *io)
{
	size_t room;
	uint8_t *to;
	ssize_t n;

	/* What is the kernel's, or has come since, makes the socket readable. */
	if (io->filled || io->dry) {
		io->dry = false;
		return WOLFSSL_CBIO_ERR_WANT_READ;
	}
	io->filled = true;
	to = buffer_room(&io->in, &room);
	if (to == NULL) {
		io->error = ENOMEM;
		return WOLFSSL_CBIO_ERR_GENERAL;
	}
	do
		n = recv(io->fd, to, room, 0);
	while (n < 0 && errno == EINTR);
	if (n > 0) {
		io->dry = (size_t)n < room;
		io->answered = false;
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

void
tls_io_establish(struct tls_io *io, bool may_shake)
{
	io->established = true;
	io->may_shake = may_shake;
	/* A request that followed at once need not wait for the event loop. */
	io->dry = false;
}

void
tls_io_delivered(struct tls_io *io)
{
	io->barren = 0;
}

/*
 * Follows the records. Up to TLS 1.2 a client sends a handshake record after
 * the handshake only to renegotiate. The library would honour that, and a
 * second certificate would come in under the first one's verdict.
 */
static bool
misbehaves(struct tls_io *io, const uint8_t *bytes, size_t n)
{
	while (n > 0) {
		size_t skip = io->record_left < n ? io->record_left : n;

		io->record_left -= (uint32_t)skip;
		bytes += skip;
		n -= skip;
		if (n == 0)
			break;
		io->header[io->header_got++] = *bytes++;
		n--;
		if (io->header_got < RECORD_HEADER)
			continue;
		io->header_got = 0;
		io->record_left = (uint32_t)io->header[3] << 8 |
		    io->header[4];
		if (!io->established)
			continue;
		io->renegotiation = !io->may_shake &&
		    io->header[0] == RECORD_HANDSHAKE;
		io->flooded = ++io->barren > BARREN_MAX;
		if (io->renegotiation || io->flooded)
			return true;
	}
	return false;
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
	if (misbehaves(io, buffer_bytes(&io->in), n))
		return WOLFSSL_CBIO_ERR_GENERAL;
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
		n = send(io->fd, bytes, size, MSG_NOSIGNAL |
		    (io->more ? MSG_MORE : 0));
	while (n < 0 && errno == EINTR);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	if (n < 0)
		io->error = errno;
	else
		io->answered = true;
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

/* Appends to what waits; how much of it fitted, or -1. */
static int
hold(struct tls_io *io, const char *bytes, size_t size)
{
	size_t room;
	uint8_t *to = buffer_room(&io->out, &room);

	if (to == NULL) {
		io->error = ENOMEM;
		return -1;
	}
	if (room > size)
		room = size;
	memcpy(to, bytes, room);
	buffer_add(&io->out, room);
	buffer_settle(&io->out);
	return (int)room;
}

void
tls_io_cork(struct tls_io *io, bool corked)
{
	io->corked = corked;
}

void
tls_io_alert(struct tls_io *io, int alert)
{
	if (io->sealed)
		return;
	io->alert = alert;
	if (io->alert_held && buffer_length(&io->out) > 0)
		buffer_bytes(&io->out)[buffer_length(&io->out) - 1] =
		    (uint8_t)alert;
	else if (!tls_library_alert(io->ssl, alert))
		io->alert = TLS_ALERT_NONE;
	/* The library's own must not follow. */
	io->sealed = io->alert != TLS_ALERT_NONE;
}

int
tls_io_send(struct WOLFSSL *ssl, char *bytes, int size, void *ctx)
{
	struct tls_io *io = ctx;
	/* More than fits must go, or it would wait for itself. */
	bool wait = io->corked && buffer_length(&io->out) + (size_t)size <=
	    BUFFER_SIZE;
	ssize_t n = 0;
	int held;

	(void)ssl;
	if (io->sealed)
		return size;
	if (!io->established && size == ALERT_SIZE &&
	    bytes[0] == RECORD_ALERT) {
		held = hold(io, bytes, (size_t)size);
		io->alert_held = held == size;
		return held < 0 ? WOLFSSL_CBIO_ERR_GENERAL : held;
	}
	if (!wait && tls_io_flush(io) < 0)
		return WOLFSSL_CBIO_ERR_CONN_RST;
	if (!wait && buffer_length(&io->out) == 0) {
		n = send_now(io, bytes, (size_t)size);
		if (n < 0)
			return WOLFSSL_CBIO_ERR_CONN_RST;
	}
	if (n == size)
		return size;
	held = hold(io, bytes + n, (size_t)(size - n));
	if (held < 0)
		return WOLFSSL_CBIO_ERR_GENERAL;
	return n + held == 0 ? WOLFSSL_CBIO_ERR_WANT_WRITE : (int)n + held;
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
	if (count > CHAIN_MAX) {
		io->reason = REASON_CERT_CHAIN_TOO_LONG;
		return;
	}
	for (size_t i = 0; i < count; i++)
		chain[i] = (struct tls_judge_cert){ store->certs[i].buffer,
		    store->certs[i].length };
	io->judge(io->judge_arg, chain, count, &verdict);
	io->reason = verdict.reason;
	io->not_after = verdict.not_after;
	io->identity = copy_text(verdict.identity);
	io->detail = copy_text(verdict.detail);
	/* Nobody is let in without a name that he has. */
	if (io->identity == NULL && verdict.identity[0] != '\0' &&
	    io->reason == REASON_OK)
		io->reason = REASON_NO_MEMORY;
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
	io->asked = true;
	if (store->error_depth > 0)
		return 1;
	/* An empty Certificate message: the client has none. */
	if (store->totalCerts <= 0 && !io->required)
		return 1;
	if (!io->judged && store->totalCerts <= 0)
		io->reason = REASON_NO_CERT;
	else if (!io->judged)
		judge(io, store);
	io->judged = true;
	if (io->reason == REASON_OK)
		return 1;
	tls_io_alert(io, io->reason == REASON_NO_CERT &&
	    wolfSSL_GetVersion(io->ssl) >= WOLFSSL_TLSV1_3 ?
	    TLS_ALERT_CERTIFICATE_REQUIRED : tls_alert_for(io->reason));
	return 0;
}
