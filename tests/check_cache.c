/* The session cache: its size, and what many processes do to it at once. */
#include "tls/tls_cache.h"

#include <check.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/clock.h"
#include "support/runner.h"
#include "tls/tls_lineage.h"
#include "tls/tls_seal.h"

#define NOW 1000000
#define LATER (NOW + 300000)

static const uint32_t sizes[] = {
	1, 2, 15, 16, 17, 31, 33, 100, 512, 64000,
};

static struct tls_seal_key key;

static void
set_up(void)
{
	clock_set(NOW, 0);
	ck_assert_int_eq(tls_seal_make_key(128, &key), 0);
}

/* Ids as random as ours, but the same each time. */
static void
make_id(uint32_t number, uint8_t id[TLS_CACHE_ID])
{
	uint32_t x = number * 2654435761u + 12345;

	for (int i = 0; i < TLS_CACHE_ID; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		id[i] = (uint8_t)x;
	}
}

/* Sealed, and of its id only. */
static void
make_session(const uint8_t *id, uint8_t fill, uint32_t length,
    struct tls_cache_session *s)
{
	memset(s, 0, sizeof(*s));
	s->length = length;
	memset(s->bytes, fill, length);
	memcpy(s->bytes, id, TLS_CACHE_ID);
	memset(s->iv, fill + 1, sizeof(s->iv));
	ck_assert_int_eq(tls_seal_close(&key, s->iv, s->bytes, length,
	    s->mac), 0);
}

/*
 * 1: it opens, and is what was put under its id; 0: it does not, or says that
 * it is another's; -1: it is something that nobody put.
 */
static int
look(const uint8_t *id, struct tls_cache_session *s)
{
	if (tls_seal_open(&key, s->iv, s->bytes, s->length, s->mac) < 0 ||
	    memcmp(s->bytes, id, TLS_CACHE_ID) != 0)
		return 0;
	for (uint32_t i = TLS_CACHE_ID + 1; i < s->length; i++)
		if (s->bytes[i] != s->bytes[TLS_CACHE_ID])
			return -1;
	return 1;
}

static void
put(struct tls_cache *cache, uint32_t number, uint32_t length)
{
	struct tls_cache_session s;
	uint8_t id[TLS_CACHE_ID];

	make_id(number, id);
	make_session(id, (uint8_t)number, length, &s);
	tls_cache_put(cache, id, LATER, &s);
}

static bool
get(const struct tls_cache *cache, uint32_t number, uint32_t length)
{
	struct tls_cache_session s;
	uint8_t id[TLS_CACHE_ID];

	make_id(number, id);
	if (!tls_cache_get(cache, id, &s))
		return false;
	ck_assert_uint_eq(s.length, length);
	ck_assert_int_eq(look(id, &s), 1);
	return true;
}

START_TEST(gives_back_what_was_put)
{
	void *memory = calloc(1, tls_cache_size(100));
	struct tls_cache *cache = tls_cache_init(memory, 100);

	for (uint32_t length = 48; length <= TLS_CACHE_SESSION; length += 16) {
		ck_assert(!get(cache, length, length));
		put(cache, length, length);
		ck_assert(get(cache, length, length));
	}
	free(memory);
}
END_TEST

/* The memory is of the exact size, so that sanitizers see its end. */
START_TEST(stays_within_its_size)
{
	uint32_t size = sizes[_i], kept = 0, last = 0;
	uint32_t puts = size > 1000 ? size + 1000 : 5 * size + 50;
	void *memory = calloc(1, tls_cache_size(size));
	struct tls_cache *cache = tls_cache_init(memory, size);

	for (uint32_t i = 0; i < puts; i++) {
		put(cache, i, 64);
		ck_assert(get(cache, i, 64));
	}
	for (uint32_t i = 0; i < puts; i++) {
		bool found = get(cache, i, 64);

		kept += found;
		last += found && i + size >= puts;
	}
	ck_assert_uint_le(kept, size);
	/* A few stay unused where its sets do not divide it. */
	ck_assert_uint_ge(kept, size - size / 8);
	ck_assert_uint_gt(last, 0);
	free(memory);
}
END_TEST

START_TEST(ends_in_time)
{
	void *memory = calloc(1, tls_cache_size(4));
	struct tls_cache *cache = tls_cache_init(memory, 4);

	put(cache, 1, 64);
	clock_set(LATER - 1, 0);
	ck_assert(get(cache, 1, 64));
	clock_set(LATER, 0);
	ck_assert(!get(cache, 1, 64));
	free(memory);
}
END_TEST

START_TEST(drops_what_it_is_told_to)
{
	void *memory = calloc(1, tls_cache_size(40));
	struct tls_cache *cache = tls_cache_init(memory, 40);
	uint8_t id[TLS_CACHE_ID];

	for (uint32_t i = 0; i < 10; i++)
		put(cache, i, 64);
	put(cache, 3, 64);	/* twice */
	make_id(3, id);
	tls_cache_drop(cache, id);
	tls_cache_drop(cache, id);
	for (uint32_t i = 0; i < 10; i++)
		ck_assert_int_eq(get(cache, i, 64), i != 3);
	put(cache, 3, 64);
	ck_assert(get(cache, 3, 64));
	free(memory);
}
END_TEST

START_TEST(keeps_nothing_once_it_is_wiped)
{
	void *memory = calloc(1, tls_cache_size(40));
	struct tls_cache *cache = tls_cache_init(memory, 40);
	uint8_t id[TLS_CACHE_ID];

	put(cache, 3, 64);
	memset(memory, 0, tls_cache_size(40));
	make_id(3, id);
	ck_assert(!get(cache, 3, 64));
	tls_cache_drop(cache, id);
	put(cache, 3, 64);
	ck_assert(!get(cache, 3, 64));
	for (size_t i = 0; i < tls_cache_size(40); i++)
		ck_assert_uint_eq(((uint8_t *)memory)[i], 0);
	free(memory);
}
END_TEST

START_TEST(pushes_out_what_ends_first)
{
	void *memory = calloc(1, tls_cache_size(8));
	struct tls_cache *cache = tls_cache_init(memory, 8);
	struct tls_cache_session s;
	uint8_t id[TLS_CACHE_ID];

	for (uint32_t i = 0; i < 8; i++) {
		make_id(i, id);
		make_session(id, 1, 64, &s);
		tls_cache_put(cache, id, LATER + (i == 5 ? 0 : 1 + i), &s);
	}
	put(cache, 100, 64);
	for (uint32_t i = 0; i < 8; i++) {
		make_id(i, id);
		ck_assert_int_eq(tls_cache_get(cache, id, &s), i != 5);
	}
	ck_assert(get(cache, 100, 64));
	free(memory);
}
END_TEST

/* --- at once ------------------------------------------------------------ */

enum { FOUND = 500, IDS = 3, LENGTHS = 4 };

struct shared {
	_Atomic uint32_t writes;
	struct tls_cache *cache;
	uint8_t memory[];
};

/* One place, that everybody fights for. */
static struct shared *
make_shared(void)
{
	size_t size = sizeof(struct shared) + tls_cache_size(1);
	struct shared *shared = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(shared, MAP_FAILED);
	shared->cache = tls_cache_init(shared->memory, 1);
	return shared;
}

static void
write_some(struct shared *shared, uint32_t count)
{
	struct tls_cache_session s[IDS][LENGTHS];
	uint8_t id[IDS][TLS_CACHE_ID];

	for (uint32_t i = 0; i < IDS; i++) {
		make_id(i, id[i]);
		for (uint32_t n = 0; n < LENGTHS; n++)
			make_session(id[i], (uint8_t)(getpid() + (int)n),
			    64 + 192 * n, &s[i][n]);
	}
	for (uint32_t i = 0; i < count; i++) {
		uint32_t which = i % IDS;

		tls_cache_put(shared->cache, id[which], LATER,
		    &s[which][i / IDS % LENGTHS]);
		shared->writes++;
		if (i % 8 == 0)
			sched_yield();
	}
}

static pid_t
start_writer(struct shared *shared)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		write_some(shared, UINT32_MAX);
		_exit(0);
	}
	return pid;
}

/* Wherever it is. */
static void
end_writer(pid_t pid)
{
	int status;

	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
}

START_TEST(a_torn_session_opens_nothing)
{
	struct shared *shared = make_shared();
	uint32_t found = 0;
	struct tls_cache_session s;
	uint8_t id[TLS_CACHE_ID];
	pid_t one = start_writer(shared), two = start_writer(shared);

	for (uint32_t i = 0; found < FOUND; i++) {
		int seen;

		make_id(i % IDS, id);
		if (!tls_cache_get(shared->cache, id, &s))
			continue;
		ck_assert_uint_le(s.length, TLS_CACHE_SESSION);
		seen = look(id, &s);
		ck_assert_int_ge(seen, 0);
		found += seen == 1;
	}
	end_writer(one);
	end_writer(two);
	/* And it serves on. */
	write_some(shared, 1);
	make_id(0, id);
	ck_assert(tls_cache_get(shared->cache, id, &s));
	ck_assert_int_eq(look(id, &s), 1);
}
END_TEST

START_TEST(a_writer_may_be_killed)
{
	struct shared *shared = make_shared();
	struct tls_cache_session s;
	uint8_t id[TLS_CACHE_ID];

	for (int i = 0; i < 50; i++) {
		uint32_t before = shared->writes;
		pid_t pid = start_writer(shared);

		while (shared->writes < before + 100 + (uint32_t)i)
			continue;
		end_writer(pid);
		for (uint32_t n = 0; n < IDS; n++) {
			make_id(n, id);
			if (tls_cache_get(shared->cache, id, &s))
				ck_assert_int_ge(look(id, &s), 0);
		}
		write_some(shared, 1);
		make_id(0, id);
		ck_assert(tls_cache_get(shared->cache, id, &s));
		ck_assert_int_eq(look(id, &s), 1);
	}
}
END_TEST

/* Whatever stands there: a length that is too long is nothing. */
START_TEST(believes_no_length)
{
	void *memory = calloc(1, tls_cache_size(1));
	struct tls_cache *cache = tls_cache_init(memory, 1);
	struct tls_cache_session s;
	uint8_t id[TLS_CACHE_ID], *at;
	uint32_t length = 64, bad = TLS_CACHE_SESSION + 1;

	put(cache, 1, length);
	make_id(1, id);
	ck_assert(tls_cache_get(cache, id, &s));
	/* Its beginning, as it was put. */
	at = memmem(memory, tls_cache_size(1), &s,
	    offsetof(struct tls_cache_session, bytes));
	ck_assert_ptr_nonnull(at);
	memcpy(at, &bad, sizeof(bad));
	ck_assert(!tls_cache_get(cache, id, &s));
	bad = UINT32_MAX;
	memcpy(at, &bad, sizeof(bad));
	ck_assert(!tls_cache_get(cache, id, &s));
	free(memory);
}
END_TEST

static Suite *
make(void)
{
	Suite *suite = suite_create("cache");
	TCase *tc = tcase_create("cache");

	tcase_add_checked_fixture(tc, set_up, NULL);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, gives_back_what_was_put);
	tcase_add_loop_test(tc, stays_within_its_size, 0,
	    sizeof(sizes) / sizeof(sizes[0]));
	tcase_add_test(tc, ends_in_time);
	tcase_add_test(tc, drops_what_it_is_told_to);
	tcase_add_test(tc, keeps_nothing_once_it_is_wiped);
	tcase_add_test(tc, pushes_out_what_ends_first);
	tcase_add_test(tc, a_torn_session_opens_nothing);
	tcase_add_test(tc, a_writer_may_be_killed);
	tcase_add_test(tc, believes_no_length);
	suite_add_tcase(suite, tc);
	return suite;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make);
}
