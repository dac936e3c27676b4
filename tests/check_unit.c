/*
 * The systemd service of a process, from what the kernel says of its control
 * groups.
 */
#include "keeper/unit.h"

#include <check.h>
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/compiler.h"
#include "support/runner.h"

static const struct {
	const char *text, *want;
} files[] = {
	{ "0::/system.slice/nginx.service\n", "nginx.service" },
	{ "0::/system.slice/nginx.service", "nginx.service" },
	{ "0::/system.slice/system-getty.slice/getty@tty1.service\n",
	  "getty@tty1.service" },
	/* what is within a service is not the system's */
	{ "0::/user.slice/user-1000.slice/user@1000.service/app.slice/"
	  "web.service\n", "user@1000.service" },
	{ "0::/user.slice/user-1000.slice/user@1000.service/app.slice/"
	  "app-shell.scope\n", "user@1000.service" },
	{ "0::/system.slice/a.service/b.service\n", "a.service" },
	{ "0::/system.slice/docker.service/init\n", "docker.service" },
	{ "0::/system.slice/a.service/x.slice/y\n", "a.service" },
	/* no service */
	{ "0::/user.slice/user-0.slice/session-2.scope\n", "" },
	{ "0::/system.slice/docker-0123.scope/a/b\n", "" },
	{ "0::/system.slice/docker-0123.scope/system.slice/web.service\n",
	  "" },
	{ "0::/user.slice/user-0.slice/session-2.scope/web.service\n", "" },
	{ "0::/system.slice//\n", "" },
	{ "0::/system.slice\n", "" },
	{ "0::/\n", "" },
	{ "0::\n", "" },
	{ "0::relative.service\n", "" },
	{ "0::/.service\n", "" },
	{ "0::/service\n", "" },
	{ "", "" },
	{ "\n\n", "" },
	{ "0", "" },
	/* out of sight of our own namespace */
	{ "0::/../web.service\n", "web.service" },
	/* names that systemd writes in its own way */
	{ "0::/system.slice/_cpu.service\n", "cpu.service" },
	{ "0::/system.slice/__x.service\n", "_x.service" },
	{ "0::/system.slice/dbus\\x2dbroker.service\n",
	  "dbus\\x2dbroker.service" },
	/* cgroup v1, alone and with v2 */
	{ "12:cpu,cpuacct:/a.service\n1:name=systemd:/system.slice/b.service\n"
	  "0::/system.slice/c.service\n", "b.service" },
	{ "12:cpu,cpuacct:/a.service\n0::/system.slice/c.service\n",
	  "c.service" },
	{ "0::/c.scope\n1:name=systemd:/b.service\n", "b.service" },
	{ "12:cpu,cpuacct:/a.service\n", "" },
	{ "1:name=systemdx:/a.service\n", "" },
	{ "10::/a.service\n", "" },
};

START_TEST(reads_groups)
{
	char unit[256];

	memset(unit, 'x', sizeof(unit));
	unit_parse(files[_i].text, unit, sizeof(unit));
	ck_assert_str_eq(unit, files[_i].want);
}
END_TEST

/* One that does not fit is unknown, not another one. */
START_TEST(cuts_nothing)
{
	char unit[10];

	unit_parse("0::/a.service\n", unit, sizeof(unit));
	ck_assert_str_eq(unit, "a.service");
	unit_parse("0::/ab.service\n", unit, sizeof(unit));
	ck_assert_str_eq(unit, "");
}
END_TEST

/* Where tests run, there may be a service or none; but there is an answer. */
START_TEST(reads_our_own)
{
	char unit[256] = "x";
	struct rlimit limit, none;
	int rc, error;

	ck_assert_int_eq(unit_read(getpid(), unit, sizeof(unit)), 0);
	ck_assert(unit[0] == '\0' || strstr(unit, ".service") != NULL);
	/* A failure to look is not an absence. */
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = 0;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	rc = unit_read(getpid(), unit, sizeof(unit));
	error = errno;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(rc, -1);
	ck_assert_int_eq(error, EMFILE);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *s = suite_create("unit");
	TCase *tc = tcase_create("unit");

	tcase_add_loop_test(tc, reads_groups, 0, ARRAY_SIZE(files));
	tcase_add_test(tc, cuts_nothing);
	tcase_add_test(tc, reads_our_own);
	suite_add_tcase(s, tc);
	return s;
}

int
main(int argc, char **argv)
{
	return runner_main(argc, argv, make_suite);
}
