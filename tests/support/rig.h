/*
 * rig.h - a server's TLS connection, and a client of the same library, over a
 * socket pair in one process.
 *
 * Certificates are those of tests/support/pki.sh, in a directory of the test's
 * own. Failures are libcheck's: they end the test.
 */
#ifndef SALLYPORT_TESTS_SUPPORT_RIG_H
#define SALLYPORT_TESTS_SUPPORT_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/settings.h"
#include "tls/tls_conn.h"

struct tls_ctx;
struct tls_ring_error;
struct tls_store;
struct WOLFSSL;
struct WOLFSSL_CTX;

struct rig {
	struct tls_ctx *ctx;
	bool owns_ctx;
	struct tls_conn *conn;
	int fd;
	/* The client; a test may change it before rig_shake. */
	struct WOLFSSL_CTX *client_ctx;
	struct WOLFSSL *client;
	int client_fd;
};

/* Fixtures, unchecked: the library, certificates, a ring with its judge. */
void rig_set_up(void);
void rig_tear_down(void);

/* The ring that rig_set_up made. */
const char *rig_ring(void);
/* A tls_ring_report_fn; `arg` is a struct tls_ring_error, for the first. */
void rig_fault(void *arg, const struct tls_ring_error *fault);

/* Where the certificates are. */
const char *rig_dir(void);

/* Runs a shell line there. */
void rig_shell(const char *line);

/* Client authentication Required, by that ring; TLS 1.2 and 1.3. */
struct settings rig_settings(void);

/*
 * A context of these settings; admits clients by the ring's authority, and
 * whoever comes where they say PassThru. The caller frees it. The store may
 * be NULL.
 */
struct tls_ctx *rig_ctx(const struct settings *settings,
    struct tls_store *store);

/*
 * Both ends before the handshake. The client presents DIR/name.pem; NULL:
 * nothing. It trusts the ring's authority. The context must outlive it.
 */
void rig_init_with(struct rig *rig, struct tls_ctx *ctx, uint32_t rule,
    const char *name, bool tls13);

/* The same with a context of its own, rule 0. */
void rig_init(struct rig *rig, const struct settings *settings,
    const char *name, bool tls13);
void rig_fini(struct rig *rig);

/* Lets both sides go on until the server has come to an end. */
enum tls_conn_io rig_shake(struct rig *rig);

#endif
