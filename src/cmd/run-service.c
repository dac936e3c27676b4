#include "cmd/run-service.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "keeper/guard.h"

#define LIBRARY "libsallyport.so"

/* What a child says that cannot become the service. */
struct failure {
	int error;
	char what[24];
};

void
run_service_complain(const char *format, ...)
{
	char line[2048];
	va_list ap;

	va_start(ap, format);
	vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	fprintf(stderr, "sallyport run: %s\n", line);
}

const char *
run_service_name(const char *command)
{
	const char *slash = strrchr(command, '/');

	return slash == NULL ? command : slash + 1;
}

/* As execvp looks for it; 0, or -1 where it is nowhere. */
static int
find(const char *command, char path_r[PATH_MAX])
{
	const char *search = getenv("PATH"), *end;

	if (strchr(command, '/') != NULL || search == NULL) {
		snprintf(path_r, PATH_MAX, "%s", command);
		return access(path_r, F_OK);
	}
	for (;; search = end + 1) {
		end = strchrnul(search, ':');
		snprintf(path_r, PATH_MAX, "%.*s%s%s", (int)(end - search),
		    search, end == search ? "" : "/", command);
		if (access(path_r, X_OK) == 0)
			return 0;
		if (*end == '\0')
			return -1;
	}
}

int
run_service_check(const char *command)
{
	char path[PATH_MAX];
	struct stat st;
	const char *why = NULL;

	if (guard_is_around()) {
		run_service_complain("this is within a sallyport run already, "
		    "whose policy holds for %s, too; leave this one out",
		    command);
		return RUN_SERVICE_REFUSED;
	}
	if (find(command, path) < 0 || stat(path, &st) < 0)
		return 0;	/* exec says it better */
	if ((st.st_mode & S_ISUID) != 0 && st.st_uid != geteuid())
		why = "set-user-id";
	else if ((st.st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) &&
	    st.st_gid != getegid())
		why = "set-group-id";
	else if (geteuid() != 0 &&
	    getxattr(path, "security.capability", NULL, 0) > 0)
		why = "given capabilities by its file";
	if (why == NULL)
		return 0;
	run_service_complain("%s is %s, and a wrapped program gains no "
	    "rights; start sallyport run as the user that it would become, "
	    "or use Handoff Transparent or Forward", path, why);
	return RUN_SERVICE_REFUSED;
}

/* Beside this program where it was built, else where it is installed. */
static int
find_library(char path_r[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", path_r, PATH_MAX - 1);
	char *slash;

	if (n > 0) {
		path_r[n] = '\0';
		slash = strrchr(path_r, '/');
		if (slash != NULL && slash - path_r + sizeof(LIBRARY) + 1 <
		    PATH_MAX) {
			strcpy(slash + 1, LIBRARY);
			if (access(path_r, R_OK) == 0)
				return 0;
		}
	}
	snprintf(path_r, PATH_MAX, "%s/%s", PKGLIBDIR, LIBRARY);
	return access(path_r, R_OK);
}

static int
set_preload(void)
{
	char path[PATH_MAX], value[2 * PATH_MAX];
	const char *others = getenv("LD_PRELOAD");

	if (find_library(path) < 0)
		return -1;
	/* The dynamic linker knows no way to quote these (ld.so(8)). */
	if (strpbrk(path, " :") != NULL) {
		errno = EINVAL;
		return -1;
	}
	snprintf(value, sizeof(value), "%s%s%s", path,
	    others != NULL && *others != '\0' ? ":" : "",
	    others != NULL ? others : "");
	return setenv("LD_PRELOAD", value, 1);
}

/* sd_listen_fds(3) takes descriptors only that are meant for its process. */
static int
set_listen_pid(pid_t parent)
{
	const char *meant = getenv("LISTEN_PID");
	char text[24];

	if (meant == NULL || strtol(meant, NULL, 10) != parent)
		return 0;
	snprintf(text, sizeof(text), "%d", (int)getpid());
	return setenv("LISTEN_PID", text, 1);
}

/* Duplicates without close-on-exec, as what they replace was. */
static int
swap(const struct run_service *service)
{
	for (size_t i = 0; i < service->swap_count; i++)
		if (dup2(service->swaps[i].with,
		    service->swaps[i].number) < 0)
			return -1;
	return 0;
}

NO_RETURN static void
fail(int keeper, const char *what)
{
	struct failure failure = { .error = errno };

	snprintf(failure.what, sizeof(failure.what), "%s", what);
	if (send(keeper, &failure, sizeof(failure), MSG_NOSIGNAL) < 0)
		perror("sallyport run");
	_exit(RUN_SERVICE_REFUSED);
}

NO_RETURN static void
become(const struct run_service *service, pid_t parent, int keeper)
{
	/* With exec in its place, a kill of `run` would have been its own. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 ||
	    getppid() != parent)
		fail(keeper, "start");
	if (set_preload() < 0)
		fail(keeper, LIBRARY);
	if (set_listen_pid(parent) < 0 || swap(service) < 0)
		fail(keeper, "start");
	if (guard_enter(keeper) < 0)
		fail(keeper, "filter");
	if (service->childless)
		signal(SIGCHLD, SIG_IGN);
	sigprocmask(SIG_SETMASK, service->mask, NULL);
	execvp(service->argv[0], service->argv);
	fail(keeper, "exec");
}

static int
explain(const struct failure *failure, const char *command)
{
	if (strcmp(failure->what, "exec") == 0) {
		run_service_complain("%s: %s", command,
		    strerror(failure->error));
		return failure->error == ENOENT ? RUN_SERVICE_NOT_FOUND :
		    RUN_SERVICE_NO_EXEC;
	}
	if (strcmp(failure->what, "filter") == 0)
		run_service_complain("the filter on listen(2) cannot be "
		    "installed (seccomp: %s)", strerror(failure->error));
	else if (strcmp(failure->what, LIBRARY) == 0)
		run_service_complain("%s cannot be preloaded: %s",
		    LIBRARY, failure->error == EINVAL ? "the path of its "
		    "directory has a blank or a colon, for which LD_PRELOAD "
		    "has no way to write; install or copy it elsewhere" :
		    "it is neither beside this program nor installed");
	else
		run_service_complain("%s: %s", failure->what,
		    strerror(failure->error));
	return RUN_SERVICE_REFUSED;
}

/* Its end of the pair is close-on-exec: its end says that exec went well. */
static int
await(int from, const char *command)
{
	struct failure failure = { 0 };
	ssize_t n;

	do
		n = recv(from, &failure, sizeof(failure), 0);
	while (n < 0 && errno == EINTR);
	if (n == 0)
		return 0;
	failure.what[sizeof(failure.what) - 1] = '\0';
	return explain(&failure, command);
}

static int
take_guard(int from, const char *command, int *guard_r)
{
	struct failure failure = { 0 };
	int fd = guard_accept(from, &failure, sizeof(failure)), status;

	if (fd < 0) {
		failure.what[sizeof(failure.what) - 1] = '\0';
		return explain(&failure, command);
	}
	status = await(from, command);
	if (status == 0)
		*guard_r = fd;
	else
		close(fd);
	return status;
}

int
run_service_start(const struct run_service *service, pid_t *pid_r,
    int *guard_r)
{
	pid_t parent = getpid(), pid;
	int ends[2], status;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
	    ends) < 0 || (pid = fork()) < 0) {
		run_service_complain("%s", strerror(errno));
		return RUN_SERVICE_REFUSED;
	}
	if (pid == 0)
		become(service, parent, ends[1]);
	close(ends[1]);
	status = take_guard(ends[0], service->argv[0], guard_r);
	close(ends[0]);
	if (status != 0)
		(void)waitpid(pid, NULL, 0);
	*pid_r = pid;
	return status;
}
