#include "keeper/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/pass.h"

/* linux/pidfd.h of Linux 6.9; O_EXCL, refused by older kernels. */
#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL
#endif

/* i386's one number for all socket calls (linux/net.h: 4 is listen). */
#define I386_SOCKETCALL 102

static int
fill(scmp_filter_ctx filter)
{
#if defined(__x86_64__)
	/* A 64-bit kernel runs the other kinds of program, too. */
	if (seccomp_arch_add(filter, SCMP_ARCH_X86) < 0 ||
	    seccomp_arch_add(filter, SCMP_ARCH_X32) < 0)
		return -1;
#elif defined(__aarch64__)
	if (seccomp_arch_add(filter, SCMP_ARCH_ARM) < 0)
		return -1;
#endif
	/*
	 * The kernel's own errno is wanted; and the mitigation would slow all
	 * of the service's system calls.
	 */
	if (seccomp_attr_set(filter, SCMP_FLTATR_API_SYSRAWRC, 1) < 0 ||
	    seccomp_attr_set(filter, SCMP_FLTATR_CTL_SSB, 1) < 0 ||
	    seccomp_rule_add(filter, SCMP_ACT_NOTIFY, SCMP_SYS(listen),
	    0) < 0 ||
	    seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS),
	    SCMP_SYS(io_uring_setup), 0) < 0 ||
	    /* A ring may have been inherited. */
	    seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS),
	    SCMP_SYS(io_uring_enter), 0) < 0 ||
	    seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS),
	    SCMP_SYS(io_uring_register), 0) < 0)
		return -1;
	return 0;
}

bool
guard_is_around(void)
{
	/* A keeper says whether it let go of anything; the kernel, EBADF. */
	return syscall(SYS_listen, -1, 0, WRAP_CALL_MAGIC, WRAP_CALL_SETTLE,
	    0, 0) == 0 || errno != EBADF;
}

int
guard_enter(int keeper)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int fd, rc = -1, error;

	errno = ENOMEM;
	if (filter == NULL || fill(filter) < 0) {
		seccomp_release(filter);
		return -1;
	}
	error = seccomp_load(filter);	/* sets no_new_privs, too */
	fd = error == 0 ? seccomp_notify_fd(filter) : -1;
	if (fd >= 0) {
		rc = pass_send(keeper, "g", 1, &fd, 1, 0);
		error = -errno;
		close(fd);
	}
	seccomp_release(filter);
	errno = -error;
	return rc;
}

int
guard_accept(int service, void *other, size_t size)
{
	int fds[PASS_MAX];

	if (pass_receive(service, other, size, fds) < 0)
		return -1;
	errno = EPIPE;
	return fds[0];
}

static FILE *
open_status(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	return fopen(path, "re");
}

/* A thread's process: what pidfds of older kernels are of. */
static pid_t
process_of(pid_t thread)
{
	FILE *f = open_status(thread);
	pid_t found = thread;
	char line[128];

	if (f == NULL)
		return thread;
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "Tgid: %d", &found) == 1)
			break;
	fclose(f);
	return found;
}

/* Who it acts as: the effective ones. */
struct rights {
	uid_t uid;
	gid_t gid;
	unsigned long long capabilities;
};

static int
read_rights(pid_t pid, struct rights *rights_r)
{
	FILE *f = open_status(pid);
	char line[128];
	int found = 0;

	if (f == NULL)
		return -1;
	while (found < 3 && fgets(line, sizeof(line), f) != NULL)
		found += sscanf(line, "Uid: %*u %u", &rights_r->uid) == 1 ||
		    sscanf(line, "Gid: %*u %u", &rights_r->gid) == 1 ||
		    sscanf(line, "CapEff: %llx",
		    &rights_r->capabilities) == 1;
	fclose(f);
	errno = EACCES;
	return found == 3 ? 0 : -1;
}

/* Capabilities are worth what their user namespace is. */
static ino_t
user_namespace(pid_t pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)pid);
	return stat(path, &st) < 0 ? 0 : st.st_ino;
}

bool
guard_is_equal(pid_t pid)
{
	struct rights theirs, ours;
	ino_t space = user_namespace(pid);

	return space != 0 && space == user_namespace(getpid()) &&
	    read_rights(pid, &theirs) == 0 &&
	    read_rights(getpid(), &ours) == 0 && theirs.uid == ours.uid &&
	    theirs.gid == ours.gid &&
	    theirs.capabilities == ours.capabilities;
}

static int
fetch_by(int pidfd, int number)
{
	int fd, saved;

	if (pidfd < 0)
		return -1;
	fd = (int)syscall(SYS_pidfd_getfd, pidfd, number, 0);
	saved = errno;
	close(pidfd);
	errno = saved;
	return fd;
}

int
guard_fetch(pid_t pid, int number)
{
	return fetch_by((int)syscall(SYS_pidfd_open, pid, 0), number);
}

/* Of the calling thread, which may have descriptors of its own. */
static int
fetch_from_thread(pid_t thread, pid_t process, int number)
{
	int pidfd = (int)syscall(SYS_pidfd_open, thread, PIDFD_THREAD);

	if (pidfd < 0)
		return guard_fetch(process, number);
	return fetch_by(pidfd, number);
}

static bool
is_socketcall(const struct seccomp_data *data)
{
#if defined(__x86_64__)
	return data->arch == SCMP_ARCH_X86 && data->nr == I386_SOCKETCALL;
#else
	(void)data;
	return false;
#endif
}

static void
read_call(const struct seccomp_notif *notif, struct guard_call *call_r)
{
	const struct seccomp_data *data = &notif->data;
	uint64_t call = data->args[3];

	*call_r = (struct guard_call){
		.id = notif->id,
		.pid = process_of((pid_t)notif->pid),
		.number = (int)data->args[0],
		.socket = -1,
		.error = is_socketcall(data) ? ENOSYS : 0,
		.value = (int)data->args[1],
	};
	if (data->arch == seccomp_arch_native() &&
	    data->args[2] == WRAP_CALL_MAGIC) {
		call_r->ours = true;
		call_r->cloexec = (call & WRAP_CALL_CLOEXEC) != 0;
		call_r->call = (enum wrap_call)(call & 0xff);
		call_r->where = data->args[4];
	}
}

int
guard_receive(int guard, struct guard_call *call_r)
{
	struct seccomp_notif *notif = NULL;
	struct seccomp_notif_resp *response = NULL;
	int rc = -1;

	errno = ENOMEM;
	if (seccomp_notify_alloc(&notif, &response) != 0)
		return -1;
	rc = seccomp_notify_receive(guard, notif);
	if (rc != 0) {
		rc = errno == ENOENT || errno == EINTR ? 0 : -1;
	} else {
		read_call(notif, call_r);
		if (call_r->error == 0) {
			call_r->socket = fetch_from_thread(
			    (pid_t)notif->pid, call_r->pid, call_r->number);
			call_r->error = call_r->socket < 0 ? errno : 0;
			call_r->cookie = guard_cookie(call_r->socket);
		}
		/* The number may have gone to another process meanwhile. */
		rc = guard_waits(guard, call_r->id);
		if (rc == 0 && call_r->socket >= 0)
			close(call_r->socket);
	}
	seccomp_notify_free(notif, response);
	return rc;
}

bool
guard_waits(int guard, uint64_t id)
{
	return seccomp_notify_id_valid(guard, id) == 0;
}

void
guard_answer(int guard, uint64_t id, int value, int error)
{
	struct seccomp_notif *notif = NULL;
	struct seccomp_notif_resp *response = NULL;

	if (seccomp_notify_alloc(&notif, &response) != 0)
		return;
	response->id = id;
	response->val = error != 0 ? 0 : value;
	response->error = -error;
	/* It fails where the caller is gone, and then nothing is owed. */
	(void)seccomp_notify_respond(guard, response);
	seccomp_notify_free(notif, response);
}

/* In a child, for who has given rights up does not get them back. */
static int
listen_as(uid_t uid, gid_t gid, int socket, int backlog)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(setresgid(gid, gid, gid) < 0 ||
		    setresuid(uid, uid, uid) < 0 ||
		    listen(socket, backlog) < 0 ? errno : 0);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	errno = WIFEXITED(status) ? WEXITSTATUS(status) : EACCES;
	return errno == 0 ? 0 : -1;
}

int
guard_listen(const struct guard_call *call)
{
	struct rights caller;

	if (read_rights(call->pid, &caller) < 0)
		return -1;
	if (caller.uid == geteuid() && caller.gid == getegid())
		return listen(call->socket, call->value);
	return listen_as(caller.uid, caller.gid, call->socket, call->value);
}

uint64_t
guard_cookie(int fd)
{
	uint64_t cookie = 0;
	socklen_t length = sizeof(cookie);

	return getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &length) < 0 ?
	    0 : cookie;
}

/* Another thread may have closed it, and opened something else. */
static bool
is_unchanged(const struct guard_call *call)
{
	int fd = guard_fetch(call->pid, call->number);
	bool same = fd >= 0 && guard_cookie(fd) == call->cookie;

	if (fd >= 0)
		close(fd);
	return same;
}

int
guard_replace(int guard, const struct guard_call *call, int fd)
{
	struct seccomp_notif_addfd add = {
		.id = call->id,
		.flags = SECCOMP_ADDFD_FLAG_SETFD,
		.srcfd = (uint32_t)fd,
		.newfd = (uint32_t)call->number,
		.newfd_flags = call->cloexec ? O_CLOEXEC : 0,
	};

	errno = EBADF;
	return is_unchanged(call) &&
	    ioctl(guard, SECCOMP_IOCTL_NOTIF_ADDFD, &add) >= 0 ? 0 : -1;
}
