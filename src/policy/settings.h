/*
 * settings.h - the effective values of one rule: plain data, and where each
 * value comes from.
 *
 * Every table row of grammar/language.c that acts on a connection names one
 * field here; the environment's and the connection's row for one parameter
 * name the same field. The compiler overlays group, environment and
 * connection in this order, parameter by parameter, on the defaults.
 * Rules whose three actions are the same share one `struct settings`.
 * All memory belongs to the policy's arena.
 *
 * Parameter meanings: IBM z/OS Communications Server, IP Configuration
 * Reference, the TTLS statements of the same names.
 */
#ifndef SALLYPORT_POLICY_SETTINGS_H
#define SALLYPORT_POLICY_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "policy/source.h"

enum settings_role {
	SETTINGS_ROLE_CLIENT,
	SETTINGS_ROLE_SERVER,
	SETTINGS_ROLE_SERVER_WITH_CLIENT_AUTH,
};

enum settings_client_auth {
	SETTINGS_CLIENT_AUTH_PASSTHRU,
	SETTINGS_CLIENT_AUTH_FULL,
	SETTINGS_CLIENT_AUTH_REQUIRED,
	SETTINGS_CLIENT_AUTH_SAFCHECK,
};

enum settings_validation {
	SETTINGS_VALIDATION_ANY,
	SETTINGS_VALIDATION_RFC2459,
	SETTINGS_VALIDATION_RFC3280,
	SETTINGS_VALIDATION_RFC5280,
};

enum settings_ticket_algorithm {
	SETTINGS_TICKET_AESCBC128,
	SETTINGS_TICKET_AESCBC256,
};

/*
 * How many turns of the key a ticket outlives at least. Who keeps the keys
 * keeps two more: the live one, and the one whose time runs out.
 */
#define SETTINGS_TICKET_TURNS 30

/* A preference list of TLS cipher suites by IANA code, in the policy's order. */
struct settings_ciphers {
	const uint16_t *suites;
	size_t count;		/* 0: not coded, the library's default list */
};

struct settings {
	/* Environment and connection action */
	uint32_t role;			/* enum settings_role */
	uint32_t trace;			/* bit sum 0-255 */
	bool ctrace_clear_text;
	struct settings_ciphers ciphers;

	/* Key ring; strings as coded, never NULL-terminated secrets in logs */
	const char *keyring;		/* path, made relative to the policy file */
	const char *keyring_password;	/* KeyringPw; NULL: not coded */
	const char *keyring_stash;	/* KeyringStashFile; NULL: not coded */

	/* Environment and connection advanced parms */
	bool sslv2, sslv3, tlsv1, tlsv11, tlsv12, tlsv13;
	bool application_controlled;
	bool secondary_map;
	uint32_t handshake_timeout;	/* seconds, 0: no limit */
	uint32_t client_auth;		/* enum settings_client_auth */
	uint32_t validation;		/* enum settings_validation */
	const char *certificate_label;	/* NULL: the ring's default */
	uint32_t min_rsa_bits, min_ecc_bits, min_dh_bits, min_dsa_bits;

	/* GSK advanced parms */
	uint32_t v3_session_timeout;	/* seconds, 0: never resume */
	uint32_t v3_sidcache_size;	/* entries */
	bool ticket_enable;
	uint32_t ticket_algorithm;	/* enum settings_ticket_algorithm */
	uint32_t ticket_count;		/* TLS 1.3, after a full handshake */
	uint32_t ticket_key_refresh;	/* seconds, 0: one key for good */
	uint32_t ticket_timeout;	/* seconds, 0: no tickets */
	bool http_cdp, ocsp_aia;
};

/* How plaintext reaches the application: TTLSApplicationAction, ours. */
enum settings_handoff {
	SETTINGS_HANDOFF_WRAP,
	SETTINGS_HANDOFF_FORWARD,
	SETTINGS_HANDOFF_TRANSPARENT,
};

enum settings_proxy_protocol {
	SETTINGS_PROXY_OFF,
	SETTINGS_PROXY_V1,
	SETTINGS_PROXY_V2,
};

struct settings_backend {
	const char *unix_path;		/* NULL: endpoint counts */
	struct addr_endpoint endpoint;
};

struct settings_application {
	uint32_t handoff;		/* enum settings_handoff */
	struct settings_backend backend;
	uint32_t proxy_protocol;	/* enum settings_proxy_protocol */
};

/* Of a rule without a TTLSApplicationAction (NULL) it is Wrap. */
enum settings_handoff settings_handoff(
    const struct settings_application *application);

struct arena;

/* Which line coded a field. */
struct settings_mark {
	size_t offset;			/* of the field */
	struct source_span span;
};

/*
 * A zeroed struct of `size` bytes whose fields know their lines: marks[count]
 * is copied. For the compiler.
 */
void *settings_new(struct arena *arena, size_t size,
    const struct settings_mark *marks, size_t count);

/*
 * Where the value of a field comes from: the policy line that coded it, or
 * NULL where it is a default. `base` is a struct settings or struct
 * settings_application made by the compiler.
 */
const struct source_span *settings_origin(const void *base, size_t offset);
#define SETTINGS_ORIGIN(s, field) \
	settings_origin((s), offsetof(__typeof__(*(s)), field))

#endif
