/*
 * tls_ring.h - a key ring on Linux: the files that a Keyring parameter names.
 *
 * A ring is a directory:
 *   personal/LABEL.pem   certificate chain, leaf first, with its key, or
 *   personal/LABEL.key   the key beside it
 *   personal/default     one line: the label to use where none is coded
 *   trusted/NAME.pem     the trusted CAs, one or more in a file
 *   crl/NAME             revocation lists, PEM or DER
 * or one PEM file: key and chain, then self-signed CA certificates.
 *
 * Loading only reads and cuts: what a certificate says is judged elsewhere.
 * Key material lives here, in memory that is wiped when freed, and nowhere
 * in a message.
 */
#ifndef SALLYPORT_TLS_TLS_RING_H
#define SALLYPORT_TLS_TLS_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

/* One certificate or revocation list, and the file it came from. */
struct tls_ring_cert {
	uint8_t *der;
	size_t length;
	const char *path;
	unsigned number;	/* in its file, from 1 */
};

struct tls_ring {
	char *path;
	char *label;		/* of the personal certificate in use */
	char *chain_path, *key_path;
	uint8_t *chain_pem;	/* as read; certificates, leaf first */
	size_t chain_length;
	uint8_t *key_pem;
	size_t key_length;
	struct tls_ring_cert *chain;
	size_t chain_count;
	struct tls_ring_cert *trusted;	/* in a PEM file: all but the first */
	size_t trusted_count;
	struct tls_ring_cert *crls;
	size_t crl_count;
	bool is_file;
	bool has_personal;	/* chain and key were read */
	bool has_crls;		/* or files that ought to be some */
	struct tls_ring *next;	/* the same ring by another label; owned */
	char **paths;		/* owns what the certs' paths point to */
	size_t path_count;
};

/* The parameter that a fault is about, where it is not the ring itself. */
enum tls_ring_about {
	TLS_RING_ABOUT_RING,
	TLS_RING_ABOUT_LABEL,
	TLS_RING_ABOUT_SUITES,
	TLS_RING_ABOUT_KEY,	/* not of this certificate */
	TLS_RING_ABOUT_PAIRS,
};

/* Why a ring, or a context made of it, cannot be used. */
struct tls_ring_error {
	enum tls_ring_about about;
	char path[512];
	char what[256];
	char cure[256];
};

/* Takes one fault, which is good during the call. */
typedef void tls_ring_report_fn(void *arg,
    const struct tls_ring_error *fault);

/*
 * Loads the personal certificate `label` (NULL: the default) and everything
 * trusted from `path`. 0, or -1 where there was any fault: all are reported,
 * and *ring_r is what could be read, or NULL where there was no memory.
 */
MUST_USE int tls_ring_load(const char *path, const char *label,
    tls_ring_report_fn *report, void *arg, struct tls_ring **ring_r);
void tls_ring_free(struct tls_ring **ring);

/* Wipes key and chain text, once contexts are made; certificates stay. */
void tls_ring_forget_key(struct tls_ring *ring);

/* What a cure says where the ring itself is not as it should be. */
#define TLS_RING_CURE "a key ring is a directory with personal/ and " \
	"trusted/, or one PEM file; see sallyport.policy(5), KEY RINGS"

/* Fills an error; for those who judge a ring's content. Returns -1. */
int tls_ring_fault(struct tls_ring_error *error_r, const char *path,
    const char *cure, const char *format, ...) PRINTF_LIKE(4, 5);

#endif
