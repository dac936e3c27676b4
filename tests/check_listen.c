/*
 * Which sockets a policy asks for, opened, taken over and given back.
 */
#include "agent/listen.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/sock.h"
#include "policy/diag.h"
#include "policy/policy.h"
#include "policy/rules.h"
#include "support/runner.h"

struct loaded {
	struct diag *diag;
	struct policy *policy;
	struct listen_set set;
	struct listen_error error;
	int rc;
};

/* Clear rules, so that no key ring is needed; conditions as given. */
static void
load(struct loaded *l, const char *first, const char *second)
{
	char text[2048];

	snprintf(text, sizeof(text),
	    "TTLSGroupAction g\n{\nTTLSEnabled Off\n}\n"
	    "TTLSApplicationAction a\n{\nHandoff Forward\n"
	    "Backend 127.0.0.1:1\n}\n"
	    "TTLSRule one\n{\nDirection Inbound\nTTLSGroupActionRef g\n"
	    "TTLSApplicationActionRef a\n%s\n}\n", first);
	if (second != NULL)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
		    "TTLSRule two\n{\nDirection Inbound\nTTLSGroupActionRef "
		    "g\nTTLSApplicationActionRef a\n%s\n}\n", second);
	memset(l, 0, sizeof(*l));
	l->diag = diag_new();
	l->policy = policy_load_memory("t.policy", text, strlen(text),
	    POLICY_DEFAULTS_FILE, l->diag);
	ck_assert_msg(l->policy != NULL, "%s", text);
	l->rc = listen_plan(policy_rules(l->policy), &l->set, &l->error);
}

static void
unload(struct loaded *l)
{
	listen_close(&l->set);
	policy_free(&l->policy);
	diag_free(&l->diag);
}

static const struct {
	const char *one, *two;
	const char *want[6];
} plans[] = {
	{ "LocalPortRange 7000", NULL, { "0.0.0.0:7000", "[::]:7000" } },
	{ "LocalAddr All\nLocalPortRange 7000", NULL,
	  { "0.0.0.0:7000", "[::]:7000" } },
	{ "LocalAddr 127.0.0.1\nLocalPortRange 7000-7001", NULL,
	  { "127.0.0.1:7000", "127.0.0.1:7001" } },
	{ "LocalAddr ::1\nLocalPortRange 7000", NULL, { "[::1]:7000" } },
	{ "LocalAddr 10.0.0.0/8\nLocalPortRange 7000", NULL,
	  { "0.0.0.0:7000" } },
	{ "LocalAddr 2001:db8::/32\nLocalPortRange 7000", NULL,
	  { "[::]:7000" } },
	/* two rules, one port: the wildcard serves both */
	{ "LocalAddr 127.0.0.1\nLocalPortRange 7000",
	  "LocalAddr 10.0.0.0/8\nLocalPortRange 7000", { "0.0.0.0:7000" } },
	{ "LocalAddr 127.0.0.1\nLocalPortRange 7000",
	  "LocalAddr 127.0.0.1\nRemoteAddr 10.0.0.1\nLocalPortRange 7000",
	  { "127.0.0.1:7000" } },
	{ "LocalAddr 127.0.0.1\nLocalPortRange 7000",
	  "LocalAddr ::1\nLocalPortRange 7000",
	  { "127.0.0.1:7000", "[::1]:7000" } },
};

START_TEST(plans_what_rules_ask_for)
{
	char text[ADDR_TEXT_MAX];
	struct loaded l;
	size_t i;

	load(&l, plans[_i].one, plans[_i].two);
	ck_assert_int_eq(l.rc, 0);
	for (i = 0; i < l.set.count; i++) {
		ck_assert_ptr_nonnull(plans[_i].want[i]);
		ck_assert_str_eq(addr_print_endpoint(&l.set.sockets[i].at,
		    text), plans[_i].want[i]);
		ck_assert_int_eq(l.set.sockets[i].fd, -1);
		ck_assert_ptr_nonnull(l.set.sockets[i].rule);
	}
	ck_assert_ptr_null(plans[_i].want[i]);
	unload(&l);
}
END_TEST

START_TEST(refuses_too_many)
{
	struct loaded l;

	load(&l, "LocalAddr 127.0.0.1\nLocalPortRange 1-10001", NULL);
	ck_assert_int_eq(l.rc, -1);
	ck_assert_ptr_nonnull(l.error.what);
	ck_assert_str_eq(l.error.rule->name, "one");
	unload(&l);
}
END_TEST

/* A port that is free now; somebody may take it, so callers try again. */
static uint16_t
free_port(void)
{
	struct addr_endpoint at = { .port = 0 };
	struct sockaddr_storage ss;
	socklen_t length = sizeof(ss);
	int fd;

	ck_assert_int_eq(addr_parse("127.0.0.1", 9, &at.addr), 0);
	fd = sock_listen(&at);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&ss, &length), 0);
	ck_assert_int_eq(addr_from_sockaddr((struct sockaddr *)&ss, &at), 0);
	close(fd);
	return at.port;
}

START_TEST(takes_over_and_rolls_back)
{
	uint16_t a = free_port(), b = free_port();
	struct addr_endpoint taken = { .port = b };
	struct loaded old, next;
	char one[128], two[128];
	int fd, blocker;

	snprintf(one, sizeof(one), "LocalAddr 127.0.0.1\nLocalPortRange %u",
	    a);
	snprintf(two, sizeof(two), "LocalAddr 127.0.0.1\nLocalPortRange %u",
	    b);
	load(&old, one, NULL);
	ck_assert_int_eq(listen_open(&old.set, NULL, &old.error), 0);
	fd = old.set.sockets[0].fd;
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);

	/* One of the new ports is taken: the old set is as it was. */
	ck_assert_int_eq(addr_parse("127.0.0.1", 9, &taken.addr), 0);
	blocker = sock_listen(&taken);
	ck_assert_int_ge(blocker, 0);
	load(&next, one, two);
	ck_assert_int_eq(listen_open(&next.set, &old.set, &next.error), -1);
	ck_assert_int_eq(next.error.error, EADDRINUSE);
	ck_assert_str_eq(next.error.rule->name, "two");
	ck_assert_int_eq(old.set.sockets[0].fd, fd);
	ck_assert_int_ne(fcntl(fd, F_GETFD), -1);
	unload(&next);
	ck_assert_int_ne(fcntl(fd, F_GETFD), -1);

	/* It is free: the socket goes over, with its queue. */
	close(blocker);
	load(&next, one, two);
	ck_assert_int_eq(listen_open(&next.set, &old.set, &next.error), 0);
	ck_assert_uint_eq(next.set.count, 2);
	ck_assert(next.set.sockets[0].fd == fd ||
	    next.set.sockets[1].fd == fd);
	ck_assert_int_eq(old.set.sockets[0].fd, -1);
	unload(&old);
	ck_assert_int_ne(fcntl(fd, F_GETFD), -1);
	unload(&next);
	ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
}
END_TEST

/* From an address to the wildcard and back, without a gap. */
START_TEST(widens_and_narrows)
{
	uint16_t port = free_port();
	struct addr_endpoint at = { .port = port };
	struct loaded narrow, wide, again;
	char one[128], all[128];
	int stranger;

	snprintf(one, sizeof(one), "LocalAddr 127.0.0.1\nLocalPortRange %u",
	    port);
	snprintf(all, sizeof(all), "LocalAddr 0.0.0.0/0\nLocalPortRange %u",
	    port);
	load(&narrow, one, NULL);
	ck_assert_int_eq(listen_open(&narrow.set, NULL, &narrow.error), 0);
	load(&wide, all, NULL);
	ck_assert_int_eq(listen_open(&wide.set, &narrow.set, &wide.error), 0);
	/* A stranger gets in neither now nor later. */
	ck_assert_int_eq(addr_parse("127.0.0.1", 9, &at.addr), 0);
	stranger = sock_listen(&at);
	ck_assert_int_eq(stranger, -1);
	unload(&narrow);
	stranger = sock_listen(&at);
	ck_assert_int_eq(stranger, -1);
	load(&again, one, NULL);
	ck_assert_int_eq(listen_open(&again.set, &wide.set, &again.error), 0);
	unload(&wide);
	unload(&again);
}
END_TEST

static Suite *
make(void)
{
	Suite *suite = suite_create("listen");
	TCase *tc = tcase_create("listen");

	tcase_add_loop_test(tc, plans_what_rules_ask_for, 0,
	    (int)ARRAY_SIZE(plans));
	tcase_add_test(tc, refuses_too_many);
	tcase_add_test(tc, takes_over_and_rolls_back);
	tcase_add_test(tc, widens_and_narrows);
	suite_add_tcase(suite, tc);
	return suite;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make);
}
