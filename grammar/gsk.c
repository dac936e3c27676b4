#include "grammar/language.h"
#include "policy/settings.h"

#define SETTINGS	struct settings
#define COUNT(rows)	(sizeof(rows) / sizeof((rows)[0]))

static const struct schema_choice ticket_ciphers[] = {
	P_CHOICE("AESCBC128", SETTINGS_TICKET_AESCBC128),
	P_CHOICE("AESCBC256", SETTINGS_TICKET_AESCBC256),
	P_END,
};
static const struct schema_choice levels[] = {
	P_CHOICE("Low", SETTINGS_LEVEL_LOW),
	P_CHOICE("Medium", SETTINGS_LEVEL_MEDIUM),
	P_CHOICE("High", SETTINGS_LEVEL_HIGH),
	P_END,
};
#define NO_SYSPLEX "there is no sysplex on Linux"
#define NO_SSL2 "there is no SSL 2 here, so nothing is cached for it"

/* At home in the inner statements, and accepted in the outer one. */
#define HTTP_CDP_ENABLE \
	P_FLAG(SETTINGS, http_cdp.enable, "HttpCdpEnable", .def = "Off", \
	    P_LATER(P_WHY_FETCHING), \
	    .doc = "Whether revocation lists are fetched from where " \
		"certificates point.")
#define OCSP_AIA_ENABLE \
	P_FLAG(SETTINGS, ocsp.aia_enable, "OcspAiaEnable", .def = "Off", \
	    P_LATER(P_WHY_FETCHING), \
	    .doc = "Whether the responders that certificates name are asked.")

static const struct schema_param advanced_rows[] = {
	P_BLOCK("TTLSGskLdapParms", SCHEMA_GSK_LDAP,
	    .doc = "Revocation lists from an LDAP server."),
	P_BLOCK("TTLSGskOcspParms", SCHEMA_GSK_OCSP,
	    .doc = "Certificate status from OCSP responders."),
	P_BLOCK("TTLSGskHttpCdpParms", SCHEMA_GSK_HTTP_CDP,
	    .doc = "Revocation lists fetched over HTTP."),
	HTTP_CDP_ENABLE,
	OCSP_AIA_ENABLE,
	P_FLAG(SETTINGS, sysplex_sidcache, "GSK_SYSPLEX_SIDCACHE",
	    .def = "Off", P_NO(NO_SYSPLEX),
	    .doc = "Whether session ids are shared over a sysplex."),
	P_FLAG(SETTINGS, sysplex_tickets, "GSK_SYSPLEX_SESSION_TICKET_CACHE",
	    .def = "Off", P_NO(NO_SYSPLEX),
	    .doc = "Whether session tickets are shared over a sysplex."),
	P_INT(SETTINGS, v2_session_timeout, "GSK_V2_SESSION_TIMEOUT", 0, 100,
	    .unit = SCHEMA_UNIT_SECONDS, .def = "100", P_NO(NO_SSL2),
	    .doc = "How long an SSL 2 session may be resumed."),
	P_INT(SETTINGS, v2_sidcache_size, "GSK_V2_SIDCACHE_SIZE", 0, 32000,
	    .def = "256",
	    P_NO(NO_SSL2), .doc = "How many SSL 2 sessions are kept."),
	P_INT(SETTINGS, v3_session_timeout, "GSK_V3_SESSION_TIMEOUT", 0, 86400,
	    .unit = SCHEMA_UNIT_SECONDS, .def = "86400",
	    .doc = "How long after its full handshake a session may be "
		"resumed, by ticket too where this is coded; 0: never."),
	P_INT(SETTINGS, v3_sidcache_size, "GSK_V3_SIDCACHE_SIZE", 0, 64000,
	    .def = "512",
	    .doc = "How many sessions are kept to be resumed by id; 0: "
		"none."),
	P_FLAG(SETTINGS, client_ticket_enable,
	    "GSK_SESSION_TICKET_CLIENT_ENABLE", .def = "On", P_CLIENT,
	    .doc = "As a client: whether session tickets are kept."),
	P_INT(SETTINGS, client_ticket_max,
	    "GSK_SESSION_TICKET_CLIENT_MAXSIZE", 0, INT32_MAX,
	    .unit = SCHEMA_UNIT_BYTES, .def = "8192", P_CLIENT,
	    .doc = "As a client: the largest ticket that is kept."),
	P_INT(SETTINGS, client_tickets_cached,
	    "GSK_SESSION_TICKET_CLIENT_MAXCACHED", 0, INT32_MAX, P_CLIENT,
	    .doc = "As a client: how many tickets are kept."),
	P_FLAG(SETTINGS, ticket_enable, "GSK_SESSION_TICKET_SERVER_ENABLE",
	    .def = "On",
	    .doc = "As a server: whether session tickets are issued."),
	P_ENUM(SETTINGS, ticket_algorithm,
	    "GSK_SESSION_TICKET_SERVER_ALGORITHM", ticket_ciphers,
	    .def = "AESCBC128",
	    .doc = "As a server: how tickets are encrypted."),
	P_INT(SETTINGS, ticket_count, "GSK_SESSION_TICKET_SERVER_COUNT", 0, 32,
	    .def = "2",
	    .doc = "As a server: how many tickets follow a full handshake of "
		"TLS 1.3; 0: no tickets at all."),
	P_INT(SETTINGS, ticket_key_refresh,
	    "GSK_SESSION_TICKET_SERVER_KEY_REFRESH", 0, 604800,
	    .unit = SCHEMA_UNIT_SECONDS, .def = "300",
	    .doc = "As a server: how often the ticket key is replaced; 0: "
		"not before the policy is read again."),
	P_INT(SETTINGS, ticket_timeout, "GSK_SESSION_TICKET_SERVER_TIMEOUT",
	    0, 604800, .unit = SCHEMA_UNIT_SECONDS, .def = "300",
	    .doc = "As a server: how long after its full handshake a session "
		"may be resumed by ticket; 0: no tickets."),
	P_FLAG(SETTINGS, aia_before_cdp, "AIACDPPriority", .def = "On",
	    P_DETAIL,
	    .doc = "Whether responders are asked before lists are fetched."),
	P_INT(SETTINGS, max_sources, "MaxSrcRevExtLocValues", 0, 256,
	    .def = "10", P_DETAIL,
	    .doc = "How many sources are tried for one certificate."),
	P_INT(SETTINGS, max_chain_sources, "MaxValidRevExtLocValues", 0, 1024,
	    .def = "100", P_DETAIL,
	    .doc = "How many sources are tried for one chain."),
	P_ENUM(SETTINGS, revocation_level, "RevocationSecurityLevel", levels,
	    .def = "Medium", P_DETAIL,
	    .doc = "What follows where no source of revocation answers."),
};
const struct schema_list gsk_advanced = { advanced_rows, COUNT(advanced_rows) };

/* Details of what does not act yet. */
#define TEXT(field, text, kind, most, ...) \
	P_STRING(SETTINGS, field, text, kind, 1, most, \
	    P_DETAIL, __VA_ARGS__)
#define FLAG(field, text, ...) \
	P_FLAG(SETTINGS, field, text, P_DETAIL, __VA_ARGS__)
#define NUMBER(field, text, low, high, ...) \
	P_INT(SETTINGS, field, text, low, high, P_DETAIL, \
	    __VA_ARGS__)
#define PAIRS(field, text, ...) \
	P_CODES(SETTINGS, field, text, SCHEMA_TYPE_PAIRS, \
	    P_DETAIL, __VA_ARGS__)
#define SECONDS	.unit = SCHEMA_UNIT_SECONDS
#define HOURS	.unit = SCHEMA_UNIT_HOURS
#define BYTES	.unit = SCHEMA_UNIT_BYTES

/* More than a day's wait for an answer is none; IBM's limit. */
#define WAIT_MAX	43200

static const struct schema_choice no_limit[] = {
	P_CHOICE("-1", UINT32_MAX), P_END,
};

static const struct schema_param ldap_rows[] = {
	P_STRING(SETTINGS, ldap.server, "GSK_LDAP_SERVER", SCHEMA_TYPE_TEXT,
	    1, 1023, P_LATER(P_WHY_FETCHING),
	    .doc = "The LDAP server's name or address; several, with blanks "
		"between, are tried in order."),
	NUMBER(ldap.port, "GSK_LDAP_SERVER_PORT", 1, 65535, .def = "389",
	    .doc = "The LDAP server's port."),
	TEXT(ldap.user, "GSK_LDAP_USER", SCHEMA_TYPE_TEXT, 1023,
	    .doc = "The distinguished name to bind with; none binds "
		"anonymously."),
	TEXT(ldap.password, "GSK_LDAP_USER_PW", SCHEMA_TYPE_SECRET, 128,
	    .doc = "The password to bind with."),
	NUMBER(ldap.crl_cache_timeout, "GSK_CRL_CACHE_TIMEOUT", 0, 720, HOURS,
	    .def = "24",
	    .doc = "How long a revocation list is kept; 0: it is not."),
	P_ENUM(SETTINGS, ldap.crl_security_level, "GSK_CRL_SECURITY_LEVEL",
	    levels, .def = "Medium", P_DETAIL,
	    .doc = "Low: no answer is no fault; Medium: the server must "
		"answer; High: it must have a list."),
	NUMBER(ldap.crl_cache_size, "CRLCacheSize", 0, INT32_MAX,
	    .choices = no_limit, .def = "-1",
	    .doc = "How many revocation lists are kept; -1: no limit."),
	NUMBER(ldap.crl_cache_entry_max, "CRLCacheEntryMaxsize", 0, INT32_MAX,
	    BYTES, .def = "0",
	    .doc = "The largest revocation list that is kept; 0: no limit."),
	FLAG(ldap.crl_cache_extended, "CRLCacheExtended", .def = "Off",
	    .doc = "Whether a list is kept as long as it says itself."),
	FLAG(ldap.crl_cache_temp, "CRLCacheTempCRL",
	    .doc = "Whether it is remembered that there is no list."),
	NUMBER(ldap.crl_cache_temp_timeout, "CRLCacheTempCRLTimeout", 0, 720,
	    HOURS, .doc = "How long it is remembered that there is none."),
	NUMBER(ldap.response_timeout, "LDAPResponseTimeout", 0, WAIT_MAX,
	    SECONDS, .def = "15",
	    .doc = "How long the LDAP server is waited for; 0: no limit."),
};
const struct schema_list gsk_ldap = { ldap_rows, COUNT(ldap_rows) };

static const struct schema_param http_cdp_rows[] = {
	HTTP_CDP_ENABLE,
	TEXT(http_cdp.proxy, "HttpCdpProxyServerName", SCHEMA_TYPE_WORD, 255,
	    .doc = "The HTTP proxy's name or address."),
	NUMBER(http_cdp.proxy_port, "HttpCdpProxyServerPort", 1, 65535,
	    .def = "80", .doc = "The HTTP proxy's port."),
	NUMBER(http_cdp.response_timeout, "HttpCdpResponseTimeout", 0,
	    WAIT_MAX, SECONDS, .def = "15",
	    .doc = "How long a server is waited for; 0: no limit."),
	NUMBER(http_cdp.max_response, "HttpCdpMaxResponseSize", 0, INT32_MAX,
	    BYTES, .def = "204800",
	    .doc = "The largest list that is taken; 0: no limit."),
	NUMBER(http_cdp.cache_size, "HttpCdpCacheSize", 0, INT32_MAX,
	    .def = "32", .doc = "How many lists are kept; 0: none."),
	NUMBER(http_cdp.cache_entry_max, "HttpCdpCacheEntryMaxsize", 0,
	    INT32_MAX, BYTES, .def = "0",
	    .doc = "The largest list that is kept; 0: no limit."),
};
const struct schema_list gsk_http_cdp = {
	http_cdp_rows, COUNT(http_cdp_rows)
};

static const struct schema_choice staplings[] = {
	P_CHOICE("Off", SETTINGS_STAPLING_OFF),
	P_CHOICE("Any", SETTINGS_STAPLING_ANY),
	P_CHOICE("EndEntity", SETTINGS_STAPLING_END_ENTITY),
	P_END,
};

static const struct schema_param ocsp_rows[] = {
	P_STRINGS(SETTINGS, ocsp.urls, "OcspUrl", SCHEMA_TYPE_URL, 1, 2083,
	    P_LATER(P_WHY_FETCHING),
	    .doc = "A responder to ask, as http://host[:port][/path]."),
	OCSP_AIA_ENABLE,
	FLAG(ocsp.url_priority, "OcspUrlPriority", .def = "On",
	    .doc = "Where both are known: On asks OcspUrl first, Off the "
		"responders that certificates name."),
	TEXT(ocsp.proxy, "OcspProxyServerName", SCHEMA_TYPE_WORD, 255,
	    .doc = "The HTTP proxy's name or address."),
	NUMBER(ocsp.proxy_port, "OcspProxyServerPort", 1, 65535, .def = "80",
	    .doc = "The HTTP proxy's port."),
	FLAG(ocsp.retrieve_via_get, "OcspRetrieveViaGet", .def = "Off",
	    .doc = "Whether small requests are sent by GET, not POST."),
	TEXT(ocsp.request_key_label, "OcspRequestSigkeylabel",
	    SCHEMA_TYPE_TEXT, 127,
	    .doc = "The key ring's key that requests are signed with."),
	P_CODE(SETTINGS, ocsp.request_pair, "OcspRequestSigalg",
	    SCHEMA_TYPE_PAIRS, .def = "0401", P_DETAIL,
	    .doc = "The algorithm that requests are signed with."),
	PAIRS(ocsp.response_pairs, "OcspResponseSigAlgPairs",
	    .doc = "The algorithms that answers may be signed with."),
	P_ENUM(SETTINGS, ocsp.stapling, "OcspServerStapling", staplings,
	    .def = "Off", P_LATER(P_WHY_FETCHING),
	    .doc = "As a server: whether the status of its own certificate, "
		"or of its chain, is sent to clients that ask."),
	NUMBER(ocsp.cache_size, "OcspClientCacheSize", 0, INT32_MAX,
	    .def = "256", .doc = "How many answers are kept; 0: none."),
	NUMBER(ocsp.cache_entry_max, "OcspCliCacheEntryMaxsize", 0, INT32_MAX,
	    .def = "0",
	    .doc = "How many answers of one CA are kept; 0: no limit."),
	FLAG(ocsp.nonce_generate, "OcspNonceGenEnable", .def = "Off",
	    .doc = "Whether a request carries a nonce."),
	FLAG(ocsp.nonce_check, "OcspNonceCheckEnable", .def = "Off",
	    .doc = "Whether an answer must carry the request's nonce."),
	NUMBER(ocsp.nonce_size, "OcspNonceSize", 1, 255, BYTES, .def = "8",
	    .doc = "The length of a nonce."),
	NUMBER(ocsp.response_timeout, "OcspResponseTimeout", 0, WAIT_MAX,
	    SECONDS, .def = "15",
	    .doc = "How long a responder is waited for; 0: no limit."),
	NUMBER(ocsp.max_response, "OcspMaxResponseSize", 0, INT32_MAX, BYTES,
	    .def = "20480",
	    .doc = "The largest answer that is taken; 0: no limit."),
	PAIRS(ocsp.crl_pairs, "CrlSigAlgPairs",
	    .doc = "The algorithms that revocation lists may be signed "
		"with."),
};
const struct schema_list gsk_ocsp = { ocsp_rows, COUNT(ocsp_rows) };
