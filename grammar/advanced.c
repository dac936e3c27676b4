#include "grammar/language.h"
#include "policy/settings.h"

#define SETTINGS	struct settings
#define COUNT(rows)	(sizeof(rows) / sizeof((rows)[0]))

#define NO_EFFECT \
	.own_acts = true, .acts = SCHEMA_ACTS_NO
#define BUILT \
	.own_acts = true, .acts = SCHEMA_ACTS_YES
#define OWN_LATER(why) \
	.own_acts = true, .acts = SCHEMA_ACTS_LATER, .reason = (why)

#define NO_SSL "the TLS library has no SSL 2 or 3: the version stays off"
#define NO_SNI "server names are neither demanded nor compared yet"
#define NO_RENEGOTIATION "renegotiation is always refused"
#define CLIENT_ONLY "outbound connections are not secured yet"

/* Off is what happens; On cannot be had. */
static const struct schema_choice ssl_switch[] = {
	P_CHOICE("Off", 0),
	P_CHOICE("On", 1, NO_EFFECT, .reason = NO_SSL),
	P_END,
};

static const struct schema_choice wanted[] = {
	P_CHOICE("Off", 0), P_CHOICE("Optional", 1), P_CHOICE("Required", 2),
	P_END,
};
static const struct schema_choice must_match[] = {
	P_CHOICE("Optional", 1), P_CHOICE("Required", 2), P_END,
};
static const struct schema_choice fragments[] = {
	P_CHOICE("512", 512), P_CHOICE("1024", 1024), P_CHOICE("2048", 2048),
	P_CHOICE("4096", 4096),
	P_END,
};

#define VERSION(field, text, modern, zos, spoken) \
	P_FLAG(SETTINGS, field, text, .def = (modern), .def_zos = (zos), \
	    .doc = "Whether " spoken " may be negotiated.")
#define SSL(field, text, spoken) { .name = (text), \
	.type = SCHEMA_TYPE_FLAG, .choices = ssl_switch, .def = "Off", \
	P_FIELD(SETTINGS, field, P_IS(SETTINGS, bool, field)), \
	.doc = "Whether " spoken " may be negotiated; it never is." }

static const struct schema_param shared_rows[] = {
	SSL(sslv2, "SSLv2", "SSL 2"),
	SSL(sslv3, "SSLv3", "SSL 3"),
	VERSION(tlsv1, "TLSv1", "Off", "On", "TLS 1.0"),
	VERSION(tlsv11, "TLSv1.1", "Off", "On", "TLS 1.1"),
	VERSION(tlsv12, "TLSv1.2", "On", "Off", "TLS 1.2"),
	VERSION(tlsv13, "TLSv1.3", "On", "Off", "TLS 1.3"),
	P_BARE_FLAG("MiddleBoxCompatMode", .def = "Off",
	    P_LATER("the TLS library's own mode is kept"),
	    .doc = "Whether TLS 1.3 dresses up as TLS 1.2 for middleboxes."),
	P_FLAG(SETTINGS, application_controlled, "ApplicationControlled",
	    .def = "Off",
	    P_LATER("applications cannot start TLS themselves yet"),
	    .doc = "On: the connection stays clear until the application "
		"starts TLS."),
	P_INT(SETTINGS, handshake_timeout, "HandshakeTimeout", 0, 600,
	    .unit = SCHEMA_UNIT_SECONDS, .def = "10",
	    .doc = "How long the client may stay silent; ten times that for "
		"the whole handshake; 0: no limit."),
	P_BARE_INT("ResetCipherTimer", 0, 1440, .unit = SCHEMA_UNIT_MINUTES,
	    .def = "0", P_LATER("keys are not renewed by the clock yet"),
	    .doc = "After how long keys are renewed; 0: never."),
	P_STRING(SETTINGS, certificate_label, "CertificateLabel",
	    SCHEMA_TYPE_TEXT, 1, 127,
	    .doc = "The key ring's certificate to present; blanks belong to "
		"it."),
	P_VALUE("ServerCertificateLabel", SCHEMA_TYPE_TEXT,
	    .min = 1, .max = 127, .unit = SCHEMA_UNIT_CHARACTERS,
	    .flags = SCHEMA_REPEAT,
	    P_LATER("one certificate a rule: see CertificateLabel"),
	    .doc = "Certificates to present as a server, one a key type."),
	P_FLAG(SETTINGS, secondary_map, "SecondaryMap", .def = "Off",
	    P_LATER("a connection does not follow another one's rule yet"),
	    .doc = "Whether later connections of the same two hosts follow "
		"this one's rule."),
	P_BARE_ENUM("TruncatedHMAC", wanted, .def = "Off",
	    P_LATER("the TLS extension is not offered yet"),
	    .doc = "Whether record checks may be cut to 80 bits (RFC 6066)."),
	P_BARE_ENUM("ClientMaxSSLFragment", wanted, .def = "Off",
	    P_LATER(CLIENT_ONLY),
	    .doc = "As a client: whether a smaller record size is asked for "
		"(RFC 6066)."),
	P_BARE_ENUM("ClientMaxSSLFragmentLength", fragments,
	    .unit = SCHEMA_UNIT_BYTES, P_LATER(CLIENT_ONLY),
	    .doc = "As a client: the record size asked for."),
	P_BARE_ENUM("ServerMaxSSLFragment", wanted, .def = "Off",
	    P_LATER("the TLS extension is not answered yet"),
	    .doc = "As a server: whether clients may ask for a smaller record "
		"size."),
	P_BARE_ENUM("ClientHandshakeSNI", wanted, .def = "Off",
	    P_LATER(CLIENT_ONLY),
	    .doc = "As a client: whether the server is named in the "
		"handshake."),
	P_BARE_ENUM("ClientHandshakeSNIMatch", must_match,
	    P_LATER(CLIENT_ONLY),
	    .doc = "As a client: whether the server must acknowledge the "
		"name."),
	P_BARE_WORD("ClientHandshakeSNIList", 1, 255, .flags = SCHEMA_REPEAT,
	    P_LATER(CLIENT_ONLY), .doc = "As a client: the names to send."),
	P_BARE_ENUM("ServerHandshakeSNI", wanted, .def = "Off",
	    P_LATER(NO_SNI),
	    .doc = "As a server: whether the client's server name is looked "
		"at."),
	P_BARE_ENUM("ServerHandshakeSNIMatch", must_match, P_LATER(NO_SNI),
	    .doc = "As a server: whether the name must be in the list."),
	P_BARE_WORD("ServerHandshakeSNIList", 1, 383, .flags = SCHEMA_REPEAT,
	    P_LATER(NO_SNI),
	    .doc = "As a server: names and the label of the certificate for "
		"each, as name/label."),
	P_BARE_WORD("HostReferenceIdDNS", 1, 255, .flags = SCHEMA_REPEAT,
	    P_LATER(CLIENT_ONLY),
	    .doc = "As a client: the DNS name the server's certificate must "
		"carry."),
	P_BARE_WORD("HostReferenceIdCN", 1, 255, .flags = SCHEMA_REPEAT,
	    P_LATER(CLIENT_ONLY),
	    .doc = "As a client: the common name the server's certificate "
		"must carry."),
	P_BARE_FLAG("HostRefWildcardValidation", P_LATER(CLIENT_ONLY),
	    .doc = "As a client: whether a certificate's wildcard names "
		"match."),
};
const struct schema_list advanced_shared = { shared_rows, COUNT(shared_rows) };

static const struct schema_choice renegotiations[] = {
	P_CHOICE("Default", 0),
	P_CHOICE("Disabled", 1, BUILT),
	P_CHOICE("All", 2),
	P_CHOICE("Abbreviated", 3),
	P_END,
};
static const struct schema_choice indicators[] = {
	P_CHOICE("Optional", 0), P_CHOICE("Client", 1), P_CHOICE("Server", 2),
	P_CHOICE("Both", 3),
	P_END,
};
static const struct schema_choice client_auths[] = {
	P_CHOICE("PassThru", SETTINGS_CLIENT_AUTH_PASSTHRU),
	P_CHOICE("Full", SETTINGS_CLIENT_AUTH_FULL),
	P_CHOICE("Required", SETTINGS_CLIENT_AUTH_REQUIRED),
	P_CHOICE("SAFCheck", SETTINGS_CLIENT_AUTH_SAFCHECK,
	  OWN_LATER("certificates are not mapped to users yet")),
	P_END,
};
static const struct schema_choice validations[] = {
	P_CHOICE("Any", SETTINGS_VALIDATION_ANY),
	P_CHOICE("RFC2459", SETTINGS_VALIDATION_RFC2459),
	P_CHOICE("RFC3280", SETTINGS_VALIDATION_RFC3280),
	P_CHOICE("RFC5280", SETTINGS_VALIDATION_RFC5280),
	P_END,
};
static const struct schema_choice client_groups[] = {
	P_CHOICE("Legacy", 0), P_CHOICE("2048", 1), P_END,
};
static const struct schema_choice server_groups[] = {
	P_CHOICE("Legacy", 0), P_CHOICE("2048", 1), P_CHOICE("Match", 2), P_END,
};
static const struct schema_choice cert_versions[] = {
	P_CHOICE("Any", 0), P_CHOICE("3", 3), P_END,
};
static const struct schema_choice master_secrets[] = {
	P_CHOICE("Off", 0), P_CHOICE("On", 1), P_CHOICE("Required", 2), P_END,
};

#define NO_SUCH_KEYS \
	"certificates with such keys are refused, whatever their size"
#define MIN_BITS(field, text, most, modern, zos, spoken, ...) \
	P_INT(SETTINGS, field, text, 0, most, .unit = SCHEMA_UNIT_BITS, \
	    .def = (modern), .def_zos = (zos), \
	    .doc = "The smallest " spoken " key a peer may have.", \
	    __VA_ARGS__)

static const struct schema_param environment_rows[] = {
	P_ENUM(SETTINGS, client_auth, "ClientAuthType", client_auths,
	    .def = "Required",
	    .doc = "With ServerWithClientAuth: PassThru looks at nothing, Full "
		"judges a certificate that is sent, Required demands one."),
	P_ENUM(SETTINGS, validation, "CertValidationMode", validations,
	    .def = "Any",
	    .doc = "The rules by which a certificate chain is judged."),
	P_BARE_ENUM("Renegotiation", renegotiations, .def = "Default",
	    P_NO(NO_RENEGOTIATION),
	    .doc = "Which renegotiations are taken part in."),
	P_BARE_ENUM("RenegotiationIndicator", indicators, .def = "Optional",
	    P_LATER("the indication is not demanded yet"),
	    .doc = "Who must send the indication of RFC 5746."),
	P_BARE_FLAG("RenegotiationCertCheck", .def = "Off",
	    P_NO(NO_RENEGOTIATION),
	    .doc = "Whether the peer must keep its certificate in a "
		"renegotiation."),
	P_BARE_FLAG("3DesKeyCheck", .def = "Off",
	    P_LATER("triple DES keys are not compared yet"),
	    .doc = "Whether the three keys of triple DES must differ."),
	P_BARE_ENUM("ClientEDHGroupSize", client_groups, .def = "Legacy",
	    P_LATER(CLIENT_ONLY),
	    .doc = "As a client: the smallest Diffie-Hellman group."),
	P_BARE_ENUM("ServerEDHGroupSize", server_groups, .def = "Legacy",
	    P_LATER("the Diffie-Hellman group cannot be chosen yet"),
	    .doc = "As a server: the Diffie-Hellman group."),
	P_BARE_ENUM("PeerMinCertVersion", cert_versions, .def = "Any",
	    P_LATER("the version of certificates is not judged yet"),
	    .doc = "The lowest version of X.509 a peer may use."),
	MIN_BITS(min_rsa_bits, "PeerMinRsaKeySize", 16384, "2048", "1024",
	    "RSA", .acts = SCHEMA_ACTS_YES),
	MIN_BITS(min_ecc_bits, "PeerMinECCKeySize", 521, "224", "192",
	    "elliptic curve", .acts = SCHEMA_ACTS_YES),
	MIN_BITS(min_dh_bits, "PeerMinDHKeySize", 16384, "2048", "1024",
	    "Diffie-Hellman",
	    P_NO(NO_SUCH_KEYS)),
	MIN_BITS(min_dsa_bits, "PeerMinDsaKeySize", 16384, "2048", "1024",
	    "DSA",
	    P_NO(NO_SUCH_KEYS)),
	P_BARE_FLAG("ServerScsv", .def = "Off",
	    P_LATER("the fallback signal is not acted on yet"),
	    .doc = "Whether a client's fallback to an older version is "
		"refused (RFC 7507)."),
	P_BARE_ENUM("ClientExtendedMasterSecret", master_secrets, .def = "On",
	    P_LATER(CLIENT_ONLY),
	    .doc = "As a client: whether the extended master secret is used "
		"(RFC 7627)."),
	P_BARE_ENUM("ServerExtendedMasterSecret", master_secrets, .def = "On",
	    P_LATER("the extended master secret is offered, never demanded"),
	    .doc = "As a server: whether the extended master secret is used "
		"(RFC 7627)."),
};
const struct schema_list advanced_environment = {
	environment_rows, COUNT(environment_rows)
};

static const struct schema_choice ticket_ciphers[] = {
	P_CHOICE("AESCBC128", SETTINGS_TICKET_AESCBC128),
	P_CHOICE("AESCBC256", SETTINGS_TICKET_AESCBC256),
	P_END,
};
static const struct schema_choice levels[] = {
	P_CHOICE("Low", 0), P_CHOICE("Medium", 1), P_CHOICE("High", 2), P_END,
};
#define NO_SYSPLEX "there is no sysplex on Linux"
#define NO_FETCHING "revocation is not looked up over the network yet"
#define NO_SSL2 "there is no SSL 2 here, so nothing is cached for it"

static const struct schema_param gsk_rows[] = {
	P_BLOCK("TTLSGskLdapParms", SCHEMA_GSK_LDAP, P_LATER(NO_FETCHING),
	    .doc = "Revocation lists from an LDAP server."),
	P_BLOCK("TTLSGskOcspParms", SCHEMA_GSK_OCSP, P_LATER(NO_FETCHING),
	    .doc = "Certificate status from OCSP responders."),
	P_BLOCK("TTLSGskHttpCdpParms", SCHEMA_GSK_HTTP_CDP,
	    P_LATER(NO_FETCHING),
	    .doc = "Revocation lists fetched over HTTP."),
	P_FLAG(SETTINGS, http_cdp, "HttpCdpEnable", .def = "Off",
	    P_LATER(NO_FETCHING),
	    .doc = "Whether revocation lists are fetched from where "
		"certificates point."),
	P_FLAG(SETTINGS, ocsp_aia, "OcspAiaEnable", .def = "Off",
	    P_LATER(NO_FETCHING),
	    .doc = "Whether the responders that certificates name are asked."),
	P_BARE_FLAG("GSK_SYSPLEX_SIDCACHE", .def = "Off", P_NO(NO_SYSPLEX),
	    .doc = "Whether session ids are shared over a sysplex."),
	P_BARE_FLAG("GSK_SYSPLEX_SESSION_TICKET_CACHE", .def = "Off",
	    P_NO(NO_SYSPLEX),
	    .doc = "Whether session tickets are shared over a sysplex."),
	P_BARE_INT("GSK_V2_SESSION_TIMEOUT", 0, 100,
	    .unit = SCHEMA_UNIT_SECONDS, .def = "100", P_NO(NO_SSL2),
	    .doc = "How long an SSL 2 session may be resumed."),
	P_BARE_INT("GSK_V2_SIDCACHE_SIZE", 0, 32000, .def = "256",
	    P_NO(NO_SSL2), .doc = "How many SSL 2 sessions are kept."),
	P_INT(SETTINGS, v3_session_timeout, "GSK_V3_SESSION_TIMEOUT", 0, 86400,
	    .unit = SCHEMA_UNIT_SECONDS, .def = "86400",
	    .doc = "How long after its full handshake a session may be "
		"resumed, by ticket too where this is coded; 0: never."),
	P_INT(SETTINGS, v3_sidcache_size, "GSK_V3_SIDCACHE_SIZE", 0, 64000,
	    .def = "512",
	    .doc = "How many sessions are kept to be resumed by id; 0: "
		"none."),
	P_BARE_FLAG("GSK_SESSION_TICKET_CLIENT_ENABLE", .def = "On",
	    P_LATER(CLIENT_ONLY),
	    .doc = "As a client: whether session tickets are kept."),
	P_BARE_INT("GSK_SESSION_TICKET_CLIENT_MAXSIZE", 0, INT32_MAX,
	    .unit = SCHEMA_UNIT_BYTES, .def = "8192", P_LATER(CLIENT_ONLY),
	    .doc = "As a client: the largest ticket that is kept."),
	P_BARE_INT("GSK_SESSION_TICKET_CLIENT_MAXCACHED", 0, INT32_MAX,
	    P_LATER(CLIENT_ONLY),
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
	P_BARE_FLAG("AIACDPPriority", .def = "On", P_LATER(NO_FETCHING),
	    .doc = "Whether responders are asked before lists are fetched."),
	P_BARE_INT("MaxSrcRevExtLocValues", 0, 256, .def = "10",
	    P_LATER(NO_FETCHING),
	    .doc = "How many sources are tried for one certificate."),
	P_BARE_INT("MaxValidRevExtLocValues", 0, 1024, .def = "100",
	    P_LATER(NO_FETCHING),
	    .doc = "How many sources are tried for one chain."),
	P_BARE_ENUM("RevocationSecurityLevel", levels, .def = "Medium",
	    P_LATER(NO_FETCHING),
	    .doc = "What follows where no source of revocation answers."),
};
const struct schema_list advanced_gsk = { gsk_rows, COUNT(gsk_rows) };
