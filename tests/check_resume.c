/*
 * Sessions that resume, and those that must not: by ticket in TLS 1.3 and
 * 1.2, and by id.
 */
#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/settings.h>
#include <wolfssl/ssl.h>

#include <check.h>
#include <time.h>

#include "base/compiler.h"
#include "policy/settings.h"
#include "support/clock.h"
#include "support/runner.h"
#include "support/visit.h"
#include "tls/tls_cache.h"
#include "tls/tls_ctx.h"
#include "tls/tls_keys.h"
#include "tls/tls_library.h"
#include "tls/tls_lineage.h"
#include "tls/tls_resume.h"
#include "tls/tls_store.h"

static void
leave(struct tls_lineage *lineage)
{
	(void)lineage;
}

static void
age_an_hour(struct tls_lineage *lineage)
{
	lineage->since -= VISIT_HOUR;
}

static void
age_out(struct tls_lineage *lineage)
{
	lineage->since -= 2 * VISIT_HOUR;
}

static void
be_of_the_future(struct tls_lineage *lineage)
{
	lineage->since += VISIT_HOUR;
}

static void
expire(struct tls_lineage *lineage)
{
	lineage->not_after = time(NULL) - 1;
}

static void
be_good_for_a_while(struct tls_lineage *lineage)
{
	lineage->not_after = time(NULL) + 3600;
}

static void
be_of_another_rule(struct tls_lineage *lineage)
{
	lineage->rule++;
}

static void
be_of_another_version(struct tls_lineage *lineage)
{
	lineage->version = lineage->version == 0x0304 ? 0x0303 : 0x0304;
}

static void
be_of_another_name(struct tls_lineage *lineage)
{
	lineage->name[TLS_LINEAGE_NAME - 1] ^= 1;
}

static void
be_of_nobody(struct tls_lineage *lineage)
{
	lineage->presented = false;
}

START_TEST(without_a_store_nothing_resumes)
{
	struct tls_ctx *ctx = visit_ctx(NULL, SETTINGS_CLIENT_AUTH_REQUIRED);
	struct visit_kept kept = { .session = NULL };

	for (int i = 0; i < 3; i++) {
		struct visit v = visit(ctx, _i, &kept);

		visit_expect(&v, false);
		ck_assert_uint_eq(kept.length, 0);
	}
	visit_forget(&kept);
	tls_ctx_free(&ctx);
}
END_TEST

START_TEST(resumes)
{
	enum visit_way way = (enum visit_way)(_i % VISIT_WAYS);
	struct tls_store *store = _i < VISIT_WAYS ? visit_store(way) :
	    visit_store_of_both();
	struct tls_ctx *ctx = visit_ctx(store, SETTINGS_CLIENT_AUTH_REQUIRED);
	struct visit_kept kept = { .session = NULL };

	for (int i = 0; i < 4; i++) {
		struct visit v = visit(ctx, way, &kept);

		visit_expect(&v, i > 0);
		ck_assert_int_eq(kept.length > 0, way != VISIT_BY_ID);
	}
	visit_forget(&kept);
	tls_ctx_free(&ctx);
	tls_store_free(&store);
}
END_TEST

/* Another worker: a context of its own, the same store. */
START_TEST(resumes_elsewhere)
{
	struct tls_store *store = visit_store(_i);
	struct tls_ctx *one = visit_ctx(store, SETTINGS_CLIENT_AUTH_REQUIRED);
	struct tls_ctx *two = visit_ctx(store, SETTINGS_CLIENT_AUTH_REQUIRED);
	struct visit_kept kept = { .session = NULL };
	struct visit v = visit(one, _i, &kept);

	visit_expect(&v, false);
	v = visit(two, _i, &kept);
	visit_expect(&v, true);
	visit_forget(&kept);
	tls_ctx_free(&one);
	tls_ctx_free(&two);
	tls_store_free(&store);
}
END_TEST

/* As if it were due. */
static void
turn_keys(struct tls_keys *keys)
{
	struct tls_seal_key before, after;

	ck_assert(tls_keys_newest(keys, &before));
	keys->slots[keys->newest].made -= keys->refresh;
	(void)tls_keys_tend(keys);
	ck_assert(tls_keys_newest(keys, &after));
	ck_assert_mem_ne(before.name, after.name, TLS_SEAL_NAME);
}

/* However often it was resumed, and by whichever key was sealed anew. */
START_TEST(ages_from_the_full_handshake)
{
	struct tls_store *store = visit_store(_i);
	struct tls_ctx *ctx = visit_ctx(store, SETTINGS_CLIENT_AUTH_REQUIRED);
	struct visit_kept kept = { .session = NULL };
	struct visit v = visit(ctx, _i, &kept);
	int64_t now = (int64_t)time(NULL) * 1000;

	visit_change(store, _i, &kept, age_an_hour);
	for (int i = 0; i < 4; i++) {
		turn_keys(_i == VISIT_BY_ID ? store->id_keys :
		    store->ticket_keys);
		v = visit(ctx, _i, &kept);
		visit_expect(&v, true);
		ck_assert_int_lt(v.when, now - VISIT_HOUR + VISIT_HOUR / 2);
		ck_assert_int_gt(v.when, now - VISIT_HOUR - VISIT_HOUR / 2);
	}
	store->params.id_life = store->params.ticket_life = VISIT_HOUR;
	v = visit(ctx, _i, &kept);
	visit_expect(&v, false);
	v = visit(ctx, _i, &kept);
	visit_expect(&v, true);
	ck_assert_int_gt(v.when, now - VISIT_HOUR / 2);
	visit_forget(&kept);
	tls_ctx_free(&ctx);
	tls_store_free(&store);
}
END_TEST

static const struct {
	const char *what;
	visit_change_fn *change;
	bool resumes;
} changes[] = {
	{ "nothing", leave, true },
	{ "an hour old", age_an_hour, true },
	{ "good for a while", be_good_for_a_while, true },
	{ "too old", age_out, false },
	{ "of the future", be_of_the_future, false },
	{ "certificate expired", expire, false },
	{ "another rule", be_of_another_rule, false },
	{ "another version", be_of_another_version, false },
	{ "another name", be_of_another_name, false },
	{ "no certificate", be_of_nobody, false },
};

START_TEST(holds_a_lineage_against_its_connection)
{
	enum visit_way way = (enum visit_way)(_i % VISIT_WAYS);
	size_t i = (size_t)_i / VISIT_WAYS;
	struct tls_store *store = visit_store(way);
	struct tls_ctx *ctx = visit_ctx(store, SETTINGS_CLIENT_AUTH_REQUIRED);
	struct visit_kept kept = { .session = NULL };
	struct visit v = visit(ctx, way, &kept);

	visit_change(store, way, &kept, changes[i].change);
	v = visit(ctx, way, &kept);
	/*
	 * A TLS 1.2 ticket may be taken up before the server name is known;
	 * only its keeper can make one with another, and it is turned away.
	 */
	if (v.io == TLS_CONN_FAILED) {
		ck_assert_int_eq(way, VISIT_BY_TICKET);
		ck_assert_ptr_eq(changes[i].change, be_of_another_name);
		ck_assert_int_eq(v.reason, REASON_SESSION);
	} else {
		visit_expect(&v, changes[i].resumes);
	}
	visit_forget(&kept);
	tls_ctx_free(&ctx);
	tls_store_free(&store);
}
END_TEST

START_TEST(takes_identity_from_the_lineage)
{
	struct tls_store *store = visit_store(_i);
	struct tls_ctx *ctx = visit_ctx(store, SETTINGS_CLIENT_AUTH_FULL);
	struct visit_kept kept = { .session = NULL };
	struct visit v = visit(ctx, _i, &kept);

	visit_change(store, _i, &kept, be_of_nobody);
	v = visit(ctx, _i, &kept);
	ck_assert_int_eq(v.io, TLS_CONN_DONE);
	ck_assert(v.resumed);
	ck_assert_str_eq(v.identity, "");
	visit_forget(&kept);
	tls_ctx_free(&ctx);
	tls_store_free(&store);
}
END_TEST

static const struct {
	uint32_t rule;
	const char *sni;
	bool resumes;
} visits[] = {
	{ 7, "one.test", true },
	{ 8, "one.test", false },
	{ 6, "one.test", false },
	{ 7, "two.test", false },
	{ 7, "one.tes", false },
	{ 7, NULL, false },
};

START_TEST(another_rule_or_name_is_a_full_handshake)
{
	enum visit_way way = (enum visit_way)(_i % VISIT_WAYS);
	size_t i = (size_t)_i / VISIT_WAYS;
	struct tls_store *store = visit_store(way);
	struct tls_ctx *ctx = visit_ctx(store, SETTINGS_CLIENT_AUTH_REQUIRED);
	struct visit_kept kept = { .session = NULL };
	struct visit v = visit(ctx, way, &kept);

	v = visit_as(ctx, way, visits[i].rule, "by-root", visits[i].sni,
	    &kept);
	visit_expect(&v, visits[i].resumes);
	visit_forget(&kept);
	/* And one without a name is resumed without one only. */
	v = visit_as(ctx, way, 7, "by-root", NULL, &kept);
	v = visit_as(ctx, way, 7, "by-root", visits[i].sni, &kept);
	visit_expect(&v, visits[i].sni == NULL);
	visit_forget(&kept);
	tls_ctx_free(&ctx);
	tls_store_free(&store);
}
END_TEST

/* A client may hold its last word back. */
START_TEST(a_session_may_end_while_it_is_resumed)
{
	enum visit_way way = (enum visit_way)(_i % VISIT_WAYS);
	bool late = _i >= VISIT_WAYS;
	struct tls_store *store = visit_store(way);
	struct tls_ctx *ctx = visit_ctx(store, SETTINGS_CLIENT_AUTH_REQUIRED);
	struct visit_kept kept = { .session = NULL };
	struct visit v = visit(ctx, way, &kept);
	struct rig r;

	rig_init_with(&r, ctx, 7, "by-root", way == VISIT_BY_TICKET13);
	visit_offer(&r, way, "one.test", &kept);
	(void)wolfSSL_connect(r.client);
	ck_assert_int_eq(tls_conn_handshake(r.conn), TLS_CONN_WANT_READ);
	clock_set(tls_lineage_clock() + 2 * VISIT_HOUR - (late ? 0 : 60000),
	    (int64_t)time(NULL) * 1000);
	v = visit_outcome(&r, rig_shake(&r));
	ck_assert_int_eq(v.io, late ? TLS_CONN_FAILED : TLS_CONN_DONE);
	ck_assert_int_eq(v.reason, late ? REASON_SESSION : REASON_OK);
	ck_assert_int_eq(v.resumed, !late);
	rig_fini(&r);
	visit_forget(&kept);
	tls_ctx_free(&ctx);
	tls_store_free(&store);
}
END_TEST

/* One store where there should be two: whoever came without stays out. */
START_TEST(nobody_is_not_admitted_where_a_client_must_be)
{
	struct tls_store *store = visit_store(_i);
	struct tls_ctx *any = visit_ctx(store, SETTINGS_CLIENT_AUTH_PASSTHRU);
	struct tls_ctx *ctx = visit_ctx(store, SETTINGS_CLIENT_AUTH_REQUIRED);
	struct visit_kept kept = { .session = NULL };
	struct visit v = visit_as(any, _i, 7, NULL, "one.test", &kept);

	ck_assert_int_eq(v.io, TLS_CONN_DONE);
	v = visit_as(any, _i, 7, NULL, "one.test", &kept);
	ck_assert(v.resumed);
	v = visit_as(ctx, _i, 7, NULL, "one.test", &kept);
	ck_assert_int_eq(v.io, TLS_CONN_FAILED);
	ck_assert_int_eq(v.reason, REASON_NO_CERT);
	v = visit(ctx, _i, &kept);
	visit_expect(&v, false);
	visit_forget(&kept);
	tls_ctx_free(&any);
	tls_ctx_free(&ctx);
	tls_store_free(&store);
}
END_TEST

/* Places are shared: one may hold another's session under its id. */
START_TEST(a_kept_session_says_whose_it_is)
{
	struct tls_store *store = visit_store_of_both();
	struct tls_ctx *ctx = visit_ctx(store, SETTINGS_CLIENT_AUTH_REQUIRED);
	struct visit_kept mine = { .session = NULL };
	struct visit_kept others = { .session = NULL };
	struct visit v = visit(ctx, VISIT_BY_ID, &mine);
	struct tls_cache_session s;
	const uint8_t *my_id = tls_library_session_id(mine.session);

	v = visit(ctx, VISIT_BY_ID, &others);
	ck_assert(tls_cache_get(store->cache,
	    tls_library_session_id(others.session), &s));
	tls_cache_drop(store->cache, my_id);
	tls_cache_put(store->cache, my_id, INT64_MAX, &s);
	v = visit(ctx, VISIT_BY_ID, &mine);
	visit_expect(&v, false);
	v = visit(ctx, VISIT_BY_ID, &others);
	visit_expect(&v, true);
	visit_forget(&mine);
	visit_forget(&others);
	tls_ctx_free(&ctx);
	tls_store_free(&store);
}
END_TEST

/* The generation before, or anybody else's. */
START_TEST(another_store_opens_nothing)
{
	enum visit_way way = (enum visit_way)(_i % VISIT_WAYS);
	bool both = _i >= VISIT_WAYS;
	struct tls_store *before = both ? visit_store_of_both() :
	    visit_store(way);
	struct tls_store *after = both ? visit_store_of_both() :
	    visit_store(way);
	struct tls_ctx *old = visit_ctx(before, SETTINGS_CLIENT_AUTH_REQUIRED);
	struct tls_ctx *new = visit_ctx(after, SETTINGS_CLIENT_AUTH_REQUIRED);
	struct visit_kept kept = { .session = NULL };
	struct visit v = visit(old, way, &kept);

	visit_expect(&v, false);
	v = visit(new, way, &kept);
	visit_expect(&v, false);
	/* In full, so it has one of this store now. */
	v = visit(new, way, &kept);
	visit_expect(&v, true);
	visit_forget(&kept);
	tls_ctx_free(&old);
	tls_ctx_free(&new);
	tls_store_free(&before);
	tls_store_free(&after);
}
END_TEST

/* Its generation ends, with connections that go on. */
START_TEST(a_wiped_store_resumes_nothing)
{
	enum visit_way way = (enum visit_way)(_i % VISIT_WAYS);
	struct tls_store *store = _i < VISIT_WAYS ? visit_store(way) :
	    visit_store_of_both();
	struct tls_ctx *ctx = visit_ctx(store, SETTINGS_CLIENT_AUTH_REQUIRED);
	struct visit_kept kept = { .session = NULL };
	struct visit v = visit(ctx, way, &kept);

	visit_expect(&v, false);
	v = visit(ctx, way, &kept);
	visit_expect(&v, true);
	tls_store_wipe(store);
	for (int i = 0; i < 3; i++) {
		v = visit(ctx, way, &kept);
		visit_expect(&v, false);
	}
	visit_forget(&kept);
	v = visit(ctx, way, &kept);
	visit_expect(&v, false);
	visit_forget(&kept);
	tls_ctx_free(&ctx);
	tls_store_free(&store);
}
END_TEST

START_TEST(a_life_of_nothing_never_resumes)
{
	struct tls_store *store = visit_store(_i);
	struct tls_ctx *ctx = visit_ctx(store, SETTINGS_CLIENT_AUTH_REQUIRED);
	struct visit_kept kept = { .session = NULL };
	struct visit v;

	store->params.id_life = store->params.ticket_life = 0;
	for (int i = 0; i < 3; i++) {
		v = visit(ctx, _i, &kept);
		visit_expect(&v, false);
	}
	visit_forget(&kept);
	tls_ctx_free(&ctx);
	tls_store_free(&store);
}
END_TEST

static void
add_resuming(TCase *tc)
{
	tcase_add_loop_test(tc, resumes, 0, 2 * VISIT_WAYS);
	tcase_add_loop_test(tc, resumes_elsewhere, 0, VISIT_WAYS);
	tcase_add_loop_test(tc, ages_from_the_full_handshake, 0, VISIT_WAYS);
	tcase_add_loop_test(tc, holds_a_lineage_against_its_connection, 0,
	    VISIT_WAYS * (int)ARRAY_SIZE(changes));
	tcase_add_loop_test(tc, takes_identity_from_the_lineage, 0, VISIT_WAYS);
	tcase_add_loop_test(tc, another_rule_or_name_is_a_full_handshake, 0,
	    VISIT_WAYS * (int)ARRAY_SIZE(visits));
	tcase_add_loop_test(tc, a_session_may_end_while_it_is_resumed, 0,
	    2 * VISIT_WAYS);
	tcase_add_loop_test(tc, nobody_is_not_admitted_where_a_client_must_be,
	    0, VISIT_WAYS);
	tcase_add_test(tc, a_kept_session_says_whose_it_is);
	tcase_add_loop_test(tc, another_store_opens_nothing, 0,
	    2 * VISIT_WAYS);
	tcase_add_loop_test(tc, a_wiped_store_resumes_nothing, 0,
	    2 * VISIT_WAYS);
	tcase_add_loop_test(tc, a_life_of_nothing_never_resumes, 0, VISIT_WAYS);
}

static Suite *
make(void)
{
	Suite *suite = suite_create("resume");
	TCase *tc = tcase_create("resume");

	tcase_add_unchecked_fixture(tc, rig_set_up, rig_tear_down);
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, without_a_store_nothing_resumes, 0, VISIT_WAYS);
	/* With another build of the library nothing ever has a store. */
	if (tls_resume_possible())
		add_resuming(tc);
	suite_add_tcase(suite, tc);
	return suite;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make);
}
