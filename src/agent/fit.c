#include "agent/fit.h"

#include <string.h>

#include "base/str.h"
#include "policy/settings.h"
#include "policy/suites.h"
#include "tls/tls_able.h"

enum { TLS10 = 1, TLS11, TLS12, TLS13 };
#define BIT(version)	(1u << (version))

static bool
starts(const char *name, const char *prefix)
{
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

static bool
is_static_rsa(const char *name)
{
	return starts(name, "TLS_RSA_");
}

/* By IANA's names: who is proved, and with what, stands before WITH. */
static bool
fits(const char *name, unsigned keys, int version)
{
	if (starts(name, "TLS_ECDHE_ECDSA_"))
		return (keys & FIT_KEY(CERT_KEY_ECC)) != 0 ||
		    ((keys & FIT_KEY(CERT_KEY_EDDSA)) != 0 &&
		    version >= TLS12);
	if (starts(name, "TLS_ECDHE_RSA_") || starts(name, "TLS_DHE_RSA_") ||
	    is_static_rsa(name))
		return (keys & FIT_KEY(CERT_KEY_RSA)) != 0;
	return false;
}

/* RFC 5246, 1.2: suites with a PRF or AEAD of their own are of TLS 1.2. */
static bool
is_of_12(const char *name)
{
	return strstr(name, "SHA256") != NULL ||
	    strstr(name, "SHA384") != NULL;
}

static bool
is_of(uint16_t code, const char *name, int version)
{
	if (code >> 8 == 0x13)
		return version == TLS13;
	return version != TLS13 && (version == TLS12 || !is_of_12(name));
}

static uint32_t
versions_on(const struct settings *s)
{
	return (uint32_t)s->tlsv1 * BIT(TLS10) |
	    (uint32_t)s->tlsv11 * BIT(TLS11) |
	    (uint32_t)s->tlsv12 * BIT(TLS12) |
	    (uint32_t)s->tlsv13 * BIT(TLS13);
}

static void
weigh(struct fit *fit, uint32_t on, uint16_t code, unsigned keys)
{
	const struct suites_suite *suite = suites_find_code(code);
	bool used = false, fitting = false;

	if (suite == NULL || !tls_able_suite(code))
		return;
	for (int version = TLS10; version <= TLS13; version++) {
		if ((on & BIT(version)) == 0 ||
		    !is_of(code, suite->name, version))
			continue;
		used = true;
		if (version == TLS13 || fits(suite->name, keys, version)) {
			fitting = true;
			fit->served |= BIT(version);
		} else {
			fit->lost |= BIT(version);
		}
	}
	if (used && !fitting)
		fit->example = code;
}

struct fit
fit_judge(const struct settings *settings, unsigned keys)
{
	uint32_t on = versions_on(settings);
	struct fit fit = { 0 };

	if (settings->ciphers.count == 0 ||
	    settings->suite_b != SETTINGS_SUITE_B_OFF)
		return (struct fit){ .served = on };
	for (size_t i = 0; i < settings->ciphers.count; i++)
		weigh(&fit, on, settings->ciphers.suites[i], keys);
	fit.lost &= ~fit.served;
	return fit;
}

bool
fit_needs_signature(const struct settings *settings)
{
	const struct suites_suite *suite;

	if (settings->ciphers.count == 0)
		return true;
	for (size_t i = 0; i < settings->ciphers.count; i++) {
		suite = suites_find_code(settings->ciphers.suites[i]);
		if (suite != NULL && !is_static_rsa(suite->name))
			return true;
	}
	return false;
}

const char *
fit_key_names(unsigned keys, char *buf)
{
	static const char *const names[] = {
		[CERT_KEY_OTHER] = "of no known kind",
		[CERT_KEY_RSA] = "RSA",
		[CERT_KEY_ECC] = "ECDSA",
		[CERT_KEY_EDDSA] = "EdDSA",
	};
	struct str text;

	str_init(&text, buf, FIT_NAMES_MAX);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if ((keys & FIT_KEY(i)) != 0)
			str_add(&text, "%s%s", text.length > 0 ? " and " : "",
			    names[i]);
	return buf;
}
