#include "config.h"

#include "tls/tls_hello.h"

#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/settings.h>
#include <wolfssl/ssl.h>

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "policy/settings.h"
#include "tls/tls_able.h"
#include "tls/tls_alert.h"
#include "tls/tls_ctx.h"
#include "tls/tls_io.h"
#include "tls/tls_library-hello.h"
#include "tls/tls_lists.h"
#include "tls/tls_ring.h"

/* --- which certificates ------------------------------------------------- */

/* "name/label"; NULL where an entry has no label: the common ones. */
static const char *
label_of(const char *entry)
{
	const char *slash = strchr(entry, '/');

	return slash == NULL || slash[1] == '\0' ? NULL : slash + 1;
}

static bool
same_label(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static size_t
add_label(const char **labels, size_t count, size_t size, const char *label)
{
	for (size_t i = 0; i < count && i < size; i++)
		if (same_label(labels[i], label))
			return count;
	if (count < size)
		labels[count] = label;
	return count + 1;
}

size_t
tls_hello_labels(const struct settings *s, const char **labels_r,
    size_t size, size_t *common_r)
{
	size_t count = 0;

	for (size_t i = 0; i < s->server_labels.count; i++)
		count = add_label(labels_r, count, size,
		    s->server_labels.names[i]);
	if (count == 0)
		count = add_label(labels_r, 0, size, s->certificate_label);
	*common_r = count;
	for (size_t i = 0; i < s->server_sni_list.count &&
	    s->server_sni != SETTINGS_WANTED_OFF; i++)
		if (label_of(s->server_sni_list.names[i]) != NULL)
			count = add_label(labels_r, count, size,
			    label_of(s->server_sni_list.names[i]));
	return count;
}

void
tls_hello_free(struct tls_hello *hello)
{
	for (size_t i = 0; i < hello->identity_count; i++) {
		if (i > 0)
			wolfSSL_CTX_free(hello->identities[i].library);
		free(hello->identities[i].label);
	}
	free(hello->identities);
	for (size_t i = 0; i < hello->name_count; i++)
		free(hello->names[i].name);
	free(hello->names);
	*hello = (struct tls_hello){ 0 };
}

#ifdef HAVE_WOLFSSL_HELLO
/* --- the choice --------------------------------------------------------- */

/* Of those for this client, which one; NULL: its name is not served. */
struct choice {
	struct tls_ctx *ctx;
	struct WOLFSSL *ssl;
	uint16_t version;
	const struct tls_hello_identity *first;	/* candidates */
	size_t count;
};

/*
 * RFC 7507, 3: a client that tried a higher version before and failed says
 * so; if we have one, somebody between us made it fail.
 */
static bool
fell_back(const struct choice *c)
{
	return c->ctx->hello.scsv &&
	    tls_library_hello_has_suite(c->ssl, 0x5600) &&
	    c->ctx->lists.protocols >> (c->version - 0x0300 + 1) != 0;
}

/* Not TLS 1.3's, no signalling value, no GREASE (RFC 8701). */
static bool
is_older(uint16_t suite)
{
	return suite >> 8 != 0x13 && suite != 0x00FF && suite != 0x5600 &&
	    ((suite & 0x0F0F) != 0x0A0A || suite >> 8 != (suite & 0xFF));
}

/* Where TLS 1.3 is off the library looks at such a client's suites alone. */
static bool
speaks_thirteen_only(const struct choice *c)
{
	return c->version < 0x0304 &&
	    !tls_library_hello_any_suite(c->ssl, is_older);
}

static bool
demand_extensions(const struct choice *c)
{
	const struct tls_hello *hello = &c->ctx->hello;

	if (hello->max_fragment == SETTINGS_WANTED_OFF)
		tls_library_hello_forget_max_fragment(c->ssl);
	else if (hello->max_fragment == SETTINGS_WANTED_REQUIRED &&
	    !tls_library_hello_has_max_fragment(c->ssl))
		return false;
	/* TLS 1.3 needs none of the others. */
	if (c->version >= 0x0304)
		return true;
	if (hello->ems == SETTINGS_MASTER_SECRET_OFF)
		tls_library_hello_forget_ems(c->ssl);
	else if (hello->ems == SETTINGS_MASTER_SECRET_REQUIRED &&
	    !tls_library_hello_has_ems(c->ssl))
		return false;
	if (hello->truncated_hmac == SETTINGS_WANTED_OFF)
		tls_library_hello_forget_truncated_hmac(c->ssl);
	else if (hello->truncated_hmac == SETTINGS_WANTED_REQUIRED &&
	    !tls_library_hello_has_truncated_hmac(c->ssl))
		return false;
	return !hello->indication ||
	    tls_library_hello_has_indication(c->ssl);
}

/* Names are compared as RFC 6066, 3 says: without regard to case. */
static const struct tls_hello_name *
find_name(const struct tls_hello *hello, const char *name, size_t length)
{
	for (size_t i = 0; i < hello->name_count; i++)
		if (strlen(hello->names[i].name) == length &&
		    strncasecmp(hello->names[i].name, name, length) == 0)
			return &hello->names[i];
	return NULL;
}

static bool
choose_by_name(struct choice *c)
{
	const struct tls_hello *hello = &c->ctx->hello;
	const struct tls_hello_name *found;
	void *name = NULL;
	size_t length;

	c->first = hello->identities;
	c->count = hello->common_count;
	if (hello->name == SETTINGS_WANTED_OFF)
		return true;
	length = wolfSSL_SNI_GetRequest(c->ssl, WOLFSSL_SNI_HOST_NAME, &name);
	if (length == 0)
		return hello->name != SETTINGS_WANTED_REQUIRED;
	found = find_name(hello, name, length);
	if (found == NULL)
		return hello->name_match != SETTINGS_WANTED_REQUIRED;
	tls_library_hello_acknowledge_name(c->ssl);
	if (found->identity > 0) {
		c->first = &hello->identities[found->identity];
		c->count = 1;
	}
	return true;
}

static bool
choose_curve(const struct choice *c)
{
	const struct tls_list *curves = &c->ctx->lists.curves;
	bool named = tls_library_hello_names_groups(c->ssl);

	for (size_t i = 0; i < curves->count; i++) {
		/* A client that names none has NIST's (RFC 8422, 4). */
		if (named ? tls_library_hello_has_group(c->ssl,
		    curves->codes[i]) : curves->codes[i] < 29) {
			tls_library_hello_only_curve(c->ssl,
			    curves->codes[i]);
			return true;
		}
	}
	/* The others need no curve. */
	tls_library_hello_drop_suites(c->ssl, tls_lists_is_ecdhe);
	for (size_t i = 0; i < c->ctx->lists.suites.count; i++)
		if (tls_library_hello_has_suite(c->ssl,
		    c->ctx->lists.suites.codes[i]))
			return true;
	return false;
}

static bool
choose_group(const struct choice *c)
{
	const struct tls_lists *lists = &c->ctx->lists;

	if (c->version < 0x0304)
		return !lists->curves_coded || choose_curve(c);
	if (!lists->groups_coded)
		return true;
	/* The library would ask for one that the client does not have. */
	for (size_t i = 0; i < lists->groups.count; i++)
		if (tls_library_hello_has_group(c->ssl,
		    lists->groups.codes[i]))
			return true;
	return false;
}

static bool
can_sign_by(const struct tls_ctx *ctx, const struct WOLFSSL_CTX *key,
    uint16_t pair, uint16_t version)
{
	return tls_library_hello_can_sign(key, pair,
	    ctx->lists.curve_bound ? 0x0304 : version);
}

/* The first pair of the policy that client and key have; 0: none. */
static uint16_t
find_pair(const struct choice *c, const struct WOLFSSL_CTX *key)
{
	const struct tls_list *pairs = &c->ctx->lists.pairs;
	bool named = tls_library_hello_names_pairs(c->ssl);

	for (size_t i = 0; i < pairs->count; i++) {
		uint16_t pair = pairs->codes[i];

		/* Who names none is signed for with SHA-256. */
		if (can_sign_by(c->ctx, key, pair, c->version) &&
		    (named ? tls_library_hello_has_pair(c->ssl, pair) :
		    pair == 0x0401 || pair == 0x0403))
			return pair;
	}
	return 0;
}

/* Has the client a suite of the policy that the key can serve? */
static bool
suite_goes(const struct choice *c, const struct WOLFSSL_CTX *key)
{
	const struct tls_list *suites = &c->ctx->lists.suites;
	bool rsa = tls_library_hello_key_is_rsa(key);

	/* Before TLS 1.3 a suite says what key it needs. */
	for (size_t i = 0; i < suites->count; i++)
		if (tls_lists_is_of(suites->codes[i], c->version) &&
		    (c->version >= 0x0304 ||
		    tls_lists_is_ecdsa(suites->codes[i]) != rsa) &&
		    tls_library_hello_has_suite(c->ssl, suites->codes[i]))
			return true;
	return false;
}

static bool
goes_unsigned(const struct choice *c, const struct WOLFSSL_CTX *key)
{
	const struct tls_list *suites = &c->ctx->lists.suites;

	if (c->version >= 0x0304 || !tls_library_hello_key_is_rsa(key))
		return false;
	for (size_t i = 0; i < suites->count; i++)
		if (!tls_lists_is_signed(suites->codes[i]) &&
		    tls_library_hello_has_suite(c->ssl, suites->codes[i]))
			return true;
	return false;
}

static bool
choose_pair(const struct choice *c, const struct WOLFSSL_CTX *key)
{
	uint16_t pair;

	/* TLS 1.1 and older know one signature a key, and no lists. */
	if (c->version < 0x0303)
		return true;
	/* RFC 8446, 9.2: the library refuses it, where it does not resume. */
	if (c->version >= 0x0304 && !tls_library_hello_names_pairs(c->ssl))
		return true;
	pair = find_pair(c, key);
	if (pair != 0) {
		tls_library_hello_only_pair(c->ssl, pair);
		return true;
	}
	if (!goes_unsigned(c, key))
		return false;
	tls_library_hello_drop_suites(c->ssl, tls_lists_is_signed);
	tls_library_hello_forget_pairs(c->ssl);
	return true;
}

static bool
choose_identity(const struct choice *c)
{
	const struct tls_hello_identity *own = c->ctx->hello.identities;
	bool suited = false;

	for (size_t i = 0; i < c->count; i++) {
		const struct tls_hello_identity *at = &c->first[i];

		if (c->count > 1 && !suite_goes(c, at->library))
			continue;
		suited = true;
		if (!choose_pair(c, at->library))
			continue;
		if (at != own)
			tls_library_hello_use_identity(c->ssl, at->library);
		return true;
	}
	/* Without a suite in common the library says so. */
	return !suited;
}

static enum reason
answer(struct choice *c)
{
	if (speaks_thirteen_only(c))
		return REASON_NO_PROTOCOL;
	if (fell_back(c))
		return REASON_FALLBACK;
	if (!demand_extensions(c))
		return REASON_EXTENSION;
	if (!choose_by_name(c))
		return REASON_SERVER_NAME;
	if (!choose_group(c))
		return REASON_NO_GROUP;
	if (!choose_identity(c))
		return REASON_NO_PAIR;
	if (c->version >= 0x0304 && !c->ctx->hello.compatibility)
		tls_library_hello_no_compatibility(c->ssl);
	return REASON_OK;
}

static bool
greet(struct WOLFSSL *ssl, struct tls_ctx *ctx)
{
	struct tls_io *io = wolfSSL_GetIOReadCtx(ssl);
	struct choice c = { .ctx = ctx, .ssl = ssl,
	    .version = (uint16_t)(0x0300 + wolfSSL_GetVersion(ssl)) };
	enum reason reason = answer(&c);

	io->greeted = true;
	if (reason == REASON_OK)
		return true;
	io->refused = reason;
	tls_io_alert(io, tls_alert_for(reason));
	return false;
}

/* wolfSSL's sniRecvCb: the extensions of a hello are read. */
static int
on_extensions(WOLFSSL *ssl, int *alert_r, void *arg)
{
	*alert_r = TLS_ALERT_INTERNAL_ERROR;
	return greet(ssl, arg) ? 0 : fatal_return;
}

/* wolfSSL's certSetupCb, which comes later, and where there are none, too. */
static int
on_choice(WOLFSSL *ssl, void *arg)
{
	const struct tls_io *io = wolfSSL_GetIOReadCtx(ssl);

	return io->greeted || greet(ssl, arg);
}

bool
tls_hello_proved(const struct tls_ctx *ctx, struct WOLFSSL *ssl)
{
	return wolfSSL_GetVersion(ssl) < WOLFSSL_TLSV1_2 ||
	    tls_lists_has(&ctx->lists.pairs,
	    tls_library_hello_peer_pair(ssl));
}

void
tls_hello_finish(struct WOLFSSL *ssl)
{
	tls_library_hello_forget_suites(ssl);
}

static bool
can_sign(const struct tls_ctx *ctx, const struct WOLFSSL_CTX *key,
    uint16_t version)
{
	const struct tls_list *pairs = &ctx->lists.pairs;

	for (size_t i = 0; i < pairs->count; i++)
		if (can_sign_by(ctx, key, pairs->codes[i], version))
			return true;
	return false;
}

/* Can a client be served by that version with one of the certificates? */
static bool
version_goes(const struct tls_ctx *ctx, uint16_t version)
{
	const struct tls_list *suites = &ctx->lists.suites;

	for (size_t i = 0; i < ctx->hello.identity_count; i++) {
		const struct WOLFSSL_CTX *key =
		    ctx->hello.identities[i].library;

		if (version < 0x0303 || can_sign(ctx, key, version))
			return true;
		for (size_t k = 0; version == 0x0303 && k < suites->count &&
		    tls_library_hello_key_is_rsa(key); k++)
			if (!tls_lists_is_signed(suites->codes[k]) &&
			    tls_lists_is_of(suites->codes[k], version))
				return true;
	}
	return false;
}

/*
 * TLS 1.3 would be agreed on, and then refused, where TLS 1.2 could serve: the
 * lists of z/OS's own time have no pair of it. Where no version can serve
 * there is nothing to start for.
 */
static int
drop_mute(struct tls_ctx *ctx, const struct tls_ring *ring,
    struct tls_ring_error *error_r)
{
	uint32_t *protocols = &ctx->lists.protocols, going = 0;

	for (unsigned bit = 1; bit <= 4; bit++)
		if ((*protocols & 1u << bit) != 0 &&
		    version_goes(ctx, (uint16_t)(0x0300 + bit)))
			going |= 1u << bit;
	if (going == 0 && ctx->lists.curve_bound) {
		tls_ring_fault(error_r, ring->chain_path,
		    "use an ECDSA key on P-256 for 128, on P-384 for 192",
		    "its key is of no curve that the rule's SuiteBProfile "
		    "has");
		error_r->about = TLS_RING_ABOUT_PAIRS;
		return -1;
	}
	if (going == 0) {
		tls_ring_fault(error_r, ring->chain_path,
		    "add a pair for this key: 0804 and 0401 for RSA, 0403, "
		    "0503 or 0603 for ECDSA on P-256, P-384 or P-521, 0807 "
		    "for Ed25519",
		    "its key can sign by none of the rule's signature pairs "
		    "in a version that is on");
		error_r->about = TLS_RING_ABOUT_PAIRS;
		return -1;
	}
	ctx->hello.mute_13 = (*protocols & ~going & 1u << 4) != 0;
	if (ctx->hello.mute_13) {
		*protocols &= ~(1u << 4);
		(void)wolfSSL_CTX_set_options(ctx->library,
		    WOLFSSL_OP_NO_TLSv1_3);
	}
	return 0;
}

static void
install(struct tls_ctx *ctx)
{
	tls_library_hello_keep_suites(ctx->library);
	tls_library_hello_set_pairs(ctx->library, &ctx->lists.pairs);
	if (ctx->lists.groups_coded)
		tls_library_hello_set_groups(ctx->library,
		    &ctx->lists.groups);
	wolfSSL_CTX_set_servername_callback(ctx->library, on_extensions);
	(void)wolfSSL_CTX_set_servername_arg(ctx->library, ctx);
	wolfSSL_CTX_set_cert_cb(ctx->library, on_choice, ctx);
}
#else
bool
tls_hello_proved(const struct tls_ctx *ctx, struct WOLFSSL *ssl)
{
	(void)ctx;
	(void)ssl;
	return true;
}

void
tls_hello_finish(struct WOLFSSL *ssl)
{
	(void)ssl;
}

static int
drop_mute(struct tls_ctx *ctx, const struct tls_ring *ring,
    struct tls_ring_error *error_r)
{
	(void)ctx;
	(void)ring;
	(void)error_r;
	return 0;
}

static void
install(struct tls_ctx *ctx)
{
	(void)ctx;
}
#endif

/* --- made once ---------------------------------------------------------- */

static int
out_of_memory(const struct tls_ring *ring, struct tls_ring_error *error_r)
{
	return tls_ring_fault(error_r, ring->path, "free some memory",
	    "memory is exhausted");
}

static int
load_identities(struct tls_ctx *ctx, const struct tls_ring *ring,
    int (*load)(struct WOLFSSL_CTX *library, const struct tls_ring *ring,
    struct tls_ring_error *error_r), struct tls_ring_error *error_r)
{
	struct tls_hello *hello = &ctx->hello;
	struct tls_hello_identity *at;
	size_t count = 0;

	for (const struct tls_ring *r = ring; r != NULL; r = r->next)
		count++;
	hello->identities = calloc(count, sizeof(*hello->identities));
	if (hello->identities == NULL)
		return out_of_memory(ring, error_r);
	for (; ring != NULL; ring = ring->next) {
		at = &hello->identities[hello->identity_count];
		at->library = hello->identity_count == 0 ? ctx->library :
		    wolfSSL_CTX_new(wolfSSLv23_server_method());
		if (at->library == NULL)
			return out_of_memory(ring, error_r);
		hello->identity_count++;
		at->label = strdup(ring->label);
		if (at->label == NULL)
			return out_of_memory(ring, error_r);
		if (at->library != ctx->library &&
		    load(at->library, ring, error_r) < 0)
			return -1;
	}
	return 0;
}

static size_t
find_identity(const struct tls_hello *hello, const char *label)
{
	for (size_t i = 0; label != NULL && i < hello->identity_count; i++)
		if (strcmp(hello->identities[i].label, label) == 0)
			return i;
	return 0;
}

static int
take_names(struct tls_hello *hello, const struct settings *s)
{
	const struct settings_names *list = &s->server_sni_list;

	hello->names = calloc(list->count + 1, sizeof(*hello->names));
	if (hello->names == NULL)
		return -1;
	for (size_t i = 0; i < list->count; i++) {
		struct tls_hello_name *name = &hello->names[i];

		name->name = strndup(list->names[i],
		    strcspn(list->names[i], "/"));
		if (name->name == NULL)
			return -1;
		hello->name_count++;
		name->identity = find_identity(hello,
		    label_of(list->names[i]));
	}
	return 0;
}

static bool
demands(const struct settings *s)
{
	return s->server_ems == SETTINGS_MASTER_SECRET_REQUIRED ||
	    s->server_max_fragment == SETTINGS_WANTED_REQUIRED ||
	    s->truncated_hmac == SETTINGS_WANTED_REQUIRED ||
	    s->server_sni != SETTINGS_WANTED_OFF || s->server_scsv ||
	    s->renegotiation_indicator == SETTINGS_INDICATOR_SERVER ||
	    s->renegotiation_indicator == SETTINGS_INDICATOR_BOTH ||
	    s->server_labels.count > 1 ||
	    s->suite_b != SETTINGS_SUITE_B_OFF;
}

int
tls_hello_configure(struct tls_ctx *ctx, const struct settings *s,
    const struct tls_ring *ring,
    int (*load)(struct WOLFSSL_CTX *library, const struct tls_ring *ring,
    struct tls_ring_error *error_r), struct tls_ring_error *error_r)
{
	const char *labels[1];

	ctx->hello = (struct tls_hello){
		.ems = s->server_ems,
		.max_fragment = s->server_max_fragment,
		.truncated_hmac = s->truncated_hmac,
		.name = s->server_sni, .name_match = s->server_sni_match,
		.scsv = s->server_scsv,
		.indication = s->renegotiation_indicator ==
		    SETTINGS_INDICATOR_SERVER || s->renegotiation_indicator ==
		    SETTINGS_INDICATOR_BOTH,
		.compatibility = s->middlebox_compat,
	};
	if (demands(s) && !tls_able_lists())
		return tls_ring_fault(error_r, ring->path,
		    "run scripts/wolfssl, then ./configure again",
		    "the rule demands of a client's hello what this TLS "
		    "library cannot tell");
	(void)tls_hello_labels(s, labels, ARRAY_SIZE(labels),
	    &ctx->hello.common_count);
	if (load_identities(ctx, ring, load, error_r) < 0)
		return -1;
	if (take_names(&ctx->hello, s) < 0)
		return out_of_memory(ring, error_r);
	if (drop_mute(ctx, ring, error_r) < 0)
		return -1;
	install(ctx);
	return 0;
}
