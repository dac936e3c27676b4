#include "support/rig.h"

#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/settings.h>
#include <wolfssl/ssl.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tls/tls_ctx.h"
#include "tls/tls_library.h"
#include "tls/tls_ring.h"
#include "trust/judge.h"
#include "trust/path.h"

static char dir[] = "/tmp/check_tls.XXXXXX";
static char ring_path[64];
static struct path_anchors *anchors;
static struct judge judge, any_judge;

const char *
rig_ring(void)
{
	return ring_path;
}

const char *
rig_dir(void)
{
	return dir;
}

void
rig_shell(const char *line)
{
	char command[1024];

	snprintf(command, sizeof(command), "cd %s && %s", dir, line);
	ck_assert_msg(system(command) == 0, "%s", command);
}

void
rig_fault(void *arg, const struct tls_ring_error *fault)
{
	struct tls_ring_error *first = arg;

	if (first->what[0] == '\0')
		*first = *fault;
}

void
rig_set_up(void)
{
	const char *error;
	struct tls_ring_error fault;
	struct tls_ring *ring;

	fault.what[0] = '\0';
	ck_assert_ptr_nonnull(mkdtemp(dir));
	rig_shell("bash \"$SALLYPORT_SRCDIR/tests/support/pki.sh\" .");
	rig_shell("mkdir -p ring/personal ring/trusted && "
	    "cat server.pem server.key >ring/personal/srv.pem && "
	    "echo srv >ring/personal/default && "
	    "cp root.pem ring/trusted/ && "
	    "cat by-inter.pem inter.pem >chain.pem && "
	    "cp by-inter.key chain.key");
	snprintf(ring_path, sizeof(ring_path), "%s/ring", dir);
	ck_assert_int_eq(tls_library_start(), 0);
	ck_assert_int_eq(tls_ring_load(ring_path, NULL, rig_fault,
	    &fault, &ring), 0);
	anchors = path_anchors_new();
	ck_assert_uint_eq(ring->trusted_count, 1);
	ck_assert_int_eq(path_anchors_add(anchors, ring->trusted[0].der,
	    ring->trusted[0].length, time(NULL), &error), 0);
	judge = (struct judge){ .anchors = anchors, .min_rsa_bits = 2048,
	    .min_ecc_bits = 224 };
	any_judge = (struct judge){ .admits_all = true };
	tls_ring_free(&ring);
}

void
rig_tear_down(void)
{
	path_anchors_free(&anchors);
	rig_shell("rm -rf \"$PWD\"");
	tls_library_end();
}

struct settings
rig_settings(void)
{
	return (struct settings){
		.role = SETTINGS_ROLE_SERVER_WITH_CLIENT_AUTH,
		.client_auth = SETTINGS_CLIENT_AUTH_REQUIRED,
		.keyring = ring_path, .tlsv12 = true, .tlsv13 = true,
		.server_ems = SETTINGS_MASTER_SECRET_ON,
	};
}

struct tls_ctx *
rig_ctx(const struct settings *s, struct tls_store *store)
{
	struct tls_ring_error fault = { .what = "" };
	struct tls_ring *ring;
	struct tls_ctx *ctx;

	ck_assert_msg(tls_ring_load(s->keyring, s->certificate_label,
	    rig_fault, &fault, &ring) == 0, "%s", fault.what);
	ctx = tls_ctx_new(s, ring, store, judge_chain,
	    s->client_auth == SETTINGS_CLIENT_AUTH_PASSTHRU ? &any_judge :
	    &judge, &fault);
	ck_assert_msg(ctx != NULL, "%s", fault.what);
	tls_ring_free(&ring);
	return ctx;
}

static void
client_init(struct rig *r, const char *name, bool tls13)
{
	char path[128];

	r->client_ctx = wolfSSL_CTX_new(tls13 ? wolfTLSv1_3_client_method() :
	    wolfTLSv1_2_client_method());
	snprintf(path, sizeof(path), "%s/root.pem", dir);
	ck_assert_int_eq(wolfSSL_CTX_load_verify_locations(r->client_ctx,
	    path, NULL), WOLFSSL_SUCCESS);
	if (name != NULL) {
		snprintf(path, sizeof(path), "%s/%s.pem", dir, name);
		ck_assert_int_eq(wolfSSL_CTX_use_certificate_chain_file(
		    r->client_ctx, path), WOLFSSL_SUCCESS);
		snprintf(path, sizeof(path), "%s/%s.key", dir, name);
		ck_assert_int_eq(wolfSSL_CTX_use_PrivateKey_file(
		    r->client_ctx, path, WOLFSSL_FILETYPE_PEM),
		    WOLFSSL_SUCCESS);
	}
	r->client = wolfSSL_new(r->client_ctx);
	ck_assert_ptr_nonnull(r->client);
	wolfSSL_set_fd(r->client, r->client_fd);
}

void
rig_init_with(struct rig *r, struct tls_ctx *ctx, uint32_t rule,
    const char *name, bool tls13)
{
	int fds[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0,
	    fds), 0);
	r->fd = fds[0];
	r->client_fd = fds[1];
	r->ctx = ctx;
	r->owns_ctx = false;
	r->conn = tls_conn_new(ctx, r->fd, rule);
	ck_assert_ptr_nonnull(r->conn);
	client_init(r, name, tls13);
}

void
rig_init(struct rig *r, const struct settings *s, const char *name,
    bool tls13)
{
	rig_init_with(r, rig_ctx(s, NULL), 0, name, tls13);
	r->owns_ctx = true;
}

void
rig_fini(struct rig *r)
{
	tls_conn_free(&r->conn);
	if (r->owns_ctx)
		tls_ctx_free(&r->ctx);
	close(r->fd);
	wolfSSL_free(r->client);
	wolfSSL_CTX_free(r->client_ctx);
	close(r->client_fd);
}

enum tls_conn_io
rig_shake(struct rig *r)
{
	enum tls_conn_io io = TLS_CONN_WANT_READ;

	for (int i = 0; i < 100 && (io == TLS_CONN_WANT_READ ||
	    io == TLS_CONN_WANT_WRITE); i++) {
		(void)wolfSSL_connect(r->client);
		io = tls_conn_handshake(r->conn);
	}
	return io;
}
