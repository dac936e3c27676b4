/*
 * client.h - one connection of the load generator, in clear or TLS.
 *
 * TLS is mutual: the server's chain and name are verified, and the client has
 * a certificate to show. Each peer is asked for the same: P-256, AES-128-GCM,
 * and (EC)DHE in every handshake, a resumed one too under TLS 1.3.
 */
#ifndef SALLYPORT_TESTS_BENCH_CLIENT_H
#define SALLYPORT_TESTS_BENCH_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/compiler.h"

struct WOLFSSL;

enum client_resume {
	CLIENT_RESUME_NO,	/* though tickets are taken, as most do */
	CLIENT_RESUME_TICKET,
	CLIENT_RESUME_ID,	/* TLS 1.2 only: no ticket is asked for */
};

/* What all connections have in common. */
struct client_setup {
	uint16_t port;		/* on 127.0.0.1 */
	bool tls;
	bool tls12;		/* TLS 1.2, else 1.3: no other version */
	enum client_resume resume;
	const char *name;	/* the server's, for SNI and verification */
	const char *cert;	/* PEM files; cert NULL: none to show */
	const char *key;
	const char *ca;
};

struct client {
	int fd;			/* -1: not open */
	struct WOLFSSL *ssl;	/* NULL: in clear */
	bool writing;		/* the last call waits for room to write */
};

/* What the calls below return beside a count of bytes. */
enum { CLIENT_LATER = 0, CLIENT_FAILED = -1 };

/* Once, before any other; NULL, or what is wrong. */
const char *client_init(const struct client_setup *setup);
void client_fini(void);

/* Begins to connect, with the session that was kept; -1 with errno. */
MUST_USE int client_open(struct client *client);

/* 1: done, and whether it was resumed. */
MUST_USE int client_shake(struct client *client, bool *resumed_r);

/*
 * A write that returned CLIENT_LATER is repeated with the same bytes. The
 * other side's end is CLIENT_FAILED: here the client is the one who leaves.
 */
MUST_USE ssize_t client_write(struct client *client, const void *bytes,
    size_t size);
MUST_USE ssize_t client_read(struct client *client, void *bytes,
    size_t size);

/*
 * Keeps the session of a connection that has read something for all that are
 * opened from now on; false where the server gave none that may be resumed
 * in the way that was asked for.
 */
MUST_USE bool client_keep_session(const struct client *client);

/* Why the last call failed; valid until the next that does. */
const char *client_error(void);
/* Makes this the reason; returns CLIENT_FAILED. */
int client_fail(const char *why);

/* Closes with a reset, so that no port stays in TIME_WAIT. */
void client_reset(struct client *client);

#endif
