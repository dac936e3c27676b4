/*
 * A socket's twin: same address, same options, and the original never
 * listens.
 */
#include "keeper/twin.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "io/sock.h"
#include "support/runner.h"

static int
bound(int family, uint16_t port)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
		.sin6_port = htons(port) };
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(bind(fd, family == AF_INET ?
	    (struct sockaddr *)&v4 : (struct sockaddr *)&v6,
	    family == AF_INET ? sizeof(v4) : sizeof(v6)), 0);
	return fd;
}

static struct sockaddr_storage
address_of(int fd)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t length = sizeof(ss);

	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&ss, &length), 0);
	return ss;
}

static uint16_t
port_of(int fd)
{
	struct sockaddr_storage ss = address_of(fd);

	/* IPv6 has it in the same place. */
	return ntohs(((struct sockaddr_in *)&ss)->sin_port);
}

static int
get(int fd, int level, int name)
{
	int value = -1;
	socklen_t length = sizeof(value);

	ck_assert_int_eq(getsockopt(fd, level, name, &value, &length), 0);
	return value;
}

static void
set(int fd, int level, int name, int value)
{
	ck_assert_int_eq(setsockopt(fd, level, name, &value, sizeof(value)),
	    0);
}

static void
assert_connects(int to)
{
	struct sockaddr_storage ss = address_of(to);
	int client = socket(ss.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(connect(client, (struct sockaddr *)&ss, sizeof(ss)),
	    0);
	close(client);
}

START_TEST(the_twin_listens_and_the_original_does_not)
{
	int original = bound(AF_INET, 0), copy = dup(original);
	int twin = twin_listen(original, 5), accepted;
	struct sockaddr_storage a = address_of(original),
	    b = address_of(twin);

	ck_assert_int_ge(twin, 0);
	ck_assert_mem_eq(&a, &b, sizeof(a));
	ck_assert_int_eq(get(twin, SOL_SOCKET, SO_ACCEPTCONN), 1);
	ck_assert_int_eq(get(original, SOL_SOCKET, SO_ACCEPTCONN), 0);
	assert_connects(twin);
	accepted = accept(twin, NULL, NULL);
	ck_assert_int_ge(accepted, 0);
	ck_assert_int_eq(accept(copy, NULL, NULL), -1);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_int_ne(fcntl(twin, F_GETFD) & FD_CLOEXEC, 0);
	ck_assert_int_ne(fcntl(twin, F_GETFL) & O_NONBLOCK, 0);
	close(accepted);
	close(twin);
	close(copy);
	close(original);
}
END_TEST

/* What close and bind again need: nothing of the twin stays. */
START_TEST(the_port_is_free_when_both_are_closed)
{
	int original = bound(AF_INET, 0), twin, again;
	uint16_t port = port_of(original);

	twin = twin_listen(original, 5);
	ck_assert_int_ge(twin, 0);
	close(original);
	close(twin);
	again = bound(AF_INET, port);
	close(again);
}
END_TEST

START_TEST(options_are_the_originals)
{
	int original = bound(AF_INET, 0), twin;

	set(original, SOL_SOCKET, SO_KEEPALIVE, 1);
	set(original, IPPROTO_TCP, TCP_KEEPIDLE, 77);
	set(original, IPPROTO_TCP, TCP_DEFER_ACCEPT, 3);
	set(original, IPPROTO_IP, IP_TOS, 0x10);
	set(original, SOL_SOCKET, SO_RCVBUF, 30000);
	twin = twin_listen(original, 5);
	ck_assert_int_eq(get(twin, SOL_SOCKET, SO_KEEPALIVE), 1);
	ck_assert_int_eq(get(twin, IPPROTO_TCP, TCP_KEEPIDLE), 77);
	ck_assert_int_ge(get(twin, IPPROTO_TCP, TCP_DEFER_ACCEPT), 3);
	ck_assert_int_eq(get(twin, IPPROTO_IP, IP_TOS), 0x10);
	ck_assert_int_eq(get(twin, SOL_SOCKET, SO_RCVBUF),
	    get(original, SOL_SOCKET, SO_RCVBUF));
	ck_assert_int_eq(get(twin, SOL_SOCKET, SO_REUSEADDR), 0);
	ck_assert_int_eq(get(twin, IPPROTO_TCP, TCP_NODELAY), 0);
	close(twin);
	close(original);
}
END_TEST

/* What keeps clients out must keep them out of the twin. */
START_TEST(a_filter_is_not_lost)
{
	struct sock_filter all[] = { BPF_STMT(BPF_RET | BPF_K, 0xffff) };
	struct sock_fprog program = { ARRAY_SIZE(all), all };
	int original = bound(AF_INET, 0), twin;

	set(original, IPPROTO_IP, IP_MINTTL, 60);
	twin = twin_listen(original, 5);
	ck_assert_int_eq(get(twin, IPPROTO_IP, IP_MINTTL), 60);
	close(twin);
	close(original);
	original = bound(AF_INET, 0);
	ck_assert_int_eq(setsockopt(original, SOL_SOCKET, SO_ATTACH_FILTER,
	    &program, sizeof(program)), 0);
	ck_assert_int_eq(twin_listen(original, 5), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
	close(original);
}
END_TEST

/* A service that has given rights up gets none back by our help. */
START_TEST(lends_no_rights)
{
	int original = bound(AF_INET, 0), twin = twin_listen(original, 5);
	int lent[][3] = { { SOL_SOCKET, SO_MARK, 1 },
		{ IPPROTO_IP, IP_TRANSPARENT, 1 },
		{ SOL_SOCKET, SO_RCVBUFFORCE, 1 << 20 },
		{ SOL_SOCKET, SO_PRIORITY, 7 } };

	for (size_t i = 0; i < ARRAY_SIZE(lent); i++) {
		ck_assert_int_eq(twin_set(twin, lent[i][0], lent[i][1],
		    lent[i][2], false), -1);
		ck_assert_int_eq(errno, EPERM);
	}
	/* The number would be that of a descriptor of ours. */
	ck_assert_int_eq(twin_set(twin, SOL_SOCKET, SO_ATTACH_BPF, 0, true),
	    -1);
	ck_assert_int_eq(twin_set(twin, IPPROTO_TCP, TCP_KEEPIDLE, 33,
	    false), 0);
	ck_assert_int_eq(get(twin, IPPROTO_TCP, TCP_KEEPIDLE), 33);
	close(twin);
	close(original);
}
END_TEST

START_TEST(both_families_or_one_as_the_original)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	if (!sock_family_works(AF_INET6))
		return;
	for (int only = 0; only <= 1; only++) {
		int original = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
		int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		struct sockaddr_in6 any = { .sin6_family = AF_INET6 };
		int twin;

		set(original, IPPROTO_IPV6, IPV6_V6ONLY, only);
		ck_assert_int_eq(bind(original, (struct sockaddr *)&any,
		    sizeof(any)), 0);
		twin = twin_listen(original, 5);
		ck_assert_int_eq(get(twin, IPPROTO_IPV6, IPV6_V6ONLY), only);
		v4.sin_port = htons(port_of(twin));
		ck_assert_int_eq(connect(client, (struct sockaddr *)&v4,
		    sizeof(v4)), only ? -1 : 0);
		close(client);
		close(twin);
		close(original);
	}
}
END_TEST

START_TEST(four_share_a_port_where_they_say_so)
{
	int originals[4], twins[4];
	uint16_t port = 0;

	for (int i = 0; i < 4; i++) {
		struct sockaddr_in v4 = { .sin_family = AF_INET,
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
			.sin_port = htons(port) };

		originals[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		set(originals[i], SOL_SOCKET, SO_REUSEPORT, 1);
		ck_assert_int_eq(bind(originals[i], (struct sockaddr *)&v4,
		    sizeof(v4)), 0);
		port = port_of(originals[i]);
		twins[i] = twin_listen(originals[i], 5);
		ck_assert_int_ge(twins[i], 0);
		ck_assert_int_eq(port_of(twins[i]), port);
	}
	for (int i = 0; i < 4; i++) {
		close(originals[i]);
		close(twins[i]);
	}
}
END_TEST

START_TEST(a_port_that_somebody_listens_on_has_no_twin)
{
	int original = bound(AF_INET, 0), twin;

	/* Somebody who listens already keeps the port. */
	ck_assert_int_eq(listen(original, 1), 0);
	twin = twin_listen(original, 1);
	ck_assert_int_eq(twin, -1);
	ck_assert_int_eq(errno, EADDRINUSE);
	close(original);
}
END_TEST

START_TEST(the_channel_blocks_and_waits_as_the_original)
{
	int original = bound(AF_INET, 0), ends[2];
	struct timeval limit = { .tv_sec = 3 }, got = { 0 };
	socklen_t length = sizeof(got);

	ck_assert_int_eq(twin_channel(original, ends), 0);
	ck_assert_int_eq(fcntl(ends[1], F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_ne(fcntl(ends[0], F_GETFL) & O_NONBLOCK, 0);
	close(ends[0]);
	close(ends[1]);
	ck_assert_int_eq(fcntl(original, F_SETFL, O_NONBLOCK), 0);
	ck_assert_int_eq(setsockopt(original, SOL_SOCKET, SO_RCVTIMEO,
	    &limit, sizeof(limit)), 0);
	ck_assert_int_eq(twin_channel(original, ends), 0);
	ck_assert_int_ne(fcntl(ends[1], F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_eq(getsockopt(ends[1], SOL_SOCKET, SO_RCVTIMEO, &got,
	    &length), 0);
	ck_assert_int_eq(got.tv_sec, 3);
	close(ends[0]);
	close(ends[1]);
	close(original);
}
END_TEST

static Suite *
make(void)
{
	Suite *suite = suite_create("twin");
	TCase *tc = tcase_create("twin");

	tcase_add_test(tc, the_twin_listens_and_the_original_does_not);
	tcase_add_test(tc, the_port_is_free_when_both_are_closed);
	tcase_add_test(tc, options_are_the_originals);
	tcase_add_test(tc, a_filter_is_not_lost);
	tcase_add_test(tc, lends_no_rights);
	tcase_add_test(tc, both_families_or_one_as_the_original);
	tcase_add_test(tc, four_share_a_port_where_they_say_so);
	tcase_add_test(tc, a_port_that_somebody_listens_on_has_no_twin);
	tcase_add_test(tc, the_channel_blocks_and_waits_as_the_original);
	suite_add_tcase(suite, tc);
	return suite;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make);
}
