/*
 * fuzz_session.c - what a client may bring to resume a session, to a server
 * that has made a good one: it resumes as it was made, or not at all.
 *
 * Input: the kind of it; two bytes where, and two how many bytes are taken
 * off the end; the rest changes what is there, bit by bit, and goes on behind
 * its end. So zeros are the good ticket, hello, or state.
 */
#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/settings.h>
#include <wolfssl/ssl.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/compiler.h"
#include "policy/settings.h"
#include "tls/tls_conn.h"
#include "tls/tls_ctx.h"
#include "tls/tls_keys.h"
#include "tls/tls_library.h"
#include "tls/tls_lineage.h"
#include "tls/tls_resume.h"
#include "tls/tls_ring.h"
#include "tls/tls_store.h"
#include "trust/judge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum way { BY_ID, BY_TICKET, BY_TICKET13, WAYS };

enum kind {
	LINEAGE,		/* the bytes alone */
	TICKET, TICKET13,	/* a good one, changed */
	ANY_TICKET, ANY_TICKET13,	/* nothing is there before */
	HELLO, HELLO13, HELLO_ID,
	STATE, STATE13,		/* changed by who has the key */
	KINDS,
};

enum { RULE = 7, LIFE_DAYS = 6, CHANGE = 4 };

/* A ticket: name, iv, length, what is sealed, mac (RFC 5077, 4). */
enum { AT_IV = 16, AT_LENGTH = 32, AT_BYTES = 34, AROUND = AT_BYTES + 32 };

struct text {
	uint8_t bytes[16384];
	size_t length;
};

static char dir[] = "/tmp/fuzz_session.XXXXXX";
static struct judge judge = { .admits_all = true };
static struct tls_store *store;
static struct tls_ctx *ctx;
static WOLFSSL_CTX *clients[WAYS];
static WOLFSSL_SESSION *sessions[WAYS];
static struct text tickets[WAYS];

/* --- both ends ---------------------------------------------------------- */

struct ends {
	struct tls_conn *server;
	WOLFSSL *client;
	int fds[2];
};

/* A copy: a full handshake would write a new session over it. */
static void
set_copy(WOLFSSL *client, WOLFSSL_SESSION *session)
{
	WOLFSSL_SESSION *copy = wolfSSL_SESSION_dup(session);

	ensure(copy != NULL);
	ensure(wolfSSL_set_session(client, copy) == WOLFSSL_SUCCESS);
	wolfSSL_SESSION_free(copy);
}

static void
open_ends(struct ends *e, enum way way)
{
	ensure(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0,
	    e->fds) == 0);
	e->server = tls_conn_new(ctx, e->fds[0], RULE);
	e->client = wolfSSL_new(clients[way]);
	ensure(e->server != NULL && e->client != NULL);
	wolfSSL_set_fd(e->client, e->fds[1]);
	ensure(wolfSSL_UseSNI(e->client, WOLFSSL_SNI_HOST_NAME, "fuzz", 4) ==
	    WOLFSSL_SUCCESS);
	if (way == BY_TICKET)
		ensure(wolfSSL_UseSessionTicket(e->client) ==
		    WOLFSSL_SUCCESS);
	if (sessions[way] != NULL)
		set_copy(e->client, sessions[way]);
}

static void
close_ends(struct ends *e)
{
	tls_conn_free(&e->server);
	wolfSSL_free(e->client);
	close(e->fds[0]);
	close(e->fds[1]);
}

static enum tls_conn_io
shake(struct ends *e)
{
	enum tls_conn_io io = TLS_CONN_WANT_READ;

	for (int i = 0; i < 20 && (io == TLS_CONN_WANT_READ ||
	    io == TLS_CONN_WANT_WRITE); i++) {
		(void)wolfSSL_connect(e->client);
		io = tls_conn_handshake(e->server);
	}
	return io;
}

/* --- a good session of each kind ---------------------------------------- */

static void
make_certificate(char *path, size_t size)
{
	char command[512];

	ensure(mkdtemp(dir) != NULL);
	snprintf(command, sizeof(command), "cd %s && openssl req -x509 "
	    "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 "
	    "-subj /CN=fuzz -keyout key -out ring 2>/dev/null && "
	    "cat key >>ring", dir);
	ensure(system(command) == 0);
	snprintf(path, size, "%s/ring", dir);
}

static void
on_fault(void *arg, const struct tls_ring_error *fault)
{
	(void)arg;
	fprintf(stderr, "%s: %s\n", fault->path, fault->what);
}

static void
make_server(char *path)
{
	const struct tls_store_params params = {
		.id_life = (int64_t)LIFE_DAYS * 86400 * 1000, .ids = 16,
		.ticket_life = (int64_t)LIFE_DAYS * 86400 * 1000,
		.tickets = 1, .cipher_bits = 256,
	};
	const struct settings settings = {
		.role = SETTINGS_ROLE_SERVER_WITH_CLIENT_AUTH,
		.client_auth = SETTINGS_CLIENT_AUTH_PASSTHRU,
		.keyring = path, .tlsv12 = true, .tlsv13 = true,
		.server_ems = SETTINGS_MASTER_SECRET_ON,
	};
	struct tls_ring_error fault;
	struct tls_ring *ring;

	ensure(tls_store_new(&params, &store) == 0 && store != NULL);
	ensure(tls_ring_load(path, NULL, on_fault, NULL, &ring) == 0);
	ctx = tls_ctx_new(&settings, ring, store, judge_chain, &judge,
	    &fault);
	ensure(ctx != NULL);
	tls_ring_free(&ring);
}

static void
make_client(enum way way, const char *path)
{
	WOLFSSL_CTX *c = wolfSSL_CTX_new(way == BY_TICKET13 ?
	    wolfTLSv1_3_client_method() : wolfTLSv1_2_client_method());

	ensure(c != NULL);
	/* Its sessions must last as long as the run. */
	ensure(wolfSSL_CTX_set_timeout(c, LIFE_DAYS * 86400) >= 0);
	wolfSSL_CTX_set_verify(c, WOLFSSL_VERIFY_NONE, NULL);
	ensure(wolfSSL_CTX_use_certificate_file(c, path,
	    WOLFSSL_FILETYPE_PEM) == WOLFSSL_SUCCESS &&
	    wolfSSL_CTX_use_PrivateKey_file(c, path,
	    WOLFSSL_FILETYPE_PEM) == WOLFSSL_SUCCESS);
	clients[way] = c;
}

static void
make_session(enum way way)
{
	word32 length = sizeof(tickets[way].bytes);
	struct ends e;
	char byte;

	open_ends(&e, way);
	ensure(shake(&e) == TLS_CONN_DONE);
	ensure(tls_conn_flush(e.server) == TLS_CONN_DONE);
	ensure(wolfSSL_connect(e.client) == WOLFSSL_SUCCESS);
	ensure(wolfSSL_read(e.client, &byte, 1) < 0);
	ensure(wolfSSL_get_SessionTicket(e.client, tickets[way].bytes,
	    &length) == WOLFSSL_SUCCESS);
	tickets[way].length = length;
	ensure((length > 0) == (way != BY_ID));
	sessions[way] = wolfSSL_get1_session(e.client);
	ensure(sessions[way] != NULL);
	close_ends(&e);
}

static void
start(void)
{
	char path[64], command[64];

	ensure(tls_library_start() == 0);
	make_certificate(path, sizeof(path));
	make_server(path);
	for (enum way way = 0; way < WAYS; way++) {
		make_client(way, path);
		make_session(way);
	}
	snprintf(command, sizeof(command), "rm -r %s", dir);
	ensure(system(command) == 0);
}

/* --- inputs ------------------------------------------------------------- */

/* Input less its kind. False where it is too short to say anything. */
static bool
change(struct text *text, const uint8_t *data, size_t size)
{
	size_t at, less;

	if (size < CHANGE)
		return false;
	at = (size_t)data[0] << 8 | data[1];
	less = (size_t)data[2] << 8 | data[3];
	text->length -= less < text->length ? less : text->length;
	at = at < text->length ? at : text->length;
	for (size_t i = CHANGE; i < size && at < sizeof(text->bytes); at++) {
		if (at == text->length)
			text->bytes[text->length++] = 0;
		text->bytes[at] ^= data[i++];
	}
	return true;
}

static void
read_lineage(const uint8_t *data, size_t size)
{
	struct tls_lineage lineage, again;
	size_t state = tls_lineage_detach(data, size, &lineage), total;
	uint8_t *copy;

	if (state == 0)
		return;
	ensure(state + strlen(lineage.identity) <= size);
	copy = malloc(state + TLS_LINEAGE_WRITTEN);
	ensure(copy != NULL);
	memcpy(copy, data, state);
	total = tls_lineage_append(&lineage, copy, state,
	    state + TLS_LINEAGE_WRITTEN);
	ensure(tls_lineage_detach(copy, total, &again) == state);
	ensure(again.since == lineage.since && again.rule == lineage.rule &&
	    again.not_after == lineage.not_after &&
	    again.version == lineage.version &&
	    again.presented == lineage.presented &&
	    strcmp(again.identity, lineage.identity) == 0);
	free(copy);
}

/* May what was changed by who has the key resume, and as whom? */
static void
expect_lineage(const struct ends *e, enum way way,
    const struct tls_lineage *lineage)
{
	const char *identity = tls_conn_identity(e->server);

	ensure(tls_lineage_lives(lineage, store->params.ticket_life));
	ensure(lineage->rule == RULE);
	ensure(lineage->version == (way == BY_TICKET13 ? 0x0304 : 0x0303));
	ensure(strcmp(identity != NULL ? identity : "",
	    lineage->presented ? lineage->identity : "") == 0);
}

/* The client comes with that ticket; lineage: NULL where nobody resealed it. */
static void
present(enum way way, const struct text *ticket,
    const struct tls_lineage *lineage)
{
	const struct text *good = &tickets[way];
	bool same = ticket->length >= good->length &&
	    memcmp(ticket->bytes, good->bytes, good->length) == 0;
	enum tls_conn_io io;
	struct ends e;
	int64_t when;
	bool resumed;

	open_ends(&e, way);
	if (ticket->length == 0 || ticket->length > UINT16_MAX ||
	    wolfSSL_set_SessionTicket(e.client, ticket->bytes,
	    (word32)ticket->length) != WOLFSSL_SUCCESS) {
		close_ends(&e);
		return;
	}
	io = shake(&e);
	resumed = io == TLS_CONN_DONE && tls_conn_resumed(e.server, &when);
	ensure(io != TLS_CONN_DONE || tls_conn_identity(e.server) != NULL ||
	    lineage != NULL);
	if (lineage == NULL)
		ensure(!resumed || same);
	else if (resumed)
		expect_lineage(&e, way, lineage);
	if (ticket->length == good->length && same)
		ensure(resumed);
	close_ends(&e);
}

static void
change_state(enum way way, const uint8_t *data, size_t size)
{
	struct text ticket = tickets[way], state;
	struct tls_lineage lineage;
	struct tls_seal_key key;
	uint8_t *t = ticket.bytes;

	state.length = ticket.length - AROUND;
	memcpy(state.bytes, t + AT_BYTES, state.length);
	ensure(tls_keys_find(store->ticket_keys, t, &key));
	ensure(tls_seal_open(&key, t + AT_IV, state.bytes, state.length,
	    t + AT_BYTES + state.length) == 0);
	if (!change(&state, data, size))
		return;
	state.length -= state.length % TLS_SEAL_BLOCK;
	if (state.length == 0 || state.length > 2000)
		return;
	if (tls_lineage_detach(state.bytes, state.length, &lineage) == 0)
		lineage = (struct tls_lineage){ .not_after = INT64_MIN };
	t[AT_LENGTH] = (uint8_t)(state.length >> 8);
	t[AT_LENGTH + 1] = (uint8_t)state.length;
	ensure(tls_seal_close(&key, t + AT_IV, state.bytes, state.length,
	    t + AT_BYTES + state.length) == 0);
	memcpy(t + AT_BYTES, state.bytes, state.length);
	ticket.length = AROUND + state.length;
	present(way, &ticket, &lineage);
}

/* Nobody is there to finish it, so nothing ever comes of it. */
static void
change_hello(enum way way, const uint8_t *data, size_t size)
{
	struct text hello;
	enum tls_conn_io io;
	struct ends e;
	ssize_t n;

	open_ends(&e, way);
	(void)wolfSSL_connect(e.client);
	n = recv(e.fds[0], hello.bytes, sizeof(hello.bytes), 0);
	ensure(n > 0);
	hello.length = (size_t)n;
	if (change(&hello, data, size)) {
		n = send(e.fds[1], hello.bytes, hello.length, 0);
		ensure(n == (ssize_t)hello.length);
		shutdown(e.fds[1], SHUT_WR);
		for (int i = 0; i < 20; i++) {
			io = tls_conn_handshake(e.server);
			ensure(io != TLS_CONN_DONE);
			if (io == TLS_CONN_FAILED)
				break;
		}
	}
	close_ends(&e);
}

static void
change_ticket(enum way way, bool from_good, const uint8_t *data, size_t size)
{
	struct text ticket = tickets[way];

	if (!from_good)
		ticket.length = 0;
	if (change(&ticket, data, size))
		present(way, &ticket, NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum kind kind;

	if (size == 0)
		return 0;
	kind = data[0] % KINDS;
	data++;
	size--;
	if (kind == LINEAGE) {
		read_lineage(data, size);
		return 0;
	}
	if (!tls_resume_possible())
		return 0;
	if (ctx == NULL)
		start();
	switch (kind) {
	case TICKET:
	case TICKET13:
		change_ticket(kind == TICKET ? BY_TICKET : BY_TICKET13, true,
		    data, size);
		break;
	case ANY_TICKET:
	case ANY_TICKET13:
		change_ticket(kind == ANY_TICKET ? BY_TICKET : BY_TICKET13,
		    false, data, size);
		break;
	case STATE:
	case STATE13:
		change_state(kind == STATE ? BY_TICKET : BY_TICKET13, data,
		    size);
		break;
	case HELLO:
		change_hello(BY_TICKET, data, size);
		break;
	case HELLO13:
		change_hello(BY_TICKET13, data, size);
		break;
	case HELLO_ID:
		change_hello(BY_ID, data, size);
		break;
	default:
		break;
	}
	return 0;
}
