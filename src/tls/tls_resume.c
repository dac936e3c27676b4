#include "config.h"

#include "tls/tls_resume.h"

#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/settings.h>
#include <wolfssl/ssl.h>
#include <wolfssl/version.h>
#include <wolfssl/wolfcrypt/sha256.h>
#include <wolfssl/wolfio.h>

#include <stdlib.h>
#include <string.h>

#include "tls/tls_ctx.h"
#include "tls/tls_id.h"
#include "tls/tls_io.h"
#include "tls/tls_library.h"
#include "tls/tls_lineage.h"
#include "tls/tls_store.h"
#include "tls/tls_ticket.h"

/* The library's own limit, in seconds; ours is shorter. RFC 8446, 4.6.1 */
#define LIBRARY_TIMEOUT 604800u

/*
 * A ticket must have room for a lineage, the server name must be known, and
 * the session cache must be ours alone and tell its ids.
 */
bool
tls_resume_possible(void)
{
#if defined(HAVE_WOLFSSL_INTERNAL) && defined(HAVE_EXT_CACHE) && \
    defined(WOLFSSL_ALWAYS_KEEP_SNI) && \
    defined(WOLFSSL_TICKET_EXTRA_PADDING_SZ) && \
    LIBWOLFSSL_VERSION_HEX >= 0x05006000
	return WOLFSSL_TICKET_EXTRA_PADDING_SZ >= TLS_LINEAGE_WRITTEN;
#else
	return false;
#endif
}

static bool
forbid(struct tls_ctx *ctx)
{
	(void)wolfSSL_CTX_set_session_cache_mode(ctx->library,
	    WOLFSSL_SESS_CACHE_OFF);
	return wolfSSL_CTX_NoTicketTLSv12(ctx->library) == WOLFSSL_SUCCESS &&
	    wolfSSL_CTX_no_ticket_TLSv13(ctx->library) == 0;
}

bool
tls_resume_configure(struct tls_ctx *ctx)
{
	if (ctx->store == NULL)
		return forbid(ctx);
	/* Clients that want no fresh key exchange are not resumed. */
	if (wolfSSL_CTX_set_timeout(ctx->library, LIBRARY_TIMEOUT) < 0 ||
	    ((ctx->lists.protocols & 1u << 4) != 0 &&
	    !tls_library_only_fresh(ctx->library)))
		return false;
	return tls_ticket_configure(ctx) && tls_id_configure(ctx);
}

void
tls_resume_init(struct tls_resume *resume, struct tls_ctx *ctx,
    struct tls_io *io, uint32_t rule)
{
	*resume = (struct tls_resume){ .ctx = ctx, .io = io, .rule = rule };
	io->resume = resume;
}

void
tls_resume_fini(struct tls_resume *resume)
{
	free(resume->offered);
	resume->offered = NULL;
}

struct tls_resume *
tls_resume_of(struct WOLFSSL *ssl)
{
	const struct tls_io *io = wolfSSL_GetIOReadCtx(ssl);

	return io->resume;
}

uint16_t
tls_resume_version(const struct tls_resume *resume)
{
	/* WOLFSSL_TLSV1 is 1 and stands for 0x0301. */
	return (uint16_t)(0x0300 + wolfSSL_GetVersion(resume->io->ssl));
}

/* 0: none, or not yet. */
static word16
server_name(const struct tls_resume *resume, void **name_r)
{
	*name_r = NULL;
	return wolfSSL_SNI_GetRequest(resume->io->ssl,
	    WOLFSSL_SNI_HOST_NAME, name_r);
}

static bool
digest_name(const struct tls_resume *resume,
    uint8_t digest_r[TLS_LINEAGE_NAME])
{
	void *name;
	word16 length = server_name(resume, &name);

	memset(digest_r, 0, TLS_LINEAGE_NAME);
	return length == 0 || wc_Sha256Hash(name, length, digest_r) == 0;
}

/* RFC 6066, 3: a session is not resumed under another server name. */
static bool
same_name(const struct tls_resume *resume, const struct tls_lineage *lineage)
{
	uint8_t digest[TLS_LINEAGE_NAME];

	return digest_name(resume, digest) &&
	    memcmp(digest, lineage->name, sizeof(digest)) == 0;
}

bool
tls_resume_describe(struct tls_resume *resume,
    struct tls_lineage *lineage_r)
{
	const struct tls_io *io = resume->io;

	if (!tls_library_may_resume(io->ssl))
		return false;
	if (wolfSSL_session_reused(io->ssl)) {
		if (resume->offered == NULL)
			return false;
		*lineage_r = *resume->offered;
		return true;
	}
	if (io->presented && (!io->judged || io->reason != REASON_OK ||
	    tls_library_peer_proved_weakly(io->ssl)))
		return false;
	/* All that one handshake makes is of the same moment. */
	if (resume->since == 0)
		resume->since = tls_lineage_clock();
	*lineage_r = (struct tls_lineage){
		.since = resume->since,
		.not_after = io->presented ? io->not_after : INT64_MAX,
		.rule = resume->rule,
		.version = tls_resume_version(resume),
		.presented = io->presented,
	};
	if (io->identity != NULL)
		memcpy(lineage_r->identity, io->identity,
		    strnlen(io->identity, TLS_LINEAGE_IDENTITY - 1));
	return digest_name(resume, lineage_r->name);
}

static bool
fits(const struct tls_resume *resume, const struct tls_lineage *lineage)
{
	return lineage->rule == resume->rule &&
	    lineage->version == tls_resume_version(resume) &&
	    (lineage->presented ||
	    resume->ctx->ask != TLS_CTX_ASK_REQUIRED);
}

bool
tls_resume_consider(struct tls_resume *resume,
    const struct tls_lineage *lineage, int64_t life,
    bool named, const uint8_t mac[TLS_SEAL_MAC])
{
	struct tls_lineage *copy;
	void *name;

	/* After a HelloRetryRequest the same one comes again. */
	if (resume->offered != NULL &&
	    memcmp(resume->offered_mac, mac, TLS_SEAL_MAC) != 0)
		return false;
	if (!fits(resume, lineage) || !tls_lineage_lives(lineage, life) ||
	    ((named || server_name(resume, &name) > 0) &&
	    !same_name(resume, lineage)))
		return false;
	/* Before TLS 1.3 the library compares, and ends what must end. */
	if (lineage->version >= 0x0304 &&
	    !tls_library_may_resume(resume->io->ssl))
		return false;
	copy = malloc(sizeof(*copy));
	if (copy == NULL)
		return false;
	*copy = *lineage;
	free(resume->offered);
	resume->offered = copy;
	resume->life = life;
	memcpy(resume->offered_mac, mac, TLS_SEAL_MAC);
	return true;
}

static enum reason
take_over(struct tls_io *io, const struct tls_lineage *lineage)
{
	if (!lineage->presented)
		return REASON_OK;
	if (lineage->identity[0] != '\0') {
		io->identity = strdup(lineage->identity);
		if (io->identity == NULL)
			return REASON_NO_MEMORY;
	}
	io->presented = io->judged = true;
	io->reason = REASON_OK;
	io->not_after = lineage->not_after;
	return REASON_OK;
}

enum reason
tls_resume_settle(struct tls_resume *resume, int64_t *since_r)
{
	const struct tls_lineage *lineage = resume->offered;

	*since_r = 0;
	if (!wolfSSL_session_reused(resume->io->ssl))
		return REASON_OK;
	/* The client may have taken its time since its hello. */
	if (lineage == NULL || resume->io->presented ||
	    !fits(resume, lineage) || !same_name(resume, lineage) ||
	    !tls_lineage_lives(lineage, resume->life))
		return REASON_SESSION;
	*since_r = lineage->since;
	return take_over(resume->io, lineage);
}
