/*
 * load.c - the load generator of the bench: one process, any number of TLS
 * connections.
 *
 *	load MODE PORT [OPTION...]		see usage() in load_options.c
 *
 * Prints one line of JSON, after the randoms where there are any. Where it
 * says that it waits, it does until a line or the end comes on standard input:
 * meanwhile its caller looks at the server.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "client.h"
#include "hello.h"
#include "load.h"

#define MIB		(1u << 20)
/* Failures that are explained; all are counted. */
#define SAID_MAX	3
/* An idle crowd does not come all at once. */
#define CROWD		32

enum state { STATE_FREE, STATE_SHAKING, STATE_RUNNING, STATE_HELD };

struct slot {
	struct client client;
	enum state state;
	bool watched_writing;
	uint64_t rounds;	/* left, of writing and reading back */
	size_t wrote, got;	/* in this round */
	uint64_t to_write, to_read;	/* of a bulk transfer */
	uint8_t answer[HELLO_ANSWER];
	double since;
};

static struct {
	uint64_t done, failed, resumed, bytes;
	double *latency;
	size_t latencies, room;
} figures;

static struct load_options options;
static struct slot *slots;
static size_t *vacant;		/* a stack of free slots */
static size_t vacancies, busy, shaking;
static bool keeping;		/* the session of the next connection */
static int epoll_fd;
static double deadline;
static char buffer[LOAD_RECORD];
static uint8_t hello[HELLO_MAX];
static size_t hello_size;

NO_RETURN static void
die(const char *what)
{
	fprintf(stderr, "load: %s\n", what);
	exit(1);
}

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void
note_latency(struct slot *slot)
{
	double end = now();

	if (figures.latencies < figures.room)
		figures.latency[figures.latencies++] = end - slot->since;
	slot->since = end;
}

/*
 * What a connection does. Each of these returns 1 when its work is done,
 * else CLIENT_LATER or CLIENT_FAILED.
 */
static int
write_all(struct slot *slot, const void *bytes, size_t size)
{
	while (slot->wrote < size) {
		ssize_t n = client_write(&slot->client,
		    (const char *)bytes + slot->wrote, size - slot->wrote);

		if (n <= 0)
			return (int)n;
		slot->wrote += (size_t)n;
	}
	return 1;
}

static int
step_rounds(struct slot *slot)
{
	while (slot->rounds > 0) {
		int result = write_all(slot, buffer, options.size);

		if (result != 1)
			return result;
		while (slot->got < options.size) {
			ssize_t n = client_read(&slot->client,
			    buffer + slot->got, options.size - slot->got);

			if (n <= 0)
				return (int)n;
			slot->got += (size_t)n;
		}
		note_latency(slot);
		slot->wrote = slot->got = 0;
		slot->rounds--;
		if (options.mode == LOAD_RR)
			figures.done++;
	}
	return 1;
}

static size_t
least(uint64_t a, size_t b)
{
	return a < b ? (size_t)a : b;
}

static int
step_bulk(struct slot *slot)
{
	uint64_t *moved = options.mode == LOAD_UP ? &slot->to_write :
	    &slot->to_read;
	uint64_t before = *moved;
	ssize_t n = 1;

	while (slot->to_write > 0 && n > 0) {
		n = client_write(&slot->client, buffer,
		    least(slot->to_write, LOAD_RECORD));
		if (n > 0)
			slot->to_write -= (uint64_t)n;
	}
	while (slot->to_read > 0 && n > 0) {
		n = client_read(&slot->client, buffer,
		    least(slot->to_read, LOAD_RECORD));
		if (n > 0)
			slot->to_read -= (uint64_t)n;
	}
	figures.bytes += before - *moved;
	return n > 0 ? 1 : (int)n;
}

static int
step_hello(struct slot *slot)
{
	int result = write_all(slot, hello, hello_size);

	if (result != 1)
		return result;
	while ((result = hello_look(slot->answer, slot->got)) == 0) {
		ssize_t n = client_read(&slot->client,
		    slot->answer + slot->got, HELLO_ANSWER - slot->got);

		if (n <= 0)
			return (int)n;
		slot->got += (size_t)n;
	}
	if (result == -1)
		return client_fail("it does not answer with a ServerHello");
	for (size_t i = HELLO_RANDOM; i < HELLO_ANSWER; i++)
		printf("%02x", slot->answer[i]);
	putchar('\n');
	note_latency(slot);
	return 1;
}

static int
step(struct slot *slot)
{
	if (slot->state == STATE_SHAKING) {
		bool resumed;
		int result = client_shake(&slot->client, &resumed);

		if (result != 1)
			return result;
		slot->state = STATE_RUNNING;
		shaking--;
		figures.resumed += resumed;
		if (options.mode == LOAD_RR)
			slot->since = now();
	}
	if (options.mode == LOAD_HELLOS)
		return step_hello(slot);
	if (options.mode == LOAD_UP || options.mode == LOAD_DOWN)
		return step_bulk(slot);
	return step_rounds(slot);
}

/* The life of a connection. */
static void
watch(struct slot *slot, int operation)
{
	struct epoll_event event = { .data.ptr = slot };

	if (operation == EPOLL_CTL_MOD &&
	    slot->watched_writing == slot->client.writing)
		return;
	slot->watched_writing = slot->client.writing;
	event.events = slot->client.writing ? EPOLLOUT : EPOLLIN;
	if (epoll_ctl(epoll_fd, operation, slot->client.fd, &event) == -1)
		die("epoll_ctl fails");
}

static void
leave(struct slot *slot)
{
	client_reset(&slot->client);
	slot->state = STATE_FREE;
	vacant[vacancies++] = (size_t)(slot - slots);
}

static void
fail(struct slot *slot, const char *why)
{
	if (figures.failed++ < SAID_MAX)
		fprintf(stderr, "load: %s: %s\n", slot->state ==
		    STATE_SHAKING ? "handshake" : "after the handshake",
		    why);
	if (slot->state == STATE_SHAKING)
		shaking--;
	busy--;
	leave(slot);
}

static void
finish(struct slot *slot)
{
	busy--;
	if (options.mode != LOAD_RR)
		figures.done++;
	if (keeping && !client_keep_session(&slot->client))
		fprintf(stderr, "load: the server gives no such session\n");
	if (options.mode == LOAD_IDLE) {
		watch(slot, EPOLL_CTL_DEL);
		slot->state = STATE_HELD;
	} else
		leave(slot);
}

static void
advance(struct slot *slot)
{
	int result = step(slot);

	if (result == CLIENT_LATER)
		watch(slot, EPOLL_CTL_MOD);
	else if (result == CLIENT_FAILED)
		fail(slot, client_error());
	else
		finish(slot);
}

static void
begin(void)
{
	struct slot *slot = &slots[vacant[--vacancies]];
	bool up = options.mode == LOAD_UP;

	memset(slot, 0, sizeof(*slot));
	slot->state = STATE_SHAKING;
	slot->since = now();
	busy++;
	shaking++;
	if (options.mode == LOAD_HS)
		slot->rounds = 1;
	else if (options.mode == LOAD_RR)
		slot->rounds = options.count / options.conns;
	/* A byte for each MiB; see backend.c. */
	slot->to_write = up ? options.mib * MIB : options.mib;
	slot->to_read = up ? options.mib : options.mib * MIB;
	if (client_open(&slot->client) == CLIENT_FAILED)
		fail(slot, client_error());
	else
		watch(slot, EPOLL_CTL_ADD);
}

/* Opens so many connections, and returns when none has work left. */
static void
run(uint64_t wanted)
{
	struct epoll_event events[256];
	size_t at_once = options.mode == LOAD_IDLE ? CROWD : options.conns;

	while (wanted > 0 || busy > 0) {
		int count;

		while (wanted > 0 && vacancies > 0 && shaking < at_once) {
			begin();
			wanted--;
		}
		count = epoll_wait(epoll_fd, events, 256, 200);
		for (int i = 0; i < count; i++)
			advance(events[i].data.ptr);
		if (now() > deadline)
			break;
	}
	for (size_t i = 0; i < options.conns; i++)
		if (slots[i].state == STATE_SHAKING ||
		    slots[i].state == STATE_RUNNING)
			fail(&slots[i], "no end within --limit");
	figures.failed += wanted;
}

/* What the program does. */
static void
forget(void)
{
	figures.done = figures.failed = figures.resumed = figures.bytes = 0;
	figures.latencies = 0;
}

static void
prime(void)
{
	enum load_mode mode = options.mode;

	options.mode = LOAD_HS;
	keeping = true;
	run(1);
	keeping = false;
	options.mode = mode;
}

static void
touch_held(void)
{
	for (size_t i = 0; i < options.conns; i++) {
		struct slot *slot = &slots[i];

		if (slot->state != STATE_HELD)
			continue;
		slot->state = STATE_RUNNING;
		slot->rounds = 1;
		slot->since = now();
		slot->client.writing = true;
		busy++;
		watch(slot, EPOLL_CTL_ADD);
	}
	run(0);
}

static void
await(void)
{
	int c;

	do
		c = getchar();
	while (c != '\n' && c != EOF);
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
report(double since)
{
	size_t n = figures.latencies;

	printf("{\"done\": %" PRIu64 ", \"failed\": %" PRIu64
	    ", \"resumed\": %" PRIu64 ", \"bytes\": %" PRIu64
	    ", \"seconds\": %.6f", figures.done, figures.failed,
	    figures.resumed, figures.bytes, now() - since);
	if (n > 0) {
		qsort(figures.latency, n, sizeof(*figures.latency), compare);
		printf(", \"p50_us\": %.1f, \"p99_us\": %.1f",
		    figures.latency[n / 2] * 1e6,
		    figures.latency[n * 99 / 100] * 1e6);
	}
	printf("}\n");
	if (fflush(stdout) == EOF)
		die("cannot write");
}

static void
prepare(void)
{
	struct rlimit files;
	const char *wrong = client_init(&options.setup);

	if (wrong != NULL)
		die(wrong);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	figures.room = options.mode == LOAD_IDLE ? options.conns :
	    options.count;
	figures.latency = calloc(figures.room, sizeof(*figures.latency));
	slots = calloc(options.conns, sizeof(*slots));
	vacant = calloc(options.conns, sizeof(*vacant));
	if (epoll_fd == -1 || figures.latency == NULL || slots == NULL ||
	    vacant == NULL)
		die("out of memory or descriptors");
	while (vacancies < options.conns) {
		slots[vacancies].client.fd = -1;
		vacant[vacancies] = vacancies;
		vacancies++;
	}
	hello_size = hello_make(options.setup.tls12, options.suite, hello);
	deadline = now() + (double)options.limit;
}

int
main(int argc, char *argv[])
{
	bool each = false;
	double start;
	uint64_t failed;

	load_options(&options, argc, argv);
	(void)signal(SIGPIPE, SIG_IGN);
	prepare();
	if (options.setup.resume != CLIENT_RESUME_NO)
		prime();
	forget();
	if (options.wait) {
		puts("ready");
		(void)fflush(stdout);
		await();
	}
	each = options.mode == LOAD_HS || options.mode == LOAD_HELLOS;
	start = now();
	run(each ? options.count : options.conns);
	report(start);
	failed = figures.failed;
	if (options.mode == LOAD_IDLE) {
		await();
		forget();
		start = now();
		touch_held();
		report(start);
		failed += figures.failed;
		await();
	}
	for (size_t i = 0; i < options.conns; i++)
		client_reset(&slots[i].client);
	client_fini();
	free(figures.latency);
	free(slots);
	free(vacant);
	return failed > 0;
}
