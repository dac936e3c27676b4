#include "trust/path.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trust/name.h"

struct path_anchors {
	struct cert *certs;
	size_t count;
};

/* One judgement under way. */
struct walk {
	const struct path_params *params;
	struct path_verdict *verdict;
	struct cert certs[PATH_CERTS_MAX];
	size_t count;
	bool used[PATH_CERTS_MAX];
	unsigned signatures;
	int best;		/* how far the failure kept in verdict got */
};

struct path_anchors *
path_anchors_new(void)
{
	return calloc(1, sizeof(struct path_anchors));
}

void
path_anchors_free(struct path_anchors **anchors)
{
	struct path_anchors *a = *anchors;

	if (a == NULL)
		return;
	for (size_t i = 0; i < a->count; i++) {
		free((void *)(uintptr_t)a->certs[i].der.data);
		cert_fini(&a->certs[i]);
	}
	free(a->certs);
	free(a);
	*anchors = NULL;
}

size_t
path_anchors_count(const struct path_anchors *anchors)
{
	return anchors->count;
}

/* RFC 5280, 6.1.1 (d) leaves an anchor's own fields open; we use them all. */
static const char *
anchor_fault(const struct cert *cert, int64_t now)
{
	if (!cert->is_ca && !(cert->version == 1 && cert_self_issued(cert)))
		return "it is not a CA certificate";
	if (cert->has_key_usage && !cert->cert_sign)
		return "its key usage does not allow it to sign certificates";
	if (now > cert->not_after)
		return "it has expired";
	if (cert->name_constraints)
		return "it has name constraints, which are not judged yet";
	if (cert->unknown_critical)
		return "it has a critical extension that is not understood";
	if (cert->explicit_policy)
		return "it requires a certificate policy, which is not "
		    "judged yet";
	return NULL;
}

int
path_anchors_add(struct path_anchors *anchors, const uint8_t *der,
    size_t length, int64_t now, const char **error_r)
{
	struct cert *grown, *cert;
	uint8_t *copy;
	bool critical;

	*error_r = "memory is exhausted";
	grown = reallocarray(anchors->certs, anchors->count + 1,
	    sizeof(*grown));
	if (grown == NULL)
		return -1;
	anchors->certs = grown;
	copy = malloc(length);
	if (copy == NULL)
		return -1;
	memcpy(copy, der, length);
	cert = &anchors->certs[anchors->count];
	if (cert_read(copy, length, cert, error_r, &critical) < 0) {
		free(copy);
		return -1;
	}
	*error_r = anchor_fault(cert, now);
	if (*error_r != NULL) {
		cert_fini(cert);
		free(copy);
		return -1;
	}
	anchors->count++;
	return 0;
}

/*
 * Keeps the failure that got furthest: a path that leads to an anchor and
 * then fails says more than one that leads nowhere.
 */
static void PRINTF_LIKE(5, 6)
fail(struct walk *w, int progress, enum reason reason, int depth,
    const char *format, ...)
{
	va_list ap;

	if (progress <= w->best)
		return;
	w->best = progress;
	w->verdict->reason = reason;
	w->verdict->depth = depth;
	va_start(ap, format);
	vsnprintf(w->verdict->detail, sizeof(w->verdict->detail), format, ap);
	va_end(ap);
}

/* How far a path had come when it failed, in rising order. */
enum {
	PROGRESS_ISSUER = 1,	/* no issuer was found */
	PROGRESS_SIGNATURE,	/* one of that name, but another key */
	PROGRESS_CERT,		/* a certificate on the path is at fault */
};

/* By its size: NIST's curves are the only ones that are read. */
static bool
is_of_curve(const struct cert *cert, uint16_t curve)
{
	return cert->key == CERT_KEY_ECC && cert->key_bits ==
	    (curve == 23 ? 256 : curve == 24 ? 384 : curve == 25 ? 521 : 0);
}

static bool
check_curve(struct walk *w, const struct cert *cert, int depth)
{
	const uint16_t *curves = depth == 0 ? w->params->curves :
	    w->params->ca_curves;
	size_t count = depth == 0 ? w->params->curve_count :
	    w->params->ca_curve_count;

	for (size_t i = 0; i < count; i++)
		if (is_of_curve(cert, curves[i]))
			return true;
	if (count == 0)
		return true;
	fail(w, PROGRESS_CERT, REASON_CERT_UNSUPPORTED, depth,
	    "the key, of %u bits, is of no curve that the policy's "
	    "SuiteBProfile has", cert->key_bits);
	return false;
}

static bool
check_key(struct walk *w, const struct cert *cert, int depth)
{
	uint32_t least = cert->key == CERT_KEY_RSA ? w->params->min_rsa_bits :
	    cert->key == CERT_KEY_ECC ? w->params->min_ecc_bits : 0;

	/* DSA and DH keys, among others: no suite here could use them. */
	if (cert->key == CERT_KEY_OTHER) {
		fail(w, PROGRESS_CERT, REASON_CERT_UNSUPPORTED, depth,
		    "the key is of a kind that is not supported");
		return false;
	}
	if (cert->key_bits >= least)
		return check_curve(w, cert, depth);
	fail(w, PROGRESS_CERT, REASON_CERT_WEAK_KEY, depth,
	    "the key has %u bits, the policy asks for %u", cert->key_bits,
	    least);
	return false;
}

static bool
check_dates(struct walk *w, const struct cert *cert, int depth)
{
	char name[PATH_NAME_MAX];

	if (w->params->now > cert->not_after) {
		fail(w, PROGRESS_CERT, REASON_CERT_EXPIRED, depth,
		    "%s ended %lld seconds ago",
		    name_print(&cert->subject, name, sizeof(name)),
		    (long long)(w->params->now - cert->not_after));
		return false;
	}
	if (w->params->now < cert->not_before) {
		fail(w, PROGRESS_CERT, REASON_CERT_NOT_YET_VALID, depth,
		    "%s begins in %lld seconds",
		    name_print(&cert->subject, name, sizeof(name)),
		    (long long)(cert->not_before - w->params->now));
		return false;
	}
	return true;
}

static bool
check_purpose(struct walk *w, const struct cert *cert, int depth)
{
	bool good = w->params->purpose == PATH_PURPOSE_CLIENT ?
	    cert->client_auth : cert->server_auth;

	/* RFC 5280, 4.2.1.12: absent means any. */
	if (!cert->has_extended_usage || good)
		return true;
	fail(w, PROGRESS_CERT, REASON_CERT_WRONG_PURPOSE, depth,
	    "extended key usage does not include %sAuth",
	    w->params->purpose == PATH_PURPOSE_CLIENT ? "client" : "server");
	return false;
}

/* RFC 5280, 6.1.4 (k) to (n), for a CA below the anchor. */
static bool
check_ca(struct walk *w, const struct cert *ca, int depth, unsigned below)
{
	char name[PATH_NAME_MAX];

	name_print(&ca->subject, name, sizeof(name));
	if (!ca->is_ca) {
		fail(w, PROGRESS_CERT, REASON_CERT_NOT_A_CA, depth,
		    "%s is no CA", name);
		return false;
	}
	if (ca->has_key_usage && !ca->cert_sign) {
		fail(w, PROGRESS_CERT, REASON_CERT_WRONG_KEY_USAGE, depth,
		    "%s may not sign certificates", name);
		return false;
	}
	if (ca->has_path_length && below > ca->path_length) {
		fail(w, PROGRESS_CERT, REASON_CERT_NOT_A_CA, depth,
		    "%s allows %u CA certificates below it, there are %u",
		    name, ca->path_length, below);
		return false;
	}
	if (ca->name_constraints || ca->explicit_policy) {
		fail(w, PROGRESS_CERT, REASON_CERT_UNSUPPORTED, depth,
		    "%s restricts %s, which is not judged yet", name,
		    ca->name_constraints ? "names" : "policies");
		return false;
	}
	return true;
}

static bool
key_ids_differ(const struct cert *cert, const struct cert *issuer)
{
	return cert->akid.length != 0 && issuer->skid.length != 0 &&
	    (cert->akid.length != issuer->skid.length ||
	    memcmp(cert->akid.bytes, issuer->skid.bytes,
	    cert->akid.length) != 0);
}

/* Could `issuer` have issued `cert`, by name and identifier? */
static bool
names_match(const struct cert *cert, const struct cert *issuer)
{
	return der_same(&cert->issuer, &issuer->subject) &&
	    !key_ids_differ(cert, issuer);
}

static bool
pair_is_allowed(const struct path_params *params, uint16_t pair)
{
	for (size_t i = 0; i < params->pair_count; i++)
		if (params->pairs[i] == pair)
			return true;
	return params->pair_count == 0;
}

static bool
check_signature(struct walk *w, const struct cert *cert,
    const struct cert *issuer, int depth)
{
	char name[PATH_NAME_MAX];
	int rc;

	if (w->signatures++ >= PATH_SIGNATURES_MAX) {
		fail(w, PROGRESS_CERT, REASON_CERT_CHAIN_TOO_LONG, depth,
		    "more than %d signatures would have to be checked",
		    PATH_SIGNATURES_MAX);
		return false;
	}
	rc = cert_signed_by(cert, issuer);
	if (rc >= 0 && !pair_is_allowed(w->params, cert->signature_pair)) {
		fail(w, PROGRESS_CERT, REASON_CERT_SIGNATURE_PAIR, depth,
		    "signed by pair %04X", cert->signature_pair);
		return false;
	}
	if (rc > 0)
		return true;
	name_print(&issuer->subject, name, sizeof(name));
	if (rc < 0)
		fail(w, PROGRESS_CERT, REASON_CERT_WEAK_SIGNATURE, depth,
		    "signed with MD5 or SHA-1");
	else
		fail(w, PROGRESS_SIGNATURE, REASON_CERT_BAD_SIGNATURE, depth,
		    "not signed by the key of %s", name);
	return false;
}

static bool
same_key(const struct cert *a, const struct cert *b)
{
	return a->key_oid == b->key_oid &&
	    a->public_key_length == b->public_key_length &&
	    memcmp(a->public_key, b->public_key, a->public_key_length) == 0;
}

/* A certificate with an anchor's name and another key. */
static bool
is_clone(const struct walk *w, const struct cert *cert)
{
	const struct path_anchors *anchors = w->params->anchors;
	bool named = false;

	for (size_t i = 0; i < anchors->count; i++) {
		const struct cert *anchor = &anchors->certs[i];

		if (!der_same(&cert->subject, &anchor->subject))
			continue;
		if (same_key(cert, anchor))
			return false;
		/* A renewed CA has the name, but another identifier. */
		named = named || cert->skid.length == 0 ||
		    !(anchor->skid.length != 0 &&
		    memcmp(cert->skid.bytes, anchor->skid.bytes,
		    sizeof(cert->skid.bytes)) != 0);
	}
	return named;
}

static void
no_issuer(struct walk *w, const struct cert *top, int depth)
{
	char name[PATH_NAME_MAX];
	bool unrelated = false;

	name_print(&top->issuer, name, sizeof(name));
	for (size_t i = 0; i < w->count; i++)
		unrelated = unrelated || !w->used[i];
	if (unrelated)
		fail(w, PROGRESS_ISSUER, REASON_CERT_BROKEN_CHAIN, depth,
		    "certificates were sent, but not that of the issuer %s",
		    name);
	else if (cert_self_issued(top))
		fail(w, PROGRESS_ISSUER, REASON_CERT_UNKNOWN_CA, depth,
		    "%s is not in the key ring", name);
	else
		fail(w, PROGRESS_ISSUER, REASON_CERT_UNKNOWN_CA, depth,
		    "its issuer %s was not sent and is not in the key ring",
		    name);
}

static bool
ends_at_anchor(struct walk *w, const struct cert *cert, int depth,
    unsigned cas)
{
	const struct path_anchors *anchors = w->params->anchors;

	for (size_t i = 0; i < anchors->count; i++) {
		const struct cert *anchor = &anchors->certs[i];

		if (!names_match(cert, anchor) ||
		    !check_signature(w, cert, anchor, depth))
			continue;
		if (!check_dates(w, anchor, depth + 1))
			continue;
		if (anchor->has_path_length && cas > anchor->path_length) {
			fail(w, PROGRESS_CERT, REASON_CERT_NOT_A_CA, depth + 1,
			    "the trusted CA allows %u CA certificates below "
			    "it, there are %u", anchor->path_length, cas);
			continue;
		}
		if (!check_purpose(w, anchor, depth + 1) ||
		    !check_curve(w, anchor, depth + 1))
			continue;
		if (anchor->not_after < w->verdict->not_after)
			w->verdict->not_after = anchor->not_after;
		return true;
	}
	return false;
}

/*
 * Extends the path upwards from `cert`, depth first. `cas` counts the CA
 * certificates so far that are not self-issued (RFC 5280, 6.1.4 (l)).
 */
static bool
climb(struct walk *w, const struct cert *cert, int depth, unsigned cas)
{
	int64_t not_after = w->verdict->not_after;

	if (cert->not_after < w->verdict->not_after)
		w->verdict->not_after = cert->not_after;
	if (ends_at_anchor(w, cert, depth, cas))
		return true;
	for (size_t i = 1; i < w->count; i++) {
		const struct cert *issuer = &w->certs[i];

		if (w->used[i] || !names_match(cert, issuer))
			continue;
		w->used[i] = true;
		if (is_clone(w, issuer))
			fail(w, PROGRESS_CERT, REASON_CERT_CA_CLONE, depth + 1,
			    "it has a trusted CA's name and another key");
		else if (check_signature(w, cert, issuer, depth) &&
		    check_ca(w, issuer, depth + 1, cas) &&
		    check_dates(w, issuer, depth + 1) &&
		    check_key(w, issuer, depth + 1) &&
		    check_purpose(w, issuer, depth + 1) &&
		    climb(w, issuer, depth + 1,
		    cas + !cert_self_issued(issuer)))
			return true;
		w->used[i] = false;
	}
	no_issuer(w, cert, depth);
	w->verdict->not_after = not_after;
	return false;
}

/* A trusted CA's own certificate, or one for its key. */
static bool
is_anchor(const struct walk *w, const struct cert *cert)
{
	const struct path_anchors *anchors = w->params->anchors;

	for (size_t i = 0; i < anchors->count; i++)
		if (der_same(&cert->subject, &anchors->certs[i].subject) &&
		    same_key(cert, &anchors->certs[i]))
			return true;
	return false;
}

static bool
check_leaf(struct walk *w, const struct cert *leaf)
{
	/* First, because a clone is a CA certificate too. */
	if (is_clone(w, leaf)) {
		fail(w, PROGRESS_CERT, REASON_CERT_CA_CLONE, 0,
		    "it has a trusted CA's name and another key");
		return false;
	}
	if (leaf->is_ca || is_anchor(w, leaf)) {
		fail(w, PROGRESS_CERT, REASON_CERT_CA_AS_LEAF, 0, "%s", "");
		return false;
	}
	/* RFC 5246, 7.4.6; RFC 8446, 4.4.2.4. Older ones restrict nothing. */
	if (leaf->version != 3) {
		fail(w, PROGRESS_CERT, REASON_CERT_UNSUPPORTED, 0,
		    "it is of X.509 version %d, and TLS asks for 3",
		    leaf->version);
		return false;
	}
	return true;
}

static bool
check_leaf_use(struct walk *w, const struct cert *leaf)
{
	if (!check_dates(w, leaf, 0) || !check_key(w, leaf, 0))
		return false;
	/* RFC 5280, 4.2.1.3; RFC 8446, 4.4.2.3: TLS clients sign. */
	if (w->params->purpose == PATH_PURPOSE_CLIENT &&
	    leaf->has_key_usage && !leaf->digital_signature) {
		fail(w, PROGRESS_CERT, REASON_CERT_WRONG_KEY_USAGE, 0,
		    "key usage does not include digitalSignature");
		return false;
	}
	return check_purpose(w, leaf, 0);
}

/* The subject, or where that is empty (RFC 5280, 4.1.2.6) the other name. */
static void
identify(const struct cert *leaf, struct path_verdict *verdict)
{
	name_print(&leaf->subject, verdict->identity,
	    sizeof(verdict->identity));
	if (verdict->identity[0] == '\0')
		snprintf(verdict->identity, sizeof(verdict->identity), "%s",
		    leaf->alt_name);
}

/* Reads what was presented; false where any of it cannot be read. */
static bool
read_chain(struct walk *w, const struct der_bytes *chain, size_t count)
{
	const char *error;
	bool critical;

	for (size_t i = 0; i < count; i++) {
		if (cert_read(chain[i].data, chain[i].length,
		    &w->certs[i], &error, &critical) < 0) {
			fail(w, PROGRESS_CERT, critical ?
			    REASON_CERT_UNSUPPORTED : REASON_CERT_BAD,
			    (int)i, "certificate %zu: %s", i, error);
			return false;
		}
		w->count++;
		if (i == 0)
			identify(&w->certs[0], w->verdict);
		if (w->certs[i].unknown_critical) {
			fail(w, PROGRESS_CERT, REASON_CERT_UNSUPPORTED, (int)i,
			    "certificate %zu has a critical extension that is "
			    "not understood", i);
			return false;
		}
	}
	return true;
}

void
path_judge(const struct path_params *params, const struct der_bytes *chain,
    size_t count, struct path_verdict *verdict_r)
{
	struct walk w = { .params = params, .verdict = verdict_r };

	*verdict_r = (struct path_verdict){
		.reason = REASON_CERT_UNKNOWN_CA,
		.not_after = INT64_MAX,
	};
	if (count == 0) {
		verdict_r->reason = REASON_NO_CERT;
		return;
	}
	if (count > PATH_CERTS_MAX) {
		fail(&w, PROGRESS_CERT, REASON_CERT_CHAIN_TOO_LONG, 0,
		    "%zu certificates were sent, %d are looked at", count,
		    PATH_CERTS_MAX);
		return;
	}
	w.used[0] = true;
	/* The leaf's own faults come last: trust is the first question. */
	if (read_chain(&w, chain, count) && check_leaf(&w, &w.certs[0]) &&
	    climb(&w, &w.certs[0], 0, 0) && check_leaf_use(&w, &w.certs[0])) {
		verdict_r->reason = REASON_OK;
		verdict_r->depth = 0;
		verdict_r->detail[0] = '\0';
	}
	for (size_t i = 0; i < w.count; i++)
		cert_fini(&w.certs[i]);
}

void
path_describe(const struct der_bytes *leaf, struct path_verdict *verdict_r)
{
	struct cert cert;
	const char *error;
	bool critical;

	*verdict_r = (struct path_verdict){ .reason = REASON_OK };
	if (cert_read(leaf->data, leaf->length, &cert, &error,
	    &critical) < 0) {
		if (!critical)
			verdict_r->reason = REASON_CERT_BAD;
		snprintf(verdict_r->detail, sizeof(verdict_r->detail), "%s",
		    error);
		return;
	}
	identify(&cert, verdict_r);
	verdict_r->not_after = cert.not_after;
	cert_fini(&cert);
}

