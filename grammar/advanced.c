#include "grammar/language.h"
#include "policy/settings.h"

#define SETTINGS	struct settings
#define COUNT(rows)	(sizeof(rows) / sizeof((rows)[0]))

#define NO_SSL "the TLS library has no SSL 2 or 3: the version stays off"
#define NO_RENEGOTIATION "renegotiation is always refused"

/* Off is what happens; On cannot be had. */
static const struct schema_choice ssl_switch[] = {
	P_CHOICE("Off", 0),
	P_CHOICE("On", 1, P_OWN_NO(NO_SSL)),
	P_END,
};

static const struct schema_choice wanted[] = {
	P_CHOICE("Off", SETTINGS_WANTED_OFF),
	P_CHOICE("Optional", SETTINGS_WANTED_OPTIONAL),
	P_CHOICE("Required", SETTINGS_WANTED_REQUIRED),
	P_END,
};
static const struct schema_choice must_match[] = {
	P_CHOICE("Optional", SETTINGS_WANTED_OPTIONAL),
	P_CHOICE("Required", SETTINGS_WANTED_REQUIRED),
	P_END,
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
	P_FLAG(SETTINGS, middlebox_compat, "MiddleBoxCompatMode", .def = "On",
	    .def_zos = "Off",
	    .doc = "Whether TLS 1.3 dresses up as TLS 1.2 for middleboxes, "
		"where the client does."),
	P_FLAG(SETTINGS, application_controlled, "ApplicationControlled",
	    .def = "Off",
	    P_LATER("applications cannot start TLS themselves yet"),
	    .doc = "On: the connection stays clear until the application "
		"starts TLS."),
	P_INT(SETTINGS, handshake_timeout, "HandshakeTimeout", 0, 600,
	    .unit = SCHEMA_UNIT_SECONDS, .def = "10",
	    .doc = "How long the client may stay silent; ten times that for "
		"the whole handshake; 0: no limit."),
	P_INT(SETTINGS, reset_cipher_timer, "ResetCipherTimer", 0, 1440,
	    .unit = SCHEMA_UNIT_MINUTES,
	    .def = "0", P_LATER("keys are not renewed by the clock yet"),
	    .doc = "After how long keys are renewed; 0: never."),
	P_STRING(SETTINGS, certificate_label, "CertificateLabel",
	    SCHEMA_TYPE_TEXT, 1, 127,
	    .doc = "The key ring's certificate to present; blanks belong to "
		"it."),
	P_STRINGS(SETTINGS, server_labels, "ServerCertificateLabel",
	    SCHEMA_TYPE_TEXT, 1, 127,
	    .doc = "Certificates to present as a server, in place of "
		"CertificateLabel's: the first that suits the client."),
	P_FLAG(SETTINGS, secondary_map, "SecondaryMap", .def = "Off",
	    P_LATER("a connection does not follow another one's rule yet"),
	    .doc = "Whether later connections of the same two hosts follow "
		"this one's rule."),
	P_ENUM(SETTINGS, truncated_hmac, "TruncatedHMAC", wanted, .def = "Off",
	    .doc = "Whether record checks may be, or must be, cut to 80 bits "
		"(RFC 6066); TLS 1.3 has no such."),
	P_ENUM(SETTINGS, client_max_fragment, "ClientMaxSSLFragment", wanted,
	    .def = "Off", P_CLIENT,
	    .doc = "As a client: whether a smaller record size is asked for "
		"(RFC 6066)."),
	P_ENUM(SETTINGS, client_fragment_length, "ClientMaxSSLFragmentLength",
	    fragments, .unit = SCHEMA_UNIT_BYTES, P_CLIENT,
	    .doc = "As a client: the record size asked for."),
	P_ENUM(SETTINGS, server_max_fragment, "ServerMaxSSLFragment", wanted,
	    .def = "Off",
	    .doc = "As a server: whether clients may, or must, ask for a "
		"smaller record size."),
	P_ENUM(SETTINGS, client_sni, "ClientHandshakeSNI", wanted, .def = "Off",
	    P_CLIENT,
	    .doc = "As a client: whether the server is named in the "
		"handshake."),
	P_ENUM(SETTINGS, client_sni_match, "ClientHandshakeSNIMatch",
	    must_match, P_CLIENT,
	    .doc = "As a client: whether the server must acknowledge the "
		"name."),
	P_STRINGS(SETTINGS, client_sni_list, "ClientHandshakeSNIList",
	    SCHEMA_TYPE_WORD, 1, 255,
	    P_CLIENT, .doc = "As a client: the names to send."),
	P_ENUM(SETTINGS, server_sni, "ServerHandshakeSNI", wanted,
	    .def = "Off",
	    .doc = "As a server: whether the client's server name is looked "
		"at; Required: it must send one."),
	P_ENUM(SETTINGS, server_sni_match, "ServerHandshakeSNIMatch",
	    must_match,
	    .doc = "As a server: Required refuses a name that is not in the "
		"list, Optional ignores it."),
	P_STRINGS(SETTINGS, server_sni_list, "ServerHandshakeSNIList",
	    SCHEMA_TYPE_TEXT, 1, 383,
	    .doc = "As a server: names and the label of the certificate for "
		"each, as name/label."),
	P_STRINGS(SETTINGS, host_dns, "HostReferenceIdDNS",
	    SCHEMA_TYPE_WORD, 1, 255, P_CLIENT,
	    .doc = "As a client: the DNS name the server's certificate must "
		"carry."),
	P_STRINGS(SETTINGS, host_cn, "HostReferenceIdCN",
	    SCHEMA_TYPE_TEXT, 1, 255, P_CLIENT,
	    .doc = "As a client: the common name the server's certificate "
		"must carry."),
	P_FLAG(SETTINGS, host_wildcards, "HostRefWildcardValidation", P_CLIENT,
	    .doc = "As a client: whether a certificate's wildcard names "
		"match."),
};
const struct schema_list advanced_shared = { shared_rows, COUNT(shared_rows) };

static const struct schema_choice renegotiations[] = {
	P_CHOICE("Default", SETTINGS_RENEGOTIATION_DEFAULT),
	P_CHOICE("Disabled", SETTINGS_RENEGOTIATION_DISABLED, P_OWN_YES),
	P_CHOICE("All", SETTINGS_RENEGOTIATION_ALL),
	P_CHOICE("Abbreviated", SETTINGS_RENEGOTIATION_ABBREVIATED),
	P_END,
};
static const struct schema_choice indicators[] = {
	P_CHOICE("Optional", SETTINGS_INDICATOR_OPTIONAL),
	P_CHOICE("Client", SETTINGS_INDICATOR_CLIENT,
	  P_OWN_LATER(P_WHY_CLIENT)),
	P_CHOICE("Server", SETTINGS_INDICATOR_SERVER),
	P_CHOICE("Both", SETTINGS_INDICATOR_BOTH),
	P_END,
};
static const struct schema_choice client_auths[] = {
	P_CHOICE("PassThru", SETTINGS_CLIENT_AUTH_PASSTHRU),
	P_CHOICE("Full", SETTINGS_CLIENT_AUTH_FULL),
	P_CHOICE("Required", SETTINGS_CLIENT_AUTH_REQUIRED),
	P_CHOICE("SAFCheck", SETTINGS_CLIENT_AUTH_SAFCHECK,
	  P_OWN_LATER("certificates are not mapped to users yet")),
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
	P_CHOICE("Legacy", SETTINGS_EDH_GROUP_LEGACY),
	P_CHOICE("2048", SETTINGS_EDH_GROUP_2048),
	P_END,
};
static const struct schema_choice server_groups[] = {
	P_CHOICE("Legacy", SETTINGS_EDH_GROUP_LEGACY),
	P_CHOICE("2048", SETTINGS_EDH_GROUP_2048),
	P_CHOICE("Match", SETTINGS_EDH_GROUP_MATCH),
	P_END,
};
static const struct schema_choice cert_versions[] = {
	P_CHOICE("Any", 0), P_CHOICE("3", 3), P_END,
};
static const struct schema_choice master_secrets[] = {
	P_CHOICE("Off", SETTINGS_MASTER_SECRET_OFF),
	P_CHOICE("On", SETTINGS_MASTER_SECRET_ON),
	P_CHOICE("Required", SETTINGS_MASTER_SECRET_REQUIRED),
	P_END,
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
	P_ENUM(SETTINGS, renegotiation, "Renegotiation", renegotiations,
	    .def = "Default", P_NO(NO_RENEGOTIATION),
	    .doc = "Which renegotiations are taken part in."),
	P_ENUM(SETTINGS, renegotiation_indicator, "RenegotiationIndicator",
	    indicators, .def = "Optional",
	    .doc = "Of whom the indication of RFC 5746 is demanded: Server: "
		"where we are the server, of clients up to TLS 1.2."),
	P_FLAG(SETTINGS, renegotiation_cert_check, "RenegotiationCertCheck",
	    .def = "Off", P_NO(NO_RENEGOTIATION),
	    .doc = "Whether the peer must keep its certificate in a "
		"renegotiation."),
	P_FLAG(SETTINGS, triple_des_key_check, "3DesKeyCheck", .def = "Off",
	    P_NO("the TLS library has no suite with triple DES"),
	    .doc = "Whether the three keys of triple DES must differ."),
	P_ENUM(SETTINGS, client_edh_group, "ClientEDHGroupSize",
	    client_groups, .def = "Legacy", P_CLIENT,
	    .doc = "As a client: the smallest Diffie-Hellman group."),
	P_ENUM(SETTINGS, server_edh_group, "ServerEDHGroupSize",
	    server_groups, .def = "Legacy",
	    .doc = "As a server: the Diffie-Hellman group. Legacy and 2048 "
		"have 2048 bits; Match has up to 4096, as our RSA key."),
	P_ENUM(SETTINGS, min_cert_version, "PeerMinCertVersion",
	    cert_versions, .def = "Any",
	    .doc = "The lowest version of X.509 a peer may use; where "
		"certificates are judged it is 3, whatever is coded."),
	MIN_BITS(min_rsa_bits, "PeerMinRsaKeySize", 16384, "2048", "1024",
	    "RSA", .acts = SCHEMA_ACTS_YES),
	MIN_BITS(min_ecc_bits, "PeerMinECCKeySize", 521, "224", "192",
	    "elliptic curve", .acts = SCHEMA_ACTS_YES),
	MIN_BITS(min_dh_bits, "PeerMinDHKeySize", 16384, "2048", "1024",
	    "Diffie-Hellman", P_NO(NO_SUCH_KEYS)),
	MIN_BITS(min_dsa_bits, "PeerMinDsaKeySize", 16384, "2048", "1024",
	    "DSA", P_NO(NO_SUCH_KEYS)),
	P_FLAG(SETTINGS, server_scsv, "ServerScsv", .def = "Off",
	    .doc = "Whether a client's fallback to an older version is "
		"refused (RFC 7507)."),
	P_ENUM(SETTINGS, client_ems, "ClientExtendedMasterSecret",
	    master_secrets, .def = "On", P_CLIENT,
	    .doc = "As a client: whether the extended master secret is used "
		"(RFC 7627)."),
	P_ENUM(SETTINGS, server_ems, "ServerExtendedMasterSecret",
	    master_secrets, .def = "On",
	    .doc = "As a server: whether the extended master secret is used "
		"(RFC 7627), or demanded of clients up to TLS 1.2, where "
		"without it no session is resumed."),
};
const struct schema_list advanced_environment = {
	environment_rows, COUNT(environment_rows)
};
