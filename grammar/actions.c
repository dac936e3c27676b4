#include "grammar/language.h"
#include "policy/rules.h"
#include "policy/settings.h"

#define SETTINGS	struct settings
#define APPLICATION	struct settings_application
#define COUNT(rows)	(sizeof(rows) / sizeof((rows)[0]))

#define TRACE_DOC \
	"What is logged, a sum of bits: 1 and 2 errors, which the line at a " \
	"connection's end always tells; 4 also a line when a connection is " \
	"mapped to its rule; the others write nothing more."
#define CTRACE_DOC \
	"Whether traces may hold clear text; none here ever does, so both " \
	"values are kept."
#define INSTANCE_DOC \
	"A number that is changed to force a new instance."
#define INSTANCE_WHY \
	"every reload makes new instances, so every value is kept"
#define INSTANCE(field, text) \
	P_INT(SETTINGS, field, text, 0, 65535, .reason = INSTANCE_WHY, \
	    .doc = INSTANCE_DOC)
#define SIGNATURES(more) \
	P_BLOCK("TTLSSignatureParms", SCHEMA_SIGNATURE_PARMS, \
	    .doc = "Curves, key shares and signature algorithms" more ".")

static const struct schema_choice fips_levels[] = {
	P_CHOICE("Off", SETTINGS_FIPS140_OFF),
	P_CHOICE("On", SETTINGS_FIPS140_ON),
	P_CHOICE("Level1", SETTINGS_FIPS140_LEVEL1),
	P_CHOICE("Level2", SETTINGS_FIPS140_LEVEL2),
	P_CHOICE("Level3", SETTINGS_FIPS140_LEVEL3),
	P_END,
};

static const struct schema_param group_rows[] = {
	P_FLAG(struct rules_actions, secured, "TTLSEnabled",
	    .flags = SCHEMA_REQUIRED,
	    .doc = "On: connections are secured; Off: they stay in the "
		"clear."),
	P_FLAG(SETTINGS, ctrace_clear_text, "CtraceClearText", .def = "Off",
	    .doc = CTRACE_DOC),
	P_INT(SETTINGS, trace, "Trace", 0, 255, .def = "2", .doc = TRACE_DOC),
	P_BLOCK("TTLSGroupAdvancedParms", SCHEMA_GROUP_ADVANCED,
	    .doc = "Environment variables and syslog facility."),
	P_ENUM(SETTINGS, fips140, "FIPS140", fips_levels, .def = "Off",
	    P_LATER("the TLS library is not run in FIPS mode yet"),
	    .doc = "Whether cryptography is limited to what FIPS 140 allows, "
		"and from which level on."),
	INSTANCE(group_instance, "GroupUserInstance"),
};
const struct schema_list actions_group = { group_rows, COUNT(group_rows) };

static const struct schema_choice facilities[] = {
	P_CHOICE("Daemon", SETTINGS_FACILITY_DAEMON),
	P_CHOICE("Auth", SETTINGS_FACILITY_AUTH),
	P_END,
};

static const struct schema_param group_advanced_rows[] = {
	P_STRING(SETTINGS, envfile, "Envfile", SCHEMA_TYPE_PATH, 1, 1023,
	    P_NO("no process of a group reads it: code the parameters of "
		"TTLSGskAdvancedParms in its place"),
	    .doc = "A file of environment variables for the group's "
		"process."),
	P_ENUM(SETTINGS, syslog_facility, "SyslogFacility", facilities,
	    .def = "Daemon",
	    P_NO("all rules share one log, and its facility is daemon"),
	    .doc = "The syslog facility that records go to."),
	P_FLAG(SETTINGS, secondary_map, "SecondaryMap", .def = "Off",
	    P_LATER("a connection does not follow another one's rule yet"),
	    .doc = "Whether later connections of the same two hosts follow "
		"this one's rule."),
};
const struct schema_list actions_group_advanced = {
	group_advanced_rows, COUNT(group_advanced_rows)
};

static const struct schema_choice roles[] = {
	P_CHOICE("Client", SETTINGS_ROLE_CLIENT,
	  P_OWN_LATER(P_WHY_CLIENT)),
	P_CHOICE("Server", SETTINGS_ROLE_SERVER),
	P_CHOICE("ServerWithClientAuth", SETTINGS_ROLE_SERVER_WITH_CLIENT_AUTH),
	P_END,
};

static const struct schema_choice suite_b[] = {
	P_CHOICE("Off", SETTINGS_SUITE_B_OFF),
	P_CHOICE("128", SETTINGS_SUITE_B_128),
	P_CHOICE("128Min", SETTINGS_SUITE_B_128_MIN),
	P_CHOICE("192", SETTINGS_SUITE_B_192),
	P_CHOICE("192Min", SETTINGS_SUITE_B_192_MIN),
	P_CHOICE("All", SETTINGS_SUITE_B_ALL),
	P_END,
};

#define ROLE_DOC \
	"Which side of the handshake is played, and whether the client is " \
	"asked for a certificate."

static const struct schema_param environment_rows[] = {
	P_ENUM(SETTINGS, role, "HandshakeRole", roles,
	    .flags = SCHEMA_REQUIRED, .doc = ROLE_DOC),
	P_BLOCK("TTLSKeyringParms", SCHEMA_KEYRING_PARMS,
	    .flags = SCHEMA_REQUIRED,
	    .doc = "Where certificates, keys and trusted CAs are kept."),
	P_BLOCK("TTLSCipherParms", SCHEMA_CIPHER_PARMS,
	    .doc = "The cipher suites, in order of preference."),
	SIGNATURES(""),
	P_ENUM(SETTINGS, suite_b, "SuiteBProfile", suite_b, .def = "Off",
	    .doc = "Allows TLS 1.2 alone, with the suites, curves and "
		"signatures of RFC 5430; those coded are then ignored. Keys of "
		"the server and of clients are on P-256 for 128, on P-384 for "
		"192 and 192Min, on either for 128Min and All; CAs sign by such "
		"keys, or for 128 by P-384, too."),
	P_FLAG(SETTINGS, ctrace_clear_text, "CtraceClearText",
	    .doc = CTRACE_DOC),
	P_INT(SETTINGS, trace, "Trace", 0, 255, .doc = TRACE_DOC),
	P_BLOCK("TTLSEnvironmentAdvancedParms", SCHEMA_ENVIRONMENT_ADVANCED,
	    .doc = "Protocol versions, client authentication and limits."),
	P_BLOCK("TTLSGskAdvancedParms", SCHEMA_GSK_ADVANCED,
	    .doc = "Session caching and revocation checking."),
	INSTANCE(environment_instance, "EnvironmentUserInstance"),
};
const struct schema_list actions_environment = {
	environment_rows, COUNT(environment_rows)
};

static const struct schema_param connection_rows[] = {
	P_ENUM(SETTINGS, role, "HandshakeRole", roles, .doc = ROLE_DOC),
	P_BLOCK("TTLSCipherParms", SCHEMA_CIPHER_PARMS,
	    .doc = "The cipher suites, in place of the environment's whole "
		"list."),
	SIGNATURES(", in place of the environment's whole statement"),
	P_FLAG(SETTINGS, ctrace_clear_text, "CtraceClearText",
	    .doc = CTRACE_DOC),
	P_INT(SETTINGS, trace, "Trace", 0, 255, .doc = TRACE_DOC),
	P_BLOCK("TTLSConnectionAdvancedParms", SCHEMA_CONNECTION_ADVANCED,
	    .doc = "Values in place of the environment's advanced ones."),
	INSTANCE(connection_instance, "ConnectionUserInstance"),
};
const struct schema_list actions_connection = {
	connection_rows, COUNT(connection_rows)
};

static const struct schema_choice handoffs[] = {
	P_CHOICE("Wrap", SETTINGS_HANDOFF_WRAP),
	P_CHOICE("Forward", SETTINGS_HANDOFF_FORWARD),
	P_CHOICE("Transparent", SETTINGS_HANDOFF_TRANSPARENT,
	  P_OWN_LATER("connections are not steered transparently yet")),
	P_END,
};

static const struct schema_choice proxy_protocols[] = {
	P_CHOICE("Off", SETTINGS_PROXY_OFF),
	P_CHOICE("V1", SETTINGS_PROXY_V1,
	  P_OWN_LATER("the PROXY header is not written yet")),
	P_CHOICE("V2", SETTINGS_PROXY_V2,
	  P_OWN_LATER("the PROXY header is not written yet")),
	P_END,
};

static const struct schema_param application_rows[] = {
	P_ENUM(APPLICATION, handoff, "Handoff", handoffs,
	    .flags = SCHEMA_REQUIRED | SCHEMA_EXTENSION,
	    .doc = "Forward: the agent listens on the rule's ports and "
		"connects to Backend; Wrap: the application is started by "
		"sallyport run, and its own ports are served; Transparent: "
		"its ports are served whoever started it."),
	P_BACKEND(APPLICATION, backend, "Backend", .flags = SCHEMA_EXTENSION,
	    .doc = "Where the application listens, as ADDRESS:PORT or "
		"unix:PATH; Forward needs it."),
	P_ENUM(APPLICATION, proxy_protocol, "ProxyProtocol", proxy_protocols,
	    .flags = SCHEMA_EXTENSION, .def = "Off",
	    .doc = "Whether the application is told the client's address in a "
		"PROXY header."),
};
const struct schema_list actions_application = {
	application_rows, COUNT(application_rows)
};

static const struct schema_param keyring_rows[] = {
	P_STRING(SETTINGS, keyring, "Keyring", SCHEMA_TYPE_PATH, 1, 1023,
	    .flags = SCHEMA_REQUIRED,
	    .doc = "A directory of certificates and keys, or one PEM file; "
		"relative to the policy file."),
	P_STRING(SETTINGS, keyring_password, "KeyringPw", SCHEMA_TYPE_SECRET,
	    1, 128, P_LATER("PKCS #12 key rings are not read yet"),
	    .doc = "The password of a PKCS #12 key ring."),
	P_STRING(SETTINGS, keyring_stash, "KeyringStashFile", SCHEMA_TYPE_PATH,
	    1, 1023, P_LATER("PKCS #12 key rings are not read yet"),
	    .doc = "The file that holds a PKCS #12 key ring's password."),
};
const struct schema_list actions_keyring = {
	keyring_rows, COUNT(keyring_rows)
};

static const struct schema_param cipher_rows[] = {
	P_SUITES(SETTINGS, ciphers, "V3CipherSuites", SCHEMA_TYPE_SUITES2,
	    .doc = "Suites as two-digit codes run together, or one name; "
		"lines add up in order."),
	P_SUITES(SETTINGS, ciphers, "V3CipherSuites4Char", SCHEMA_TYPE_SUITES4,
	    .doc = "Suites as four-digit codes run together, or one name; "
		"lines add up in order."),
	P_CODES(SETTINGS, v2_ciphers, "V2CipherSuites",
	    SCHEMA_TYPE_SUITES_SSL2,
	    P_NO("there is no SSL 2 here, so its ciphers are never used"),
	    .doc = "SSL 2 ciphers as one-digit codes run together, or one "
		"name; lines add up in order."),
};
const struct schema_list actions_cipher = { cipher_rows, COUNT(cipher_rows) };

static const struct schema_choice any_curve[] = {
	P_CHOICE("Any", SETTINGS_CURVES_ANY), P_END,
};

#define PAIRS_ZOS \
	"0601060305010503040104030402030103030302020102030202"

static const struct schema_param signature_rows[] = {
	P_CODES(SETTINGS, client_curves, "ClientECurves", SCHEMA_TYPE_CURVES,
	    .choices = any_curve, .def_zos = "00210023002400250019", P_CLIENT,
	    .doc = "As a client: the curves that are offered, in order; Any "
		"offers all; zOS adds 0029 where TLSv1.3 is On and none is "
		"coded."),
	P_CODES(SETTINGS, client_key_shares, "ClientKeyShareGroups",
	    SCHEMA_TYPE_CURVES, .def_zos = "0023", P_CLIENT,
	    .doc = "As a client: the groups of TLS 1.3 that a key share is "
		"sent for at once."),
	P_CODES(SETTINGS, server_key_shares, "ServerKeyShareGroups",
	    SCHEMA_TYPE_CURVES, .def_zos = "00230024002500290030",
	    .doc = "As a server: the groups that TLS 1.3 may use, in order; "
		"of those that the client sent a key share for, where it did "
		"for any."),
	P_CODES(SETTINGS, server_kex_curves, "ServerKexECurves",
	    SCHEMA_TYPE_CURVES, .def_zos = "00230024002500210019",
	    .doc = "As a server: the curves that TLS 1.2 and older may use, in "
		"order."),
	P_CODES(SETTINGS, signature_pairs, "SignaturePairs",
	    SCHEMA_TYPE_PAIRS, .def_zos = PAIRS_ZOS,
	    .doc = "The signature algorithms that may be used, in order; zOS "
		"adds 0806 0805 0804 where TLSv1.3 is On and none is coded. "
		"DSA, MD5, SHA-1 and SHA-224 never are."),
	P_CODES(SETTINGS, signature_pairs_cert, "SignaturePairsCert",
	    SCHEMA_TYPE_PAIRS,
	    .doc = "The signature algorithms that the peer's certificates may "
		"be signed with; where not coded, SignaturePairs."),
};
const struct schema_list actions_signature = {
	signature_rows, COUNT(signature_rows)
};
