/*
 * Key rings, contexts and connections, against a client of the same library
 * over a socket pair; and all of it with each allocation failing in turn.
 */
#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/settings.h>
#include <wolfssl/ssl.h>
#include <wolfssl/version.h>

#include <check.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/compiler.h"
#include "support/rig.h"
#include "support/runner.h"
#include "support/torture.h"
#include "tls/tls_alert.h"
#include "tls/tls_ctx.h"
#include "tls/tls_io.h"
#include "tls/tls_library.h"
#include "tls/tls_ring.h"
#include "trust/judge.h"

/* Of contexts that shake no hand. */
static struct judge judge;

/* As an event loop would: on WANT_READ it is tried again where readable. */
static enum tls_conn_io
read_ready(struct rig *r, char *text, size_t size, size_t *n_r)
{
	struct pollfd fd = { .fd = r->fd, .events = POLLIN };
	enum tls_conn_io io;

	do
		io = tls_conn_read(r->conn, text, size, n_r);
	while (io == TLS_CONN_WANT_READ && poll(&fd, 1, 0) == 1);
	return io;
}

START_TEST(admits_and_relays)
{
	bool tls13 = _i;
	char text[64];
	size_t n;
	struct settings s = rig_settings();
	struct rig r;

	rig_init(&r, &s, "by-root", tls13);
	ck_assert(!tls_conn_started(r.conn));
	ck_assert_ptr_null(tls_conn_protocol(r.conn));
	ck_assert_int_eq(rig_shake(&r), TLS_CONN_DONE);
	ck_assert_int_eq(wolfSSL_connect(r.client), WOLFSSL_SUCCESS);
	ck_assert(tls_conn_started(r.conn));
	ck_assert_str_eq(tls_conn_identity(r.conn), "CN=by root");
	ck_assert_str_eq(tls_conn_protocol(r.conn), tls13 ? "TLSv1.3" :
	    "TLSv1.2");
	ck_assert_ptr_nonnull(tls_conn_cipher(r.conn));

	ck_assert_int_eq(read_ready(&r, text, sizeof(text), &n),
	    TLS_CONN_WANT_READ);
	ck_assert_int_eq(wolfSSL_write(r.client, "ping", 4), 4);
	ck_assert_int_eq(read_ready(&r, text, sizeof(text), &n),
	    TLS_CONN_DONE);
	ck_assert_uint_eq(n, 4);
	ck_assert_int_eq(tls_conn_write(r.conn, "pong!", 5, &n),
	    TLS_CONN_DONE);
	ck_assert_int_eq(wolfSSL_read(r.client, text, sizeof(text)), 5);

	/* Half-close: our end, then the client's last words, then its end. */
	tls_conn_finish(r.conn);
	ck_assert_int_eq(tls_conn_flush(r.conn), TLS_CONN_DONE);
	ck_assert_int_eq(wolfSSL_write(r.client, "late", 4), 4);
	(void)wolfSSL_shutdown(r.client);
	ck_assert_int_eq(read_ready(&r, text, sizeof(text), &n),
	    TLS_CONN_DONE);
	ck_assert_uint_eq(n, 4);
	ck_assert_int_eq(read_ready(&r, text, sizeof(text), &n),
	    TLS_CONN_END);
	ck_assert(!tls_conn_truncated(r.conn));
	rig_fini(&r);
}
END_TEST

static const struct {
	const char *name;
	uint32_t auth;
	enum reason reason;
	int alert12, alert13;
} refusals[] = {
	{ NULL, SETTINGS_CLIENT_AUTH_REQUIRED, REASON_NO_CERT, 40, 116 },
	{ NULL, SETTINGS_CLIENT_AUTH_FULL, REASON_OK, 0, 0 },
	{ NULL, SETTINGS_CLIENT_AUTH_PASSTHRU, REASON_OK, 0, 0 },
	{ "clone", SETTINGS_CLIENT_AUTH_REQUIRED, REASON_CERT_CA_CLONE, 42,
	  42 },
	{ "clone", SETTINGS_CLIENT_AUTH_FULL, REASON_CERT_CA_CLONE, 42, 42 },
	{ "by-foreign", SETTINGS_CLIENT_AUTH_REQUIRED, REASON_CERT_UNKNOWN_CA,
	  48, 48 },
	{ "by-foreign", SETTINGS_CLIENT_AUTH_FULL, REASON_CERT_UNKNOWN_CA,
	  48, 48 },
	{ "server", SETTINGS_CLIENT_AUTH_REQUIRED, REASON_CERT_WRONG_PURPOSE,
	  43, 43 },
};

START_TEST(refuses_with_the_fitting_alert)
{
	bool tls13 = _i & 1, received;
	size_t i = (size_t)_i / 2;
	WOLFSSL_ALERT_HISTORY history;
	struct settings s = rig_settings();
	struct rig r;
	int alert = tls13 ? refusals[i].alert13 : refusals[i].alert12;

	s.client_auth = refusals[i].auth;
	rig_init(&r, &s, refusals[i].name, tls13);
	ck_assert_int_eq(rig_shake(&r), refusals[i].reason == REASON_OK ?
	    TLS_CONN_DONE : TLS_CONN_FAILED);
	ck_assert_int_eq(tls_conn_reason(r.conn), refusals[i].reason);
	if (refusals[i].reason != REASON_OK) {
		ck_assert_int_ne(tls_conn_flush(r.conn), TLS_CONN_WANT_WRITE);
		ck_assert_int_ne(tls_conn_alert(r.conn, &received),
		    TLS_ALERT_NONE);
		ck_assert(!received);
		if (tls_library_has_alerts()) {
			char waste;

			(void)wolfSSL_connect(r.client);
			(void)wolfSSL_read(r.client, &waste, 1);
			(void)wolfSSL_get_alert_history(r.client,
			    &history);
			ck_assert_int_eq(history.last_rx.code, alert);
			ck_assert_int_eq(tls_conn_alert(r.conn, &received),
			    alert);
		}
	}
	rig_fini(&r);
}
END_TEST

START_TEST(tells_an_end_from_a_cut)
{
	struct settings s = rig_settings();
	struct rig r;
	char waste;
	size_t n;

	rig_init(&r, &s, "by-root", _i);
	ck_assert_int_eq(rig_shake(&r), TLS_CONN_DONE);
	shutdown(r.client_fd, SHUT_WR);
	ck_assert_int_eq(read_ready(&r, &waste, 1, &n), TLS_CONN_END);
	ck_assert(tls_conn_truncated(r.conn));
	rig_fini(&r);
}
END_TEST

START_TEST(knows_clear_text)
{
	struct settings s = rig_settings();
	struct rig r;

	rig_init(&r, &s, NULL, true);
	ck_assert_int_eq(write(r.client_fd, "GET / HTTP/1.0\r\n\r\n", 18),
	    18);
	ck_assert_int_eq(tls_conn_handshake(r.conn), TLS_CONN_FAILED);
	ck_assert_int_eq(tls_conn_reason(r.conn), REASON_CLEAR_TEXT);
	rig_fini(&r);
}
END_TEST

/* Nothing presented by one client may be there for the next. */
/* A flight that is larger than a buffer must not wait for itself. */
START_TEST(holds_back_what_fits)
{
	static char bytes[BUFFER_SIZE * 2 / 3], got[sizeof(bytes)];
	struct tls_io io;
	int fds[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0,
	    fds), 0);
	tls_io_init(&io, fds[0], NULL);
	tls_io_cork(&io, true);
	ck_assert_int_eq(tls_io_send(NULL, bytes, sizeof(bytes), &io),
	    sizeof(bytes));
	ck_assert_int_eq(recv(fds[1], got, sizeof(got), 0), -1);
	ck_assert_int_eq(tls_io_send(NULL, bytes, sizeof(bytes), &io),
	    sizeof(bytes));
	ck_assert_int_gt(recv(fds[1], got, sizeof(got), 0), 0);
	tls_io_fini(&io);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

/* Whichever context goes first, the others have the generator still. */
START_TEST(shares_one_generator)
{
	struct settings s = rig_settings();
	struct tls_ctx *one = rig_ctx(&s, NULL), *two = rig_ctx(&s, NULL);
	struct rig r;

	tls_ctx_free(_i == 0 ? &one : &two);
	rig_init_with(&r, _i == 0 ? two : one, 0, "by-root", true);
	ck_assert_int_eq(rig_shake(&r), TLS_CONN_DONE);
	rig_fini(&r);
	tls_ctx_free(_i == 0 ? &two : &one);
	rig_init(&r, &s, "by-root", true);
	ck_assert_int_eq(rig_shake(&r), TLS_CONN_DONE);
	rig_fini(&r);
}
END_TEST

/* Parent and child would repeat each other's random numbers. */
START_TEST(a_generator_does_not_survive_a_fork)
{
	struct settings s = rig_settings();
	struct tls_ctx *ctx = rig_ctx(&s, NULL), *second;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		fclose(stderr);
		second = rig_ctx(&s, NULL);
		_exit(second == NULL);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	tls_ctx_free(&ctx);
}
END_TEST

START_TEST(forgets_presented_authorities)
{
	struct settings s = rig_settings();
	struct rig first, second;
	struct tls_ctx *ctx;

	ctx = rig_ctx(&s, NULL);
	rig_init_with(&first, ctx, 0, "chain", _i);
	ck_assert_int_eq(rig_shake(&first), TLS_CONN_DONE);
	ck_assert_str_eq(tls_conn_identity(first.conn), "CN=by inter");
	rig_init_with(&second, ctx, 0, "by-inter", _i);
	ck_assert_int_eq(rig_shake(&second), TLS_CONN_FAILED);
	ck_assert_int_eq(tls_conn_reason(second.conn),
	    REASON_CERT_UNKNOWN_CA);
	rig_fini(&first);
	rig_fini(&second);
	tls_ctx_free(&ctx);
}
END_TEST

/* --- rings -------------------------------------------------------------- */

static const struct {
	const char *make;	/* a shell line that makes `bad` */
	const char *label;
	const char *says, *where;
	enum tls_ring_about about;
} rings[] = {
	{ "true", NULL, "No such file", "bad", 0 },
	{ "mkdir bad", NULL, "empty", "bad", 0 },
	{ "mkdir -p bad/personal", NULL, "no personal", "bad/personal", 0 },
	{ ": >bad", NULL, "empty", "bad", 0 },
	{ "echo hello >bad", NULL, "no PEM certificate", "bad", 0 },
	{ "cp server.pem bad", NULL, "no private key", "bad", 0 },
	{ "cat server.pem server.key >bad", "x", "no labels", "bad",
	  TLS_RING_ABOUT_LABEL },
	{ "cp -r ring bad", "nope", "labelled 'nope'", "nope.pem",
	  TLS_RING_ABOUT_LABEL },
	{ "cp -r ring bad", "../srv", "cannot be a file name", "bad",
	  TLS_RING_ABOUT_LABEL },
	{ "cp -r ring bad && rm bad/personal/default && "
	  "cp bad/personal/srv.pem bad/personal/b.pem", NULL, "no default",
	  "bad/personal", 0 },
	{ "cp -r ring bad && printf 'srv\\nother\\n' >bad/personal/default",
	  NULL, "more than one line", "bad/personal/default", 0 },
	{ "cp -r ring bad && : >bad/personal/srv.pem", NULL, "empty",
	  "srv.pem", 0 },
	{ "cp -r ring bad && cp server.pem bad/personal/srv.pem", NULL,
	  "no private key", "srv.key", 0 },
	{ "cp -r ring bad && echo x >bad/trusted/root.pem", NULL,
	  "no PEM certificate", "root.pem", 0 },
	{ "cp -r ring bad && sed -i s/END/ENT/ bad/trusted/root.pem", NULL,
	  "no end line", "root.pem", 0 },
	{ "cp -r ring bad && cp server.pem bad/personal/srv.pem && "
	  "openssl pkcs8 -topk8 -v2 aes256 -passout pass:x -in server.key "
	  "-out bad/personal/srv.key", NULL, "encrypted", "srv.key", 0 },
#if LIBWOLFSSL_VERSION_HEX >= 0x05007000
	/* 5.5 sees no difference between keys of one curve. */
	{ "cp -r ring bad && cat server.pem agree.key "
	  ">bad/personal/srv.pem", NULL, "match", "srv.pem",
	  TLS_RING_ABOUT_KEY },
#endif
	{ "mkfifo bad", NULL, "not a regular file", "bad", 0 },
};

START_TEST(refuses_bad_rings)
{
	char path[128];
	struct settings s = rig_settings();
	struct tls_ring_error fault = { .what = "" };
	struct tls_ring *ring = NULL;
	struct tls_ctx *ctx = NULL;

	rig_shell("rm -rf bad");
	rig_shell(rings[_i].make);
	snprintf(path, sizeof(path), "%s/bad", rig_dir());
	if (tls_ring_load(path, rings[_i].label, rig_fault, &fault,
	    &ring) == 0)
		ctx = tls_ctx_new(&s, ring, NULL, judge_chain, &judge, &fault);
	ck_assert_ptr_null(ctx);
	ck_assert_msg(strstr(fault.what, rings[_i].says) != NULL, "%s: %s",
	    rings[_i].make, fault.what);
	ck_assert_msg(strstr(fault.path, rings[_i].where) != NULL, "%s",
	    fault.path);
	ck_assert_uint_gt(strlen(fault.cure), 0);
	ck_assert_int_eq(fault.about, rings[_i].about);
	tls_ring_free(&ring);
}
END_TEST

/* --- no memory ---------------------------------------------------------- */

START_TEST(survives_failing_allocations_at_start)
{
	struct settings s = rig_settings();
	struct tls_ring_error fault;
	struct tls_ring *ring;
	struct tls_ctx *ctx;
	size_t n = 0;
	bool failed = true;

	while (failed) {
		ck_assert_uint_lt(++n, 100000);
		ring = NULL;
		ctx = NULL;
		fault.what[0] = '\0';
		torture_arm(n);
		if (tls_ring_load(rig_ring(), NULL, rig_fault, &fault,
		    &ring) == 0)
			ctx = tls_ctx_new(&s, ring, NULL, judge_chain, &judge,
			    &fault);
		failed = torture_disarm();
		/* Refused with a word, or whole: the library retries some. */
		ck_assert(ctx != NULL || fault.what[0] != '\0');
		ck_assert(failed || ctx != NULL);
		tls_ctx_free(&ctx);
		tls_ring_free(&ring);
	}
	/* A shared library's own are not seen. */
	ck_assert_uint_gt(n, 10);
}
END_TEST

START_TEST(survives_failing_allocations_in_a_handshake)
{
	struct settings s = rig_settings();
	enum tls_conn_io io;
	struct rig r;
	size_t n = 0;
	bool failed = true;

	while (failed) {
		ck_assert_uint_lt(++n, 100000);
		rig_init(&r, &s, "by-root", _i);
		io = TLS_CONN_WANT_READ;
		torture_arm(n);
		for (int i = 0; i < 20 && io == TLS_CONN_WANT_READ; i++) {
			torture_pause();
			(void)wolfSSL_connect(r.client);
			torture_resume();
			io = tls_conn_handshake(r.conn);
		}
		failed = torture_disarm();
		if (!failed)
			ck_assert_int_eq(io, TLS_CONN_DONE);
		/* Never in without having been looked at. */
		if (io == TLS_CONN_DONE)
			ck_assert_ptr_nonnull(tls_conn_protocol(r.conn));
		else if (io == TLS_CONN_FAILED)
			ck_assert_int_ne(tls_conn_reason(r.conn), REASON_OK);
		rig_fini(&r);
	}
	ck_assert_uint_gt(n, 3);
}
END_TEST

static Suite *
make(void)
{
	Suite *suite = suite_create("tls");
	TCase *tc = tcase_create("tls");

	tcase_add_unchecked_fixture(tc, rig_set_up, rig_tear_down);
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, admits_and_relays, 0, 2);
	tcase_add_loop_test(tc, refuses_with_the_fitting_alert, 0,
	    2 * (int)ARRAY_SIZE(refusals));
	tcase_add_loop_test(tc, tells_an_end_from_a_cut, 0, 2);
	tcase_add_test(tc, knows_clear_text);
	tcase_add_test(tc, holds_back_what_fits);
	tcase_add_loop_test(tc, shares_one_generator, 0, 2);
	if (tls_library_has_alerts())
		tcase_add_test(tc, a_generator_does_not_survive_a_fork);
	tcase_add_loop_test(tc, forgets_presented_authorities, 0, 2);
	tcase_add_loop_test(tc, refuses_bad_rings, 0,
	    (int)ARRAY_SIZE(rings));
	tcase_add_test(tc, survives_failing_allocations_at_start);
	tcase_add_loop_test(tc, survives_failing_allocations_in_a_handshake,
	    0, 2);
	suite_add_tcase(suite, tc);
	return suite;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make);
}
