#include "tls/tls_lists.h"

#include <string.h>

#include "base/compiler.h"
#include "policy/settings.h"
#include "policy/suites.h"
#include "tls/tls_able.h"

/*
 * Where a rule codes no list: forward secrecy and authenticated encryption.
 * The CBC suites at the end serve TLS 1.0 and 1.1, and are left out where
 * neither is on.
 */
static const uint16_t default_suites[] = {
	0x1301, 0x1302, 0x1303,
	0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8,
	0xC009, 0xC013, 0xC00A, 0xC014,
};
#define DEFAULT_WITHOUT_CBC 9

static const uint16_t default_pairs[] = {
	0x0403, 0x0503, 0x0603, 0x0807, 0x0808,
	0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601,
};

/* RFC 5430, section 4: GCM, and CBC of the same strength; 6460 has GCM. */
static const struct tls_lists_profile suite_b[] = {
	[SETTINGS_SUITE_B_128] = { { 0xC02B, 0xC023 }, { 23 }, { 0x0403 },
	    { 23, 24 }, { 0x0403, 0x0503 } },
	[SETTINGS_SUITE_B_128_MIN] = { { 0xC02B, 0xC02C }, { 23, 24 },
	    { 0x0403, 0x0503 }, { 23, 24 }, { 0x0403, 0x0503 } },
	[SETTINGS_SUITE_B_192] = { { 0xC02C, 0xC024 }, { 24 }, { 0x0503 },
	    { 24 }, { 0x0503 } },
	[SETTINGS_SUITE_B_192_MIN] = { { 0xC02C }, { 24 }, { 0x0503 },
	    { 24 }, { 0x0503 } },
	[SETTINGS_SUITE_B_ALL] = { { 0xC02C, 0xC02B, 0xC024, 0xC023 },
	    { 24, 23 }, { 0x0503, 0x0403 }, { 24, 23 }, { 0x0503, 0x0403 } },
};

const struct tls_lists_profile *
tls_lists_profile(const struct settings *s)
{
	return s->suite_b == SETTINGS_SUITE_B_OFF ? NULL :
	    &suite_b[s->suite_b];
}

size_t
tls_lists_profile_count(const uint16_t *codes, size_t size)
{
	size_t count = 0;

	while (count < size && codes[count] != 0)
		count++;
	return count;
}

bool
tls_lists_has(const struct tls_list *list, uint16_t code)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->codes[i] == code)
			return true;
	return false;
}

/* Appends what the library has and the list has not. */
static void
add(struct tls_list *list, const uint16_t *codes, size_t count,
    bool (*able)(uint16_t code))
{
	for (size_t i = 0; i < count; i++)
		if (list->count < TLS_LISTS_MAX && able(codes[i]) &&
		    !tls_lists_has(list, codes[i]))
			list->codes[list->count++] = codes[i];
}

bool
tls_lists_is_dhe(uint16_t suite)
{
	return suite == 0x0033 || suite == 0x0039 || suite == 0x0067 ||
	    suite == 0x006B || suite == 0x009E || suite == 0x009F ||
	    suite == 0xCCAA || suite == 0x0016;
}

static bool
named(uint16_t suite, const char *part)
{
	const struct suites_suite *known = suites_find_code(suite);

	return known != NULL && strstr(known->name, part) != NULL;
}

bool
tls_lists_is_ecdhe(uint16_t suite)
{
	return named(suite, "_ECDHE_");
}

bool
tls_lists_is_ecdsa(uint16_t suite)
{
	return named(suite, "_ECDSA_");
}

bool
tls_lists_is_signed(uint16_t suite)
{
	const struct suites_suite *known = suites_find_code(suite);

	return known != NULL && strncmp(known->name, "TLS_RSA_",
	    strlen("TLS_RSA_")) != 0;
}

/*
 * The versions, as bits, that a suite is of. RFC 5246, A.5 and RFC 5288: what
 * has a hash of its own needs TLS 1.2.
 */
static uint32_t
versions_of(uint16_t suite)
{
	if (suite >> 8 == 0x13)
		return 1u << 4;
	if (named(suite, "_SHA256") || named(suite, "_SHA384"))
		return 1u << 3;
	return 1u << 1 | 1u << 2 | 1u << 3;
}

bool
tls_lists_is_of(uint16_t suite, uint16_t version)
{
	return (versions_of(suite) & 1u << (version - 0x0300)) != 0;
}

static void
fill_suite_b(const struct tls_lists_profile *profile,
    struct tls_lists *lists)
{
	lists->protocols &= 1u << 3;
	lists->curves_coded = lists->groups_coded = true;
	lists->curve_bound = true;
	add(&lists->suites, profile->suites, ARRAY_SIZE(profile->suites),
	    tls_able_suite);
	add(&lists->curves, profile->curves, ARRAY_SIZE(profile->curves),
	    tls_able_curve);
	add(&lists->pairs, profile->pairs, ARRAY_SIZE(profile->pairs),
	    tls_able_pair);
}

static void
fill_coded(const struct settings *s, struct tls_lists *lists)
{
	if (s->ciphers.count > 0)
		add(&lists->suites, s->ciphers.suites, s->ciphers.count,
		    tls_able_suite);
	else
		add(&lists->suites, default_suites, s->tlsv1 || s->tlsv11 ?
		    ARRAY_SIZE(default_suites) : DEFAULT_WITHOUT_CBC,
		    tls_able_suite);
	lists->curves_coded = s->server_kex_curves.count > 0;
	add(&lists->curves, s->server_kex_curves.codes,
	    s->server_kex_curves.count, tls_able_curve);
	lists->groups_coded = s->server_key_shares.count > 0;
	add(&lists->groups, s->server_key_shares.codes,
	    s->server_key_shares.count, tls_able_group);
	if (s->signature_pairs.count > 0)
		add(&lists->pairs, s->signature_pairs.codes,
		    s->signature_pairs.count, tls_able_pair);
	else
		add(&lists->pairs, default_pairs, ARRAY_SIZE(default_pairs),
		    tls_able_pair);
}

void
tls_lists_fill(const struct settings *s, struct tls_lists *lists_r)
{
	uint32_t served = 0;

	memset(lists_r, 0, sizeof(*lists_r));
	lists_r->protocols = (uint32_t)s->tlsv1 << 1 |
	    (uint32_t)s->tlsv11 << 2 | (uint32_t)s->tlsv12 << 3 |
	    (uint32_t)s->tlsv13 << 4;
	if (tls_lists_profile(s) != NULL)
		fill_suite_b(tls_lists_profile(s), lists_r);
	else
		fill_coded(s, lists_r);
	/* One without a suite would be agreed on, and then refused. */
	for (size_t i = 0; i < lists_r->suites.count; i++)
		served |= versions_of(lists_r->suites.codes[i]);
	lists_r->protocols &= served;
}
