/*
 * Handing over: in order, once each, with a deadline, and without spinning,
 * whatever the channel's other end does.
 */
#include "relay/sink.h"

#include <check.h>
#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/runner.h"

#define MANY 600
/* Seconds: more than any of these waits for, and less than a test may last. */
#define LONG 3600.

struct client {
	struct sink_wait wait;
	int calls, error, end;
};

static struct ev_loop *loop;
static struct sink *sink;
static int channel;		/* the service's end */
static struct client clients[MANY];
static int made, rooms, make_error;
static int done_order[MANY], done_count;

static int
make(void *arg, int client, int ends_r[2])
{
	(void)arg;
	(void)client;
	if (make_error != 0) {
		errno = make_error;
		return -1;
	}
	made++;
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_r);
}

static void
on_room(void *arg)
{
	(void)arg;
	rooms++;
}

static void
on_done(struct sink_wait *wait, int error, int end)
{
	struct client *c = container_of(wait, struct client, wait);

	c->calls++;
	c->error = error;
	c->end = end;
	done_order[done_count++] = (int)(c - clients);
}

/* A channel with the smallest buffer there is. */
static void
setup_with(size_t limit, double patience)
{
	struct sink_options options = { .byte = '!', .label = "wrap:test",
		.limit = limit, .patience = patience, .make = make,
		.room = on_room };
	int ends[2], least = 1;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
	    ends), 0);
	ck_assert_int_eq(setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &least,
	    sizeof(least)), 0);
	loop = ev_loop_new(EVFLAG_AUTO);
	ck_assert_ptr_nonnull(loop);
	options.fd = ends[0];
	channel = ends[1];
	sink = sink_new(loop, &options);
	ck_assert_ptr_nonnull(sink);
	memset(clients, 0, sizeof(clients));
	made = rooms = make_error = done_count = 0;
}

static void
teardown(void)
{
	for (int i = 0; i < MANY; i++)
		if (clients[i].calls > 0 && clients[i].error == 0 &&
		    clients[i].end >= 0)
			close(clients[i].end);
	sink_close(sink);
	sink_release(&sink);
	ck_assert_ptr_null(sink);
	if (channel >= 0)
		close(channel);
	ev_loop_destroy(loop);
}

static void
put(int i)
{
	clients[i].wait.client = -1;
	clients[i].wait.done = on_done;
	sink_put(sink, &clients[i].wait);
}

/* Puts until one has to wait; its number. */
static int
fill(void)
{
	for (int i = 0; i < MANY; i++) {
		put(i);
		if (clients[i].calls == 0)
			return i;
	}
	ck_abort_msg("the channel has no end");
}

/* What the service accepts: a descriptor, or -1 where there is none. */
static int
accept_one(void)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(2 * sizeof(int))];
	} control;
	char byte[2];
	struct iovec iov = { byte, sizeof(byte) };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };
	struct cmsghdr *c;
	int fd;

	if (recvmsg(channel, &message, MSG_DONTWAIT) < 0) {
		ck_assert_int_eq(errno, EAGAIN);
		return -1;
	}
	ck_assert_int_eq(byte[0], '!');
	c = CMSG_FIRSTHDR(&message);
	ck_assert_ptr_nonnull(c);
	ck_assert_uint_eq(c->cmsg_len, CMSG_LEN(sizeof(int)));
	memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

/* The descriptor is the other end of what the client got. */
static void
assert_joined(int fd, const struct client *c)
{
	char byte = 'x';

	ck_assert_int_eq(write(fd, &byte, 1), 1);
	byte = 0;
	ck_assert_int_eq(recv(c->end, &byte, 1, MSG_DONTWAIT), 1);
	ck_assert_int_eq(byte, 'x');
	close(fd);
}

/* Runs the loop until so many are done. */
static void
run_until(int count)
{
	while (done_count < count)
		ev_run(loop, EVRUN_ONCE);
}

START_TEST(hands_over_at_once)
{
	setup_with(4, LONG);
	ck_assert_str_eq(sink_label(sink), "wrap:test");
	put(0);
	put(1);
	ck_assert_int_eq(done_count, 2);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(clients[i].error, 0);
		assert_joined(accept_one(), &clients[i]);
	}
	ck_assert_int_eq(accept_one(), -1);
	teardown();
}
END_TEST

START_TEST(hands_over_the_client_itself)
{
	int ends[2], fd;

	setup_with(4, LONG);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0,
	    ends), 0);
	clients[0].wait.client = ends[0];
	clients[0].wait.whole = true;
	clients[0].wait.done = on_done;
	sink_put(sink, &clients[0].wait);
	ck_assert_int_eq(clients[0].calls, 1);
	ck_assert_int_eq(clients[0].error, 0);
	ck_assert_int_eq(clients[0].end, -1);
	ck_assert_int_eq(made, 0);
	fd = accept_one();
	ck_assert_int_eq(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	/* Ours is still ours to close. */
	ck_assert_int_eq(close(ends[0]), 0);
	ck_assert_int_eq(write(fd, "x", 1), 1);
	close(ends[1]);
	close(fd);
	teardown();
}
END_TEST

START_TEST(waits_in_order)
{
	int first, accepted = 0, fd;

	setup_with(2, LONG);
	first = fill();
	ck_assert_int_gt(first, 1);
	ck_assert(!sink_is_full(sink));
	for (int i = first + 1; i < first + 40; i++)
		put(i);
	ck_assert(sink_is_full(sink));
	/* Only the first that waits needs descriptors. */
	ck_assert_int_eq(made, first + 1);
	ck_assert_int_eq(done_count, first);
	while (accepted < first + 40) {
		while ((fd = accept_one()) >= 0) {
			assert_joined(fd, &clients[accepted]);
			accepted++;
		}
		if (done_count < first + 40)
			ev_run(loop, EVRUN_ONCE);
	}
	for (int i = 0; i < first + 40; i++) {
		ck_assert_int_eq(done_order[i], i);
		ck_assert_int_eq(clients[i].calls, 1);
		ck_assert_int_eq(clients[i].error, 0);
	}
	ck_assert_int_eq(rooms, 1);
	ck_assert(!sink_is_full(sink));
	/* Nothing is left to wait for. */
	ev_run(loop, 0);
	teardown();
}
END_TEST

START_TEST(loses_patience_in_order)
{
	int first;

	setup_with(1, 0.01);
	first = fill();
	for (int i = first + 1; i < first + 5; i++)
		put(i);
	run_until(first + 5);
	for (int i = first; i < first + 5; i++) {
		ck_assert_int_eq(done_order[i], i);
		ck_assert_int_eq(clients[i].error, ETIMEDOUT);
		ck_assert_int_eq(clients[i].end, -1);
	}
	ck_assert_int_eq(rooms, 1);
	ck_assert(!sink_is_full(sink));
	ev_run(loop, 0);
	teardown();
}
END_TEST

/* What was under way when the limit was reached finds room, within bounds. */
START_TEST(refuses_a_crowd)
{
	int first, last;

	setup_with(2, LONG);
	first = fill();
	last = first + 1 + SINK_LATE;
	for (int i = first + 1; i <= last + 1; i++)
		put(i);
	ck_assert_int_eq(done_count, first + 1);
	ck_assert_int_eq(clients[last + 1].calls, 1);
	ck_assert_int_eq(clients[last + 1].error, EAGAIN);
	sink_withdraw(&clients[last].wait);
	put(last + 2);
	ck_assert_int_eq(clients[last + 2].calls, 0);
	teardown();
}
END_TEST

START_TEST(fails_where_the_service_has_gone)
{
	int first;

	setup_with(4, LONG);
	first = fill();
	put(first + 1);
	close(channel);
	channel = -1;
	run_until(first + 2);
	ck_assert_int_eq(clients[first].error, ECONNREFUSED);
	ck_assert_int_eq(clients[first + 1].error, ECONNREFUSED);
	put(first + 2);
	ck_assert_int_eq(clients[first + 2].error, ECONNREFUSED);
	teardown();
}
END_TEST

START_TEST(fails_once_it_is_closed)
{
	int first;

	setup_with(1, LONG);
	first = fill();
	put(first + 1);
	sink_close(sink);
	ck_assert_int_eq(done_count, first + 2);
	ck_assert_int_eq(clients[first].error, ECONNREFUSED);
	ck_assert_int_eq(clients[first + 1].error, ECONNREFUSED);
	/* Nobody is told of room any more. */
	ck_assert_int_eq(rooms, 0);
	put(first + 2);
	ck_assert_int_eq(clients[first + 2].error, ECONNREFUSED);
	teardown();
}
END_TEST

START_TEST(can_be_left)
{
	int first, fd;

	setup_with(3, LONG);
	first = fill();
	for (int i = first + 1; i < first + 4; i++)
		put(i);
	ck_assert(sink_is_full(sink));
	sink_withdraw(&clients[first].wait);		/* the first */
	sink_withdraw(&clients[first + 2].wait);	/* in between */
	sink_withdraw(&clients[first + 2].wait);
	ck_assert(!sink_is_full(sink));
	ck_assert_int_eq(rooms, 1);
	sink_withdraw(&clients[first + 3].wait);	/* the last */
	put(first + 4);
	for (int i = 0; i < first; i++) {
		fd = accept_one();
		assert_joined(fd, &clients[i]);
	}
	run_until(first + 2);
	ck_assert_int_eq(done_order[first], first + 1);
	ck_assert_int_eq(done_order[first + 1], first + 4);
	ck_assert_int_eq(clients[first].calls, 0);
	ck_assert_int_eq(clients[first + 2].calls, 0);
	ck_assert_int_eq(clients[first + 3].calls, 0);
	close(accept_one());
	close(accept_one());
	ck_assert_int_eq(accept_one(), -1);
	teardown();
}
END_TEST

START_TEST(tells_why_there_is_no_pair)
{
	static const int errors[] = { ENOTCONN, EMFILE, ENOMEM };

	setup_with(1, LONG);
	for (int i = 0; i < (int)ARRAY_SIZE(errors); i++) {
		make_error = errors[i];
		put(i);
		ck_assert_int_eq(clients[i].calls, 1);
		ck_assert_int_eq(clients[i].error, errors[i]);
	}
	make_error = 0;
	put(3);
	ck_assert_int_eq(clients[3].error, 0);
	teardown();
}
END_TEST

/* A reference outlives the owner's. */
START_TEST(lasts_as_long_as_it_is_held)
{
	struct sink *held;

	setup_with(1, LONG);
	held = sink_hold(sink);
	sink_close(sink);
	sink_release(&sink);
	ck_assert_str_eq(sink_label(held), "wrap:test");
	sink = held;
	teardown();
}
END_TEST

/* As many descriptors in flight as a user may have. */
static void
exhaust(int pair[2])
{
	struct rlimit limit = { 16, 16 };
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	char byte = 'x';
	struct iovec iov = { &byte, 1 };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);
	int fd = STDERR_FILENO;

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	while (sendmsg(pair[0], &message, MSG_DONTWAIT) > 0)
		continue;
	ck_assert_int_eq(errno, ETOOMANYREFS);
}

/*
 * The kernel says nothing when others have taken theirs: the channel is
 * writable all the while, and must not be asked in a busy loop.
 */
START_TEST(waits_for_descriptors_in_flight)
{
	/* Whose descriptors in flight nobody else has a share in. */
	uid_t alone = 100000 + (uid_t)getpid();
	ev_tstamp begun;
	int pair[2];

	if (geteuid() == 0 && setresuid(alone, alone, alone) < 0)
		return;
	setup_with(4, LONG);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
	    pair), 0);
	exhaust(pair);
	put(0);
	put(1);
	ck_assert_int_eq(done_count, 0);
	begun = ev_now(loop);
	for (int i = 0; i < 3; i++)
		ev_run(loop, EVRUN_ONCE);
	ck_assert(ev_now(loop) - begun > 0.05);
	ck_assert_int_eq(done_count, 0);
	/* What was in flight is gone: nothing else is asked for. */
	close(pair[0]);
	close(pair[1]);
	run_until(2);
	ck_assert_int_eq(clients[0].error, 0);
	ck_assert_int_eq(clients[1].error, 0);
	teardown();
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("sink");
	TCase *tc = tcase_create("sink");

	tcase_add_test(tc, hands_over_at_once);
	tcase_add_test(tc, hands_over_the_client_itself);
	tcase_add_test(tc, waits_in_order);
	tcase_add_test(tc, loses_patience_in_order);
	tcase_add_test(tc, refuses_a_crowd);
	tcase_add_test(tc, fails_where_the_service_has_gone);
	tcase_add_test(tc, fails_once_it_is_closed);
	tcase_add_test(tc, can_be_left);
	tcase_add_test(tc, tells_why_there_is_no_pair);
	tcase_add_test(tc, lasts_as_long_as_it_is_held);
	tcase_add_test(tc, waits_for_descriptors_in_flight);
	suite_add_tcase(suite, tc);
	return suite;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make_suite);
}
