/*
 * Tickets that were damaged, or are another's, and several in one hello; and
 * sessions that are resumed with each allocation failing in turn.
 */
#include "config.h"

#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/settings.h>
#include <wolfssl/ssl.h>
#ifdef HAVE_WOLFSSL_INTERNAL
#include <wolfssl/internal.h>
#endif

#include <check.h>
#include <string.h>
#include <time.h>

#include "base/compiler.h"
#include "policy/settings.h"
#include "support/runner.h"
#include "support/torture.h"
#include "support/visit.h"
#include "tls/tls_ctx.h"
#include "tls/tls_lineage.h"
#include "tls/tls_resume.h"
#include "tls/tls_store.h"

START_TEST(without_a_store_none_is_given)
{
	struct tls_ctx *ctx = visit_ctx(NULL, SETTINGS_CLIENT_AUTH_REQUIRED);
	struct visit_kept kept = { .session = NULL };
	struct visit v = visit(ctx, _i, &kept);

	visit_expect(&v, false);
	ck_assert_uint_eq(kept.length, 0);
	visit_forget(&kept);
	tls_ctx_free(&ctx);
}
END_TEST

/* No certificate: each is a handshake of its own, and there are many. */
static void
expect_refused_ticket(struct tls_ctx *ctx, enum visit_way way,
    const struct visit_kept *kept, word32 at)
{
	struct rig r;
	struct visit v;

	rig_init_with(&r, ctx, 7, NULL, way == VISIT_BY_TICKET13);
	visit_offer(&r, way, "one.test", kept);
	v = visit_outcome(&r, rig_shake(&r));
	ck_assert_msg(visit_broke_off(&v, way, kept) ||
	    (v.io == TLS_CONN_DONE && !v.resumed), "byte %u: %d %d",
	    at, v.io, v.resumed);
	rig_fini(&r);
}

START_TEST(no_byte_of_a_ticket_may_differ)
{
	struct tls_store *store = visit_store(_i);
	struct tls_ctx *ctx = visit_ctx(store, SETTINGS_CLIENT_AUTH_PASSTHRU);
	struct visit_kept kept = { .session = NULL }, bad;
	struct visit v = visit_as(ctx, _i, 7, NULL, "one.test", &kept);

	for (word32 i = 0; i < kept.length; i++) {
		bad = kept;
		bad.ticket[i] ^= (uint8_t)(1u << i % 8);
		expect_refused_ticket(ctx, _i, &bad, i);
	}
	for (word32 i = 1; i < kept.length; i += 37) {
		bad = kept;
		bad.length -= i;
		expect_refused_ticket(ctx, _i, &bad, i);
	}
	v = visit_as(ctx, _i, 7, NULL, "one.test", &kept);
	ck_assert(v.resumed);
	visit_forget(&kept);
	tls_ctx_free(&ctx);
	tls_store_free(&store);
}
END_TEST

/* Who saw a ticket go by has it, but not the secret in it. */
START_TEST(a_ticket_alone_admits_nobody)
{
	struct tls_store *store = visit_store(_i);
	struct tls_ctx *ctx = visit_ctx(store, SETTINGS_CLIENT_AUTH_FULL);
	struct visit_kept mine = { .session = NULL };
	struct visit_kept thiefs = { .session = NULL };
	struct visit v = visit(ctx, _i, &mine);

	v = visit_as(ctx, _i, 7, NULL, "one.test", &thiefs);
	ck_assert_int_eq(v.io, TLS_CONN_DONE);
	ck_assert_uint_gt(thiefs.length, 0);
	memcpy(thiefs.ticket, mine.ticket, sizeof(mine.ticket));
	thiefs.length = mine.length;
	v = visit_as(ctx, _i, 7, NULL, "one.test", &thiefs);
	/* TLS 1.3 sees that the age is wrong, 1.2 learns it at the end. */
	ck_assert(v.io == TLS_CONN_DONE || _i == VISIT_BY_TICKET);
	ck_assert(!v.resumed);
	ck_assert_str_eq(v.identity, "");
	visit_forget(&mine);
	visit_forget(&thiefs);
	tls_ctx_free(&ctx);
	tls_store_free(&store);
}
END_TEST

#ifdef HAVE_WOLFSSL_INTERNAL
/* Goes in front of the client's own; NULL: nothing does. */
static const struct visit_kept *in_front;
static word32 age_in_front;

int __real_TLSX_PopulateExtensions(WOLFSSL *ssl, byte server);
int __wrap_TLSX_PopulateExtensions(WOLFSSL *ssl, byte server);

/* The library's client offers one ticket only. */
int
__wrap_TLSX_PopulateExtensions(WOLFSSL *ssl, byte server)
{
	int rc = __real_TLSX_PopulateExtensions(ssl, server);
	PreSharedKey *first, *second;
	TLSX *offered;

	if (rc != 0 || server || in_front == NULL)
		return rc;
	offered = ssl->extensions;
	while (offered->type != TLSX_PRE_SHARED_KEY)
		offered = offered->next;
	second = (PreSharedKey *)offered->data;
	ck_assert_int_eq(TLSX_PreSharedKey_Use(&ssl->extensions,
	    in_front->ticket, (word16)in_front->length, age_in_front,
	    second->hmac, second->cipherSuite0, second->cipherSuite, 1,
	    &first, ssl->heap), 0);
	ck_assert_ptr_eq(second->next, first);
	second->next = NULL;
	first->next = second;
	offered->data = first;
	return rc;
}

/* What its own client would say: milliseconds, and a secret of its session. */
static word32
true_age(const struct visit_kept *kept)
{
	return (word32)((int64_t)time(NULL) * 1000 -
	    kept->session->ticketSeen) + kept->session->ticketAdd;
}

static void
age_out(struct tls_lineage *lineage)
{
	lineage->since -= 2 * VISIT_HOUR;
}

enum { DAMAGED, DEAD, WRONG_AGE, STOLEN, KINDS };

/*
 * RFC 8446, 4.2.11: a hello may offer many. The first is somebody else's.
 * The library opens it, asks, and may pass over it all the same: for its age,
 * say.
 */
START_TEST(of_two_tickets_only_its_own_counts)
{
	struct tls_store *store = visit_store(VISIT_BY_TICKET13);
	struct tls_ctx *ctx = visit_ctx(store, SETTINGS_CLIENT_AUTH_FULL);
	struct visit_kept mine = { .session = NULL };
	struct visit_kept other = { .session = NULL };
	struct visit v = visit(ctx, VISIT_BY_TICKET13, &other);

	v = visit_as(ctx, VISIT_BY_TICKET13, 7, NULL, "one.test", &mine);
	age_in_front = true_age(&other);
	if (_i == DAMAGED)
		other.ticket[VISIT_AT_BYTES] ^= 1;
	else if (_i == DEAD)
		visit_change(store, VISIT_BY_TICKET13, &other, age_out);
	else if (_i == WRONG_AGE)
		age_in_front += 3600 * 1000;
	in_front = &other;
	v = visit_as(ctx, VISIT_BY_TICKET13, 7, NULL, "one.test", &mine);
	in_front = NULL;
	/* Stolen: its binder shows that the client has not its secret. */
	ck_assert_int_eq(v.io, _i == STOLEN ? TLS_CONN_FAILED :
	    TLS_CONN_DONE);
	/* Of those that are good, the first is the only one. */
	ck_assert_int_eq(v.resumed, _i == DAMAGED || _i == DEAD);
	ck_assert_str_eq(v.identity, "");
	visit_forget(&mine);
	visit_forget(&other);
	tls_ctx_free(&ctx);
	tls_store_free(&store);
}
END_TEST
#endif

/* --- no memory ---------------------------------------------------------- */

static enum tls_conn_io
shake_without_memory(struct rig *r, size_t nth, bool *failed_r)
{
	enum tls_conn_io io = TLS_CONN_WANT_READ;

	torture_arm(nth);
	for (int i = 0; i < 20 && io == TLS_CONN_WANT_READ; i++) {
		torture_pause();
		(void)wolfSSL_connect(r->client);
		torture_resume();
		io = tls_conn_handshake(r->conn);
	}
	*failed_r = torture_disarm();
	return io;
}

START_TEST(survives_failing_allocations)
{
	enum visit_way way = (enum visit_way)(_i % VISIT_WAYS);
	bool required = _i < VISIT_WAYS;
	/* With room for what full handshakes make. */
	struct tls_store *store = way == VISIT_BY_ID ?
	    visit_store_of_both() : visit_store(way);
	struct tls_ctx *ctx = visit_ctx(store, required ?
	    SETTINGS_CLIENT_AUTH_REQUIRED : SETTINGS_CLIENT_AUTH_FULL);
	struct visit_kept kept = { .session = NULL };
	struct visit v = visit(ctx, way, &kept);
	size_t n = 0, resumed = 0;
	bool failed = true;
	struct rig r;

	while (failed) {
		ck_assert_uint_lt(++n, 100000);
		rig_init_with(&r, ctx, 7, n % 2 ? NULL : "by-root",
		    way == VISIT_BY_TICKET13);
		visit_offer(&r, way, "one.test", &kept);
		v = visit_outcome(&r, shake_without_memory(&r, n, &failed));
		if (v.io == TLS_CONN_DONE && v.resumed) {
			ck_assert_str_eq(v.identity, "CN=by root");
			resumed++;
		} else if (v.io == TLS_CONN_DONE) {
			/* In full, so by its certificate. */
			ck_assert(!required || n % 2 == 0);
		} else if (v.io == TLS_CONN_FAILED) {
			ck_assert_int_ne(v.reason, REASON_OK);
		}
		rig_fini(&r);
	}
	ck_assert(v.io == TLS_CONN_DONE && v.resumed);
	ck_assert_uint_gt(n, 5);
	ck_assert_uint_gt(resumed, 0);
	visit_forget(&kept);
	tls_ctx_free(&ctx);
	tls_store_free(&store);
}
END_TEST

static void
add_cases(TCase *tc)
{
	tcase_add_loop_test(tc, no_byte_of_a_ticket_may_differ,
	    VISIT_BY_TICKET, VISIT_WAYS);
	tcase_add_loop_test(tc, a_ticket_alone_admits_nobody,
	    VISIT_BY_TICKET, VISIT_WAYS);
#ifdef HAVE_WOLFSSL_INTERNAL
	tcase_add_loop_test(tc, of_two_tickets_only_its_own_counts, 0, KINDS);
#endif
	tcase_add_loop_test(tc, survives_failing_allocations, 0,
	    2 * VISIT_WAYS);
}

static Suite *
make(void)
{
	Suite *suite = suite_create("ticket");
	TCase *tc = tcase_create("ticket");

	tcase_add_unchecked_fixture(tc, rig_set_up, rig_tear_down);
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, without_a_store_none_is_given,
	    VISIT_BY_TICKET, VISIT_WAYS);
	/* With another build of the library nothing ever has a store. */
	if (tls_resume_possible())
		add_cases(tc);
	suite_add_tcase(suite, tc);
	return suite;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make);
}
