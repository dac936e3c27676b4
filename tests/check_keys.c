/* Keys: turned, found as long as what they sealed lives, and then wiped. */
#include "tls/tls_keys.h"

#include <check.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/clock.h"
#include "support/runner.h"

#define LIFE 300000
#define REFRESH 60000
#define START INT64_C(5000000)

static bool no_randomness;

ssize_t __real_getrandom(void *bytes, size_t size, unsigned flags);
ssize_t __wrap_getrandom(void *bytes, size_t size, unsigned flags);

ssize_t
__wrap_getrandom(void *bytes, size_t size, unsigned flags)
{
	return no_randomness ? -1 : __real_getrandom(bytes, size, flags);
}

static struct tls_keys keys;

static void
set_up(void)
{
	clock_set(START, 0);
	ck_assert_int_eq(tls_keys_init(&keys, 256, REFRESH, LIFE), 0);
}

static struct tls_seal_key
newest(void)
{
	struct tls_seal_key key;

	ck_assert(tls_keys_newest(&keys, &key));
	return key;
}

static bool
is_found(const struct tls_seal_key *key)
{
	struct tls_seal_key found;

	if (!tls_keys_find(&keys, key->name, &found))
		return false;
	ck_assert_mem_eq(found.cipher, key->cipher, key->cipher_length);
	ck_assert_mem_eq(found.mac, key->mac, sizeof(key->mac));
	ck_assert_uint_eq(found.cipher_length, key->cipher_length);
	return true;
}

/* Does the secret lie anywhere in there? */
static bool
is_left(const struct tls_seal_key *key)
{
	return memmem(&keys, sizeof(keys), key->mac, 16) != NULL ||
	    memmem(&keys, sizeof(keys), key->cipher, 16) != NULL;
}

START_TEST(finds_what_it_made)
{
	static const uint8_t zeros[TLS_SEAL_NAME];
	struct tls_seal_key key = newest(), none;

	ck_assert(is_found(&key));
	ck_assert_uint_eq(key.cipher_length, 32);
	/* What a wiped or unused place would be called. */
	ck_assert(!tls_keys_find(&keys, zeros, &none));
	for (size_t i = 0; i < 8 * sizeof(key.name); i++) {
		struct tls_seal_key other = key;

		other.name[i / 8] ^= (uint8_t)(1u << i % 8);
		memset(&none, 1, sizeof(none));
		ck_assert(!tls_keys_find(&keys, other.name, &none));
		ck_assert_mem_ne(none.mac, key.mac, sizeof(key.mac));
	}
	ck_assert_int_eq(tls_keys_init(&keys, 128, 0, LIFE), 0);
	key = newest();
	ck_assert_uint_eq(key.cipher_length, 16);
	ck_assert(is_found(&key));
}
END_TEST

static int64_t
tend_at(int64_t now)
{
	clock_set(now, 0);
	return tls_keys_tend(&keys);
}

START_TEST(turns_when_it_is_due)
{
	struct tls_seal_key first = newest(), second;

	ck_assert_int_eq(tls_keys_tend(&keys), REFRESH);
	ck_assert_int_eq(tend_at(START + REFRESH - 1), 1);
	second = newest();
	ck_assert_mem_eq(&second, &first, sizeof(first));
	ck_assert_int_eq(tend_at(START + REFRESH + 7), REFRESH);
	second = newest();
	ck_assert_mem_ne(second.name, first.name, TLS_SEAL_NAME);
	ck_assert(is_found(&first));
	ck_assert_int_eq(tend_at(START + REFRESH + 8), REFRESH - 1);
}
END_TEST

START_TEST(never_turns_without_a_refresh)
{
	struct tls_seal_key first, last;

	ck_assert_int_eq(tls_keys_init(&keys, 256, 0, LIFE), 0);
	first = newest();
	ck_assert_int_eq(tend_at(START * 1000), INT64_MAX);
	last = newest();
	ck_assert_mem_eq(&last, &first, sizeof(first));
	ck_assert(is_found(&first));
}
END_TEST

/* So fast that none is dead: the last ones are kept. */
START_TEST(never_keeps_more_than_there_is_room_for)
{
	struct tls_seal_key made[100];

	ck_assert_int_eq(tls_keys_init(&keys, 256, 10, LIFE), 0);
	made[0] = newest();
	for (int turn = 1; turn < 100; turn++) {
		ck_assert_int_eq(tend_at(START + 10 * turn), 10);
		made[turn] = newest();
		for (int i = 0; i <= turn; i++) {
			bool kept = i > turn - TLS_KEYS_MAX;

			ck_assert_int_eq(is_found(&made[i]), kept);
			ck_assert_int_eq(is_left(&made[i]), kept);
		}
	}
}
END_TEST

/* A key seals until the next one is made, and what it sealed lives from there. */
START_TEST(keeps_a_key_as_long_as_what_it_sealed)
{
	struct tls_seal_key made[100];
	int64_t now = START;

	made[0] = newest();
	for (int turn = 1; turn < 100; turn++) {
		now += REFRESH;
		ck_assert_int_eq(tend_at(now), REFRESH);
		made[turn] = newest();
		for (int i = 0; i < turn; i++) {
			int64_t replaced = START + (i + 1) * REFRESH;
			bool kept = now - replaced < LIFE;

			ck_assert_int_eq(is_found(&made[i]), kept);
			ck_assert_int_eq(is_left(&made[i]), kept);
		}
		ck_assert(is_found(&made[turn]));
	}
}
END_TEST

/* One that sealed for long is not dead because it is old; to the moment. */
START_TEST(an_old_key_may_have_sealed_just_now)
{
	struct tls_seal_key first, second;

	ck_assert_int_eq(tls_keys_init(&keys, 256, 100 * LIFE, LIFE), 0);
	first = newest();
	ck_assert_int_eq(tend_at(START + 100 * LIFE), LIFE);
	second = newest();
	ck_assert(is_found(&first));
	ck_assert_int_eq(tend_at(START + 101 * LIFE - 1), 1);
	ck_assert(is_found(&first));
	ck_assert_int_eq(tend_at(START + 101 * LIFE), 99 * LIFE);
	ck_assert(!is_found(&first));
	ck_assert(!is_left(&first));
	ck_assert(is_found(&second));
}
END_TEST

START_TEST(keeps_its_key_where_there_is_no_randomness)
{
	struct tls_seal_key before = newest(), after;

	no_randomness = true;
	ck_assert_int_gt(tend_at(START + 2 * REFRESH), 0);
	ck_assert_int_lt(tend_at(START + 2 * REFRESH), REFRESH);
	after = newest();
	ck_assert_mem_eq(&before, &after, sizeof(before));
	ck_assert(is_found(&before));
	no_randomness = false;
	ck_assert_int_eq(tend_at(START + 3 * REFRESH), REFRESH);
	after = newest();
	ck_assert_mem_ne(before.name, after.name, TLS_SEAL_NAME);
	no_randomness = true;
	ck_assert_int_eq(tls_keys_init(&keys, 256, 0, LIFE), -1);
}
END_TEST

START_TEST(none_is_left_of_those_that_are_wiped)
{
	struct tls_seal_key made[TLS_KEYS_MAX + 2], none;

	ck_assert_int_eq(tls_keys_init(&keys, 256, 10, LIFE), 0);
	made[0] = newest();
	for (int turn = 1; turn < TLS_KEYS_MAX + 2; turn++) {
		ck_assert_int_eq(tend_at(START + 10 * turn), 10);
		made[turn] = newest();
	}
	tls_keys_wipe(&keys);
	ck_assert(!tls_keys_newest(&keys, &none));
	for (int i = 0; i < TLS_KEYS_MAX + 2; i++) {
		ck_assert(!is_found(&made[i]));
		ck_assert(!is_left(&made[i]));
	}
}
END_TEST

/* --- while another process turns them ----------------------------------- */

enum { TURNS = 50000 };

struct shared {
	struct tls_keys keys;
	_Atomic bool done;
};

static bool
is_same(const struct tls_seal_key *a, const struct tls_seal_key *b)
{
	return memcmp(a->cipher, b->cipher, sizeof(a->cipher)) == 0 &&
	    memcmp(a->mac, b->mac, sizeof(a->mac)) == 0 &&
	    a->cipher_length == b->cipher_length;
}

/* A key is found as it was made, until it is not found any more. */
static int
read_until_done(const struct shared *shared)
{
	struct tls_seal_key seen, again;
	size_t found = 0;

	while (!shared->done) {
		if (!tls_keys_newest(&shared->keys, &seen))
			continue;
		while (!shared->done &&
		    tls_keys_find(&shared->keys, seen.name, &again)) {
			if (!is_same(&seen, &again))
				return 1;
			found++;
		}
	}
	return found > 0 ? 0 : 2;
}

START_TEST(half_a_key_is_none)
{
	struct shared *shared = mmap(NULL, sizeof(*shared),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;
	pid_t pid;

	ck_assert_ptr_ne(shared, MAP_FAILED);
	/* A life of nothing: each turn wipes the key before. */
	ck_assert_int_eq(tls_keys_init(&shared->keys, 256, 1, _i), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		_exit(read_until_done(shared));
	for (int i = 1; i <= TURNS; i++) {
		clock_set(START + i, 0);
		ck_assert_int_eq(tls_keys_tend(&shared->keys), 1);
	}
	shared->done = true;
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	munmap(shared, sizeof(*shared));
}
END_TEST

static Suite *
make(void)
{
	Suite *suite = suite_create("keys");
	TCase *tc = tcase_create("keys");

	tcase_add_checked_fixture(tc, set_up, NULL);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, finds_what_it_made);
	tcase_add_test(tc, turns_when_it_is_due);
	tcase_add_test(tc, never_turns_without_a_refresh);
	tcase_add_test(tc, never_keeps_more_than_there_is_room_for);
	tcase_add_test(tc, keeps_a_key_as_long_as_what_it_sealed);
	tcase_add_test(tc, an_old_key_may_have_sealed_just_now);
	tcase_add_test(tc, keeps_its_key_where_there_is_no_randomness);
	tcase_add_test(tc, none_is_left_of_those_that_are_wiped);
	tcase_add_loop_test(tc, half_a_key_is_none, 0, 2);
	suite_add_tcase(suite, tc);
	return suite;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make);
}
