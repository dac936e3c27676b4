#include "agent/inspect.h"

#include <stdlib.h>
#include <time.h>

#include "agent/environment.h"
#include "agent/fault.h"
#include "agent/fit.h"
#include "agent/inspect-chain.h"
#include "agent/inspect-files.h"
#include "policy/settings.h"
#include "trust/crl.h"
#include "trust/name.h"

#define DAY		(24 * 60 * 60)
#define SOON_DAYS	30
/* What clients of today accept: CA/Browser Forum, TLS BR, 6.1.5. */
#define RSA_BITS	2048
#define ECC_BITS	256

/* One environment under inspection, and what its ring's files say. */
struct inspection {
	const struct environment *e;
	const struct tls_ring *ring;	/* one label of the environment's */
	struct diag *diag;
	int64_t now;
	struct inspect_chain_cert *chain, *trusted;
	size_t chain_count, trusted_count;
};

/* --- certificates, ours and those of trusted CAs ------------------------- */

static void
check_end(const struct inspection *in, const struct inspect_chain_cert *c,
    const char *kind)
{
	int64_t left = c->cert.not_after - in->now;
	char date[CERT_DATE_MAX];

	if (left >= 0 && left < SOON_DAYS * DAY)
		fault_say(in->diag, DIAG_CERTIFICATE_ENDS, in->e->settings,
		    c->file->path, "renew it before that day",
		    "%s %u, %s, ends on %s, in %d days", kind,
		    c->file->number, c->name,
		    cert_date(c->cert.not_after, date), (int)(left / DAY));
}

/* The least size of a key that clients, or our own policy, accept. */
static void
check_key(const struct inspection *in, const struct inspect_chain_cert *c,
    const char *kind)
{
	const struct settings *s = in->e->settings;
	bool rsa = c->cert.key == CERT_KEY_RSA;
	uint32_t least = rsa ? RSA_BITS : ECC_BITS;
	uint32_t policy = rsa ? s->min_rsa_bits : s->min_ecc_bits;

	/* Of a curve that is not known no size is, either. */
	if ((c->cert.key != CERT_KEY_RSA && c->cert.key != CERT_KEY_ECC) ||
	    c->cert.key_bits == 0)
		return;
	if (c->cert.key_bits < least)
		fault_say(in->diag, DIAG_KEY_WEAK, s, c->file->path,
		    "make a new key and certificate",
		    "%s %u, %s, has a key of %u bits; %u are the least of "
		    "today", kind, c->file->number, c->name,
		    c->cert.key_bits, least);
	else if (c->cert.key_bits < policy)
		fault_say(in->diag, DIAG_KEY_WEAK, s, c->file->path,
		    "make a new key and certificate, or ask for less",
		    "%s %u, %s, has a key of %u bits, and %s asks clients "
		    "for %u", kind, c->file->number, c->name,
		    c->cert.key_bits, rsa ? "PeerMinRsaKeySize" :
		    "PeerMinECCKeySize", policy);
}

static void
check_ours(const struct inspection *in, const struct inspect_chain_cert *c)
{
	check_end(in, c, "certificate");
	check_key(in, c, "certificate");
	/* Nobody looks at the signature of a root. */
	if (c->cert.weak_signature && !cert_self_issued(&c->cert))
		fault_say(in->diag, DIAG_SIGNATURE_WEAK, in->e->settings,
		    c->file->path, "have it issued again, with SHA-256",
		    "certificate %u, %s, is signed by MD5 or SHA-1, which "
		    "clients refuse", c->file->number, c->name);
}

/* What the server's certificate is for. */
static void
check_leaf(const struct inspection *in)
{
	const struct inspect_chain_cert *c = &in->chain[0];
	const struct settings *s = in->e->settings;
	const char *path = c->file->path;

	if (c->cert.is_ca)
		fault_say(in->diag, DIAG_SERVER_IS_CA, s, path,
		    "issue a certificate for the server with CA:FALSE",
		    "%s is a CA certificate, which some clients refuse",
		    c->name);
	if (c->cert.has_extended_usage && !c->cert.server_auth)
		fault_say(in->diag, DIAG_SERVER_USE, s, path,
		    "issue it with extendedKeyUsage serverAuth",
		    "%s is not for servers: its extended key usage lacks "
		    "serverAuth", c->name);
	else if (!c->cert.has_extended_usage)
		fault_say(in->diag, DIAG_SERVER_NAME, s, path,
		    "issue it with extendedKeyUsage serverAuth",
		    "%s has no extended key usage, and some clients ask for "
		    "serverAuth", c->name);
	if (c->cert.has_key_usage && !c->cert.digital_signature &&
	    fit_needs_signature(s))
		fault_say(in->diag, DIAG_SERVER_USE, s, path,
		    "issue it with keyUsage digitalSignature",
		    "%s may not sign handshakes: its key usage lacks "
		    "digitalSignature", c->name);
	if (!c->cert.has_alt_name)
		fault_say(in->diag, DIAG_SERVER_NAME, s, path,
		    "issue it with subjectAltName",
		    "%s has no subjectAltName, and browsers look nowhere else "
		    "for the server's name", c->name);
}

/* The highest version of a set. */
static const char *
version_name(uint32_t versions)
{
	return versions & 1u << 4 ? "TLS 1.3" : versions & 1u << 3 ?
	    "TLS 1.2" : versions & 1u << 2 ? "TLS 1.1" : "TLS 1.0";
}

static void
check_suites(const struct inspection *in)
{
	const struct inspect_chain_cert *c = &in->chain[0];
	struct fit fit = fit_judge(in->e->settings, FIT_KEY(c->cert.key));
	struct tls_ring_error error;
	char key[FIT_NAMES_MAX];

	fit_key_names(FIT_KEY(c->cert.key), key);
	/* What is for other keys harms nobody: lists have both kinds. */
	if (fit.served == 0 || fit.lost == 0)
		return;
	tls_ring_fault(&error, c->file->path,
	    "add suites for this key, or switch the version off",
	    "its key is %s, and no suite of the list is for such a key in %s",
	    key, version_name(fit.lost));
	error.about = TLS_RING_ABOUT_SUITES;
	fault_add(in->diag, DIAG_SUITES_VERSION, in->e->settings, &error);
}

static void
check_pairs(const struct environment *e, struct diag *diag)
{
	struct tls_ring_error error;

	if (!e->mute_13)
		return;
	tls_ring_fault(&error, e->ring->chain_path,
	    "add a pair for this key: 0804 for RSA, 0403, 0503 or 0603 for "
	    "ECDSA on P-256, P-384 or P-521, 0807 for Ed25519",
	    "its key can sign by none of the rule's signature pairs in TLS "
	    "1.3, which is therefore off");
	error.about = TLS_RING_ABOUT_PAIRS;
	fault_add(diag, DIAG_PAIRS_VERSION, e->settings, &error);
}

static void
check_trusted(const struct inspection *in)
{
	for (size_t i = 0; i < in->trusted_count; i++) {
		const struct inspect_chain_cert *c = &in->trusted[i];
		char date[CERT_DATE_MAX];

		check_end(in, c, "trusted certificate");
		check_key(in, c, "trusted certificate");
		if (in->now < c->cert.not_before)
			fault_say(in->diag, DIAG_CA_NOT_YET, in->e->settings,
			    c->file->path, "compare the host's clock",
			    "trusted certificate %u, %s, is not valid before "
			    "%s, and no client of it is let in",
			    c->file->number, c->name,
			    cert_date(c->cert.not_before, date));
		for (size_t k = 0; k < i; k++) {
			if (!der_same(&c->cert.der, &in->trusted[k].cert.der))
				continue;
			fault_say(in->diag, DIAG_CA_TWICE, in->e->settings,
			    c->file->path, "remove one",
			    "trusted certificate %u, %s, is also in %s",
			    c->file->number, c->name,
			    in->trusted[k].file->path);
			break;
		}
	}
}

/* --- revocation lists ---------------------------------------------------- */

static bool
is_ca_of_ring(const struct inspection *in, const struct der_bytes *name)
{
	for (size_t i = 0; i < in->trusted_count; i++)
		if (der_same(name, &in->trusted[i].cert.subject))
			return true;
	for (size_t i = 1; i < in->chain_count; i++)
		if (der_same(name, &in->chain[i].cert.subject))
			return true;
	return false;
}

static void
check_crl_dates(const struct inspection *in, const struct tls_ring_cert *file,
    const struct crl *crl, const char *issuer)
{
	const struct settings *s = in->e->settings;
	char date[CERT_DATE_MAX];

	if (!crl->has_next_update)
		fault_say(in->diag, DIAG_CRL_DATES, s, file->path,
		    "issue it with a date of the next update (RFC 5280, "
		    "5.1.2.5)",
		    "revocation list %u of %s does not say until when it is "
		    "good", file->number, issuer);
	else if (crl->next_update < in->now)
		fault_say(in->diag, DIAG_CRL_DATES, s, file->path,
		    "fetch the present one from the CA",
		    "revocation list %u of %s is out of date: the next one "
		    "was due on %s", file->number, issuer,
		    cert_date(crl->next_update, date));
	if (crl->this_update > in->now)
		fault_say(in->diag, DIAG_CRL_DATES, s, file->path,
		    "compare the host's clock",
		    "revocation list %u of %s is of %s, which is to come",
		    file->number, issuer, cert_date(crl->this_update, date));
}

static void
check_crls(const struct inspection *in)
{
	const struct settings *s = in->e->settings;
	const char *what;
	char issuer[128];
	struct crl crl;

	for (size_t i = 0; i < in->ring->crl_count; i++) {
		const struct tls_ring_cert *file = &in->ring->crls[i];

		if (crl_read(file->der, file->length, &crl, &what) < 0) {
			fault_say(in->diag, DIAG_CRL_UNREADABLE, s,
			    file->path, "fetch it again from the CA",
			    "revocation list %u: %s", file->number, what);
			continue;
		}
		name_print(&crl.issuer, issuer, sizeof(issuer));
		check_crl_dates(in, file, &crl, issuer);
		if (!is_ca_of_ring(in, &crl.issuer))
			fault_say(in->diag, DIAG_CRL_ISSUER, s, file->path,
			    "remove it, or put the CA into trusted/",
			    "revocation list %u is of %s, which is no CA of "
			    "this key ring", file->number, issuer);
	}
}

/* --- an environment ------------------------------------------------------ */

/* Those of a list that can be read; the proof speaks of the others. */
static struct inspect_chain_cert *
read_all(const struct tls_ring_cert *list, size_t count, size_t *count_r)
{
	struct inspect_chain_cert *certs = calloc(count + 1, sizeof(*certs));
	struct inspect_chain_cert *c = certs;
	const char *what;
	bool critical;

	*count_r = 0;
	for (size_t i = 0; certs != NULL && i < count; i++) {
		if (cert_read(list[i].der, list[i].length, &c->cert, &what,
		    &critical) < 0)
			continue;
		c->file = &list[i];
		name_print(&c->cert.subject, c->name, sizeof(c->name));
		c++;
		++*count_r;
	}
	return certs;
}

static void
free_all(struct inspect_chain_cert *certs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		cert_fini(&certs[i].cert);
	free(certs);
}

/* What the server presents, by one of its labels. */
static void
inspect_presented(struct inspection *in)
{
	for (size_t i = 0; i < in->chain_count; i++)
		check_ours(in, &in->chain[i]);
	/* What is the leaf cannot be told where one was unreadable. */
	if (in->chain_count == 0 || in->chain_count != in->ring->chain_count)
		return;
	check_leaf(in);
	/* Where there are several, each has suites of its own. */
	if (in->e->ring->next == NULL)
		check_suites(in);
	inspect_chain_follow(in->e->settings, in->ring->is_file, in->chain,
	    in->chain_count, in->trusted, in->trusted_count, in->diag);
}

/* What all labels of a ring share. */
static void
inspect_shared(const struct inspection *in)
{
	/* In one PEM file they are part of the chain, and seen. */
	if (!in->ring->is_file)
		check_trusted(in);
	check_crls(in);
}

void
inspect_environment(const struct environment *environment, struct diag *diag)
{
	const struct tls_ring *ring = environment->ring;

	if (ring == NULL)
		return;
	inspect_files_all(environment, diag);
	check_pairs(environment, diag);
	for (; ring != NULL; ring = ring->next) {
		struct inspection in = { .e = environment, .ring = ring,
		    .diag = diag, .now = time(NULL) };

		in.chain = read_all(ring->chain, ring->chain_count,
		    &in.chain_count);
		in.trusted = read_all(ring->trusted, ring->trusted_count,
		    &in.trusted_count);
		if (in.chain == NULL || in.trusted == NULL) {
			diag_out_of_memory(diag);
		} else {
			inspect_presented(&in);
			if (ring == environment->ring)
				inspect_shared(&in);
		}
		free_all(in.chain, in.chain_count);
		free_all(in.trusted, in.trusted_count);
	}
}
