/*
 * check_wrap.c - the parts of the preloaded library that stand on their own:
 * names, listeners in clear, epoll's registrations, and the environment of
 * what is executed.
 */
#include <arpa/inet.h>
#include <check.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/compiler.h"
#include "support/runner.h"
#include "wrap/wrap_clear.h"
#include "wrap/wrap_epoll.h"
#include "wrap/wrap_exec.h"
#include "wrap/wrap_name.h"
#include "wrap/wrap_proc.h"
#include "wrap/wrap_socket.h"

/* Names */

static struct sockaddr_storage
v4(const char *text, int port)
{
	struct sockaddr_storage address = { 0 };
	struct sockaddr_in *in = (struct sockaddr_in *)&address;

	in->sin_family = AF_INET;
	in->sin_port = htons((in_port_t)port);
	ck_assert_int_eq(inet_pton(AF_INET, text, &in->sin_addr), 1);
	return address;
}

static struct sockaddr_storage
v6(const char *text, int port, unsigned scope)
{
	struct sockaddr_storage address = { 0 };
	struct sockaddr_in6 *in = (struct sockaddr_in6 *)&address;

	in->sin6_family = AF_INET6;
	in->sin6_port = htons((in_port_t)port);
	in->sin6_scope_id = scope;
	ck_assert_int_eq(inet_pton(AF_INET6, text, &in->sin6_addr), 1);
	return address;
}

static void
check_round_trip(const struct wrap_name *name)
{
	struct sockaddr_un un;
	struct wrap_name back;
	socklen_t length = wrap_name_write(name, &un);

	memset(&back, 0x5a, sizeof(back));
	ck_assert_uint_le(length, sizeof(un));
	ck_assert_int_eq(un.sun_path[0], '\0');
	ck_assert(wrap_name_read((struct sockaddr *)&un, length, &back));
	ck_assert_int_eq(back.kind, name->kind);
	ck_assert(back.id == name->id);
	ck_assert_mem_eq(&back.local, &name->local, sizeof(back.local));
	ck_assert_mem_eq(&back.remote, &name->remote, sizeof(back.remote));
}

START_TEST(test_name_round_trip)
{
	struct wrap_name name = { .kind = WRAP_NAME_CONNECTION, .id = 1 };

	name.local = v4("192.0.2.1", 443);
	name.remote = v4("198.51.100.255", 65535);
	check_round_trip(&name);
	name.local = v6("2001:db8::1", 443, 0);
	name.remote = v6("fe80::ffff:ffff:ffff:ffff", 1, UINT_MAX);
	name.id = UINT64_MAX;
	check_round_trip(&name);
	name.local = v6("::ffff:192.0.2.1", 0, 0);
	name.remote = v6("::ffff:192.0.2.2", 80, 7);
	check_round_trip(&name);
	ck_assert_int_eq(name.remote.ss_family, AF_INET6);
	name.kind = WRAP_NAME_LISTENER;
	memset(&name.remote, 0, sizeof(name.remote));
	check_round_trip(&name);
	name.kind = WRAP_NAME_FINISHED;
	memset(&name.local, 0, sizeof(name.local));
	check_round_trip(&name);
}
END_TEST

START_TEST(test_name_of_strangers)
{
	struct wrap_name name = { .kind = WRAP_NAME_LISTENER, .id = 5 }, back;
	struct sockaddr_un un, other;
	struct sockaddr_storage address = v4("192.0.2.1", 443);
	socklen_t length, i;

	name.local = address;
	length = wrap_name_write(&name, &un);
	for (i = 0; i <= sizeof(un); i++)
		ck_assert_int_eq(wrap_name_read((struct sockaddr *)&un, i,
		    &back), i == length);
	/* The mark and the kind, byte by byte. */
	for (i = 0; i < 12; i++) {
		other = un;
		other.sun_path[i] = (char)(other.sun_path[i] ^ 0x20);
		ck_assert(!wrap_name_read((struct sockaddr *)&other, length,
		    &back));
	}
	other = un;
	other.sun_family = AF_INET;
	ck_assert(!wrap_name_read((struct sockaddr *)&other, length, &back));
	ck_assert(!wrap_name_read((struct sockaddr *)&address,
	    sizeof(struct sockaddr_in), &back));
	ck_assert(!wrap_name_read((struct sockaddr *)&address,
	    sizeof(address), &back));
}
END_TEST

/* Whatever the bytes behind the mark: read into families that there are. */
START_TEST(test_name_of_hostile_bytes)
{
	struct wrap_name name = { .kind = WRAP_NAME_CONNECTION }, back;
	struct sockaddr_un un;
	socklen_t length = wrap_name_write(&name, &un), i;

	for (int byte = 0; byte <= UCHAR_MAX; byte++) {
		for (i = offsetof(struct sockaddr_un, sun_path) + 12;
		    i < length; i++)
			((char *)&un)[i] = (char)byte;
		ck_assert(wrap_name_read((struct sockaddr *)&un, length,
		    &back));
		ck_assert(wrap_name_length(&back.local) > 0 ||
		    back.local.ss_family == AF_UNSPEC);
		ck_assert_int_eq(back.remote.ss_family,
		    back.local.ss_family);
	}
}
END_TEST

START_TEST(test_name_of_descriptor)
{
	struct wrap_name name = { .kind = WRAP_NAME_LISTENER, .id = 77 };
	struct wrap_name back;
	struct sockaddr_un un;
	socklen_t length = wrap_name_write(&name, &un);
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
	ck_assert_int_eq(bind(ends[0], (struct sockaddr *)&un, length), 0);
	errno = ENOTTY;
	ck_assert(wrap_name_of(ends[0], &back));
	ck_assert(back.id == 77);
	/* The peer, which has no name, and what is no socket. */
	ck_assert(!wrap_name_of(ends[1], &back));
	ck_assert(!wrap_name_of(STDOUT_FILENO, &back));
	ck_assert(!wrap_name_of(-1, &back));
	ck_assert_int_eq(errno, ENOTTY);
	close(ends[0]);
	close(ends[1]);
}
END_TEST

/* Listeners in clear */

START_TEST(test_clear)
{
	ck_assert(!wrap_clear_has(5));
	wrap_clear_add(5);
	wrap_clear_add(5);
	ck_assert(wrap_clear_has(5));
	wrap_clear_add(0);
	ck_assert(!wrap_clear_has(0));
	for (uint64_t i = 100; i < 1000; i++) {
		wrap_clear_add(i);
		ck_assert(wrap_clear_has(i));
	}
	ck_assert(!wrap_clear_has(5));
}
END_TEST

/* Epoll's registrations */

START_TEST(test_epoll_line)
{
	struct wrap_epoll_target target;

	ck_assert(wrap_epoll_parse("tfd:        5 events: 80000019 data:  "
	    " 123456789abcdef  pos:0 ino:61f sdev:5", &target));
	ck_assert_int_eq(target.fd, 5);
	ck_assert_uint_eq(target.events, 0x80000019);
	ck_assert(target.data == UINT64_C(0x123456789abcdef));
	ck_assert(target.inode == 0x61f);
	ck_assert(wrap_epoll_parse("tfd: 12 events: 1 data: ffffffffffffffff",
	    &target));
	ck_assert(target.inode == 0 && target.data == UINT64_MAX);
	ck_assert(!wrap_epoll_parse("pos:	0", &target));
	ck_assert(!wrap_epoll_parse("tfd: x events: 1 data: 1", &target));
	ck_assert(!wrap_epoll_parse("tfd: 1 data: 1", &target));
	ck_assert(!wrap_epoll_parse("tfd: 99999999999 events: 1 data: 1",
	    &target));
	ck_assert(!wrap_epoll_parse("", &target));
}
END_TEST

static int
watching(int number, int fd, struct wrap_epoll_target *target_r)
{
	struct wrap_epoll_target target;
	struct wrap_proc info;
	char line[200];
	int count = 0;

	ck_assert_int_eq(wrap_proc_open_info(&info, number), 0);
	while (wrap_proc_line(&info, line, sizeof(line)))
		if (wrap_epoll_parse(line, &target) && target.fd == fd) {
			*target_r = target;
			count++;
		}
	wrap_proc_close(&info);
	return count;
}

static void
watch(int number, int fd, uint32_t events, uint64_t data)
{
	struct epoll_event event = { .events = events, .data.u64 = data };

	ck_assert_int_eq(epoll_ctl(number, EPOLL_CTL_ADD, fd, &event), 0);
}

START_TEST(test_epoll_moves)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), other = socket(AF_INET,
	    SOCK_STREAM, 0), one = epoll_create1(0), two = epoll_create1(0);
	int twice = dup(one);
	struct wrap_epoll taken;
	struct wrap_epoll_target target;

	watch(one, fd, EPOLLIN | EPOLLET | EPOLLRDHUP, UINT64_MAX - 1);
	watch(one, other, EPOLLOUT, 7);
	watch(two, fd, EPOLLIN | EPOLLONESHOT, 2);
	errno = ENOTTY;
	ck_assert_int_eq(wrap_epoll_take(fd, wrap_socket_inode(fd), &taken),
	    0);
	ck_assert_uint_eq(taken.count, 2);
	ck_assert_int_eq(watching(one, fd, &target), 0);
	ck_assert_int_eq(watching(two, fd, &target), 0);
	ck_assert_int_eq(watching(one, other, &target), 1);
	ck_assert_int_eq(dup2(other, fd), fd);
	wrap_epoll_give(fd, &taken);
	ck_assert_int_eq(errno, ENOTTY);
	ck_assert_int_eq(watching(one, fd, &target), 1);
	ck_assert(target.inode == wrap_socket_inode(other));
	ck_assert(target.data == UINT64_MAX - 1);
	ck_assert((target.events & EPOLLET) != 0 &&
	    (target.events & EPOLLRDHUP) != 0);
	ck_assert_int_eq(watching(two, fd, &target), 1);
	ck_assert((target.events & EPOLLONESHOT) != 0);
	close(twice);
	close(one);
	close(two);
	close(fd);
	close(other);
}
END_TEST

START_TEST(test_proc_lists_all)
{
	int fds[300], number;
	bool seen[1024] = { false };
	struct wrap_proc all;

	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		ck_assert_int_ge(fds[i] = dup(STDOUT_FILENO), 0);
	ck_assert_int_eq(wrap_proc_open(&all), 0);
	while ((number = wrap_proc_next(&all)) >= 0) {
		ck_assert_int_lt(number, (int)ARRAY_SIZE(seen));
		ck_assert(!seen[number] && number != all.fd);
		seen[number] = true;
	}
	wrap_proc_close(&all);
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		ck_assert(seen[fds[i]]);
		close(fds[i]);
	}
}
END_TEST

/* The environment of what is executed */

static const char *
own_path(void)
{
	Dl_info info;

	ck_assert_int_ne(dladdr((void *)(uintptr_t)&wrap_exec_count, &info),
	    0);
	return info.dli_fname;
}

static void
check_environment(char *const given[], const char *preload, size_t count)
{
	char text[WRAP_EXEC_PRELOAD_MAX], *made[8];

	ck_assert_uint_le(wrap_exec_count(given), ARRAY_SIZE(made));
	ck_assert_uint_gt(wrap_exec_count(given), count);
	ck_assert_int_eq(wrap_exec_environment(given, made, text), 0);
	ck_assert_str_eq(made[count - 1], preload);
	ck_assert_ptr_null(made[count]);
	for (size_t i = 0; i + 1 < count; i++)
		ck_assert_str_eq(made[i], i == 0 ? "A=1" : "B=2");
	/* Once there, it is left alone. */
	ck_assert_uint_eq(wrap_exec_count(made), 0);
}

START_TEST(test_environment)
{
	char a[] = "A=1", b[] = "B=2", other[] = "LD_PRELOAD=/x.so /y.so",
	    first[] = "LD_PRELOAD=/z.so", expected[PATH_MAX],
	    both[PATH_MAX + 16];

	snprintf(expected, sizeof(expected), "LD_PRELOAD=%s", own_path());
	snprintf(both, sizeof(both), "%s:/x.so /y.so", expected);
	check_environment(NULL, expected, 1);
	check_environment((char *[]){ NULL }, expected, 1);
	check_environment((char *[]){ a, b, NULL }, expected, 3);
	check_environment((char *[]){ a, other, b, NULL }, both, 3);
	check_environment((char *[]){ first, a, other, b, NULL }, both, 3);
	ck_assert_uint_eq(wrap_exec_count((char *[]){ a, expected, NULL }),
	    0);
}
END_TEST

START_TEST(test_environment_too_long)
{
	static char other[3 * PATH_MAX] = "LD_PRELOAD=";
	char text[WRAP_EXEC_PRELOAD_MAX], *made[4];

	memset(other + strlen(other), 'x', sizeof(other) - 1 -
	    strlen(other));
	errno = 0;
	ck_assert_int_eq(wrap_exec_environment((char *[]){ other, NULL },
	    made, text), -1);
	ck_assert_int_eq(errno, E2BIG);
}
END_TEST

START_TEST(test_listed)
{
	ck_assert(wrap_exec_is_listed("/a.so", "/a.so"));
	ck_assert(wrap_exec_is_listed("/b.so:/a.so", "/a.so"));
	ck_assert(wrap_exec_is_listed(" /b.so /a.so:", "/a.so"));
	ck_assert(!wrap_exec_is_listed("", "/a.so"));
	ck_assert(!wrap_exec_is_listed("/a.so.1:/x/a.so", "/a.so"));
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("wrap");
	TCase *names = tcase_create("names"), *clear = tcase_create("clear"),
	    *epoll = tcase_create("epoll"), *exec = tcase_create("exec");

	tcase_add_test(names, test_name_round_trip);
	tcase_add_test(names, test_name_of_strangers);
	tcase_add_test(names, test_name_of_hostile_bytes);
	tcase_add_test(names, test_name_of_descriptor);
	suite_add_tcase(s, names);
	tcase_add_test(clear, test_clear);
	suite_add_tcase(s, clear);
	tcase_add_test(epoll, test_epoll_line);
	tcase_add_test(epoll, test_epoll_moves);
	tcase_add_test(epoll, test_proc_lists_all);
	suite_add_tcase(s, epoll);
	tcase_add_test(exec, test_environment);
	tcase_add_test(exec, test_environment_too_long);
	tcase_add_test(exec, test_listed);
	suite_add_tcase(s, exec);
	return s;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make_suite);
}
