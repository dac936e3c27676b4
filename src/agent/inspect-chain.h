/*
 * inspect-chain.h - can a client follow the chain of a key ring, from the
 * server's certificate to a root?
 *
 * RFC 5246, 7.4.2: each certificate is certified by the next; the root may be
 * left out. RFC 8446, 4.4.2, and clients, are more lenient with the order.
 */
#ifndef SALLYPORT_AGENT_INSPECT_CHAIN_H
#define SALLYPORT_AGENT_INSPECT_CHAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "trust/cert.h"

struct diag;
struct settings;
struct tls_ring_cert;

/* A certificate of a key ring that could be read. */
struct inspect_chain_cert {
	const struct tls_ring_cert *file;
	struct cert cert;
	char name[128];		/* its subject */
	bool used;		/* it was found to be part of the chain */
};

/*
 * chain[count], leaf first, at least one; `used` is set. `is_file`: the ring
 * is one PEM file, and has the clients' CAs behind the chain.
 */
void inspect_chain_follow(const struct settings *settings, bool is_file,
    struct inspect_chain_cert *chain, size_t count,
    const struct inspect_chain_cert *trusted, size_t trusted_count,
    struct diag *diag);

#endif
