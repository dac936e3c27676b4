#include "client.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/settings.h>
#include <wolfssl/ssl.h>

static struct client_setup setup;
static WOLFSSL_CTX *ctx;
static WOLFSSL_SESSION *kept;
static char error_text[160];

static const char *
set_certificates(void)
{
	if (wolfSSL_CTX_load_verify_locations(ctx, setup.ca, NULL) !=
	    WOLFSSL_SUCCESS)
		return "cannot use the --ca file";
	wolfSSL_CTX_set_verify(ctx, WOLFSSL_VERIFY_PEER, NULL);
	if (setup.cert == NULL)
		return NULL;
	if (wolfSSL_CTX_use_certificate_chain_file(ctx, setup.cert) !=
	    WOLFSSL_SUCCESS)
		return "cannot use the --cert file";
	if (wolfSSL_CTX_use_PrivateKey_file(ctx, setup.key,
	    WOLFSSL_FILETYPE_PEM) != WOLFSSL_SUCCESS)
		return "cannot use the --key file";
	return NULL;
}

static const char *
set_parameters(void)
{
	static int groups[] = { WOLFSSL_ECC_SECP256R1 };
	const char *suites = setup.tls12 ?
	    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256" :
	    "TLS13-AES128-GCM-SHA256";

	if (wolfSSL_CTX_set_cipher_list(ctx, suites) != WOLFSSL_SUCCESS)
		return "the TLS library lacks the suites";
	/* Older libraries take a list for TLS 1.3 only. */
	if (setup.tls12 ? wolfSSL_CTX_UseSupportedCurve(ctx,
	    WOLFSSL_ECC_SECP256R1) != WOLFSSL_SUCCESS :
	    wolfSSL_CTX_set_groups(ctx, groups, 1) != WOLFSSL_SUCCESS)
		return "the TLS library lacks P-256";
#if LIBWOLFSSL_VERSION_HEX >= 0x05006000
	/* Servers choose it of themselves; before 5.6 one has to trust that. */
	if (!setup.tls12 && wolfSSL_CTX_only_dhe_psk(ctx) != 0)
		return "the TLS library cannot insist on DHE";
#endif
	/* Under TLS 1.3 the server just sends them. */
	if (setup.tls12 && setup.resume != CLIENT_RESUME_ID &&
	    wolfSSL_CTX_UseSessionTicket(ctx) != WOLFSSL_SUCCESS)
		return "the TLS library has no tickets";
	if (wolfSSL_CTX_UseSNI(ctx, WOLFSSL_SNI_HOST_NAME, setup.name,
	    (unsigned short)strlen(setup.name)) != WOLFSSL_SUCCESS)
		return "the TLS library has no SNI";
#ifdef SINGLE_THREADED
	/* One random generator, instead of one a connection. */
	if (wolfSSL_CTX_new_rng(ctx) != WOLFSSL_SUCCESS)
		return "the TLS library has no random numbers";
#endif
	return NULL;
}

const char *
client_init(const struct client_setup *wanted)
{
	const char *wrong;

	setup = *wanted;
	if (!setup.tls)
		return NULL;
	if (wolfSSL_Init() != WOLFSSL_SUCCESS)
		return "the TLS library does not start";
	ctx = wolfSSL_CTX_new(setup.tls12 ? wolfTLSv1_2_client_method() :
	    wolfTLSv1_3_client_method());
	if (ctx == NULL)
		return "the TLS library lacks this version";
	(void)wolfSSL_CTX_set_session_cache_mode(ctx,
	    WOLFSSL_SESS_CACHE_OFF);
	wrong = set_parameters();
	return wrong != NULL ? wrong : set_certificates();
}

void
client_fini(void)
{
	if (!setup.tls)
		return;
	wolfSSL_SESSION_free(kept);
	wolfSSL_CTX_free(ctx);
	(void)wolfSSL_Cleanup();
}

int
client_fail(const char *why)
{
	snprintf(error_text, sizeof(error_text), "%s", why);
	return CLIENT_FAILED;
}

/*
 * A copy for each: where the server does not resume, the library writes the
 * new session over the one it was given, whoever else has it.
 */
static int
set_session(struct client *client)
{
	WOLFSSL_SESSION *copy = wolfSSL_SESSION_dup(kept);
	int result = wolfSSL_set_session(client->ssl, copy);

	wolfSSL_SESSION_free(copy);
	return result == WOLFSSL_SUCCESS ? 0 :
	    client_fail("the session kept cannot be used any more");
}

static int
begin_tls(struct client *client)
{
	client->ssl = wolfSSL_new(ctx);
	if (client->ssl == NULL ||
	    wolfSSL_set_fd(client->ssl, client->fd) != WOLFSSL_SUCCESS ||
	    wolfSSL_check_domain_name(client->ssl, setup.name) !=
	    WOLFSSL_SUCCESS)
		return client_fail("cannot make a TLS connection");
	return kept != NULL ? set_session(client) : 0;
}

int
client_open(struct client *client)
{
	struct linger leave = { .l_onoff = 1 };
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons(setup.port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int one = 1;

	client->ssl = NULL;
	client->writing = true;
	client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (client->fd == -1)
		return client_fail(strerror(errno));
	(void)setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &one,
	    sizeof(one));
	(void)setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &leave,
	    sizeof(leave));
	if (connect(client->fd, (struct sockaddr *)&addr, sizeof(addr)) ==
	    -1 && errno != EINPROGRESS)
		return client_fail(strerror(errno));
	return setup.tls ? begin_tls(client) : 0;
}

/* What a call that returned `result` says: come back later, or it is over. */
static int
later_or_failed(struct client *client, int result)
{
	char text[WOLFSSL_MAX_ERROR_SZ];
	int error = wolfSSL_get_error(client->ssl, result);

	if (error == WOLFSSL_ERROR_WANT_READ ||
	    error == WOLFSSL_ERROR_WANT_WRITE) {
		client->writing = error == WOLFSSL_ERROR_WANT_WRITE;
		return CLIENT_LATER;
	}
	return client_fail(wolfSSL_ERR_error_string((unsigned long)error,
	    text));
}

int
client_shake(struct client *client, bool *resumed_r)
{
	int result;

	*resumed_r = false;
	client->writing = false;
	if (client->ssl == NULL)
		return 1;
	result = wolfSSL_connect(client->ssl);
	if (result != WOLFSSL_SUCCESS)
		return later_or_failed(client, result);
	*resumed_r = wolfSSL_session_reused(client->ssl) != 0;
	return 1;
}

static ssize_t
clear_result(struct client *client, ssize_t result, bool writing)
{
	if (result > 0)
		return result;
	if (result == 0)
		return client_fail("the server has ended it");
	if (errno == EAGAIN || errno == ENOTCONN) {
		client->writing = writing;
		return CLIENT_LATER;
	}
	return client_fail(strerror(errno));
}

ssize_t
client_write(struct client *client, const void *bytes, size_t size)
{
	int result;

	client->writing = false;
	if (client->ssl == NULL)
		return clear_result(client,
		    send(client->fd, bytes, size, MSG_NOSIGNAL), true);
	result = wolfSSL_write(client->ssl, bytes, (int)size);
	return result > 0 ? result : later_or_failed(client, result);
}

ssize_t
client_read(struct client *client, void *bytes, size_t size)
{
	int result;

	client->writing = false;
	if (client->ssl == NULL)
		return clear_result(client,
		    recv(client->fd, bytes, size, 0), false);
	result = wolfSSL_read(client->ssl, bytes, (int)size);
	return result > 0 ? result : later_or_failed(client, result);
}

bool
client_keep_session(const struct client *client)
{
	unsigned char ticket[8192];
	unsigned int size = sizeof(ticket);

	if (setup.resume == CLIENT_RESUME_TICKET &&
	    (wolfSSL_get_SessionTicket(client->ssl, ticket, &size) !=
	    WOLFSSL_SUCCESS || size == 0))
		return false;
	wolfSSL_SESSION_free(kept);
	kept = wolfSSL_get1_session(client->ssl);
	return kept != NULL;
}

const char *
client_error(void)
{
	return error_text;
}

void
client_reset(struct client *client)
{
	if (client->ssl != NULL)
		wolfSSL_free(client->ssl);
	if (client->fd != -1)
		(void)close(client->fd);
	client->ssl = NULL;
	client->fd = -1;
}
