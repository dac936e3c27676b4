/*
 * report.h - how a connection ended, and the one log line that says so.
 */
#ifndef SALLYPORT_RELAY_REPORT_H
#define SALLYPORT_RELAY_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/reason.h"

/* Strings live during the call that hands a report over only. */
struct report {
	const char *rule;		/* NULL: none matched */
	const struct addr_endpoint *local, *remote;
	const struct addr_endpoint *backend;	/* NULL: unix_path, or none */
	const char *unix_path;		/* or a wrapped service */
	const char *identity, *protocol, *cipher, *detail; /* NULL: none */
	bool verified;			/* it was judged, and let in */
	bool resumed;			/* a session, of a full handshake */
	int64_t since;			/* then: ms since the epoch */
	const char *alert;		/* NULL: none */
	bool alert_received;		/* the client sent it */
	uint64_t bytes_in, bytes_out;	/* from and to the client, plaintext */
	double seconds;
	enum reason reason;
};

/*
 * Writes the line, key=value, strings quoted and escaped:
 *   rule peer local backend identity verified proto cipher resumed since in
 *   out ms reason alert detail
 * A refusal or failure is a warning; an orderly end, and a connection that is
 * left in clear, is information.
 */
void report_log(const struct report *report);

/*
 * Writes that a connection was mapped to a rule: rule, peer, local. For Trace
 * with bit 4 (IBM: EZD1281I).
 */
void report_map(const struct report *report);

#endif
