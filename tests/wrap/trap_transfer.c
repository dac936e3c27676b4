/* trap_transfer.c - what a service does with a connection's bytes. */
#include "trap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static int
one(struct trap *trap)
{
	int fd = trap_listening(trap), connection;

	trap_say("ready");
	connection = trap_accept(fd);
	MUST(close(fd));
	return connection;
}

/* ARGUMENT: a file, sent whole. */
static int
run_sendfile(struct trap *trap)
{
	int fd = one(trap), file;
	struct stat status;
	off_t at = 0;

	file = MUST(open(trap_argument(trap, 0, ""), O_RDONLY));
	MUST(fstat(file, &status));
	while (at < status.st_size)
		if (MUST(sendfile(fd, file, &at,
		    (size_t)(status.st_size - at))) == 0)
			break;
	trap_say("sent %lld", (long long)at);
	MUST(shutdown(fd, SHUT_WR));
	trap_say("then read: %d", MUST(read(fd, &status, 1)));
	return 0;
}

/* Echoes through a pipe; the bytes never come up to the program. */
static int
run_splice(struct trap *trap)
{
	int fd = one(trap), pipes[2], left, moved;
	long long total = 0;

	MUST(pipe(pipes));
	while ((left = MUST(splice(fd, NULL, pipes[1], NULL, 65536,
	    SPLICE_F_MOVE))) > 0) {
		total += left;
		for (; left > 0; left -= moved)
			moved = MUST(splice(pipes[0], NULL, fd, NULL,
			    (size_t)left, SPLICE_F_MOVE));
	}
	trap_say("moved %lld", total);
	return 0;
}

static void
say_bytes(const char *what, const char *bytes, ssize_t count)
{
	if (count < 0)
		trap_say("%s: %s", what, trap_result(-1));
	else
		trap_say("%s: %zd '%.*s'", what, count, (int)count, bytes);
}

/* The client sends "0123456789", and on "go" ten more, and finishes. */
static int
run_receive(struct trap *trap)
{
	int fd = one(trap), count;
	char buffer[64];

	say_bytes("nothing yet", buffer, recv(fd, buffer, 4, MSG_DONTWAIT));
	MUST(send(fd, "go\n", 3, 0));
	say_bytes("all", buffer, recv(fd, buffer, 10, MSG_WAITALL |
	    MSG_PEEK));
	say_bytes("peek", buffer, recv(fd, buffer, 4, MSG_PEEK));
	say_bytes("peek again", buffer, recv(fd, buffer, 4, MSG_PEEK));
	MUST(ioctl(fd, FIONREAD, &count));
	trap_say("FIONREAD: %d", count);
	say_bytes("read", buffer, read(fd, buffer, 4));
	MUST(ioctl(fd, FIONREAD, &count));
	trap_say("FIONREAD: %d", count);
	say_bytes("recvfrom", buffer, recvfrom(fd, buffer, 2, 0, NULL,
	    NULL));
	say_bytes("trunc", buffer, recv(fd, buffer, 4, 0));
	say_bytes("empty", buffer, recv(fd, buffer, 4, MSG_DONTWAIT));
	MUST(send(fd, "go\n", 3, 0));
	say_bytes("wait", buffer, recv(fd, buffer, 10, MSG_WAITALL));
	MUST(send(fd, "go\n", 3, 0));
	say_bytes("short of all", buffer, recv(fd, buffer, 30,
	    MSG_WAITALL));
	say_bytes("end", buffer, recv(fd, buffer, 4, 0));
	say_bytes("end", buffer, recv(fd, buffer, 4, MSG_DONTWAIT));
	return 0;
}

static int
run_vector(struct trap *trap)
{
	int fd = one(trap), pending;
	char a[4], b[8], c[16];
	struct iovec parts[3] = { { a, sizeof(a) }, { b, sizeof(b) },
	    { c, sizeof(c) } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 3 };
	struct mmsghdr many[2];
	ssize_t got;

	got = MUST(recv(fd, a, 1, MSG_PEEK));
	say_bytes("first", a, got);
	got = MUST(readv(fd, parts, 3));
	trap_say("readv %zd '%.4s' '%.8s'", got, a, b);
	parts[1].iov_len = (size_t)got - 4;
	MUST(writev(fd, parts, 2));
	message.msg_iovlen = 2;
	MUST(sendmsg(fd, &message, MSG_NOSIGNAL));
	memset(many, 0, sizeof(many));
	many[0].msg_hdr = many[1].msg_hdr = message;
	trap_say("sendmmsg %d", MUST(sendmmsg(fd, many, 2, 0)));
	MUST(send(fd, "more", 4, MSG_MORE));
	MUST(send(fd, ".\n", 2, MSG_EOR));
	do
		MUST(ioctl(fd, SIOCOUTQ, &pending));
	while (pending > 0);
	trap_say("SIOCOUTQ: %d", pending);
	memset(&message, 0, sizeof(message));
	message.msg_iov = parts;
	message.msg_iovlen = 3;
	got = MUST(recvmsg(fd, &message, 0));
	trap_say("recvmsg %zd flags %#x name %u control %zu", got,
	    (unsigned)message.msg_flags, message.msg_namelen,
	    message.msg_controllen);
	return 0;
}

/* Addresses, at which TCP does not look when it sends, and which it does not
 * say when it receives. Also of what was sent before an orderly end. */
static int
run_addressed(struct trap *trap)
{
	int fd = one(trap);
	char bytes[8];
	struct sockaddr_storage at;
	struct iovec part = { bytes, 4 };
	struct msghdr message = { .msg_name = &at, .msg_iov = &part,
		.msg_iovlen = 1 };
	socklen_t length = trap_address(trap, &at);

	message.msg_namelen = length;
	memcpy(bytes, "data", 4);
	trap_say("sendto: %zd", sendto(fd, bytes, 4, MSG_NOSIGNAL,
	    (struct sockaddr *)&at, length));
	trap_say("sendmsg: %zd", sendmsg(fd, &message, MSG_NOSIGNAL));
	MUST(shutdown(fd, SHUT_WR));
	MUST(poll(&(struct pollfd){ .fd = fd, .events = POLLRDHUP }, 1, -1));
	length = sizeof(at);
	say_bytes("recvfrom", bytes, recvfrom(fd, bytes, 4, 0,
	    (struct sockaddr *)&at, &length));
	trap_say("address %u", length);
	message.msg_namelen = sizeof(at);
	say_bytes("recvmsg", bytes, recvmsg(fd, &message, 0));
	trap_say("address %u", message.msg_namelen);
	say_bytes("end", bytes, recv(fd, bytes, 4, 0));
	return 0;
}

/* Urgent data of the service. */
static int
run_urgent(struct trap *trap)
{
	int fd = one(trap);
	char byte;

	MUST(send(fd, "before", 6, 0));
	MUST(send(fd, "!", 1, MSG_OOB));
	MUST(send(fd, "after", 5, 0));
	MUST(shutdown(fd, SHUT_WR));
	trap_say("no urgent data here: %s", trap_result(recv(fd, &byte, 1,
	    MSG_OOB | MSG_DONTWAIT)));
	trap_say("at mark: %d", sockatmark(fd));
	trap_say("end: %d", MUST(read(fd, &byte, 1)));
	return 0;
}

/* The service finishes first, and reads on. */
static int
run_half_service(struct trap *trap)
{
	int fd = one(trap);
	char buffer[64];
	struct pollfd entry = { .fd = fd, .events = POLLIN | POLLRDHUP };

	MUST(send(fd, "all I say\n", 10, 0));
	MUST(shutdown(fd, SHUT_WR));
	trap_say("write: %s", trap_result(send(fd, "x", 1, MSG_NOSIGNAL)));
	say_bytes("read", buffer, recv(fd, buffer, 5, MSG_WAITALL));
	say_bytes("read", buffer, read(fd, buffer, sizeof(buffer)));
	MUST(poll(&entry, 1, -1));
	trap_say("events %#x", (unsigned)entry.revents &
	    (POLLIN | POLLRDHUP));
	return 0;
}

/* The client finishes first; the service answers after that. */
static int
run_half_client(struct trap *trap)
{
	int fd = one(trap);
	char buffer[64];
	struct pollfd entry = { .fd = fd, .events = POLLRDHUP };
	ssize_t got;
	size_t total = 0;

	MUST(poll(&entry, 1, -1));
	trap_say("events %#x", (unsigned)entry.revents &
	    (POLLRDHUP | POLLHUP));
	while ((got = MUST(read(fd, buffer, sizeof(buffer)))) > 0)
		total += (size_t)got;
	trap_say("read %zu", total);
	MUST(send(fd, "still here\n", 11, 0));
	return 0;
}

/* The client goes away in the middle: no end, but a reset. */
static int
run_reset(struct trap *trap)
{
	int fd = one(trap);
	char buffer[64];
	struct pollfd entry = { .fd = fd };

	say_bytes("read", buffer, recv(fd, buffer, 4, MSG_WAITALL));
	MUST(send(fd, "go\n", 3, 0));
	/* POLLHUP and POLLERR need not be asked for. */
	MUST(poll(&entry, 1, -1));
	trap_say("hung up: %d", (entry.revents & POLLHUP) != 0);
	say_bytes("read", buffer, recv(fd, buffer, 4, 0));
	trap_say("write: %s", trap_result(send(fd, "x", 1, MSG_NOSIGNAL)));
	return 0;
}

/* The service goes away in the middle, with bytes that it has not read. */
static int
run_abort(struct trap *trap)
{
	int fd = one(trap);
	char buffer[8];

	say_bytes("read", buffer, recv(fd, buffer, 4, MSG_WAITALL));
	MUST(send(fd, "half of it", 10, 0));
	MUST(recv(fd, buffer, 1, MSG_PEEK));
	MUST(close(fd));
	return 0;
}

static void
linger(int fd, int on)
{
	struct linger value = { on, 0 };

	MUST(setsockopt(fd, SOL_SOCKET, SO_LINGER, &value, sizeof(value)));
}

/* All was read, and the rest of the answer shall not be missed unseen. */
static int
run_linger(struct trap *trap)
{
	int fd = one(trap);
	char buffer[8];

	linger(fd, 1);
	say_bytes("read", buffer, recv(fd, buffer, 8, MSG_WAITALL));
	MUST(send(fd, "half of it", 10, 0));
	/* Until the client has it: a reset may throw away what waits. */
	MUST(recv(fd, buffer, 1, 0));
	MUST(close(fd));
	return 0;
}

/* It thinks better of it. */
static int
run_linger_off(struct trap *trap)
{
	int fd = one(trap);
	char buffer[8];

	linger(fd, 1);
	say_bytes("read", buffer, recv(fd, buffer, 8, MSG_WAITALL));
	MUST(send(fd, "half of it", 10, 0));
	MUST(recv(fd, buffer, 1, 0));
	linger(fd, 0);
	MUST(close(fd));
	return 0;
}

/* What the listener has, its connections have. */
static int
run_linger_listener(struct trap *trap)
{
	int listener = trap_bound(trap), fd;
	char buffer[8];

	linger(listener, 1);
	MUST(listen(listener, 16));
	trap_say("ready");
	fd = trap_accept(listener);
	say_bytes("read", buffer, recv(fd, buffer, 8, MSG_WAITALL));
	MUST(send(fd, "half of it", 10, 0));
	MUST(recv(fd, buffer, 1, 0));
	MUST(close(fd));
	return 0;
}

struct bulk {
	int fd, count;
	const char *block;
	size_t size;
	bool good;
};

static void *
send_blocks(void *data)
{
	struct bulk *bulk = data;
	size_t at;
	int i;

	for (i = 0; i < bulk->count; i++)
		for (at = 0; at < bulk->size;)
			at += (size_t)MUST(write(bulk->fd, bulk->block + at,
			    bulk->size - at));
	MUST(shutdown(bulk->fd, SHUT_WR));
	return NULL;
}

static void *
receive_blocks(void *data)
{
	struct bulk *bulk = data;
	static char buffer[262144];
	size_t at = 0, part, done;
	ssize_t got;
	long long total = 0;

	bulk->good = true;
	while ((got = MUST(read(bulk->fd, buffer, sizeof(buffer)))) > 0) {
		total += got;
		for (done = 0; done < (size_t)got; done += part) {
			part = (size_t)got - done;
			if (part > bulk->size - at)
				part = bulk->size - at;
			if (memcmp(buffer + done, bulk->block + at, part))
				bulk->good = false;
			at = (at + part) % bulk->size;
		}
	}
	trap_say("received %lld", total);
	if (total != (long long)bulk->size * bulk->count)
		bulk->good = false;
	return NULL;
}

/*
 * Sends a file's bytes so many times over, and expects the same. ARGUMENT:
 * the file, how often, who finishes first: "client", "service" or "both".
 */
static int
run_bulk(struct trap *trap)
{
	struct bulk bulk = { .count = trap_number(trap, 1, 1) };
	const char *first = trap_argument(trap, 2, "both");
	int file = MUST(open(trap_argument(trap, 0, ""), O_RDONLY));
	struct stat status;
	pthread_t thread;

	MUST(fstat(file, &status));
	bulk.size = (size_t)status.st_size;
	bulk.block = mmap(NULL, bulk.size, PROT_READ, MAP_PRIVATE, file, 0);
	bulk.fd = one(trap);
	if (strcmp(first, "both") == 0) {
		MUST(-pthread_create(&thread, NULL, send_blocks, &bulk));
		receive_blocks(&bulk);
		MUST(-pthread_join(thread, NULL));
	} else if (strcmp(first, "client") == 0) {
		receive_blocks(&bulk);
		send_blocks(&bulk);
	} else {
		send_blocks(&bulk);
		receive_blocks(&bulk);
	}
	trap_say("%s", bulk.good ? "bit for bit" : "FAILED: other bytes");
	return 0;
}

const struct trap_mode trap_transfer_modes[] = {
	{ "abort", run_abort },
	{ "addressed", run_addressed },
	{ "bulk", run_bulk },
	{ "half-client", run_half_client },
	{ "half-service", run_half_service },
	{ "receive", run_receive },
	{ "linger", run_linger },
	{ "linger-listener", run_linger_listener },
	{ "linger-off", run_linger_off },
	{ "reset", run_reset },
	{ "sendfile", run_sendfile },
	{ "splice", run_splice },
	{ "urgent", run_urgent },
	{ "vector", run_vector },
	{ NULL, NULL },
};
