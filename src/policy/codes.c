#include "policy/codes.h"

#include <stdbool.h>
#include <string.h>

#include "base/compiler.h"
#include "base/str.h"

#define SUGGEST_DISTANCE 3

struct table {
	const char *noun;
	const struct codes_code *codes, *aliases;
	size_t count, alias_count, digits;
	unsigned base;
};

/* Each in order of code. */
static const struct codes_code curves[] = {
	{ 19, "secp192r1" },
	{ 21, "secp224r1" },
	{ 23, "secp256r1" },
	{ 24, "secp384r1" },
	{ 25, "secp521r1" },
	{ 26, "brainpoolP256r1" },
	{ 27, "brainpoolP384r1" },
	{ 28, "brainpoolP512r1" },
	{ 29, "X25519" },
	{ 30, "X448" },
	{ 4587, "SecP256r1MLKEM768" },
	{ 4588, "X25519MLKEM768" },
	{ 4589, "SecP384r1MLKEM1024" },
};

static const struct codes_code pairs[] = {
	{ 0x0101, "TLS_SIGALG_MD5_WITH_RSA" },
	{ 0x0201, "TLS_SIGALG_SHA1_WITH_RSA" },
	{ 0x0202, "TLS_SIGALG_SHA1_WITH_DSA" },
	{ 0x0203, "TLS_SIGALG_SHA1_WITH_ECDSA" },
	{ 0x0301, "TLS_SIGALG_SHA224_WITH_RSA" },
	{ 0x0302, "TLS_SIGALG_SHA224_WITH_DSA" },
	{ 0x0303, "TLS_SIGALG_SHA224_WITH_ECDSA" },
	{ 0x0401, "TLS_SIGALG_SHA256_WITH_RSA" },
	{ 0x0402, "TLS_SIGALG_SHA256_WITH_DSA" },
	{ 0x0403, "TLS_SIGALG_SHA256_WITH_ECDSA" },
	{ 0x0501, "TLS_SIGALG_SHA384_WITH_RSA" },
	{ 0x0503, "TLS_SIGALG_SHA384_WITH_ECDSA" },
	{ 0x0601, "TLS_SIGALG_SHA512_WITH_RSA" },
	{ 0x0603, "TLS_SIGALG_SHA512_WITH_ECDSA" },
	{ 0x0804, "TLS_SIGALG_SHA256_WITH_RSASSA_PSS" },
	{ 0x0805, "TLS_SIGALG_SHA384_WITH_RSASSA_PSS" },
	{ 0x0806, "TLS_SIGALG_SHA512_WITH_RSASSA_PSS" },
	{ 0x0807, "ed25519" },
	{ 0x0808, "ed448" },
	{ 0x0809, "rsa_pss_pss_sha256" },
	{ 0x080a, "rsa_pss_pss_sha384" },
	{ 0x080b, "rsa_pss_pss_sha512" },
};

static const struct codes_code ssl2[] = {
	{ 1, "TLS_RC4_128_WITH_MD5" },
	{ 2, "TLS_RC4_128_EXPORT40_WITH_MD5" },
	{ 3, "TLS_RC2_CBC_128_CBC_WITH_MD5" },
	{ 4, "TLS_RC2_CBC_128_CBC_EXPORT40_WITH_MD5" },
	{ 6, "TLS_DES_64_CBC_WITH_MD5" },
	{ 7, "TLS_DES_192_EDE3_CBC_WITH_MD5" },
};

/* What others call them: only ever suggested, never read. */
static const struct codes_code curve_aliases[] = {
	{ 19, "P-192" }, { 19, "prime192v1" }, { 21, "P-224" },
	{ 23, "P-256" }, { 23, "prime256v1" }, { 24, "P-384" },
	{ 25, "P-521" }, { 29, "curve25519" }, { 30, "curve448" },
};

static const struct codes_code pair_aliases[] = {
	{ 0x0201, "rsa_pkcs1_sha1" },
	{ 0x0203, "ecdsa_sha1" },
	{ 0x0401, "rsa_pkcs1_sha256" },
	{ 0x0403, "ecdsa_secp256r1_sha256" },
	{ 0x0501, "rsa_pkcs1_sha384" },
	{ 0x0503, "ecdsa_secp384r1_sha384" },
	{ 0x0601, "rsa_pkcs1_sha512" },
	{ 0x0603, "ecdsa_secp521r1_sha512" },
	{ 0x0804, "rsa_pss_rsae_sha256" },
	{ 0x0805, "rsa_pss_rsae_sha384" },
	{ 0x0806, "rsa_pss_rsae_sha512" },
};

static const struct table tables[CODES_KINDS] = {
	[CODES_CURVES] = {
		"curve", curves, curve_aliases, ARRAY_SIZE(curves),
		ARRAY_SIZE(curve_aliases), 4, 10,
	},
	[CODES_PAIRS] = {
		"signature algorithm", pairs, pair_aliases, ARRAY_SIZE(pairs),
		ARRAY_SIZE(pair_aliases), 4, 16,
	},
	[CODES_SSL2] = {
		"cipher of SSL 2", ssl2, NULL, ARRAY_SIZE(ssl2), 0, 1, 10,
	},
};

const struct codes_code *
codes_at(enum codes_kind kind, size_t index)
{
	return index < tables[kind].count ? &tables[kind].codes[index] : NULL;
}

const struct codes_code *
codes_find_name(enum codes_kind kind, const char *name, size_t length)
{
	const struct table *table = &tables[kind];

	for (size_t i = 0; i < table->count; i++)
		if (str_equal(name, length, table->codes[i].name))
			return &table->codes[i];
	return NULL;
}

const struct codes_code *
codes_find_code(enum codes_kind kind, uint16_t code)
{
	const struct table *table = &tables[kind];

	for (size_t i = 0; i < table->count; i++)
		if (table->codes[i].code == code)
			return &table->codes[i];
	return NULL;
}

const char *
codes_suggest(enum codes_kind kind, const char *name, size_t length)
{
	const struct table *table = &tables[kind];
	const char *best = NULL;
	unsigned least = SUGGEST_DISTANCE + 1, distance;
	bool tied = false;

	for (size_t i = 0; i < table->alias_count; i++)
		if (str_equal(name, length, table->aliases[i].name))
			return codes_find_code(kind,
			    table->aliases[i].code)->name;
	for (size_t i = 0; i < table->count; i++) {
		const char *known = table->codes[i].name;

		distance = str_distance(name, length, known, strlen(known),
		    SUGGEST_DISTANCE);
		if (distance < least) {
			least = distance;
			best = known;
			tied = false;
		} else if (distance == least) {
			tied = true;
		}
	}
	return least > SUGGEST_DISTANCE || least >= length || tied ? NULL :
	    best;
}

const char *
codes_noun(enum codes_kind kind)
{
	return tables[kind].noun;
}

size_t
codes_digits(enum codes_kind kind)
{
	return tables[kind].digits;
}

unsigned
codes_base(enum codes_kind kind)
{
	return tables[kind].base;
}

void
codes_print(enum codes_kind kind, uint16_t code, struct str *out)
{
	int digits = (int)tables[kind].digits;

	str_add(out, tables[kind].base == 16 ? "%0*X" : "%0*u", digits,
	    (unsigned)code);
}
