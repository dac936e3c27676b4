#include "agent/environment.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "policy/diag.h"
#include "policy/rules.h"
#include "policy/settings.h"
#include "tls/tls_ctx.h"
#include "tls/tls_keys.h"
#include "tls/tls_resume.h"
#include "tls/tls_ring.h"
#include "tls/tls_store.h"
#include "trust/cert.h"
#include "trust/name.h"
#include "trust/path.h"

static int
by_settings(const void *a, const void *b)
{
	const struct environment *x = a, *y = b;

	return x->settings < y->settings ? -1 : x->settings > y->settings;
}

struct environment *
environment_find(const struct environment_table *table,
    const struct settings *settings)
{
	struct environment key = { .settings = settings };

	return bsearch(&key, table->items, table->count, sizeof(key),
	    by_settings);
}

/* The line that a fault is about; the Keyring's where that one is default. */
static struct source_span
span_of(const struct settings *s, enum tls_ring_about about)
{
	const struct source_span *origin = NULL;

	switch (about) {
	case TLS_RING_ABOUT_LABEL:
		origin = SETTINGS_ORIGIN(s, certificate_label);
		break;
	case TLS_RING_ABOUT_SUITES:
		origin = SETTINGS_ORIGIN(s, ciphers);
		break;
	case TLS_RING_ABOUT_RING:
		break;
	}
	if (origin == NULL)
		origin = SETTINGS_ORIGIN(s, keyring);
	return origin == NULL ? (struct source_span){ 0 } : *origin;
}

static int
report(struct diag *diag, enum diag_code code, const struct settings *s,
    const struct tls_ring_error *error)
{
	struct diag_record *record;

	record = diag_report(diag, code, span_of(s, error->about), "%s: %s",
	    error->path, error->what);
	diag_cure(diag, record, "%s", error->cure);
	return -1;
}

/* A certificate we present must be good now; its issuers as well. */
static int
check_chain(const struct environment *e, struct diag *diag)
{
	struct tls_ring_error error;
	const char *what;
	char name[256];
	struct cert cert;
	bool critical;
	int64_t now = time(NULL);

	for (size_t i = 0; i < e->ring->chain_count; i++) {
		const struct tls_ring_cert *c = &e->ring->chain[i];

		if (cert_read(c->der, c->length, &cert, &what,
		    &critical) < 0) {
			tls_ring_fault(&error, c->path,
			    "issue the certificate again",
			    "certificate %u cannot be read: %s", c->number,
			    what);
			return report(diag, DIAG_KEYRING, e->settings,
			    &error);
		}
		name_print(&cert.subject, name, sizeof(name));
		what = now > cert.not_after ? "has expired" :
		    now < cert.not_before ? "is not valid yet" : NULL;
		cert_fini(&cert);
		if (what != NULL) {
			tls_ring_fault(&error, c->path,
			    "renew it, or compare the host's clock",
			    "certificate %u, %s, %s", c->number, name, what);
			return report(diag, DIAG_CERTIFICATE_DATES,
			    e->settings, &error);
		}
	}
	return 0;
}

/* In one PEM file, CAs are told from intermediates by being self-issued. */
static bool
is_anchor(const struct tls_ring *ring, const struct tls_ring_cert *c)
{
	const char *what;
	struct cert cert;
	bool critical, self;

	if (!ring->is_file)
		return true;
	if (cert_read(c->der, c->length, &cert, &what, &critical) < 0)
		return true;	/* the fault is reported where it is added */
	self = cert_self_issued(&cert);
	cert_fini(&cert);
	return self;
}

static int
add_anchors(struct environment *e, struct diag *diag)
{
	struct tls_ring_error error;
	const char *what;

	e->anchors = path_anchors_new();
	if (e->anchors == NULL) {
		diag_out_of_memory(diag);
		return -1;
	}
	for (size_t i = 0; i < e->ring->trusted_count; i++) {
		const struct tls_ring_cert *c = &e->ring->trusted[i];

		if (!is_anchor(e->ring, c) ||
		    path_anchors_add(e->anchors, c->der, c->length,
		    time(NULL), &what) == 0)
			continue;
		tls_ring_fault(&error, c->path,
		    "replace it by a CA certificate that is good, or remove "
		    "it", "trusted certificate %u: %s", c->number, what);
		return report(diag, DIAG_KEYRING, e->settings, &error);
	}
	return 0;
}

static bool
validates_clients(const struct settings *s)
{
	return s->role == SETTINGS_ROLE_SERVER_WITH_CLIENT_AUTH &&
	    s->client_auth != SETTINGS_CLIENT_AUTH_PASSTHRU;
}

static int
check_trust(const struct environment *e, struct diag *diag)
{
	struct tls_ring_error error;

	if (e->ring->has_crls) {
		tls_ring_fault(&error, e->ring->path,
		    "move crl/ away; a later version judges revocation",
		    "the key ring has revocation lists in crl/, which this "
		    "version does not judge");
		return report(diag, DIAG_KEYRING, e->settings, &error);
	}
	if (!validates_clients(e->settings) ||
	    path_anchors_count(e->anchors) > 0)
		return 0;
	tls_ring_fault(&error, e->ring->path,
	    e->ring->is_file ? "append the clients' CA certificates" :
	    "put the clients' CA certificates into trusted/NAME.pem",
	    "client certificates are asked for, and the key ring trusts "
	    "no CA");
	return report(diag, DIAG_KEYRING_TRUST, e->settings, &error);
}

/* Made and thrown away: what the library refuses is known before the fork. */
static int
try_context(struct environment *e, struct diag *diag)
{
	struct tls_ring_error error;
	struct tls_ctx *ctx;

	ctx = tls_ctx_new(e->settings, e->ring, NULL, judge_chain, &e->judge,
	    &error);
	if (ctx == NULL)
		return report(diag, DIAG_KEYRING, e->settings, &error);
	tls_ctx_free(&ctx);
	return 0;
}

static int
load(struct environment *e, struct diag *diag)
{
	const struct settings *s = e->settings;
	struct tls_ring_error error;

	if (tls_ring_load(s->keyring, s->certificate_label, &e->ring,
	    &error) < 0)
		return report(diag, DIAG_KEYRING, s, &error);
	if (check_chain(e, diag) < 0 || add_anchors(e, diag) < 0 ||
	    check_trust(e, diag) < 0)
		return -1;
	e->judge = (struct judge){
		.admits_all = !validates_clients(s),
		.anchors = e->anchors,
		.min_rsa_bits = s->min_rsa_bits,
		.min_ecc_bits = s->min_ecc_bits,
	};
	return try_context(e, diag);
}

/* One environment for each distinct settings of a secured rule. */
static int
collect(const struct rules *rules, struct environment_table *table)
{
	size_t kept = 0;

	table->items = calloc(rules_count(rules) + 1,
	    sizeof(table->items[0]));
	if (table->items == NULL)
		return -1;
	for (size_t i = 0; i < rules_count(rules); i++)
		if (rules_at(rules, i)->actions->secured)
			table->items[table->count++].settings =
			    rules_at(rules, i)->actions->settings;
	qsort(table->items, table->count, sizeof(table->items[0]),
	    by_settings);
	for (size_t i = 0; i < table->count; i++)
		if (i == 0 || table->items[i].settings !=
		    table->items[kept - 1].settings)
			table->items[kept++].settings =
			    table->items[i].settings;
	table->count = kept;
	return 0;
}

int
environment_load(const struct rules *rules, struct diag *diag,
    struct environment_table *table_r)
{
	int rc = 0;

	*table_r = (struct environment_table){ 0 };
	if (collect(rules, table_r) < 0) {
		diag_out_of_memory(diag);
		return -1;
	}
	for (size_t i = 0; i < table_r->count; i++)
		if (load(&table_r->items[i], diag) < 0)
			rc = -1;
	if (rc < 0)
		environment_free(table_r);
	return rc;
}

void
environment_check(const struct rules *rules, struct diag *diag)
{
	struct environment_table table;

	if (environment_load(rules, diag, &table) == 0)
		environment_free(&table);
}

_Static_assert(TLS_KEYS_MAX >= SETTINGS_TICKET_TURNS + 2,
    "lint promises that keys outlive so many turns");

/* Where a timeout is coded it rules tickets, too. */
static struct tls_store_params
store_params(const struct settings *s)
{
	bool coded = SETTINGS_ORIGIN(s, v3_session_timeout) != NULL;
	uint32_t ticket = coded && s->v3_session_timeout < s->ticket_timeout ?
	    s->v3_session_timeout : s->ticket_timeout;

	return (struct tls_store_params){
		.id_life = (int64_t)s->v3_session_timeout * 1000,
		.ids = s->v3_sidcache_size,
		.ticket_life = (int64_t)ticket * 1000,
		.tickets = s->ticket_enable ? s->ticket_count : 0,
		.key_refresh = (int64_t)s->ticket_key_refresh * 1000,
		.cipher_bits = s->ticket_algorithm ==
		    SETTINGS_TICKET_AESCBC256 ? 256 : 128,
	};
}

int
environment_share_sessions(struct environment_table *table)
{
	struct tls_store_params params;

	for (size_t i = 0; i < table->count && tls_resume_possible(); i++) {
		params = store_params(table->items[i].settings);
		if (tls_store_new(&params, &table->items[i].store) < 0)
			return -1;
	}
	return 0;
}

int64_t
environment_tend_keys(struct environment_table *table)
{
	int64_t next = INT64_MAX, left;

	for (size_t i = 0; i < table->count; i++) {
		left = tls_store_tend(table->items[i].store);
		if (left < next)
			next = left;
	}
	return next;
}

void
environment_end_sessions(struct environment_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		tls_store_wipe(table->items[i].store);
}

void
environment_free(struct environment_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		tls_store_free(&table->items[i].store);
		tls_ring_free(&table->items[i].ring);
		path_anchors_free(&table->items[i].anchors);
	}
	free(table->items);
	*table = (struct environment_table){ 0 };
}
