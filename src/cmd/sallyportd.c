/*
 * sallyportd.c - the daemon's command line; what it does is supervisor.c.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/generation.h"
#include "agent/sandbox.h"
#include "agent/supervisor.h"
#include "base/log.h"
#include "cmd/options.h"
#include "policy/diag-print.h"
#include "policy/diag.h"
#include "tls/tls_library.h"
#include "tls/tls_resume.h"

#define PROGRAM "sallyportd"

enum { EXIT_REFUSED = 1, WORKERS_MAX = 256 };

/* Values of options without a letter. */
enum { OPT_CONTROL = 256, OPT_METRICS, OPT_WATCH, OPT_CHECK, OPT_DEFAULTS,
	OPT_VERSION };

static const struct option long_options[] = {
	{ "policy", required_argument, NULL, 'p' },
	{ "foreground", no_argument, NULL, 'f' },
	{ "workers", required_argument, NULL, 'w' },
	{ "user", required_argument, NULL, 'u' },
	{ "check", no_argument, NULL, OPT_CHECK },
	{ "defaults", required_argument, NULL, OPT_DEFAULTS },
	{ "control", required_argument, NULL, OPT_CONTROL },
	{ "metrics", required_argument, NULL, OPT_METRICS },
	{ "watch", no_argument, NULL, OPT_WATCH },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 },
};

static const char help[] =
"usage: sallyportd --policy FILE [options]\n"
"\n"
"  --policy FILE           the policy to apply\n"
"  --foreground            stay in the foreground, log to standard error\n"
"  --workers N             worker processes (one for each processor)\n"
"  --user NAME             whom the workers become\n"
"  --control PATH          a socket where sallyport run finds the daemon\n"
"  --defaults Modern|zOS   what uncoded values follow, over the policy's word\n"
"  --check                 check the policy and all it names, and end\n"
"  --help, --version\n"
"\n"
"SIGHUP reloads the policy, SIGTERM drains and stops. sallyportd(8)\n";

struct command_line {
	struct supervisor_options supervisor;
	struct sandbox_user user;
	bool foreground, check;
};

/* Where a background start reports to the terminal; -1: nowhere. */
static int report_fd = -1;
static bool to_stderr = true;

static unsigned
read_workers(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (*text == '\0' || *end != '\0' || n < 1 || n > WORKERS_MAX)
		exit(options_refuse(PROGRAM,
		    "--workers takes a number from 1 to 256, not '%s'",
		    text));
	return (unsigned)n;
}

static void
read_user(const char *name, struct command_line *line)
{
	if (sandbox_find_user(name, &line->user) < 0)
		exit(options_refuse(PROGRAM, "--user: there is no user '%s'",
		    name));
	if (geteuid() != 0 && geteuid() != line->user.uid)
		exit(options_refuse(PROGRAM,
		    "--user %s: only root can become another user", name));
	line->supervisor.user = &line->user;
}

static void
print_version(void)
{
	printf("sallyportd %s\n%s\n%s\n", SALLYPORT_VERSION,
	    WOLFSSL_SUMMARY, tls_resume_possible() ? "sessions are resumed" :
	    "sessions are not resumed: the library lacks what that takes");
	exit(0);
}

static void
read_option(int option, struct command_line *line)
{
	switch (option) {
	case 'p':
		line->supervisor.policy = optarg;
		return;
	case 'f':
		line->foreground = true;
		return;
	case 'w':
		line->supervisor.workers = read_workers(optarg);
		return;
	case 'u':
		read_user(optarg, line);
		return;
	case OPT_CHECK:
		line->check = true;
		return;
	case OPT_DEFAULTS:
		if (options_defaults(PROGRAM, optarg,
		    &line->supervisor.defaults) < 0)
			exit(OPTIONS_EXIT_USAGE);
		return;
	case OPT_CONTROL:
		line->supervisor.control = optarg;
		return;
	case OPT_METRICS:
	case OPT_WATCH:
		exit(options_refuse(PROGRAM, "--%s is built by a later release",
		    option == OPT_METRICS ? "metrics" : "watch"));
	case OPTIONS_HELP:
		fputs(help, stdout);
		exit(0);
	case OPT_VERSION:
		print_version();
		return;
	default:
		exit(OPTIONS_EXIT_USAGE);
	}
}

static void
read_command_line(int argc, char **argv, struct command_line *line)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	int option;

	line->supervisor.workers = processors < 1 ? 1 :
	    processors > WORKERS_MAX ? WORKERS_MAX : (unsigned)processors;
	while ((option = options_next(PROGRAM, argc, argv,
	    long_options)) != OPTIONS_END)
		read_option(option, line);
	if (optind < argc)
		exit(options_refuse(PROGRAM, "'%s' is not an option",
		    argv[optind]));
	if (line->supervisor.policy == NULL)
		exit(options_refuse(PROGRAM, "--policy FILE is missing"));
}

/* Where nobody watches, each line of a diagnostic is a line of the log. */
static void
show_in_log(struct diag *diag, bool refused)
{
	char *text = NULL, *line, *rest;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return;
	diag_print_all(diag, out);
	fclose(out);
	for (rest = text; (line = strsep(&rest, "\n")) != NULL;)
		if (*line != '\0')
			log_line(refused ? LOG_LEVEL_ERROR :
			    LOG_LEVEL_WARNING, "policy", "%s", line);
	free(text);
}

static void
show(struct diag *diag, bool refused)
{
	if (!to_stderr) {
		show_in_log(diag, refused);
		return;
	}
	diag_print_all(diag, stderr);
	if (refused)
		diag_print_summary(diag, stderr);
}

static int
check(const struct command_line *line)
{
	struct diag *diag = NULL;
	struct generation *g;

	g = generation_load(line->supervisor.policy,
	    line->supervisor.defaults, GENERATION_FORWARD |
	    (line->supervisor.control == NULL ? 0 : GENERATION_WRAP), 1,
	    &diag);
	if (g == NULL) {
		if (diag != NULL)
			show(diag, true);
		diag_free(&diag);
		return EXIT_REFUSED;
	}
	show(g->diag, false);
	generation_free(&g);
	return 0;
}

/* The terminal is let go; from here on the log is syslog's. */
static void
let_go(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		close(null);
	}
	to_stderr = false;
	log_open(PROGRAM, false);
}

/* In a worker, which is forked while the start still has the terminal. */
static void
let_go_in_worker(void)
{
	if (report_fd >= 0)
		close(report_fd);
	let_go();
}

/* The start is over: who waits for it is told. */
static void
detach(void)
{
	let_go();
	if (write(report_fd, "r", 1) != 1)
		log_debug("daemon", "nobody waits for the start");
	close(report_fd);
	report_fd = -1;
}

/*
 * Goes on in the background; the foreground waits until the start is
 * decided, so that its exit status tells.
 */
static void
go_to_background(void)
{
	int fds[2];
	char byte;
	ssize_t n;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0 || (pid = fork()) < 0) {
		fprintf(stderr, "sallyportd: %s\n", strerror(errno));
		exit(EXIT_REFUSED);
	}
	if (pid == 0) {
		close(fds[0]);
		report_fd = fds[1];
		setsid();
		return;
	}
	close(fds[1]);
	do
		n = read(fds[0], &byte, 1);
	while (n < 0 && errno == EINTR);
	_exit(n == 1 ? 0 : EXIT_REFUSED);
}

int
main(int argc, char **argv)
{
	struct command_line line = { .supervisor = { .show = show,
	    .keeper = -1 } };
	int status;

	/* What the caller left open is not the daemon's to hold. */
	(void)close_range(3, ~0u, 0);
	sandbox_hide_memory();
	read_command_line(argc, argv, &line);
	log_open(PROGRAM, true);
	if (line.check) {
		if (tls_library_start() < 0)
			return EXIT_REFUSED;
		status = check(&line);
		tls_library_end();
		return status;
	}
	if (!line.foreground) {
		go_to_background();
		line.supervisor.ready = detach;
		line.supervisor.in_worker = let_go_in_worker;
	}
	if (geteuid() == 0 && line.supervisor.user == NULL)
		log_warning("daemon", "the workers run as root: use --user");
	if (tls_library_start() < 0) {
		log_error("daemon", "the TLS library cannot be started");
		return EXIT_REFUSED;
	}
	return supervisor_run(&line.supervisor);
}
