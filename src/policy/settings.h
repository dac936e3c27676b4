/*
 * settings.h - the effective values of one rule: plain data, and where each
 * value comes from.
 *
 * Every parameter of an action, whether it acts or not, has one field here;
 * the environment's and the connection's row for one parameter name the same
 * field. The compiler overlays group, environment and
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

/* Off, Optional or Required; what has no Off begins at Optional. */
enum settings_wanted {
	SETTINGS_WANTED_OFF,
	SETTINGS_WANTED_OPTIONAL,
	SETTINGS_WANTED_REQUIRED,
};

/* ClientExtendedMasterSecret, ServerExtendedMasterSecret. */
enum settings_master_secret {
	SETTINGS_MASTER_SECRET_OFF,
	SETTINGS_MASTER_SECRET_ON,
	SETTINGS_MASTER_SECRET_REQUIRED,
};

enum settings_suite_b {
	SETTINGS_SUITE_B_OFF,
	SETTINGS_SUITE_B_128,
	SETTINGS_SUITE_B_128_MIN,
	SETTINGS_SUITE_B_192,
	SETTINGS_SUITE_B_192_MIN,
	SETTINGS_SUITE_B_ALL,
};

enum settings_fips140 {
	SETTINGS_FIPS140_OFF,
	SETTINGS_FIPS140_ON,
	SETTINGS_FIPS140_LEVEL1,
	SETTINGS_FIPS140_LEVEL2,
	SETTINGS_FIPS140_LEVEL3,
};

enum settings_renegotiation {
	SETTINGS_RENEGOTIATION_DEFAULT,
	SETTINGS_RENEGOTIATION_DISABLED,
	SETTINGS_RENEGOTIATION_ALL,
	SETTINGS_RENEGOTIATION_ABBREVIATED,
};

/* RenegotiationIndicator: who must send the indication of RFC 5746. */
enum settings_indicator {
	SETTINGS_INDICATOR_OPTIONAL,
	SETTINGS_INDICATOR_CLIENT,
	SETTINGS_INDICATOR_SERVER,
	SETTINGS_INDICATOR_BOTH,
};

/* ClientEDHGroupSize, ServerEDHGroupSize. */
enum settings_edh_group {
	SETTINGS_EDH_GROUP_LEGACY,
	SETTINGS_EDH_GROUP_2048,
	SETTINGS_EDH_GROUP_MATCH,
};

/* What follows where no source of revocation answers. */
enum settings_level {
	SETTINGS_LEVEL_LOW,
	SETTINGS_LEVEL_MEDIUM,
	SETTINGS_LEVEL_HIGH,
};

enum settings_stapling {
	SETTINGS_STAPLING_OFF,
	SETTINGS_STAPLING_ANY,
	SETTINGS_STAPLING_END_ENTITY,
};

enum settings_facility {
	SETTINGS_FACILITY_DAEMON,
	SETTINGS_FACILITY_AUTH,
};

/* A preference list of TLS cipher suites by IANA code, in the policy's order. */
struct settings_ciphers {
	const uint16_t *suites;
	size_t count;		/* 0: not coded, the library's default list */
};

/*
 * Curves and key share groups (IANA's numbers), signature algorithm pairs
 * (TLS code points), or SSL 2 ciphers, in the policy's order; policy/codes.h
 * has their names.
 */
struct settings_codes {
	const uint16_t *codes;
	size_t count;		/* 0: not coded, the library's own list */
};

/* The only code of `ClientECurves Any`. */
#define SETTINGS_CURVES_ANY	0

/* The values of a parameter that may be repeated, in file order. */
struct settings_names {
	const char *const *names;
	size_t count;		/* 0: not coded */
};

/* TTLSGskLdapParms */
struct settings_ldap {
	const char *server;		/* NULL: not coded; so with all texts */
	uint32_t port;
	const char *user, *password;
	uint32_t crl_cache_timeout;	/* hours */
	uint32_t crl_security_level;	/* enum settings_level */
	uint32_t crl_cache_size;	/* entries; UINT32_MAX: no limit */
	uint32_t crl_cache_entry_max;	/* bytes; 0: no limit */
	bool crl_cache_extended, crl_cache_temp;
	uint32_t crl_cache_temp_timeout; /* hours */
	uint32_t response_timeout;	/* seconds */
};

/* TTLSGskHttpCdpParms */
struct settings_http_cdp {
	bool enable;
	const char *proxy;
	uint32_t proxy_port;
	uint32_t response_timeout;	/* seconds */
	uint32_t max_response;		/* bytes */
	uint32_t cache_size;		/* entries */
	uint32_t cache_entry_max;	/* bytes */
};

/* TTLSGskOcspParms */
struct settings_ocsp {
	struct settings_names urls;
	bool aia_enable, url_priority;
	const char *proxy;
	uint32_t proxy_port;
	bool retrieve_via_get;
	const char *request_key_label;
	struct settings_codes request_pair;	/* one, or none */
	struct settings_codes response_pairs, crl_pairs;
	uint32_t stapling;		/* enum settings_stapling */
	uint32_t cache_size;		/* entries */
	uint32_t cache_entry_max;	/* entries of one responder */
	bool nonce_generate, nonce_check;
	uint32_t nonce_size;		/* bytes */
	uint32_t response_timeout;	/* seconds */
	uint32_t max_response;		/* bytes */
};

struct settings {
	/* Group action and its advanced parms */
	uint32_t fips140;		/* enum settings_fips140 */
	const char *envfile;		/* NULL: not coded */
	uint32_t syslog_facility;	/* enum settings_facility */
	uint32_t group_instance, environment_instance, connection_instance;

	/* Environment and connection action */
	uint32_t role;			/* enum settings_role */
	uint32_t trace;			/* bit sum 0-255 */
	bool ctrace_clear_text;
	uint32_t suite_b;		/* enum settings_suite_b; not Off: in
					 * place of ciphers */
	struct settings_ciphers ciphers;
	struct settings_codes v2_ciphers;

	/*
	 * Signature parms. Of a connection action they replace the
	 * environment's as a whole. Defaults of zOS follow TLSv1.3.
	 */
	struct settings_codes client_curves;	/* or SETTINGS_CURVES_ANY */
	struct settings_codes client_key_shares, server_key_shares;
	struct settings_codes server_kex_curves;
	struct settings_codes signature_pairs, signature_pairs_cert;

	/* Key ring; strings as coded, never NULL-terminated secrets in logs */
	const char *keyring;		/* path, made relative to the policy file */
	const char *keyring_password;	/* KeyringPw; NULL: not coded */
	const char *keyring_stash;	/* KeyringStashFile; NULL: not coded */

	/* Environment and connection advanced parms */
	bool sslv2, sslv3, tlsv1, tlsv11, tlsv12, tlsv13;
	bool middlebox_compat;
	bool application_controlled;
	bool secondary_map;
	uint32_t handshake_timeout;	/* seconds, 0: no limit */
	uint32_t reset_cipher_timer;	/* minutes, 0: never */
	const char *certificate_label;	/* NULL: the ring's default */
	struct settings_names server_labels;
	uint32_t truncated_hmac;	/* enum settings_wanted */
	uint32_t client_max_fragment, server_max_fragment; /* settings_wanted */
	uint32_t client_fragment_length; /* bytes; 0: not coded */
	uint32_t client_sni, server_sni; /* enum settings_wanted */
	uint32_t client_sni_match, server_sni_match; /* settings_wanted; 0: not
					 * coded */
	struct settings_names client_sni_list;
	struct settings_names server_sni_list;	/* each "name/label" */
	struct settings_names host_dns;	/* HostReferenceIdDNS */
	struct settings_names host_cn;	/* HostReferenceIdCN */
	bool host_wildcards;		/* HostRefWildcardValidation */

	/* Environment advanced parms alone */
	uint32_t client_auth;		/* enum settings_client_auth */
	uint32_t validation;		/* enum settings_validation */
	uint32_t renegotiation;		/* enum settings_renegotiation */
	uint32_t renegotiation_indicator; /* enum settings_indicator */
	bool renegotiation_cert_check;
	bool triple_des_key_check;
	uint32_t client_edh_group, server_edh_group; /* settings_edh_group */
	uint32_t min_cert_version;	/* 0: any, or 3 */
	uint32_t min_rsa_bits, min_ecc_bits, min_dh_bits, min_dsa_bits;
	bool server_scsv;
	uint32_t client_ems, server_ems; /* enum settings_master_secret */

	/* GSK advanced parms */
	bool sysplex_sidcache, sysplex_tickets;
	uint32_t v2_session_timeout;	/* seconds */
	uint32_t v2_sidcache_size;	/* entries */
	uint32_t v3_session_timeout;	/* seconds, 0: never resume */
	uint32_t v3_sidcache_size;	/* entries */
	bool client_ticket_enable;
	uint32_t client_ticket_max;	/* bytes */
	uint32_t client_tickets_cached;	/* tickets; 0: not coded */
	bool ticket_enable;
	uint32_t ticket_algorithm;	/* enum settings_ticket_algorithm */
	uint32_t ticket_count;		/* TLS 1.3, after a full handshake */
	uint32_t ticket_key_refresh;	/* seconds, 0: one key for good */
	uint32_t ticket_timeout;	/* seconds, 0: no tickets */
	bool aia_before_cdp;		/* AIACDPPriority */
	uint32_t max_sources, max_chain_sources;
	uint32_t revocation_level;	/* enum settings_level */
	struct settings_ldap ldap;
	struct settings_http_cdp http_cdp;
	struct settings_ocsp ocsp;
};

/* The lines of a file that stand in no statement. */
struct settings_file {
	uint32_t defaults;		/* enum policy_defaults, as coded */
	const char *ttls_config, *common_ttls_config;	/* NULL: not coded */
	struct settings_names tcp_images, pep_instances;
	uint32_t log_level;
	const char *codepage;
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
 * NULL where it is a default; of a list, its first line. `base` is a struct
 * settings, settings_application or settings_file made by the compiler.
 */
const struct source_span *settings_origin(const void *base, size_t offset);
#define SETTINGS_ORIGIN(s, field) \
	settings_origin((s), offsetof(__typeof__(*(s)), field))

#endif
