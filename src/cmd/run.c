#include "cmd/run.h"

#include <dirent.h>
#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keeper/held.h"
#include "keeper/keeper.h"
#include "cmd/options.h"
#include "cmd/run-agent.h"
#include "cmd/run-service.h"

#define COMMAND "sallyport run"
#define DEFAULT_CONTROL "/run/sallyport/control"

static const char help[] =
    "usage: sallyport run [--policy FILE | --control PATH] [--strict]\n"
    "                     [--defaults Modern|zOS] -- COMMAND [ARGUMENT]...\n"
    "\n"
    "Starts a service whose ports speak TLS by the rules of a policy; the\n"
    "service itself need not know.\n"
    "\n"
    "  --policy FILE      bring an agent along that serves by this policy\n"
    "  --control PATH     use the daemon's (default: " DEFAULT_CONTROL ")\n"
    "  --strict           refuse ports that no rule names\n"
    "  --defaults SET     Modern or zOS, whatever the policy says\n"
    "  --help             this text\n"
    "\n"
    "Exit status: the service's own; 125 it could not be wrapped, 126 it could\n"
    "not be executed, 127 it was not found, 2 a mistake on the command line.\n";

static const struct option long_options[] = {
	{ "policy", required_argument, NULL, 'p' },
	{ "control", required_argument, NULL, 'c' },
	{ "strict", no_argument, NULL, 's' },
	{ "defaults", required_argument, NULL, 'd' },
	{ NULL, 0, NULL, 0 },
};

struct run {
	struct ev_loop *loop;
	struct keeper *keeper;
	const char *policy, *control;
	enum policy_defaults defaults;
	bool strict;
	char **argv;
	sigset_t before;	/* the signal mask we were started with */
	bool childless;		/* and with SIGCHLD ignored */
	int signals;		/* signalfd */
	ev_io signal_io;
	pid_t service;		/* 0: not started yet */
	bool ended;
	siginfo_t status;	/* of the service, when ended */
	struct run_service_swap *swaps;
	size_t swap_count;
};

static int
on_open(void *arg)
{
	struct run *r = arg;

	return r->policy != NULL ? run_agent_fork(r->policy, r->defaults) :
	    run_agent_connect(r->control);
}

static void
on_tell(void *arg, const char *line)
{
	(void)arg;
	run_service_complain("%s", line);
}

static void
on_deserted(void *arg)
{
	struct run *r = arg;

	/* After the service has ended, this is what was waited for. */
	if (r->ended)
		ev_break(r->loop, EVBREAK_ALL);
}

/* Ends as the service did, or as a signal wants it that we were sent. */
NO_RETURN static void
die_of(int signo)
{
	const struct rlimit none = { 0, 0 };
	sigset_t set;

	/* The service has left its core, if any; ours would say nothing. */
	(void)setrlimit(RLIMIT_CORE, &none);
	signal(signo, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, signo);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	(void)raise(signo);
	_exit(128 + signo);
}

static void
reap(struct run *r)
{
	siginfo_t info = { 0 };

	for (;;) {
		info.si_pid = 0;
		if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG) < 0 ||
		    info.si_pid == 0)
			return;
		if (info.si_pid != r->service)
			continue;	/* an agent; the link tells */
		r->status = info;
		r->ended = true;
		ev_break(r->loop, EVBREAK_ALL);
	}
}

/*
 * What the terminal sends reaches the service by itself, for it is in our
 * process group; what somebody sends to this process is meant for it, too.
 * That the terminal is gone is told to the leader of its session only.
 */
static bool
is_for_us_alone(const struct signalfd_siginfo *info)
{
	if (info->ssi_code > 0)
		return (info->ssi_signo == SIGHUP ||
		    info->ssi_signo == SIGCONT) && getsid(0) == getpid();
	return (pid_t)info->ssi_pid != getpid();
}

static void
forward(struct run *r, const struct signalfd_siginfo *info)
{
	if (!is_for_us_alone(info))
		return;
	if (r->service == 0 && info->ssi_signo != SIGCONT &&
	    info->ssi_signo != SIGTSTP)
		die_of((int)info->ssi_signo);
	if (r->service != 0 && !r->ended && (pid_t)info->ssi_pid != r->service)
		(void)kill(r->service, (int)info->ssi_signo);
}

/*
 * The shell waits for us: so we stop together with the service; by the same
 * signal, which does not stop where nobody could make us go on.
 */
static void
stop(struct run *r, const struct signalfd_siginfo *info)
{
	sigset_t set;

	forward(r, info);
	sigemptyset(&set);
	sigaddset(&set, (int)info->ssi_signo);
	(void)raise((int)info->ssi_signo);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static void
on_signal(struct ev_loop *loop, ev_io *io, int revents)
{
	struct run *r = io->data;
	struct signalfd_siginfo info;

	(void)loop;
	(void)revents;
	while (read(r->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			reap(r);
		else if (info.ssi_signo == SIGTSTP ||
		    info.ssi_signo == SIGTTIN || info.ssi_signo == SIGTTOU)
			stop(r, &info);
		else if (r->service == 0 && info.ssi_code > 0 &&
		    info.ssi_signo != SIGWINCH && info.ssi_signo != SIGCONT)
			die_of((int)info.ssi_signo);
		else
			forward(r, &info);
	}
}

/* A fault of our own ends us whether it is blocked or not. */
static int
watch_signals(struct run *r)
{
	struct sigaction action;
	sigset_t set;

	/* Where it is ignored, the kernel reaps, and tells no status. */
	sigaction(SIGCHLD, NULL, &action);
	r->childless = action.sa_handler == SIG_IGN;
	signal(SIGCHLD, SIG_DFL);
	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, &r->before);
	r->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (r->signals < 0)
		return -1;
	ev_io_init(&r->signal_io, on_signal, r->signals, EV_READ);
	r->signal_io.data = r;
	ev_io_start(r->loop, &r->signal_io);
	return 0;
}

static int
add_swap(struct run *r, int number, int with)
{
	struct run_service_swap *grown = reallocarray(r->swaps,
	    r->swap_count + 1, sizeof(*grown));

	if (grown == NULL)
		return -1;
	r->swaps = grown;
	grown[r->swap_count++] = (struct run_service_swap){ number, with };
	return 0;
}

/*
 * A socket that the service would inherit: a listener is converted. A
 * connection was made before there was TLS, and what arrives on a rule's
 * port must not be in clear.
 */
static int
inherit(struct run *r, int number)
{
	int channel, rc;

	if (!held_listens(number)) {
		rc = keeper_allows(r->keeper, number);
		return rc ? 0 : -1;
	}
	rc = keeper_inherit(r->keeper, number, &channel);
	return rc == 1 ? add_swap(r, number, channel) : rc;
}

/* Calls for every descriptor that an exec would leave open. */
static int
each_inherited(struct run *r, int (*call)(struct run *r, int number))
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;
	int rc = dir == NULL ? -1 : 0;

	while (rc == 0 && (entry = readdir(dir)) != NULL) {
		int fd = atoi(entry->d_name), flags;

		if (entry->d_name[0] == '.' || fd == dirfd(dir))
			continue;
		flags = fcntl(fd, F_GETFD);
		if (flags >= 0 && (flags & FD_CLOEXEC) == 0)
			rc = call(r, fd);
	}
	if (dir != NULL)
		closedir(dir);
	return rc;
}

static int
inherit_if_tcp(struct run *r, int number)
{
	return held_is_tcp(number) ? inherit(r, number) : 0;
}

/* A pipe that the service closes must be closed; but we go on to speak. */
static int
let_go(struct run *r, int number)
{
	(void)r;
	if (number > STDERR_FILENO)
		close(number);
	return 0;
}

static int
let_go_all(struct run *r)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return -1;
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	close(null);
	for (size_t i = 0; i < r->swap_count; i++)
		close(r->swaps[i].with);
	return each_inherited(r, let_go);
}

/* Each listener takes some; the service has its own limit already. */
static void
raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static void
complain_of_daemon(const char *control, int error)
{
	if (error == EACCES || error == EPERM)
		run_service_complain("%s may be used by its daemon's user "
		    "only: %s; bring an agent of your own with --policy",
		    control, strerror(error));
	else
		run_service_complain("no daemon answers at %s: %s; start "
		    "sallyportd with --control %s, or give --policy", control,
		    strerror(error), control);
}

static int
start(struct run *r)
{
	struct run_service service = { .argv = r->argv, .mask = &r->before,
		.childless = r->childless };
	int guard, status;
	pid_t pid;

	if (keeper_start(r->keeper) < 0) {
		if (r->policy == NULL)
			complain_of_daemon(r->control, errno);
		return RUN_SERVICE_REFUSED;
	}
	if (each_inherited(r, inherit_if_tcp) < 0)
		return RUN_SERVICE_REFUSED;
	service.swaps = r->swaps;
	service.swap_count = r->swap_count;
	status = run_service_start(&service, &pid, &guard);
	if (status != 0)
		return status;
	r->service = pid;
	raise_descriptor_limit();
	keeper_guard(r->keeper, guard, pid);
	if (let_go_all(r) < 0)
		run_service_complain("%s", strerror(errno));
	return 0;
}

/*
 * The service has ended but left processes behind: a daemon, or the heir of
 * a binary upgrade. Who waits for us gets its status now; a copy of us, of
 * which the terminal knows nothing, stays for those.
 */
static void
stay_for_heirs(struct run *r)
{
	pid_t pid = fork();

	if (pid < 0)
		run_service_complain("what the service leaves behind loses "
		    "its ports: %s", strerror(errno));
	if (pid != 0)
		return;
	(void)setsid();
	ev_loop_fork(r->loop);
	while (!keeper_is_deserted(r->keeper))
		ev_run(r->loop, 0);
	keeper_finish(r->keeper);
	_exit(0);
}

static int
finish(struct run *r)
{
	if (keeper_is_deserted(r->keeper))
		keeper_finish(r->keeper);
	else
		stay_for_heirs(r);
	if (r->status.si_code != CLD_EXITED)
		die_of(r->status.si_status);
	return r->status.si_status;
}

static int
run(struct run *r)
{
	const struct keeper_options options = { r->strict,
		run_service_name(r->argv[0]), on_open, on_tell, on_deserted,
		r };
	int status = RUN_SERVICE_REFUSED;

	/* What we hold is nobody's to fetch; exec makes the service visible. */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	r->loop = ev_loop_new(EVFLAG_AUTO);
	if (r->loop == NULL || watch_signals(r) < 0 ||
	    (r->keeper = keeper_new(r->loop, &options)) == NULL) {
		run_service_complain("%s", strerror(errno));
		return status;
	}
	status = start(r);
	if (status == 0) {
		reap(r);	/* it may have ended already */
		while (!r->ended)
			ev_run(r->loop, 0);
		status = finish(r);
	}
	keeper_free(&r->keeper);
	free(r->swaps);
	close(r->signals);
	ev_loop_destroy(r->loop);
	return status;
}

static void
read_option(struct run *r, int option)
{
	switch (option) {
	case 'p':
		r->policy = optarg;
		return;
	case 'c':
		r->control = optarg;
		return;
	case 's':
		r->strict = true;
		return;
	case 'd':
		if (options_defaults(COMMAND, optarg, &r->defaults) < 0)
			exit(OPTIONS_EXIT_USAGE);
		return;
	case OPTIONS_HELP:
		fputs(help, stdout);
		exit(options_finish(COMMAND));
	default:
		exit(OPTIONS_EXIT_USAGE);
	}
}

/*
 * A standard stream that was closed must not become the number of something
 * of ours. It is closed again for the service by exec.
 */
static int
fill_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	return fd < 0 ? -1 : close(fd);
}

int
run_main(int argc, char **argv)
{
	struct run r = { .signals = -1 };
	int option, status;

	if (fill_streams() < 0)
		return RUN_SERVICE_REFUSED;
	while ((option = options_next_leading(COMMAND, argc, argv,
	    long_options)) != OPTIONS_END)
		read_option(&r, option);
	if (optind >= argc)
		return options_refuse(COMMAND, "the command to run is missing");
	if (r.policy != NULL && r.control != NULL)
		return options_refuse(COMMAND,
		    "--policy and --control exclude each other");
	if (r.policy == NULL && r.defaults != POLICY_DEFAULTS_FILE)
		return options_refuse(COMMAND,
		    "--defaults is the daemon's to say; it goes with --policy");
	if (r.control == NULL)
		r.control = DEFAULT_CONTROL;
	r.argv = argv + optind;
	status = run_service_check(r.argv[0]);
	return status != 0 ? status : run(&r);
}
