#include "policy/suites.h"

#include <stdbool.h>
#include <string.h>

#include "base/compiler.h"
#include "base/str.h"

#define SUGGEST_DISTANCE	3
#define REDUCED_MAX		64

/* In order of code. */
static const struct suites_suite suites[] = {
	{ 0x0000, "TLS_NULL_WITH_NULL_NULL" },
	{ 0x0001, "TLS_RSA_WITH_NULL_MD5" },
	{ 0x0002, "TLS_RSA_WITH_NULL_SHA" },
	{ 0x0003, "TLS_RSA_EXPORT_WITH_RC4_40_MD5" },
	{ 0x0004, "TLS_RSA_WITH_RC4_128_MD5" },
	{ 0x0005, "TLS_RSA_WITH_RC4_128_SHA" },
	{ 0x0006, "TLS_RSA_EXPORT_WITH_RC2_CBC_40_MD5" },
	{ 0x0009, "TLS_RSA_WITH_DES_CBC_SHA" },
	{ 0x000a, "TLS_RSA_WITH_3DES_EDE_CBC_SHA" },
	{ 0x000c, "TLS_DH_DSS_WITH_DES_CBC_SHA" },
	{ 0x000d, "TLS_DH_DSS_WITH_3DES_EDE_CBC_SHA" },
	{ 0x000f, "TLS_DH_RSA_WITH_DES_CBC_SHA" },
	{ 0x0010, "TLS_DH_RSA_WITH_3DES_EDE_CBC_SHA" },
	{ 0x0012, "TLS_DHE_DSS_WITH_DES_CBC_SHA" },
	{ 0x0013, "TLS_DHE_DSS_WITH_3DES_EDE_CBC_SHA" },
	{ 0x0015, "TLS_DHE_RSA_WITH_DES_CBC_SHA" },
	{ 0x0016, "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA" },
	{ 0x002f, "TLS_RSA_WITH_AES_128_CBC_SHA" },
	{ 0x0030, "TLS_DH_DSS_WITH_AES_128_CBC_SHA" },
	{ 0x0031, "TLS_DH_RSA_WITH_AES_128_CBC_SHA" },
	{ 0x0032, "TLS_DHE_DSS_WITH_AES_128_CBC_SHA" },
	{ 0x0033, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA" },
	{ 0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA" },
	{ 0x0036, "TLS_DH_DSS_WITH_AES_256_CBC_SHA" },
	{ 0x0037, "TLS_DH_RSA_WITH_AES_256_CBC_SHA" },
	{ 0x0038, "TLS_DHE_DSS_WITH_AES_256_CBC_SHA" },
	{ 0x0039, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA" },
	{ 0x003b, "TLS_RSA_WITH_NULL_SHA256" },
	{ 0x003c, "TLS_RSA_WITH_AES_128_CBC_SHA256" },
	{ 0x003d, "TLS_RSA_WITH_AES_256_CBC_SHA256" },
	{ 0x003e, "TLS_DH_DSS_WITH_AES_128_CBC_SHA256" },
	{ 0x003f, "TLS_DH_RSA_WITH_AES_128_CBC_SHA256" },
	{ 0x0040, "TLS_DHE_DSS_WITH_AES_128_CBC_SHA256" },
	{ 0x0067, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256" },
	{ 0x0068, "TLS_DH_DSS_WITH_AES_256_CBC_SHA256" },
	{ 0x0069, "TLS_DH_RSA_WITH_AES_256_CBC_SHA256" },
	{ 0x006a, "TLS_DHE_DSS_WITH_AES_256_CBC_SHA256" },
	{ 0x006b, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256" },
	{ 0x009c, "TLS_RSA_WITH_AES_128_GCM_SHA256" },
	{ 0x009d, "TLS_RSA_WITH_AES_256_GCM_SHA384" },
	{ 0x009e, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256" },
	{ 0x009f, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384" },
	{ 0x00a0, "TLS_DH_RSA_WITH_AES_128_GCM_SHA256" },
	{ 0x00a1, "TLS_DH_RSA_WITH_AES_256_GCM_SHA384" },
	{ 0x00a2, "TLS_DHE_DSS_WITH_AES_128_GCM_SHA256" },
	{ 0x00a3, "TLS_DHE_DSS_WITH_AES_256_GCM_SHA384" },
	{ 0x00a4, "TLS_DH_DSS_WITH_AES_128_GCM_SHA256" },
	{ 0x00a5, "TLS_DH_DSS_WITH_AES_256_GCM_SHA384" },
	{ 0x1301, "TLS_AES_128_GCM_SHA256" },
	{ 0x1302, "TLS_AES_256_GCM_SHA384" },
	{ 0x1303, "TLS_CHACHA20_POLY1305_SHA256" },
	{ 0xc001, "TLS_ECDH_ECDSA_WITH_NULL_SHA" },
	{ 0xc002, "TLS_ECDH_ECDSA_WITH_RC4_128_SHA" },
	{ 0xc003, "TLS_ECDH_ECDSA_WITH_3DES_EDE_CBC_SHA" },
	{ 0xc004, "TLS_ECDH_ECDSA_WITH_AES_128_CBC_SHA" },
	{ 0xc005, "TLS_ECDH_ECDSA_WITH_AES_256_CBC_SHA" },
	{ 0xc006, "TLS_ECDHE_ECDSA_WITH_NULL_SHA" },
	{ 0xc007, "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA" },
	{ 0xc008, "TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA" },
	{ 0xc009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA" },
	{ 0xc00a, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA" },
	{ 0xc00b, "TLS_ECDH_RSA_WITH_NULL_SHA" },
	{ 0xc00c, "TLS_ECDH_RSA_WITH_RC4_128_SHA" },
	{ 0xc00d, "TLS_ECDH_RSA_WITH_3DES_EDE_CBC_SHA" },
	{ 0xc00e, "TLS_ECDH_RSA_WITH_AES_128_CBC_SHA" },
	{ 0xc00f, "TLS_ECDH_RSA_WITH_AES_256_CBC_SHA" },
	{ 0xc010, "TLS_ECDHE_RSA_WITH_NULL_SHA" },
	{ 0xc011, "TLS_ECDHE_RSA_WITH_RC4_128_SHA" },
	{ 0xc012, "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA" },
	{ 0xc013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA" },
	{ 0xc014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA" },
	{ 0xc023, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256" },
	{ 0xc024, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384" },
	{ 0xc025, "TLS_ECDH_ECDSA_WITH_AES_128_CBC_SHA256" },
	{ 0xc026, "TLS_ECDH_ECDSA_WITH_AES_256_CBC_SHA384" },
	{ 0xc027, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256" },
	{ 0xc028, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384" },
	{ 0xc029, "TLS_ECDH_RSA_WITH_AES_128_CBC_SHA256" },
	{ 0xc02a, "TLS_ECDH_RSA_WITH_AES_256_CBC_SHA384" },
	{ 0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256" },
	{ 0xc02c, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384" },
	{ 0xc02d, "TLS_ECDH_ECDSA_WITH_AES_128_GCM_SHA256" },
	{ 0xc02e, "TLS_ECDH_ECDSA_WITH_AES_256_GCM_SHA384" },
	{ 0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" },
	{ 0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384" },
	{ 0xc031, "TLS_ECDH_RSA_WITH_AES_128_GCM_SHA256" },
	{ 0xc032, "TLS_ECDH_RSA_WITH_AES_256_GCM_SHA384" },
	{ 0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256" },
	{ 0xcca9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256" },
	{ 0xccaa, "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256" },
};

const struct suites_suite *
suites_at(size_t index)
{
	return index < ARRAY_SIZE(suites) ? &suites[index] : NULL;
}

const struct suites_suite *
suites_find_name(const char *name, size_t length)
{
	for (size_t i = 0; i < ARRAY_SIZE(suites); i++)
		if (str_equal(name, length, suites[i].name))
			return &suites[i];
	return NULL;
}

const struct suites_suite *
suites_find_code(uint16_t code)
{
	for (size_t i = 0; i < ARRAY_SIZE(suites); i++)
		if (suites[i].code == code)
			return &suites[i];
	return NULL;
}

/* --- other spellings ---------------------------------------------------- */

/* Removes a part, or puts a shorter one in its place. */
static void
replace(char *text, const char *part, const char *by)
{
	char *at = strstr(text, part);
	size_t length = strlen(part), kept = strlen(by);

	if (at == NULL)
		return;
	memcpy(at, by, kept);
	memmove(at + kept, at + length, strlen(at + length) + 1);
}

static bool
begins(const char *text, const char *part)
{
	return strncmp(text, part, strlen(part)) == 0;
}

/*
 * What all names of one suite have in common: no marks between words, and
 * none of the words that some leave out. False where it is no such name.
 */
static bool
reduce(const char *name, size_t length, char text[REDUCED_MAX])
{
	static const char *const ciphers[] = {
		"AES", "3DES", "DES", "RC4", "NULL",
	};
	bool bare = memchr(name, '_', length) == NULL;
	size_t n = 3;

	/* Room before it for a key exchange that is left out. */
	for (size_t i = 0; i < length; i++) {
		char c = name[i];

		if (c == '-' || c == '_' || c == '.')
			continue;
		if (c >= 'a' && c <= 'z')
			c -= 'a' - 'A';
		if (n + 1 == REDUCED_MAX || ((c < 'A' || c > 'Z') &&
		    (c < '0' || c > '9')))
			return false;
		text[n++] = c;
	}
	text[n] = '\0';
	bare = bare && !begins(text + 3, "TLS");
	if (begins(text + 3, "TLS13"))
		replace(text + 3, "TLS13", "");
	else if (begins(text + 3, "TLS"))
		replace(text + 3, "TLS", "");
	else if (begins(text + 3, "SSL"))
		replace(text + 3, "SSL", "");
	replace(text + 3, "DESCBC3", "3DES");
	replace(text + 3, "WITH", "");
	replace(text + 3, "CBC", "");
	replace(text + 3, "EDE", "");
	replace(text + 3, "RC4128", "RC4");
	replace(text + 3, "POLY1305SHA256", "POLY1305");
	if (begins(text + 3, "EDH"))
		replace(text + 3, "EDH", "DHE");
	n = 3 + strlen(text + 3);
	if (n > 7 && strcmp(text + n - 4, "SHA1") == 0)
		text[n - 1] = '\0';
	/* OpenSSL's AES128-SHA: RSA is understood. */
	for (size_t i = 0; bare && i < ARRAY_SIZE(ciphers); i++)
		if (begins(text + 3, ciphers[i])) {
			memcpy(text, "RSA", 3);
			return true;
		}
	memmove(text, text + 3, strlen(text + 3) + 1);
	return true;
}

const struct suites_suite *
suites_find_foreign(const char *name, size_t length)
{
	char text[REDUCED_MAX], known[REDUCED_MAX];

	if (!reduce(name, length, text))
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(suites); i++)
		if (reduce(suites[i].name, strlen(suites[i].name), known) &&
		    strcmp(text, known) == 0)
			return &suites[i];
	return NULL;
}

size_t
suites_suggest(const char *name, size_t length,
    const char *nearest_r[SUITES_NEAREST_MAX])
{
	unsigned least = SUGGEST_DISTANCE + 1, distance;
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(suites); i++) {
		distance = str_distance(name, length, suites[i].name,
		    strlen(suites[i].name), SUGGEST_DISTANCE);
		if (distance > SUGGEST_DISTANCE || distance > least)
			continue;
		if (distance < least)
			count = 0;
		least = distance;
		if (count < SUITES_NEAREST_MAX)
			nearest_r[count] = suites[i].name;
		count++;
	}
	return count > SUITES_NEAREST_MAX ? 0 : count;
}
