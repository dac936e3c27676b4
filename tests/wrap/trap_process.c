/* trap_process.c - many processes and threads on one port. */
#include "trap.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define MANY 4

extern char **environ;

/* Each of four processes serves one; ARGUMENT: "late" listens after fork. */
static int
run_prefork(struct trap *trap)
{
	bool late = strcmp(trap_argument(trap, 0, ""), "late") == 0;
	int fd = late ? trap_bound(trap) : trap_listening(trap);
	int pids[MANY], go[2], i;
	char tag[8], byte;

	MUST(pipe(go));
	for (i = 0; i < MANY; i++) {
		pids[i] = MUST(fork());
		if (pids[i] != 0)
			continue;
		MUST(read(go[0], &byte, 1));
		snprintf(tag, sizeof(tag), "%d", i);
		trap_serve(trap_accept(fd), tag);
		_exit(0);
	}
	if (late)
		MUST(listen(fd, 128));
	MUST(write(go[1], "xxxx", MANY));
	trap_say("ready");
	for (i = 0; i < MANY; i++)
		trap_wait_child(pids[i]);
	trap_say("served all");
	return 0;
}

struct thread {
	int fd;
	char tag[8];
};

static void *
accept_one(void *data)
{
	struct thread *thread = data;

	trap_serve(trap_accept(thread->fd), thread->tag);
	return NULL;
}

static int
run_threads(struct trap *trap)
{
	int fd = trap_listening(trap), i;
	struct thread threads[MANY];
	pthread_t ids[MANY];

	for (i = 0; i < MANY; i++) {
		threads[i].fd = fd;
		snprintf(threads[i].tag, sizeof(threads[i].tag), "%d", i);
		MUST(-pthread_create(&ids[i], NULL, accept_one,
		    &threads[i]));
	}
	trap_say("ready");
	for (i = 0; i < MANY; i++)
		MUST(-pthread_join(ids[i], NULL));
	trap_say("served all");
	return 0;
}

/* A listener for each process, on one port; until standard input ends. */
static int
run_reuseport(struct trap *trap)
{
	struct sockaddr_storage address;
	socklen_t length = trap_address(trap, &address);
	int ready[2], i, fd, on = 1;
	char tag[8], bytes[MANY];

	MUST(pipe(ready));
	for (i = 0; i < MANY; i++) {
		if (MUST(fork()) != 0)
			continue;
		fd = trap_socket(trap);
		MUST(setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on,
		    sizeof(on)));
		MUST(bind(fd, (struct sockaddr *)&address, length));
		MUST(listen(fd, 128));
		MUST(write(ready[1], "x", 1));
		snprintf(tag, sizeof(tag), "%d", i);
		for (;;) {
			struct pollfd entries[2] = {
				{ .fd = fd, .events = POLLIN },
				{ .fd = STDIN_FILENO, .events = POLLIN },
			};

			MUST(poll(entries, 2, -1));
			if (entries[1].revents != 0)
				_exit(0);
			trap_serve(trap_accept(fd), tag);
		}
	}
	for (i = 0; i < MANY; i++)
		MUST(read(ready[0], bytes, 1));
	trap_say("ready");
	trap_wait_line();
	for (i = 0; i < MANY; i++)
		trap_wait_child(-1);
	return 0;
}

/* ARGUMENT: a descriptor that listens, by number, and how many to serve. */
static int
run_inherited(struct trap *trap)
{
	int fd = trap_number(trap, 0, 3), left = trap_number(trap, 1, 1);

	trap_say("LD_PRELOAD is %s", getenv("LD_PRELOAD") == NULL ? "unset" :
	    "set");
	trap_say("FOO is %s", getenv("FOO") == NULL ? "unset" :
	    getenv("FOO"));
	trap_say("close-on-exec: %d", fcntl(fd, F_GETFD));
	trap_say("ready");
	while (left-- > 0)
		trap_serve(trap_accept(fd), "inherited");
	MUST(close(fd));
	return 0;
}

/* A child that execs at once, however its libc makes one. */
static void
spawn_by(const char *how, char *const argv[])
{
	char *const clean[] = { NULL };
	int pid = -1;

	if (strcmp(how, "posix_spawn-clean") == 0)
		MUST(-posix_spawn(&pid, argv[0], NULL, NULL, argv, clean));
	else if (strcmp(how, "posix_spawnp-clean") == 0)
		MUST(-posix_spawnp(&pid, argv[0], NULL, NULL, argv, clean));
	else if (strcmp(how, "vfork-clean") == 0 && (pid = vfork()) == 0) {
		execve(argv[0], argv, clean);
		_exit(1);
	}
	if (pid < 0)
		return;
	trap_wait_child(pid);
	_exit(0);
}

static void
exec_list(const char *how, char *const argv[])
{
	char *const clean[] = { NULL };
	char *const none = NULL;

	if (strcmp(how, "execl") == 0)
		execl(argv[0], argv[0], argv[1], argv[2], argv[3], argv[4],
		    none);
	else if (strcmp(how, "execle-clean") == 0)
		execle(argv[0], argv[0], argv[1], argv[2], argv[3], argv[4],
		    none, clean);
	else if (strcmp(how, "execlp") == 0)
		execlp(argv[0], argv[0], argv[1], argv[2], argv[3], argv[4],
		    none);
}

static void
exec_by(const char *how, char *const argv[])
{
	char *const clean[] = { NULL };
	char *const one[] = { (char *)(size_t)"FOO=bar", NULL };

	if (strcmp(how, "execve") == 0)
		execve(argv[0], argv, environ);
	else if (strcmp(how, "execve-clean") == 0)
		execve(argv[0], argv, clean);
	else if (strcmp(how, "execve-other") == 0)
		execve(argv[0], argv, one);
	else if (strcmp(how, "execv") == 0)
		execv(argv[0], argv);
	else if (strcmp(how, "execvp") == 0)
		execvp(argv[0], argv);
	else if (strcmp(how, "execvpe-clean") == 0)
		execvpe(argv[0], argv, clean);
	else if (strcmp(how, "clearenv") == 0 && clearenv() == 0)
		execv(argv[0], argv);
	else if (strcmp(how, "unsetenv") == 0 && unsetenv("LD_PRELOAD") == 0)
		execv(argv[0], argv);
	else if (strcmp(how, "fexecve-clean") == 0)
		fexecve(MUST(open(argv[0], O_RDONLY | O_CLOEXEC)), argv,
		    clean);
	else if (strcmp(how, "execveat-clean") == 0)
		execveat(AT_FDCWD, argv[0], argv, clean, 0);
	exec_list(how, argv);
	spawn_by(how, argv);
	MUST(-1);
}

/*
 * A new program inherits the listener; ARGUMENT: by which call, "-clean"
 * with an empty environment; which program, where it is not this one.
 */
static int
run_exec(struct trap *trap)
{
	const char *how = trap_argument(trap, 0, "execve");
	char self[4096] = "", number[16];
	char *argv[] = { self, (char *)(size_t)"inherited",
	    (char *)(size_t)"0", (char *)(size_t)"-", number, NULL };
	int fd = trap_listening(trap);

	if (trap->argc > 1)
		snprintf(self, sizeof(self), "%s", trap->argv[1]);
	else
		MUST(readlink("/proc/self/exe", self, sizeof(self) - 1));
	snprintf(number, sizeof(number), "%d", fd);
	exec_by(how, argv);
	return 9;
}

/* The shell in between: system(3). */
static int
run_system(struct trap *trap)
{
	char self[2000] = "", command[2200];
	int fd = trap_listening(trap);

	MUST(readlink("/proc/self/exe", self, sizeof(self) - 1));
	snprintf(command, sizeof(command), "'%s' inherited 0 - %d", self, fd);
	return MUST(system(command)) == 0 ? 0 : 9;
}

static void
send_fd(int to, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = "";
	struct iovec part = { (void *)(size_t)"x", 1 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1,
	    .msg_control = control, .msg_controllen = sizeof(control) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	MUST(sendmsg(to, &message, 0));
}

static int
receive_fd(int from)
{
	char control[CMSG_SPACE(sizeof(int))], byte;
	struct iovec part = { &byte, 1 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1,
	    .msg_control = control, .msg_controllen = sizeof(control) };
	int fd;

	MUST(recvmsg(from, &message, 0));
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	return fd;
}

/* Handed to another process; ARGUMENT: "bound" where it listens later. */
static int
run_rights(struct trap *trap)
{
	bool bound = strcmp(trap_argument(trap, 0, ""), "bound") == 0;
	int pair[2], fd, pid;
	char byte;

	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	pid = MUST(fork());
	if (pid == 0) {
		MUST(close(pair[0]));
		fd = receive_fd(pair[1]);
		MUST(write(pair[1], "x", 1));
		MUST(read(pair[1], &byte, 1));
		trap_say("ready");
		trap_serve(trap_accept(fd), "receiver");
		trap_serve(trap_accept(fd), "receiver");
		_exit(0);
	}
	fd = trap_bound(trap);
	if (!bound)
		MUST(listen(fd, 16));
	send_fd(pair[0], fd);
	MUST(read(pair[0], &byte, 1));
	if (bound)
		MUST(listen(fd, 16));
	MUST(close(fd));
	MUST(write(pair[0], "x", 1));
	trap_wait_child(pid);
	return 0;
}

/* Its memory is nobody else's: prctl(2), PR_SET_DUMPABLE. */
static int
run_hidden(struct trap *trap)
{
	int fd = trap_bound(trap);

	MUST(prctl(PR_SET_DUMPABLE, 0));
	trap_say("listen: %s", trap_result(listen(fd, 16)));
	trap_say("ready");
	trap_serve(trap_accept(fd), "hidden");
	return 0;
}

/* No files, no rights, no descriptors. ARGUMENT: the root, a user id. */
static int
run_jail(struct trap *trap)
{
	int fd, user = trap_number(trap, 1, 65534);

	MUST(chroot(trap_argument(trap, 0, "/")));
	MUST(chdir("/"));
	MUST(setgroups(0, NULL));
	MUST(setresgid((gid_t)user, (gid_t)user, (gid_t)user));
	MUST(setresuid((uid_t)user, (uid_t)user, (uid_t)user));
	MUST(close_range(3, ~0U, 0));
	fd = trap_listening(trap);
	trap_say("descriptor %d", fd);
	trap_say("ready");
	trap_serve(trap_accept(fd), "jail");
	trap_say("close: %s", trap_result(close(fd)));
	fd = trap_listening(trap);
	trap_say("ready");
	trap_serve(trap_accept(fd), "jail");
	return 0;
}

/* A daemon: the first process ends at once, the last one serves on. */
static int
run_daemon(struct trap *trap)
{
	int fd = trap_listening(trap);

	MUST(daemon(1, 1));
	trap_say("daemon %d", getpid());
	for (;;)
		trap_serve(trap_accept(fd), "daemon");
	return 0;
}

const struct trap_mode trap_process_modes[] = {
	{ "daemon", run_daemon },
	{ "exec", run_exec },
	{ "hidden", run_hidden },
	{ "inherited", run_inherited },
	{ "jail", run_jail },
	{ "prefork", run_prefork },
	{ "reuseport", run_reuseport },
	{ "rights", run_rights },
	{ "system", run_system },
	{ "threads", run_threads },
	{ NULL, NULL },
};
