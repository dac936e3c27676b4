#include "agent/environment.h"

#include <stdlib.h>

#include "agent/inspect-backend.h"
#include "agent/inspect-user.h"
#include "agent/inspect.h"
#include "agent/proof.h"
#include "policy/diag.h"
#include "policy/rules.h"
#include "policy/settings.h"
#include "tls/tls_keys.h"
#include "tls/tls_resume.h"
#include "tls/tls_ring.h"
#include "tls/tls_store.h"
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
		/* no settings: a mistake was found in what leads to them */
		if (rules_at(rules, i)->actions->secured &&
		    rules_at(rules, i)->actions->settings != NULL)
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

/* Faults leave the table whole, with what could be loaded. */
static int
load(const struct rules *rules, struct diag *diag,
    struct environment_table *table)
{
	int rc = 0;

	*table = (struct environment_table){ 0 };
	if (collect(rules, table) < 0) {
		diag_out_of_memory(diag);
		return -1;
	}
	for (size_t i = 0; i < table->count; i++)
		if (proof_environment(&table->items[i], diag) < 0)
			rc = -1;
	return rc;
}

int
environment_load(const struct rules *rules, struct diag *diag,
    struct environment_table *table_r)
{
	int rc = load(rules, diag, table_r);

	if (rc < 0)
		environment_free(table_r);
	return rc;
}

void
environment_check(const struct rules *rules, struct diag *diag)
{
	struct environment_table table;

	/* What a start refuses is in diag; the rest is looked at all the same. */
	(void)load(rules, diag, &table);
	for (size_t i = 0; i < table.count; i++)
		inspect_environment(&table.items[i], diag);
	inspect_backend_all(rules, diag);
	inspect_user_all(rules, diag);
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
