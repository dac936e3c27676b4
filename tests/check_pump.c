/*
 * The pump: every byte once and in order, at every rate, and an end or a
 * failure at the start, in the middle and at the end passed on truthfully.
 */
#include "relay/pump.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/sock.h"
#include "relay/chan.h"
#include "support/runner.h"

#define TOTAL (3 * BUFFER_SIZE + 17)

/* A TCP connection over loopback: ends[0] is ours, ends[1] the peer's. */
static void
make_pair(int ends[2])
{
	struct addr_endpoint at = { .port = 0 };
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);
	struct addr_endpoint local, remote;
	int listener;

	ck_assert_int_eq(addr_parse("127.0.0.1", 9, &at.addr), 0);
	listener = sock_listen(&at);
	ck_assert_int_ge(listener, 0);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&sin, &len),
	    0);
	ends[1] = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(ends[1], (struct sockaddr *)&sin, len), 0);
	ends[0] = sock_accept(listener, &local, &remote);
	ck_assert_int_ge(ends[0], 0);
	ck_assert_uint_eq(local.port, ntohs(sin.sin_port));
	close(listener);
}

struct rig {
	int source[2], sink[2];
	struct chan from, to;
	struct pump pump;
	size_t sent, received;
	uint8_t out[TOTAL], in[TOTAL];
};

static void
rig_init(struct rig *r)
{
	memset(r, 0, sizeof(*r));
	make_pair(r->source);
	make_pair(r->sink);
	r->from = (struct chan){ .fd = r->source[0] };
	r->to = (struct chan){ .fd = r->sink[0] };
	pump_init(&r->pump, &r->from, &r->to);
	for (size_t i = 0; i < TOTAL; i++)
		r->out[i] = (uint8_t)(i * 2654435761u >> 13);
}

static void
rig_fini(struct rig *r)
{
	pump_fini(&r->pump);
	chan_close(&r->from);
	chan_close(&r->to);
	if (r->source[1] >= 0)
		close(r->source[1]);
	if (r->sink[1] >= 0)
		close(r->sink[1]);
	buffer_trim();
}

/* The peer of the source sends what it can, at most `most` bytes. */
static void
feed(struct rig *r, size_t most)
{
	ssize_t n = send(r->source[1], r->out + r->sent,
	    TOTAL - r->sent < most ? TOTAL - r->sent : most, MSG_DONTWAIT);

	if (n > 0)
		r->sent += (size_t)n;
}

/* The peer of the sink reads; true at the end of file. */
static bool
collect(struct rig *r, size_t most)
{
	uint8_t extra;
	ssize_t n = r->received == TOTAL ?
	    recv(r->sink[1], &extra, 1, MSG_DONTWAIT) :
	    recv(r->sink[1], r->in + r->received, TOTAL - r->received < most ?
	    TOTAL - r->received : most, MSG_DONTWAIT);

	if (n > 0)
		r->received += (size_t)n;
	return n == 0;
}

/* Waits until the pump's wish is granted, a second at most. */
static void
await(struct rig *r, unsigned wait)
{
	struct pollfd fds[2] = {
		{ .fd = r->from.fd, .events = wait & PUMP_FROM_READ ?
		    POLLIN : 0 },
		{ .fd = r->to.fd, .events = wait & PUMP_TO_WRITE ?
		    POLLOUT : 0 },
	};

	if (wait & PUMP_AGAIN)
		return;
	ck_assert_uint_ne(wait, 0);
	ck_assert_int_gt(poll(fds, 2, 1000), 0);
}

/* One wake-up; what it waits for is not of interest. */
static void
run(struct rig *r)
{
	unsigned wait UNUSED = pump_run(&r->pump);
}

static const size_t rates[] = { 1, 7, 1460, BUFFER_SIZE, TOTAL };

/* Every pairing of source and sink rates; slow ones end early by design. */
START_TEST(passes_every_byte)
{
	size_t in_rate = rates[_i / 5], out_rate = rates[_i % 5];
	struct rig r;
	bool ended = false;

	rig_init(&r);
	while (!ended) {
		feed(&r, in_rate * 64);
		if (r.sent == TOTAL && r.source[1] >= 0) {
			close(r.source[1]);
			r.source[1] = -1;
		}
		run(&r);
		ended = collect(&r, out_rate * 64);
		/* one buffer, never more */
		ck_assert_uint_le(buffer_length(&r.pump.buffer), BUFFER_SIZE);
	}
	ck_assert_uint_eq(r.received, TOTAL);
	ck_assert_mem_eq(r.in, r.out, TOTAL);
	ck_assert_uint_eq(r.pump.bytes, TOTAL);
	ck_assert_int_eq(r.pump.state, PUMP_DONE);
	ck_assert_ptr_null(r.pump.buffer.block);
	rig_fini(&r);
}
END_TEST

START_TEST(says_what_it_waits_for)
{
	struct rig r;
	unsigned wait;

	rig_init(&r);
	wait = pump_run(&r.pump);
	ck_assert_uint_eq(wait, PUMP_FROM_READ);
	ck_assert_ptr_null(r.pump.buffer.block);
	feed(&r, 1);
	await(&r, wait);
	ck_assert_uint_eq(pump_run(&r.pump), PUMP_FROM_READ);
	ck_assert_uint_eq(r.pump.bytes, 1);
	/* Idle again: it holds nothing. */
	ck_assert_ptr_null(r.pump.buffer.block);
	rig_fini(&r);
}
END_TEST

/* A reader that does not read stops the writer, not the memory. */
/* Only what it waits for makes it run. */
START_TEST(runs_where_something_came)
{
	static struct rig r;

	rig_init(&r);
	/* The first time in any case. */
	ck_assert_uint_eq(pump_run_ready(&r.pump, false, false),
	    PUMP_FROM_READ);
	feed(&r, 10);
	ck_assert_uint_eq(pump_run_ready(&r.pump, false, true),
	    PUMP_FROM_READ);
	ck_assert_uint_eq(r.pump.bytes, 0);
	await(&r, PUMP_FROM_READ);
	ck_assert_uint_eq(pump_run_ready(&r.pump, true, false),
	    PUMP_FROM_READ);
	ck_assert_uint_eq(r.pump.bytes, 10);
	rig_fini(&r);
}
END_TEST

START_TEST(holds_back)
{
	struct rig r;
	unsigned wait;
	int small = 4096;

	rig_init(&r);
	setsockopt(r.to.fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	do {
		feed(&r, TOTAL);
		if (r.sent == TOTAL)
			r.sent = 0;
		wait = pump_run(&r.pump);
	} while (!(wait & PUMP_TO_WRITE) || (wait & PUMP_FROM_READ));
	ck_assert_uint_eq(buffer_length(&r.pump.buffer), BUFFER_SIZE);
	rig_fini(&r);
}
END_TEST

static void
reset(int *fd)
{
	sock_reset_on_close(*fd);
	close(*fd);
	*fd = -1;
}

/* The source fails after nothing, some and all of the bytes. */
START_TEST(reports_read_failures)
{
	static const size_t points[] = { 0, 1, TOTAL / 2, TOTAL };
	struct rig r;

	rig_init(&r);
	while (r.sent < points[_i]) {
		feed(&r, points[_i] - r.sent);
		run(&r);
		(void)collect(&r, TOTAL);
	}
	while (r.received < points[_i]) {
		run(&r);
		(void)collect(&r, TOTAL);
	}
	reset(&r.source[1]);
	await(&r, PUMP_FROM_READ);
	run(&r);
	ck_assert_int_eq(r.pump.state, PUMP_READ_FAILED);
	ck_assert_int_eq(r.from.error, ECONNRESET);
	/* What came before is not lost, and no clean end is made up. */
	ck_assert_uint_eq(r.received, points[_i]);
	ck_assert_mem_eq(r.in, r.out, points[_i]);
	ck_assert(!collect(&r, TOTAL));
	ck_assert_uint_eq(pump_run(&r.pump), 0);
	rig_fini(&r);
}
END_TEST

/* The sink fails after nothing, some and all of the bytes. */
START_TEST(reports_write_failures)
{
	static const size_t points[] = { 0, 1, TOTAL / 2, TOTAL - 1 };
	struct pollfd gone;
	struct rig r;

	rig_init(&r);
	while (r.received < points[_i]) {
		feed(&r, points[_i] - r.sent);
		run(&r);
		(void)collect(&r, TOTAL);
	}
	reset(&r.sink[1]);
	gone = (struct pollfd){ .fd = r.to.fd };
	ck_assert_int_eq(poll(&gone, 1, 1000), 1);
	feed(&r, 1);
	await(&r, PUMP_FROM_READ);
	run(&r);
	ck_assert_int_eq(r.pump.state, PUMP_WRITE_FAILED);
	ck_assert(r.to.error == ECONNRESET || r.to.error == EPIPE);
	ck_assert_ptr_null(r.pump.buffer.block);
	rig_fini(&r);
}
END_TEST

/* One wake-up moves a bounded amount, however much there is. */
START_TEST(keeps_to_its_budget)
{
	int big = 8 << 20;
	uint64_t before;
	unsigned wait;
	struct rig r;

	rig_init(&r);
	setsockopt(r.from.fd, SOL_SOCKET, SO_RCVBUFFORCE, &big, sizeof(big));
	setsockopt(r.to.fd, SOL_SOCKET, SO_SNDBUFFORCE, &big, sizeof(big));
	for (int i = 0; i < 200; i++) {
		feed(&r, TOTAL);
		if (r.sent == TOTAL)
			r.sent = 0;
		before = r.pump.bytes;
		wait = pump_run(&r.pump);
		ck_assert_uint_le(r.pump.bytes - before, 5 * BUFFER_SIZE);
		if (wait & PUMP_AGAIN)
			break;
		r.received = 0;
		(void)collect(&r, TOTAL);
	}
	rig_fini(&r);
}
END_TEST

static Suite *
make(void)
{
	Suite *suite = suite_create("pump");
	TCase *tc = tcase_create("pump");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, passes_every_byte, 0, 25);
	tcase_add_test(tc, says_what_it_waits_for);
	tcase_add_test(tc, runs_where_something_came);
	tcase_add_test(tc, holds_back);
	tcase_add_loop_test(tc, reports_read_failures, 0, 4);
	tcase_add_loop_test(tc, reports_write_failures, 0, 4);
	tcase_add_test(tc, keeps_to_its_budget);
	suite_add_tcase(suite, tc);
	return suite;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make);
}
