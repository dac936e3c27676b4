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
#define SIGNATURES \
	P_BLOCK("TTLSSignatureParms", SCHEMA_SIGNATURE_PARMS, \
	    P_LATER("curves and signature algorithms cannot be chosen yet"), \
	    .doc = "Curves, key shares and signature algorithms.")

static const struct schema_choice fips_levels[] = {
	P_CHOICE("Off", 0), P_CHOICE("On", 1), P_CHOICE("Level1", 2),
	P_CHOICE("Level2", 3),
	P_CHOICE("Level3", 4), P_END,
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
	    P_LATER("a group's advanced parameters are not built yet"),
	    .doc = "Environment variables and syslog facility."),
	P_BARE_ENUM("FIPS140", fips_levels, .def = "Off",
	    P_LATER("the TLS library is not run in FIPS mode yet"),
	    .doc = "Whether cryptography is limited to what FIPS 140 allows."),
	P_BARE_INT("GroupUserInstance", 0, 65535, .reason = INSTANCE_WHY,
	    .doc = INSTANCE_DOC),
};
const struct schema_list actions_group = { group_rows, COUNT(group_rows) };

#define CLIENT_LATER \
	.own_acts = true, .acts = SCHEMA_ACTS_LATER, \
	.reason = "outbound connections are not secured yet"

static const struct schema_choice roles[] = {
	P_CHOICE("Client", SETTINGS_ROLE_CLIENT, CLIENT_LATER),
	P_CHOICE("Server", SETTINGS_ROLE_SERVER),
	P_CHOICE("ServerWithClientAuth", SETTINGS_ROLE_SERVER_WITH_CLIENT_AUTH),
	P_END,
};

static const struct schema_choice suite_b[] = {
	P_CHOICE("Off", 0), P_CHOICE("128", 1), P_CHOICE("128Min", 2),
	P_CHOICE("192", 3),
	P_CHOICE("192Min", 4), P_CHOICE("All", 5), P_END,
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
	SIGNATURES,
	P_BARE_ENUM("SuiteBProfile", suite_b, .def = "Off",
	    P_LATER("Suite B profiles are not built yet"),
	    .doc = "Limits TLS 1.2 to the suites of RFC 5430; the cipher "
		"block is then ignored."),
	P_FLAG(SETTINGS, ctrace_clear_text, "CtraceClearText",
	    .doc = CTRACE_DOC),
	P_INT(SETTINGS, trace, "Trace", 0, 255, .doc = TRACE_DOC),
	P_BLOCK("TTLSEnvironmentAdvancedParms", SCHEMA_ENVIRONMENT_ADVANCED,
	    .doc = "Protocol versions, client authentication and limits."),
	P_BLOCK("TTLSGskAdvancedParms", SCHEMA_GSK_ADVANCED,
	    .doc = "Session caching and revocation checking."),
	P_BARE_INT("EnvironmentUserInstance", 0, 65535, .reason = INSTANCE_WHY,
	    .doc = INSTANCE_DOC),
};
const struct schema_list actions_environment = {
	environment_rows, COUNT(environment_rows)
};

static const struct schema_param connection_rows[] = {
	P_ENUM(SETTINGS, role, "HandshakeRole", roles, .doc = ROLE_DOC),
	P_BLOCK("TTLSCipherParms", SCHEMA_CIPHER_PARMS,
	    .doc = "The cipher suites, in place of the environment's whole "
		"list."),
	SIGNATURES,
	P_FLAG(SETTINGS, ctrace_clear_text, "CtraceClearText",
	    .doc = CTRACE_DOC),
	P_INT(SETTINGS, trace, "Trace", 0, 255, .doc = TRACE_DOC),
	P_BLOCK("TTLSConnectionAdvancedParms", SCHEMA_CONNECTION_ADVANCED,
	    .doc = "Values in place of the environment's advanced ones."),
	P_BARE_INT("ConnectionUserInstance", 0, 65535, .reason = INSTANCE_WHY,
	    .doc = INSTANCE_DOC),
};
const struct schema_list actions_connection = {
	connection_rows, COUNT(connection_rows)
};

#define OWN_LATER(why) \
	.own_acts = true, .acts = SCHEMA_ACTS_LATER, .reason = (why)

static const struct schema_choice handoffs[] = {
	P_CHOICE("Wrap", SETTINGS_HANDOFF_WRAP),
	P_CHOICE("Forward", SETTINGS_HANDOFF_FORWARD),
	P_CHOICE("Transparent", SETTINGS_HANDOFF_TRANSPARENT,
	  OWN_LATER("connections are not steered transparently yet")),
	P_END,
};

static const struct schema_choice proxy_protocols[] = {
	P_CHOICE("Off", SETTINGS_PROXY_OFF),
	P_CHOICE("V1", SETTINGS_PROXY_V1,
	  OWN_LATER("the PROXY header is not written yet")),
	P_CHOICE("V2", SETTINGS_PROXY_V2,
	  OWN_LATER("the PROXY header is not written yet")),
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
	    .flags = SCHEMA_REPEAT,
	    .doc = "Suites as two-digit codes run together, or one name; "
		"lines add up in order."),
	P_SUITES(SETTINGS, ciphers, "V3CipherSuites4Char", SCHEMA_TYPE_SUITES4,
	    .flags = SCHEMA_REPEAT,
	    .doc = "Suites as four-digit codes run together, or one name; "
		"lines add up in order."),
	P_BARE_WORD("V2CipherSuites", 1, 255, .flags = SCHEMA_REPEAT,
	    P_NO("there is no SSL 2 here, so its ciphers are never used"),
	    .doc = "Cipher codes of SSL 2."),
};
const struct schema_list actions_cipher = { cipher_rows, COUNT(cipher_rows) };

static const struct schema_choice defaults[] = {
	P_CHOICE("Modern", POLICY_DEFAULTS_MODERN),
	P_CHOICE("zOS", POLICY_DEFAULTS_ZOS),
	P_END,
};

static const struct schema_param defaults_rows[] = {
	P_BARE_ENUM("PolicyDefaults", defaults, .def = "Modern",
	    .flags = SCHEMA_EXTENSION,
	    .doc = "Modern: TLS 1.2 and 1.3 and key sizes of today; zOS: "
		"IBM's documented defaults."),
};
const struct schema_list actions_defaults = { defaults_rows, 1 };
