/*
 * tls_alert.h - TLS alerts: their names, the one that fits a reason, and the
 * reason that fits an error of the library.
 *
 * Numbers and names: RFC 8446, 6; RFC 5246, 7.2.
 */
#ifndef SALLYPORT_TLS_TLS_ALERT_H
#define SALLYPORT_TLS_TLS_ALERT_H

#include <stdbool.h>

#include "base/reason.h"

enum {
	TLS_ALERT_CLOSE_NOTIFY = 0,
	TLS_ALERT_UNEXPECTED_MESSAGE = 10,
	TLS_ALERT_DECODE_ERROR = 50,
	TLS_ALERT_PROTOCOL_VERSION = 70,
	TLS_ALERT_INTERNAL_ERROR = 80,
	TLS_ALERT_NO_RENEGOTIATION = 100,
	TLS_ALERT_CERTIFICATE_REQUIRED = 116,
	TLS_ALERT_NONE = 256,		/* no alert was seen */
};

/* "unknown_ca"; "unknown" where the number is none of the RFC's. */
const char *tls_alert_name(int alert);

/* The alert that tells a client why its certificate was refused. */
int tls_alert_for(enum reason reason);

/* The reason for an error number of wolfSSL during a handshake. */
enum reason tls_alert_reason(int error);

#endif
