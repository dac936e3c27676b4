/* load.h - what the load generator was asked to do. */
#ifndef SALLYPORT_TESTS_BENCH_LOAD_H
#define SALLYPORT_TESTS_BENCH_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "client.h"

/* The most plaintext of a TLS record (RFC 8446, 5.1). */
#define LOAD_RECORD	16384u

enum load_mode {
	LOAD_HS, LOAD_RR, LOAD_UP, LOAD_DOWN, LOAD_IDLE, LOAD_HELLOS,
};

struct load_options {
	enum load_mode mode;
	struct client_setup setup;
	bool wait;		/* before the first connection that counts */
	unsigned long count;	/* handshakes, round trips, hellos */
	unsigned long conns;	/* at once; in all, where count does not say */
	unsigned long mib;	/* of bulk, a connection */
	unsigned long size;	/* of a round trip, up to LOAD_RECORD */
	unsigned long limit;	/* seconds */
	uint16_t suite;		/* of a hello; 0: the usual */
};

/* Reads the command line; a wrong one ends the program with status 2. */
void load_options(struct load_options *options, int argc, char *argv[]);

#endif
