#include "agent/proof.h"

#include <string.h>
#include <time.h>

#include "agent/environment.h"
#include "agent/fault.h"
#include "agent/fit.h"
#include "policy/settings.h"
#include "policy/suites.h"
#include "tls/tls_ctx.h"
#include "tls/tls_hello.h"
#include "tls/tls_lists.h"
#include "trust/cert.h"
#include "trust/key.h"
#include "trust/name.h"
#include "trust/path.h"

/* More certificates than a rule can need. */
#define LABELS_MAX 64

/* One environment under proof. */
struct proof {
	struct environment *e;
	struct diag *diag;
	int64_t now;
	unsigned keys;		/* of what the rule presents, see fit.h */
	bool failed;
	bool mismatch;		/* of a key and its certificate, or of a kind
				 * that cannot be used */
};

static void
fail(struct proof *p, enum diag_code code, const struct tls_ring_error *error)
{
	fault_add(p->diag, code, p->e->settings, error);
	p->failed = true;
}

static void
on_fault(void *arg, const struct tls_ring_error *error)
{
	enum diag_code code = DIAG_KEYRING;

	if (error->about == TLS_RING_ABOUT_LABEL)
		code = DIAG_KEYRING_LABEL;
	else if (error->about == TLS_RING_ABOUT_KEY)
		code = DIAG_KEY_MISMATCH;
	else if (error->about == TLS_RING_ABOUT_SUITES)
		code = DIAG_SUITES_UNUSABLE;
	else if (error->about == TLS_RING_ABOUT_PAIRS)
		code = DIAG_PAIRS_UNUSABLE;
	fail(arg, code, error);
}

/* A certificate we present must be good now; its issuers as well. */
static void
check_dates(struct proof *p, const struct tls_ring_cert *c,
    const struct cert *cert)
{
	bool over = p->now > cert->not_after;
	struct tls_ring_error error;
	char name[128], date[CERT_DATE_MAX];

	if (!over && p->now >= cert->not_before)
		return;
	tls_ring_fault(&error, c->path, over ?
	    "renew it, or compare the host's clock" :
	    "wait for that day, or compare the host's clock",
	    "certificate %u, %s, %s %s", c->number,
	    name_print(&cert->subject, name, sizeof(name)),
	    over ? "has expired on" : "is not valid before",
	    cert_date(over ? cert->not_after : cert->not_before, date));
	fail(p, DIAG_CERTIFICATE_DATES, &error);
}

/* Of all certificates that the rule presents. */
static void
check_suites(struct proof *p)
{
	const struct settings *s = p->e->settings;
	struct fit fit = fit_judge(s, p->keys);
	struct tls_ring_error error;
	char names[FIT_NAMES_MAX];

	/* Where nothing is lost, the keys are not to blame. */
	if (p->keys == 0 || fit.served != 0 || fit.lost == 0)
		return;
	tls_ring_fault(&error, p->e->ring->chain_path,
	    p->keys == FIT_KEY(CERT_KEY_RSA) ?
	    "add ..._RSA_... suites to the list, or use a certificate with "
	    "an ECDSA key" :
	    "add ..._ECDSA_... suites to the list, or use a certificate with "
	    "an RSA key",
	    "its key is %s, and no suite of the list is for such a key (%s "
	    "is not)", fit_key_names(p->keys, names),
	    suites_find_code(fit.example)->name);
	error.about = TLS_RING_ABOUT_SUITES;
	fail(p, DIAG_SUITES_UNUSABLE, &error);
}

static void
check_key(struct proof *p, const struct tls_ring *ring,
    const struct cert *leaf)
{
	struct tls_ring_error error;
	const char *cure, *what = key_unusable(leaf, &cure);

	p->keys |= FIT_KEY(leaf->key);
	if (what != NULL) {
		tls_ring_fault(&error, ring->chain_path, cure, "%s", what);
		p->mismatch = true;
		fail(p, DIAG_KEY_KIND, &error);
		return;
	}
	if (!ring->has_personal ||
	    key_fits(ring->key_pem, ring->key_length, leaf) != 0)
		return;
	tls_ring_fault(&error, ring->key_path,
	    "put the key there that the certificate was issued for",
	    "the private key does not match the certificate '%s'",
	    ring->label);
	error.about = TLS_RING_ABOUT_KEY;
	p->mismatch = true;
	on_fault(p, &error);
}

static void
check_chain(struct proof *p, const struct tls_ring *ring)
{
	struct tls_ring_error error;
	const char *what;
	struct cert cert;
	bool critical;

	for (size_t i = 0; i < ring->chain_count; i++) {
		const struct tls_ring_cert *c = &ring->chain[i];

		if (cert_read(c->der, c->length, &cert, &what,
		    &critical) < 0) {
			tls_ring_fault(&error, c->path,
			    "issue the certificate again",
			    "certificate %u cannot be read: %s", c->number,
			    what);
			fail(p, DIAG_KEYRING, &error);
			continue;
		}
		check_dates(p, c, &cert);
		if (i == 0)
			check_key(p, ring, &cert);
		cert_fini(&cert);
	}
}

static void
refuse_anchor(struct proof *p, const struct tls_ring_cert *c,
    const struct cert *cert, const char *what)
{
	struct tls_ring_error error;
	char name[128] = "?", date[CERT_DATE_MAX];
	bool over = cert != NULL && p->now > cert->not_after;

	if (cert != NULL)
		name_print(&cert->subject, name, sizeof(name));
	tls_ring_fault(&error, c->path,
	    "replace it by a CA certificate that is good, or remove it",
	    "trusted certificate %u, %s: %s%s%s", c->number, name, what,
	    over ? "; it was good until " : "",
	    over ? cert_date(cert->not_after, date) : "");
	fail(p, DIAG_TRUSTED_CA, &error);
}

static void
add_anchor(struct proof *p, const struct tls_ring_cert *c)
{
	const char *what, *ignored;
	struct cert cert;
	bool critical, readable;

	readable = cert_read(c->der, c->length, &cert, &ignored,
	    &critical) == 0;
	/* In one PEM file CAs are told from intermediates by self-issue. */
	if (!(readable && p->e->ring->is_file && !cert_self_issued(&cert)) &&
	    path_anchors_add(p->e->anchors, c->der, c->length, p->now,
	    &what) < 0)
		refuse_anchor(p, c, readable ? &cert : NULL, what);
	if (readable)
		cert_fini(&cert);
}

static void
add_anchors(struct proof *p)
{
	p->e->anchors = path_anchors_new();
	if (p->e->anchors == NULL) {
		diag_out_of_memory(p->diag);
		p->failed = true;
		return;
	}
	for (size_t i = 0; i < p->e->ring->trusted_count; i++)
		add_anchor(p, &p->e->ring->trusted[i]);
}

static bool
validates_clients(const struct settings *s)
{
	return s->role == SETTINGS_ROLE_SERVER_WITH_CLIENT_AUTH &&
	    s->client_auth != SETTINGS_CLIENT_AUTH_PASSTHRU;
}

static void
check_trust(struct proof *p)
{
	const struct tls_ring *ring = p->e->ring;
	struct tls_ring_error error;

	if (ring->has_crls) {
		tls_ring_fault(&error, ring->path,
		    "move crl/ away; a later version judges revocation",
		    "the key ring has revocation lists in crl/, which this "
		    "version does not judge");
		fail(p, DIAG_KEYRING, &error);
	}
	/* Where one is there and no good, that was said. */
	if (!validates_clients(p->e->settings) ||
	    path_anchors_count(p->e->anchors) > 0 ||
	    (!ring->is_file && ring->trusted_count > 0))
		return;
	tls_ring_fault(&error, ring->path, ring->is_file ?
	    "append the clients' CA certificates" :
	    "put the clients' CA certificates into trusted/NAME.pem",
	    "client certificates are asked for, and the key ring trusts "
	    "no CA");
	fail(p, DIAG_KEYRING_TRUST, &error);
}

/*
 * One for each certificate that the rule presents, each with all that is
 * trusted, of which the first one's counts.
 */
static void
load_rings(struct proof *p)
{
	const struct settings *s = p->e->settings;
	const char *labels[LABELS_MAX];
	struct tls_ring **at = &p->e->ring;
	struct tls_ring_error error;
	size_t common, count;

	count = tls_hello_labels(s, labels, LABELS_MAX, &common);
	if (count > LABELS_MAX) {
		tls_ring_fault(&error, s->keyring,
		    "divide the names among several rules",
		    "a rule presents at most %d certificates, not %zu",
		    LABELS_MAX, count);
		fail(p, DIAG_KEYRING, &error);
		count = LABELS_MAX;
	}
	for (size_t i = 0; i < count; i++) {
		if (tls_ring_load(s->keyring, labels[i], on_fault, p, at) < 0)
			p->failed = true;
		if (*at == NULL)
			return;
		check_chain(p, *at);
		at = &(*at)->next;
	}
}

static bool
has_personal(const struct tls_ring *ring)
{
	while (ring != NULL && ring->has_personal)
		ring = ring->next;
	return ring == NULL;
}

/* Made and thrown away: what the library refuses is known before the fork. */
static void
try_context(struct proof *p)
{
	struct tls_ring_error error;
	struct tls_ctx *ctx;

	ctx = tls_ctx_new(p->e->settings, p->e->ring, NULL, judge_chain,
	    &p->e->judge, &error);
	if (ctx == NULL)
		on_fault(p, &error);
	else
		p->e->mute_13 = ctx->hello.mute_13;
	tls_ctx_free(&ctx);
}

static struct judge
make_judge(const struct environment *e)
{
	const struct settings *s = e->settings;
	const struct tls_lists_profile *profile = tls_lists_profile(s);
	const struct settings_codes *pairs = s->signature_pairs_cert.count >
	    0 ? &s->signature_pairs_cert : &s->signature_pairs;
	struct judge judge = {
		.admits_all = !validates_clients(s),
		.anchors = e->anchors,
		.min_rsa_bits = s->min_rsa_bits,
		.min_ecc_bits = s->min_ecc_bits,
		.pairs = pairs->codes, .pair_count = pairs->count,
	};

	if (profile == NULL)
		return judge;
	judge.pairs = profile->chain_pairs;
	judge.pair_count = tls_lists_profile_count(profile->chain_pairs,
	    ARRAY_SIZE(profile->chain_pairs));
	judge.curves = profile->curves;
	judge.curve_count = tls_lists_profile_count(profile->curves,
	    ARRAY_SIZE(profile->curves));
	judge.ca_curves = profile->ca_curves;
	judge.ca_curve_count = tls_lists_profile_count(profile->ca_curves,
	    ARRAY_SIZE(profile->ca_curves));
	return judge;
}

int
proof_environment(struct environment *environment, struct diag *diag)
{
	struct proof p = { .e = environment, .diag = diag,
	    .now = time(NULL) };

	load_rings(&p);
	if (environment->ring == NULL)
		return -1;
	check_suites(&p);
	add_anchors(&p);
	if (environment->anchors == NULL)
		return -1;
	/* Of a ring that is not there no more need be said. */
	if (!p.failed || environment->ring->chain_path != NULL)
		check_trust(&p);
	environment->judge = make_judge(environment);
	if (has_personal(environment->ring) && !p.mismatch)
		try_context(&p);
	return p.failed ? -1 : 0;
}
