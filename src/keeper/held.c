#include "keeper/held.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/sock.h"
#include "keeper/guard.h"
#include "keeper/twin.h"
#include "keeper/unit.h"
#include "wrap/wrap_name.h"

/* Tries of a random name; one is all but certain to do. */
#define NAME_TRIES 4

/* Shared memory communications fall back to TCP where the peer has none. */
#ifndef AF_SMC
#define AF_SMC 43
#endif

bool
held_is_tcp(int fd)
{
	int domain = sock_option(fd, SO_DOMAIN);

	return (domain == AF_INET || domain == AF_INET6 ||
	    domain == AF_SMC) && sock_option(fd, SO_TYPE) == SOCK_STREAM &&
	    sock_option(fd, SO_PROTOCOL) != IPPROTO_SCTP;
}

bool
held_listens(int fd)
{
	return sock_option(fd, SO_ACCEPTCONN) == 1;
}

static int
read_uid(pid_t pid, uid_t *uid_r)
{
	char path[64], line[128];
	int rc = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	if (f == NULL)
		return -1;
	/* Real, then effective: this one is what the process may do. */
	while (rc < 0 && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "Uid: %*u %u", uid_r) == 1)
			rc = 0;
	fclose(f);
	return rc;
}

static int
read_user(pid_t pid, struct link_message *message)
{
	struct passwd *pw;
	uid_t uid;

	if (read_uid(pid, &uid) < 0)
		return -1;
	errno = 0;
	pw = getpwuid(uid);
	if (pw != NULL)
		snprintf(message->user, sizeof(message->user), "%s",
		    pw->pw_name);
	/* getpwuid(3): what it may say of a user that there is not. */
	return pw != NULL || errno == 0 || errno == ENOENT ||
	    errno == ESRCH || errno == EBADF || errno == EPERM ? 0 : -1;
}

static int
read_name(pid_t pid, struct link_message *message)
{
	char path[64];
	int rc = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	f = fopen(path, "re");
	if (f == NULL)
		return -1;
	if (fgets(message->job, sizeof(message->job), f) == NULL)
		rc = -1;
	message->job[strcspn(message->job, "\n")] = '\0';
	fclose(f);
	return rc;
}

int
held_describe(pid_t pid, struct link_message *message)
{
	message->user[0] = message->job[0] = '\0';
	return read_user(pid, message) < 0 || read_name(pid, message) < 0 ||
	    unit_read(pid, message->unit, sizeof(message->unit)) < 0 ? -1 : 0;
}

static int
name_channel(struct held *held)
{
	struct wrap_name name = { .kind = WRAP_NAME_LISTENER,
		.local = held->offer.local };
	struct sockaddr_un un;
	socklen_t length;

	for (int i = 0; i < NAME_TRIES; i++) {
		if (getrandom(&name.id, sizeof(name.id), 0) !=
		    (ssize_t)sizeof(name.id))
			return -1;
		length = wrap_name_write(&name, &un);
		if (bind(held->service, (struct sockaddr *)&un, length) == 0) {
			held->offer.id = name.id;
			return 0;
		}
	}
	return -1;
}

/* Takes the listener over, also when it fails. */
static struct held *
hold(int listener, int original, const struct link_message *offer)
{
	struct held *held = calloc(1, sizeof(*held));
	int ends[2] = { -1, -1 }, saved;
	socklen_t length = sizeof(held->offer.local);
	struct stat st;

	if (held == NULL) {
		if (listener >= 0)
			close(listener);
		return NULL;
	}
	held->offer = *offer;
	held->offer.kind = LINK_OFFER;
	held->cookie = guard_cookie(original);
	held->inode = fstat(original, &st) == 0 ? st.st_ino : 0;
	held->listener = listener;
	held->channel = held->service = -1;
	if (listener >= 0 && getsockname(listener,
	    (struct sockaddr *)&held->offer.local, &length) == 0 &&
	    twin_channel(original, ends) == 0) {
		held->channel = ends[0];
		held->service = ends[1];
		if (name_channel(held) == 0)
			return held;
	}
	saved = errno;
	held_free(&held);
	errno = saved;
	return NULL;
}

struct held *
held_new(int original, int backlog, const struct link_message *like)
{
	struct link_message offer = { .backlog = backlog < 1 ? 1 :
		(uint32_t)backlog };

	memcpy(offer.user, like->user, sizeof(offer.user));
	memcpy(offer.job, like->job, sizeof(offer.job));
	memcpy(offer.unit, like->unit, sizeof(offer.unit));
	return hold(held_listens(original) ?
	    fcntl(original, F_DUPFD_CLOEXEC, 0) :
	    twin_listen(original, backlog), original, &offer);
}

struct held *
held_beside(const struct held *held, int original)
{
	struct held *beside = hold(fcntl(held->listener, F_DUPFD_CLOEXEC, 0),
	    original, &held->offer);

	if (beside != NULL) {
		beside->cookie = held->cookie;
		beside->inode = held->inode;
	}
	return beside;
}

struct held *
held_alone(const struct held *held)
{
	struct held *alone = calloc(1, sizeof(*alone));

	if (alone == NULL)
		return NULL;
	alone->keeper = held->keeper;
	alone->offer = held->offer;
	alone->cookie = held->cookie;
	alone->inode = held->inode;
	alone->channel = alone->service = -1;
	alone->listener = fcntl(held->listener, F_DUPFD_CLOEXEC, 0);
	if (alone->listener < 0)
		held_free(&alone);
	return alone;
}

bool
held_is_alone(const struct held *held)
{
	return held->channel < 0 && !held->dropping;
}

int
held_service_end(const struct held *held)
{
	struct wrap_name name;
	int fd;

	if (held->home_pid == 0)
		return -1;
	fd = guard_fetch(held->home_pid, held->home_number);
	if (fd < 0)
		return -1;
	if (wrap_name_of(fd, &name) && name.kind == WRAP_NAME_LISTENER &&
	    name.id == held->offer.id)
		return fd;
	close(fd);
	return -1;
}

bool
held_is_left(const struct held *held)
{
	struct pollfd fd = { .fd = held->channel };

	return held->service < 0 && held->channel >= 0 &&
	    poll(&fd, 1, 0) == 1 && (fd.revents & POLLHUP) != 0;
}

static void
close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void
held_close(struct held *held)
{
	close_one(&held->listener);
	close_one(&held->channel);
	close_one(&held->service);
}

void
held_free(struct held **held)
{
	if (*held == NULL)
		return;
	held_close(*held);
	free(*held);
	*held = NULL;
}
