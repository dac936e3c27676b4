#include "tls/tls_ticket.h"

#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/settings.h>
#include <wolfssl/ssl.h>

#include <string.h>

#include "tls/tls_ctx.h"
#include "tls/tls_io.h"
#include "tls/tls_keys.h"
#include "tls/tls_library.h"
#include "tls/tls_lineage.h"
#include "tls/tls_resume.h"
#include "tls/tls_store.h"

/* More than the library's state, our lineage and the message come to. */
#define SEALED_MAX 1024

static bool
is_tls13(const struct tls_resume *resume)
{
	return tls_resume_version(resume) >= 0x0304;
}

/* The client is told how long to keep it; what counts is in the ticket. */
static void
set_hint(struct tls_resume *resume, const struct tls_lineage *lineage)
{
	int64_t seconds = tls_lineage_left(lineage,
	    resume->ctx->store->params.ticket_life) / 1000;

	(void)wolfSSL_CTX_set_TicketHint(resume->ctx->library,
	    seconds > 0 ? (int)seconds : 1);
}

static int
make(struct tls_resume *resume, uint8_t *name_r, uint8_t *iv_r,
    uint8_t *mac_r, uint8_t *bytes, size_t length, int *length_io)
{
	struct tls_lineage lineage;
	struct tls_seal_key key;
	size_t total;
	int rc;

	/* The library must have one: this is dead from the start. */
	if (!tls_resume_describe(resume, &lineage))
		lineage = (struct tls_lineage){ .not_after = INT64_MIN };
	total = tls_lineage_append(&lineage, bytes, length,
	    (size_t)*length_io);
	if (total == 0 || wc_RNG_GenerateBlock(wolfSSL_GetRNG(
	    resume->io->ssl), iv_r, TLS_SEAL_IV) != 0)
		return -1;
	/* After a reload there is none any more: it opens nowhere then. */
	if (!tls_keys_newest(resume->ctx->store->ticket_keys, &key) &&
	    tls_seal_make_key(128, &key) < 0)
		return -1;
	memcpy(name_r, key.name, TLS_SEAL_NAME);
	rc = tls_seal_close(&key, iv_r, bytes, total, mac_r);
	explicit_bzero(&key, sizeof(key));
	if (rc < 0)
		return -1;
	*length_io = (int)total;
	resume->ticketed = true;
	set_hint(resume, &lineage);
	return 0;
}

/* Opens it into bytes_r, and asks; how long the library's state is, or 0. */
static size_t
take(struct tls_resume *resume, const struct tls_seal_key *key,
    const uint8_t *iv, const uint8_t *mac, uint8_t *bytes, size_t length)
{
	struct tls_lineage lineage;
	size_t state;

	if (tls_seal_open(key, iv, bytes, length, mac) < 0)
		return 0;
	state = tls_lineage_detach(bytes, length, &lineage);
	/*
	 * Up to TLS 1.2 it may come before the server name: the library, and
	 * tls_resume_settle, compare that later.
	 */
	return state > 0 && tls_resume_consider(resume, &lineage,
	    resume->ctx->store->params.ticket_life, is_tls13(resume), mac) ?
	    state : 0;
}

static int
open_offered(struct tls_resume *resume, const uint8_t *name,
    const uint8_t *iv, const uint8_t *mac, uint8_t *bytes, size_t length,
    int *length_r)
{
	uint8_t opened[SEALED_MAX];
	struct tls_seal_key key;
	size_t state;

	if (length > sizeof(opened) ||
	    !tls_keys_find(resume->ctx->store->ticket_keys, name, &key))
		return -1;
	memcpy(opened, bytes, length);
	state = take(resume, &key, iv, mac, opened, length);
	if (state > 0) {
		memcpy(bytes, opened, state);
		*length_r = (int)state;
	}
	explicit_bzero(opened, sizeof(opened));
	explicit_bzero(&key, sizeof(key));
	return state > 0 ? 0 : -1;
}

static bool
is_newest(const struct tls_resume *resume, const uint8_t *name)
{
	struct tls_seal_key key;
	bool same;

	same = tls_keys_newest(resume->ctx->store->ticket_keys, &key) &&
	    memcmp(key.name, name, TLS_SEAL_NAME) == 0;
	explicit_bzero(&key, sizeof(key));
	return same;
}

/* wolfSSL's SessionTicketEncCb. */
static int
on_ticket(WOLFSSL *ssl, unsigned char name[TLS_SEAL_NAME],
    unsigned char iv[TLS_SEAL_IV], unsigned char mac[TLS_SEAL_MAC],
    int encrypt, unsigned char *bytes, int length, int *length_io, void *arg)
{
	struct tls_resume *resume = tls_resume_of(ssl);

	(void)arg;
	ensure(length >= 0);
	if (encrypt)
		return make(resume, name, iv, mac, bytes, (size_t)length,
		    length_io) == 0 ? WOLFSSL_TICKET_RET_OK :
		    WOLFSSL_TICKET_RET_FATAL;
	if (open_offered(resume, name, iv, mac, bytes, (size_t)length,
	    length_io) < 0) {
		/* Or the library would not give a new one up to TLS 1.2. */
		if (!is_tls13(resume))
			tls_library_promise_ticket(ssl);
		return WOLFSSL_TICKET_RET_REJECT;
	}
	/* TLS 1.3 gives new ones anyhow, and takes no other answer. */
	return is_tls13(resume) || is_newest(resume, name) ?
	    WOLFSSL_TICKET_RET_OK : WOLFSSL_TICKET_RET_CREATE;
}

bool
tls_ticket_configure(struct tls_ctx *ctx)
{
	if (ctx->store->ticket_keys == NULL)
		return wolfSSL_CTX_NoTicketTLSv12(ctx->library) ==
		    WOLFSSL_SUCCESS &&
		    wolfSSL_CTX_no_ticket_TLSv13(ctx->library) == 0;
	/* By itself the library would give one before our verdict. */
	return wolfSSL_CTX_set_TicketEncCb(ctx->library, on_ticket) ==
	    WOLFSSL_SUCCESS &&
	    wolfSSL_CTX_set_num_tickets(ctx->library, 0) == WOLFSSL_SUCCESS;
}

void
tls_ticket_give(struct tls_resume *resume, bool resumed)
{
	const struct tls_store *store = resume->ctx->store;
	struct tls_lineage lineage;
	uint32_t count = resumed ? 1 : store->params.tickets;

	if (store->ticket_keys == NULL ||
	    wolfSSL_GetMaxOutputSize(resume->io->ssl) < SEALED_MAX ||
	    !tls_resume_describe(resume, &lineage) ||
	    !tls_lineage_lives(&lineage, store->params.ticket_life))
		return;
	tls_library_restart_nonces(resume->io->ssl);
	while (count > 0 && wolfSSL_send_SessionTicket(resume->io->ssl) ==
	    WOLFSSL_SUCCESS)
		count--;
}
