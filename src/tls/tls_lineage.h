/*
 * tls_lineage.h - what a session says of its client: when its full handshake
 * was, and for what it is good.
 *
 * A session that is resumed keeps the lineage of the one before, so that a
 * chain of resumptions ages from its full handshake and ends with it. It goes
 * with the library's state of the session into tickets and into the session
 * cache, sealed (tls_seal.h).
 */
#ifndef SALLYPORT_TLS_TLS_LINEAGE_H
#define SALLYPORT_TLS_TLS_LINEAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

enum {
	TLS_LINEAGE_NAME = 32,
	TLS_LINEAGE_IDENTITY = 256,
	/* The most bytes that one adds to a state. */
	TLS_LINEAGE_WRITTEN = 80 + TLS_LINEAGE_NAME + TLS_LINEAGE_IDENTITY,
};

struct tls_lineage {
	int64_t since;		/* of the full handshake: tls_lineage_clock */
	int64_t not_after;	/* earliest end of the client's path, seconds
				 * since the epoch; INT64_MAX: none */
	uint32_t rule;		/* whose session it is */
	uint16_t version;	/* of the protocol: 0x0303 */
	bool presented;		/* the client had a certificate */
	uint8_t name[TLS_LINEAGE_NAME];	/* digest of the server name asked
					 * for; zeros: none was */
	char identity[TLS_LINEAGE_IDENTITY];	/* "": none */
};

/* Milliseconds since the start of the machine, its sleep included. */
int64_t tls_lineage_clock(void);

/* The same moment in milliseconds since the epoch, for people. */
int64_t tls_lineage_when(int64_t since);

/*
 * How much of `life` milliseconds since the full handshake is left; 0: it is
 * over, or not known to have begun.
 */
int64_t tls_lineage_left(const struct tls_lineage *lineage, int64_t life);

/* Something is left, and the client's certificate is good still. */
bool tls_lineage_lives(const struct tls_lineage *lineage, int64_t life);

/*
 * Writes it behind state[length], which has room for `room` bytes. How many
 * bytes both are, padded to whole blocks of tls_seal.h; 0: no room.
 */
MUST_USE size_t tls_lineage_append(const struct tls_lineage *lineage,
    uint8_t *state, size_t length, size_t room);

/*
 * Reads what was appended to a state. How long the state itself is, or 0
 * where bytes[length] are nothing of the kind.
 */
MUST_USE size_t tls_lineage_detach(const uint8_t *bytes, size_t length,
    struct tls_lineage *lineage_r);

#endif
