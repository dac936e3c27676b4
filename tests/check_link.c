/*
 * Messages between keeper, supervisor and worker: whole ones arrive with their
 * descriptors, and of all others nothing stays open.
 */
#include "agent/link.h"

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "support/runner.h"

static int ends[2];

static void
setup(void)
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0, ends), 0);
}

static void
teardown(void)
{
	close(ends[0]);
	close(ends[1]);
}

static int
count_open(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	ck_assert_ptr_nonnull(dir);
	while (readdir(dir) != NULL)
		count++;
	closedir(dir);
	return count;
}

/* Bytes as they are, with descriptors. */
static void
send_raw(const void *bytes, size_t size, const int *fds, unsigned count)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(64 * sizeof(int))];
	} control = { 0 };
	struct iovec iov = { (void *)bytes, size };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;

	if (count > 0) {
		message.msg_control = control.bytes;
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
		c = CMSG_FIRSTHDR(&message);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(c), fds, count * sizeof(int));
	}
	ck_assert_int_eq(sendmsg(ends[0], &message, 0), (ssize_t)size);
}

START_TEST(arrives_whole)
{
	struct link_message sent = { .kind = LINK_OFFER, .id = 7,
		.backlog = 9, .user = "alice", .job = "web",
		.unit = "web.service" }, got;
	int fds[PASS_MAX], before = count_open();

	ck_assert_int_eq(link_send(ends[0], &sent, ends, 2), 0);
	ck_assert_int_eq(link_receive(ends[1], &got, fds), 1);
	ck_assert_mem_eq(&got, &sent, sizeof(got));
	ck_assert_int_eq(fds[2], -1);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_ge(fds[i], 0);
		ck_assert_int_eq(fcntl(fds[i], F_GETFD), FD_CLOEXEC);
	}
	pass_close(fds);
	ck_assert_int_eq(fds[0], -1);
	ck_assert_int_eq(fds[1], -1);
	ck_assert_int_eq(count_open(), before);

	ck_assert_int_eq(link_send(ends[0], &sent, NULL, 0), 0);
	ck_assert_int_eq(link_receive(ends[1], &got, fds), 1);
	ck_assert_int_eq(fds[0], -1);
	ck_assert_int_eq(fds[1], -1);
}
END_TEST

START_TEST(strings_end)
{
	struct link_message sent, got;
	int fds[PASS_MAX];

	memset(&sent, 'x', sizeof(sent));
	ck_assert_int_eq(link_send(ends[0], &sent, NULL, 0), 0);
	ck_assert_int_eq(link_receive(ends[1], &got, fds), 1);
	ck_assert_uint_eq(strlen(got.user), sizeof(got.user) - 1);
	ck_assert_uint_eq(strlen(got.job), sizeof(got.job) - 1);
	ck_assert_uint_eq(strlen(got.unit), sizeof(got.unit) - 1);
	ck_assert_uint_eq(strlen(got.text), sizeof(got.text) - 1);
}
END_TEST

/* Size of the message, descriptors with it, what is said of it. */
static const struct {
	size_t size;
	unsigned fds;
	int rc;
} strange[] = {
	{ 0, 0, 0 },
	{ 0, 2, 0 },
	{ 1, 0, -1 },
	{ 1, 2, -1 },
	{ sizeof(struct link_message) - 1, 2, -1 },
	{ sizeof(struct link_message) + 1, 1, -1 },
	{ sizeof(struct link_message), 4, -1 },
	{ sizeof(struct link_message), 64, -1 },
};

START_TEST(of_others_nothing_stays)
{
	char bytes[sizeof(struct link_message) + 1] = "";
	int many[64], fds[PASS_MAX], before = count_open();
	struct link_message got;

	for (unsigned i = 0; i < ARRAY_SIZE(many); i++)
		many[i] = ends[0];
	send_raw(bytes, strange[_i].size, many, strange[_i].fds);
	ck_assert_int_eq(link_receive(ends[1], &got, fds), strange[_i].rc);
	if (strange[_i].rc < 0)
		ck_assert_int_eq(errno, EPROTO);
	ck_assert_int_eq(fds[0], -1);
	ck_assert_int_eq(fds[1], -1);
	ck_assert_int_eq(count_open(), before);
}
END_TEST

START_TEST(comes_to_an_end)
{
	struct link_message m = { .kind = LINK_ASK };
	int fds[PASS_MAX];

	ck_assert_int_eq(link_receive(ends[1], &m, fds), -1);
	ck_assert_int_eq(errno, EAGAIN);
	while (link_send(ends[0], &m, NULL, 0) == 0)
		continue;
	ck_assert_int_eq(errno, EAGAIN);
	/* Closed with messages that nobody has read: a reset is an end. */
	close(ends[1]);
	ck_assert_int_eq(link_receive(ends[0], &m, fds), 0);
	ck_assert_int_eq(link_receive(ends[0], &m, fds), 0);
	ck_assert_int_eq(link_send(ends[0], &m, NULL, 0), -1);
	ck_assert_int_eq(errno, EPIPE);
	ends[1] = dup(ends[0]);
}
END_TEST

static Suite *
make(void)
{
	Suite *suite = suite_create("link");
	TCase *tc = tcase_create("link");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, arrives_whole);
	tcase_add_test(tc, strings_end);
	tcase_add_loop_test(tc, of_others_nothing_stays, 0,
	    (int)ARRAY_SIZE(strange));
	tcase_add_test(tc, comes_to_an_end);
	suite_add_tcase(suite, tc);
	return suite;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make);
}
