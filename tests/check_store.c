/* Stores: what there is of them, who sees it, and who must not. */
#include "tls/tls_store.h"

#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/clock.h"
#include "support/runner.h"
#include "tls/tls_cache.h"
#include "tls/tls_keys.h"

#define START INT64_C(5000000)

static bool no_randomness;

ssize_t __real_getrandom(void *bytes, size_t size, unsigned flags);
ssize_t __wrap_getrandom(void *bytes, size_t size, unsigned flags);

ssize_t
__wrap_getrandom(void *bytes, size_t size, unsigned flags)
{
	return no_randomness ? -1 : __real_getrandom(bytes, size, flags);
}

static const struct tls_store_params whole = {
	.id_life = 1000, .ids = 50, .ticket_life = 2000, .tickets = 2,
	.key_refresh = 500, .cipher_bits = 256,
};

static struct tls_store *
make_store(const struct tls_store_params *params)
{
	struct tls_store *store;

	clock_set(START, 0);
	ck_assert_int_eq(tls_store_new(params, &store), 0);
	return store;
}

static const struct {
	int64_t id_life;
	uint32_t ids;
	int64_t ticket_life;
	uint32_t tickets;
	bool has_cache, has_keys;
} parts[] = {
	{ 1000, 50, 2000, 2, true, true },
	{ 0, 50, 2000, 2, false, true },
	{ 1000, 0, 2000, 2, false, true },
	{ 1000, 50, 0, 2, true, false },
	{ 1000, 50, 2000, 0, true, false },
	{ 0, 50, 0, 2, false, false },
	{ 0, 50, 2000, 0, false, false },
	{ 1000, 0, 0, 2, false, false },
	{ 1000, 0, 2000, 0, false, false },
	{ 0, 0, 0, 0, false, false },
};

START_TEST(has_what_can_be_used)
{
	struct tls_store_params params = whole;
	struct tls_store *store;

	params.id_life = parts[_i].id_life;
	params.ids = parts[_i].ids;
	params.ticket_life = parts[_i].ticket_life;
	params.tickets = parts[_i].tickets;
	store = make_store(&params);
	ck_assert_int_eq(store != NULL, parts[_i].has_cache ||
	    parts[_i].has_keys);
	if (store != NULL) {
		ck_assert_int_eq(store->cache != NULL, parts[_i].has_cache);
		ck_assert_int_eq(store->id_keys != NULL, parts[_i].has_cache);
		ck_assert_int_eq(store->ticket_keys != NULL,
		    parts[_i].has_keys);
	}
	tls_store_free(&store);
	ck_assert_ptr_null(store);
	tls_store_free(&store);
}
END_TEST

START_TEST(is_not_made_without_randomness)
{
	struct tls_store *store;

	no_randomness = true;
	ck_assert_int_eq(tls_store_new(&whole, &store), -1);
	no_randomness = false;
	ck_assert_ptr_null(store);
}
END_TEST

START_TEST(tends_both_kinds_of_keys)
{
	struct tls_store_params params = whole;
	struct tls_store *store = make_store(&whole);
	struct tls_seal_key ticket, id, next;

	ck_assert(tls_keys_newest(store->ticket_keys, &ticket));
	ck_assert(tls_keys_newest(store->id_keys, &id));
	ck_assert_int_eq(tls_store_tend(store), 500);
	clock_set(START + 499, 0);
	ck_assert_int_eq(tls_store_tend(store), 1);
	ck_assert(tls_keys_newest(store->ticket_keys, &next));
	ck_assert_mem_eq(&next, &ticket, sizeof(ticket));
	clock_set(START + 500, 0);
	ck_assert_int_gt(tls_store_tend(store), 0);
	ck_assert(tls_keys_newest(store->ticket_keys, &next));
	ck_assert_mem_ne(next.name, ticket.name, TLS_SEAL_NAME);
	ck_assert(tls_keys_find(store->ticket_keys, ticket.name, &next));
	/* What is kept by id lives for a second, and its key for two. */
	clock_set(START + 2000, 0);
	ck_assert_int_gt(tls_store_tend(store), 0);
	ck_assert(tls_keys_newest(store->id_keys, &next));
	ck_assert_mem_ne(next.name, id.name, TLS_SEAL_NAME);
	clock_set(START + 3000, 0);
	ck_assert_int_gt(tls_store_tend(store), 0);
	ck_assert(!tls_keys_find(store->id_keys, id.name, &next));
	tls_store_free(&store);

	ck_assert_int_eq(tls_store_tend(NULL), INT64_MAX);
	params.key_refresh = params.ids = 0;
	store = make_store(&params);
	clock_set(START * 1000, 0);
	ck_assert_int_eq(tls_store_tend(store), INT64_MAX);
	tls_store_free(&store);
}
END_TEST

/* The VmFlags of the mapping that holds an address: "rd wr sh ...". */
static void
read_flags(const void *address, char *flags, int size)
{
	FILE *smaps = fopen("/proc/self/smaps", "r");
	unsigned long from, to, at = (unsigned long)address;
	bool here = false;

	ck_assert_ptr_nonnull(smaps);
	flags[0] = '\0';
	while (fgets(flags, size, smaps) != NULL) {
		if (sscanf(flags, "%lx-%lx ", &from, &to) == 2)
			here = from <= at && at < to;
		else if (here && strncmp(flags, "VmFlags:", 8) == 0)
			break;
	}
	fclose(smaps);
	ck_assert_msg(strncmp(flags, "VmFlags:", 8) == 0, "%s", flags);
}

START_TEST(is_left_out_of_core_dumps)
{
	struct tls_store *store = make_store(&whole);
	const void *parts_of_it[] = { store->memory, store->ticket_keys,
		store->cache, store->id_keys,
		(char *)store->memory + store->size - 1 };
	char flags[512];

	for (size_t i = 0; i < 5; i++) {
		read_flags(parts_of_it[i], flags, sizeof(flags));
		ck_assert_msg(strstr(flags, " dd") != NULL, "%s", flags);
		ck_assert_msg(strstr(flags, " sh") != NULL, "%s", flags);
	}
	tls_store_free(&store);
}
END_TEST

/* 0 where the parent's key and session are seen, before and after. */
static int
worker(struct tls_store *store, const struct tls_seal_key *first, int from,
    int to)
{
	static const uint8_t id[TLS_CACHE_ID] = { 1, 2, 3 };
	static const uint8_t back[TLS_CACHE_ID] = { 3, 2, 1 };
	struct tls_cache_session s;
	struct tls_seal_key seen;
	char byte = 'w';

	ck_assert(tls_keys_newest(store->ticket_keys, &seen));
	if (memcmp(seen.name, first->name, TLS_SEAL_NAME) != 0)
		return 1;
	if (write(to, &byte, 1) != 1 || read(from, &byte, 1) != 1)
		return 2;
	ck_assert(tls_keys_newest(store->ticket_keys, &seen));
	if (memcmp(seen.name, first->name, TLS_SEAL_NAME) == 0 ||
	    !tls_keys_find(store->ticket_keys, first->name, &seen))
		return 3;
	if (!tls_cache_get(store->cache, id, &s) || s.length != 16)
		return 4;
	tls_cache_put(store->cache, back, INT64_MAX, &s);
	return 0;
}

START_TEST(is_shared_with_workers)
{
	static const uint8_t id[TLS_CACHE_ID] = { 1, 2, 3 };
	static const uint8_t back[TLS_CACHE_ID] = { 3, 2, 1 };
	struct tls_store *store = make_store(&whole);
	struct tls_cache_session s = { .length = 16 };
	struct tls_seal_key first;
	int there[2], here[2], status;
	char byte;
	pid_t pid;

	ck_assert(tls_keys_newest(store->ticket_keys, &first));
	ck_assert_int_eq(pipe(there), 0);
	ck_assert_int_eq(pipe(here), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		_exit(worker(store, &first, there[0], here[1]));
	ck_assert_int_eq(read(here[0], &byte, 1), 1);
	clock_set(START + 500, 0);
	ck_assert_int_gt(tls_store_tend(store), 0);
	tls_cache_put(store->cache, id, INT64_MAX, &s);
	ck_assert_int_eq(write(there[1], &byte, 1), 1);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	ck_assert(tls_cache_get(store->cache, back, &s));
	tls_store_free(&store);
}
END_TEST

/* A reload makes new ones. */
START_TEST(two_have_nothing_in_common)
{
	struct tls_store *one = make_store(&whole);
	struct tls_store *two = make_store(&whole);
	struct tls_seal_key key, none;

	ck_assert(tls_keys_newest(one->id_keys, &key));
	ck_assert(!tls_keys_find(two->id_keys, key.name, &none));
	ck_assert(!tls_keys_find(two->ticket_keys, key.name, &none));
	tls_store_free(&one);
	tls_store_free(&two);
}
END_TEST

static Suite *
make(void)
{
	Suite *suite = suite_create("store");
	TCase *tc = tcase_create("store");

	tcase_add_loop_test(tc, has_what_can_be_used, 0,
	    sizeof(parts) / sizeof(parts[0]));
	tcase_add_test(tc, is_not_made_without_randomness);
	tcase_add_test(tc, tends_both_kinds_of_keys);
	tcase_add_test(tc, is_left_out_of_core_dumps);
	tcase_add_test(tc, is_shared_with_workers);
	tcase_add_test(tc, two_have_nothing_in_common);
	suite_add_tcase(suite, tc);
	return suite;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make);
}
