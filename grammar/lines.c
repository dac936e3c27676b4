#include "grammar/language.h"
#include "policy/settings.h"

#define FILE_LINES	struct settings_file

#define ONE_FILE \
	"the policy is the file that --policy names"

static const struct schema_choice defaults[] = {
	P_CHOICE("Modern", POLICY_DEFAULTS_MODERN),
	P_CHOICE("zOS", POLICY_DEFAULTS_ZOS),
	P_END,
};

static const struct schema_param policy_defaults_rows[] = {
	P_ENUM(FILE_LINES, defaults, "PolicyDefaults", defaults,
	    .def = "Modern", .flags = SCHEMA_EXTENSION,
	    .doc = "Modern: TLS 1.2 and 1.3 and key sizes of today; zOS: "
		"IBM's documented defaults."),
};
const struct schema_list lines_policy_defaults = { policy_defaults_rows, 1 };

static const struct schema_param ttls_config_rows[] = {
	P_STRING(FILE_LINES, ttls_config, "TTLSConfig", SCHEMA_TYPE_TEXT,
	    0, 1023, .flags = SCHEMA_EMPTY, P_NO(ONE_FILE),
	    .doc = "The policy file of a TCP/IP stack, then FLUSH or NOFLUSH, "
		"PURGE or NOPURGE."),
};
const struct schema_list lines_ttls_config = { ttls_config_rows, 1 };

static const struct schema_param common_ttls_config_rows[] = {
	P_STRING(FILE_LINES, common_ttls_config, "CommonTTLSConfig",
	    SCHEMA_TYPE_TEXT, 1, 1023, P_NO(ONE_FILE),
	    .doc = "The policy file that all TCP/IP stacks share."),
};
const struct schema_list lines_common_ttls_config = {
	common_ttls_config_rows, 1
};

#define ONE_STACK "Linux has one TCP/IP stack, and every policy is for it"
#define IMAGE_DOC \
	"A TCP/IP stack, the path of its image file, FLUSH or NOFLUSH, " \
	"PURGE or NOPURGE, and how often it is read again, in seconds."

static const struct schema_param tcp_image_rows[] = {
	P_STRINGS(FILE_LINES, tcp_images, "TcpImage", SCHEMA_TYPE_TEXT,
	    1, 1023, P_NO(ONE_STACK), .doc = IMAGE_DOC),
};
const struct schema_list lines_tcp_image = { tcp_image_rows, 1 };

static const struct schema_param pep_instance_rows[] = {
	P_STRINGS(FILE_LINES, pep_instances, "PEPInstance", SCHEMA_TYPE_TEXT,
	    1, 1023, P_NO(ONE_STACK), .doc = IMAGE_DOC),
};
const struct schema_list lines_pep_instance = { pep_instance_rows, 1 };

static const struct schema_param log_level_rows[] = {
	P_INT(FILE_LINES, log_level, "LogLevel", 0, 511, .def = "31",
	    P_NO("what is logged of a connection is for its actions' Trace"),
	    .doc = "What the Policy Agent logs, a sum of bits."),
};
const struct schema_list lines_log_level = { log_level_rows, 1 };

static const struct schema_param codepage_rows[] = {
	P_STRING(FILE_LINES, codepage, "Codepage", SCHEMA_TYPE_WORD, 1, 32,
	    .def = "IBM-1047", P_NO("a policy is read as UTF-8"),
	    .doc = "The EBCDIC code page that policy files are written in."),
};
const struct schema_list lines_codepage = { codepage_rows, 1 };
