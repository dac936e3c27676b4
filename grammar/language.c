#include "grammar/language.h"

#define GLOBAL	SCHEMA_FORM_GLOBAL
#define INLINE	SCHEMA_FORM_INLINE
#define LINE	SCHEMA_FORM_LINE

const struct schema_statement language_statements[SCHEMA_STATEMENT_COUNT] = {
	[SCHEMA_RULE] = {
		.id = SCHEMA_RULE,
		.name = "TTLSRule", .form = GLOBAL,
		.lists = { &conditions_rule },
		.doc = "Says which connections it is about, and what is done "
		    "with them.",
	},
	[SCHEMA_GROUP_ACTION] = {
		.id = SCHEMA_GROUP_ACTION,
		.name = "TTLSGroupAction", .form = GLOBAL,
		.lists = { &actions_group },
		.doc = "Switches TLS on or off for the rules that name it.",
	},
	[SCHEMA_ENVIRONMENT_ACTION] = {
		.id = SCHEMA_ENVIRONMENT_ACTION,
		.name = "TTLSEnvironmentAction", .form = GLOBAL,
		.lists = { &actions_environment },
		.doc = "The TLS set-up of a set of connections: role, key "
		    "ring, ciphers and the rest.",
	},
	[SCHEMA_CONNECTION_ACTION] = {
		.id = SCHEMA_CONNECTION_ACTION,
		.name = "TTLSConnectionAction", .form = GLOBAL,
		.inherits = true,
		.lists = { &actions_connection },
		.doc = "Overrides values of the environment action for the "
		    "connections of a rule.",
	},
	[SCHEMA_APPLICATION_ACTION] = {
		.id = SCHEMA_APPLICATION_ACTION,
		.name = "TTLSApplicationAction", .form = GLOBAL,
		.extension = true,
		.lists = { &actions_application },
		.doc = "How plaintext reaches the application.",
	},
	[SCHEMA_ENVIRONMENT_ADVANCED] = {
		.id = SCHEMA_ENVIRONMENT_ADVANCED,
		.name = "TTLSEnvironmentAdvancedParms", .form = GLOBAL | INLINE,
		.lists = { &advanced_shared, &advanced_environment },
		.doc = "Protocol versions, client authentication and limits of "
		    "an environment.",
	},
	[SCHEMA_CONNECTION_ADVANCED] = {
		.id = SCHEMA_CONNECTION_ADVANCED,
		.name = "TTLSConnectionAdvancedParms", .form = GLOBAL | INLINE,
		.inherits = true,
		.lists = { &advanced_shared },
		.doc = "Values that replace the environment's for the "
		    "connections of a rule.",
	},
	[SCHEMA_KEYRING_PARMS] = {
		.id = SCHEMA_KEYRING_PARMS,
		.name = "TTLSKeyringParms", .form = GLOBAL | INLINE,
		.lists = { &actions_keyring },
		.doc = "Where certificates, keys and trusted CAs are kept.",
	},
	[SCHEMA_CIPHER_PARMS] = {
		.id = SCHEMA_CIPHER_PARMS,
		.name = "TTLSCipherParms", .form = GLOBAL | INLINE,
		.lists = { &actions_cipher },
		.doc = "The cipher suites, in order of preference.",
	},
	[SCHEMA_GSK_ADVANCED] = {
		.id = SCHEMA_GSK_ADVANCED,
		.name = "TTLSGskAdvancedParms", .form = GLOBAL | INLINE,
		.lists = { &gsk_advanced },
		.doc = "Session caching and revocation checking of an "
		    "environment.",
	},
	[SCHEMA_IP_ADDR] = {
		.id = SCHEMA_IP_ADDR,
		.name = "IpAddr", .form = GLOBAL | INLINE,
		.lists = { &conditions_ip_addr },
		.doc = "One address.",
	},
	[SCHEMA_IP_ADDR_SET] = {
		.id = SCHEMA_IP_ADDR_SET,
		.name = "IpAddrSet", .form = GLOBAL | INLINE,
		.lists = { &conditions_ip_addr_set },
		.doc = "One subnet, or one range of addresses.",
	},
	[SCHEMA_IP_ADDR_GROUP] = {
		.id = SCHEMA_IP_ADDR_GROUP,
		.name = "IpAddrGroup", .form = GLOBAL,
		.lists = { &conditions_ip_addr_group },
		.doc = "Several addresses and sets of them; any may match.",
	},
	[SCHEMA_PORT_RANGE] = {
		.id = SCHEMA_PORT_RANGE,
		.name = "PortRange", .form = GLOBAL | INLINE,
		.lists = { &conditions_port_range },
		.doc = "One port, or one range of ports.",
	},
	[SCHEMA_PORT_GROUP] = {
		.id = SCHEMA_PORT_GROUP,
		.name = "PortGroup", .form = GLOBAL,
		.lists = { &conditions_port_group },
		.doc = "Several port ranges; any may match.",
	},
	[SCHEMA_POLICY_DEFAULTS] = {
		.id = SCHEMA_POLICY_DEFAULTS,
		.name = "PolicyDefaults", .form = LINE, .extension = true,
		.lists = { &lines_policy_defaults },
		.doc = "Whose defaults count for what is not coded.",
	},
	[SCHEMA_GROUP_ADVANCED] = {
		.id = SCHEMA_GROUP_ADVANCED,
		.name = "TTLSGroupAdvancedParms", .form = GLOBAL | INLINE,
		.lists = { &actions_group_advanced },
		.doc = "Environment variables, syslog facility and secondary "
		    "mapping of a group.",
	},
	[SCHEMA_SIGNATURE_PARMS] = {
		.id = SCHEMA_SIGNATURE_PARMS,
		.name = "TTLSSignatureParms", .form = GLOBAL | INLINE,
		.lists = { &actions_signature },
		.doc = "Curves, key shares and signature algorithms.",
	},
	[SCHEMA_GSK_LDAP] = {
		.id = SCHEMA_GSK_LDAP,
		.name = "TTLSGskLdapParms", .form = GLOBAL | INLINE,
		.lists = { &gsk_ldap },
		.doc = "Revocation lists from an LDAP server.",
	},
	[SCHEMA_GSK_HTTP_CDP] = {
		.id = SCHEMA_GSK_HTTP_CDP,
		.name = "TTLSGskHttpCdpParms", .form = GLOBAL | INLINE,
		.lists = { &gsk_http_cdp },
		.doc = "Revocation lists fetched over HTTP.",
	},
	[SCHEMA_GSK_OCSP] = {
		.id = SCHEMA_GSK_OCSP,
		.name = "TTLSGskOcspParms", .form = GLOBAL | INLINE,
		.lists = { &gsk_ocsp },
		.doc = "Certificate status from OCSP responders.",
	},
	[SCHEMA_IP_TIME_CONDITION] = {
		.id = SCHEMA_IP_TIME_CONDITION,
		.name = "IpTimeCondition", .form = GLOBAL | INLINE,
		.lists = { &conditions_ip_time },
		.doc = "When a rule is in force.",
	},
	[SCHEMA_TTLS_CONFIG] = {
		.id = SCHEMA_TTLS_CONFIG,
		.name = "TTLSConfig", .form = LINE,
		.lists = { &lines_ttls_config },
		.doc = "Names the policy file of a TCP/IP stack.",
	},
	[SCHEMA_COMMON_TTLS_CONFIG] = {
		.id = SCHEMA_COMMON_TTLS_CONFIG,
		.name = "CommonTTLSConfig", .form = LINE,
		.lists = { &lines_common_ttls_config },
		.doc = "Names the policy file that all TCP/IP stacks share.",
	},
	[SCHEMA_TCP_IMAGE] = {
		.id = SCHEMA_TCP_IMAGE,
		.name = "TcpImage", .form = LINE,
		.lists = { &lines_tcp_image },
		.doc = "Names a TCP/IP stack and its image file.",
	},
	[SCHEMA_PEP_INSTANCE] = {
		.id = SCHEMA_PEP_INSTANCE,
		.name = "PEPInstance", .form = LINE,
		.lists = { &lines_pep_instance },
		.doc = "The same as TcpImage.",
	},
	[SCHEMA_LOG_LEVEL] = {
		.id = SCHEMA_LOG_LEVEL,
		.name = "LogLevel", .form = LINE,
		.lists = { &lines_log_level },
		.doc = "Says what z/OS's Policy Agent logs.",
	},
	[SCHEMA_CODEPAGE] = {
		.id = SCHEMA_CODEPAGE,
		.name = "Codepage", .form = LINE,
		.lists = { &lines_codepage },
		.doc = "Names the code page of a policy on z/OS.",
	},
};
