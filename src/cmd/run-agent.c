#include "cmd/run-agent.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent/sandbox.h"
#include "agent/supervisor.h"
#include "base/log.h"
#include "policy/diag-print.h"
#include "policy/diag.h"
#include "tls/tls_library.h"

/* More are of use to a daemon; a wrapped service is one program. */
#define WORKERS_MAX 4

static void
show(struct diag *diag, bool refused)
{
	diag_print_all(diag, stderr);
	if (refused)
		diag_print_summary(diag, stderr);
}

/* What the service inherits, and what the keeper holds, is not the agent's. */
static int
let_go(int link)
{
	int null = open("/dev/null", O_RDWR);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(null, STDOUT_FILENO) < 0)
		return -1;
	if (link != 3 && dup2(link, 3) < 0)
		return -1;
	if (fcntl(3, F_SETFD, FD_CLOEXEC) < 0)
		return -1;
	return close_range(4, ~0u, 0);
}

NO_RETURN static void
be_agent(const char *policy, enum policy_defaults defaults, int link)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	struct supervisor_options options = {
		.policy = policy,
		.defaults = defaults,
		.workers = processors < 1 ? 1 : processors > WORKERS_MAX ?
		    WORKERS_MAX : (unsigned)processors,
		.keeper = 3,
		.show = show,
	};
	sigset_t none;

	(void)setsid();
	(void)prctl(PR_SET_NAME, "sallyport-agent", 0, 0, 0);
	sandbox_hide_memory();
	sigemptyset(&none);
	for (int signo = 1; signo < NSIG; signo++)
		(void)signal(signo, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	log_open("sallyport", true);
	if (let_go(link) < 0) {
		log_error("run", "%s", strerror(errno));
		_exit(1);
	}
	if (tls_library_start() < 0) {
		log_error("run", "the TLS library cannot be started");
		_exit(1);
	}
	exit(supervisor_run(&options));
}

int
run_agent_fork(const char *policy, enum policy_defaults defaults)
{
	int ends[2], saved;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -1;
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		be_agent(policy, defaults, ends[1]);
	saved = errno;
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		errno = saved;
		return -1;
	}
	return ends[0];
}

int
run_agent_connect(const char *control)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd, saved;

	if (strlen(control) >= sizeof(un.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(un.sun_path, control);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (connect(fd, (struct sockaddr *)&un, sizeof(un)) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}
