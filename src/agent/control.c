#include "agent/control.h"

#include <errno.h>
#include <ev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent/registry.h"
#include "base/log.h"

/* Keepers that wait to be accepted. */
#define BACKLOG 64
/* Seconds without accepting after descriptors ran out. */
#define PAUSE 0.5

struct control {
	struct ev_loop *loop;
	struct registry *registry;
	struct sockaddr_un at;
	int fd;
	dev_t device;
	ino_t inode;
	ev_io io;
	ev_timer pause;
};

static void
on_connect(struct ev_loop *loop, ev_io *io, int revents)
{
	struct control *c = io->data;
	int fd = accept4(c->fd, NULL, NULL, SOCK_CLOEXEC);

	(void)revents;
	if (fd >= 0) {
		registry_link(c->registry, fd, NULL, NULL);
	} else if (errno != EAGAIN && errno != EINTR &&
	    errno != ECONNABORTED) {
		log_error("control", "a keeper cannot be accepted: %s",
		    strerror(errno));
		ev_io_stop(loop, io);
		ev_timer_set(&c->pause, PAUSE, 0.);
		ev_timer_start(loop, &c->pause);
	}
}

static void
on_pause_over(struct ev_loop *loop, ev_timer *timer, int revents)
{
	struct control *c = timer->data;

	(void)revents;
	ev_io_start(loop, &c->io);
}

static int
refuse(const struct control *c, const char *why)
{
	log_error("control", "%s: %s", c->at.sun_path, why);
	return -1;
}

/* A socket that nobody answers at is a dead daemon's. */
static int
make_way(const struct control *c)
{
	struct stat st;
	int fd, rc, error;

	if (lstat(c->at.sun_path, &st) < 0)
		return errno == ENOENT ? 0 : refuse(c, strerror(errno));
	if (!S_ISSOCK(st.st_mode))
		return refuse(c, "there is a file that is no socket; remove "
		    "it, or give --control another path");
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return refuse(c, strerror(errno));
	rc = connect(fd, (const struct sockaddr *)&c->at, sizeof(c->at));
	error = errno;
	close(fd);
	if (rc == 0 || error == EAGAIN)
		return refuse(c, "another daemon answers there; stop it, or "
		    "give --control another path");
	if (error == EPROTOTYPE)
		return refuse(c, "there is the socket of another program; "
		    "give --control another path");
	if (error != ECONNREFUSED)
		return refuse(c, strerror(error));
	return unlink(c->at.sun_path) < 0 && errno != ENOENT ?
	    refuse(c, strerror(errno)) : 0;
}

static int
open_socket(struct control *c)
{
	struct stat st;
	mode_t mask;
	int rc;

	c->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	if (c->fd < 0)
		return refuse(c, strerror(errno));
	/* Never open to others, not for an instant. */
	mask = umask(0177);
	rc = bind(c->fd, (const struct sockaddr *)&c->at, sizeof(c->at));
	umask(mask);
	if (rc < 0)
		return refuse(c, errno == ENOENT ? "its directory does not "
		    "exist; make it, of the daemon's user and with mode 0755 "
		    "(systemd: RuntimeDirectory=)" : strerror(errno));
	if (lstat(c->at.sun_path, &st) == 0) {
		c->device = st.st_dev;
		c->inode = st.st_ino;
	}
	return listen(c->fd, BACKLOG) < 0 ? refuse(c, strerror(errno)) : 0;
}

struct control *
control_open(struct ev_loop *loop, const char *path)
{
	struct control *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		log_error("control", "memory is exhausted");
		return NULL;
	}
	c->loop = loop;
	c->fd = -1;
	c->at.sun_family = AF_UNIX;
	ev_init(&c->io, on_connect);
	ev_init(&c->pause, on_pause_over);
	c->io.data = c->pause.data = c;
	if (strlen(path) >= sizeof(c->at.sun_path)) {
		log_error("control", "%s: the path of a socket has at most "
		    "%zu bytes", path, sizeof(c->at.sun_path) - 1);
		control_abandon(&c);
		return NULL;
	}
	strcpy(c->at.sun_path, path);
	if (make_way(c) < 0 || open_socket(c) < 0) {
		control_close(&c);
		return NULL;
	}
	return c;
}

void
control_serve(struct control *c, struct registry *registry)
{
	c->registry = registry;
	ev_io_set(&c->io, c->fd, EV_READ);
	ev_io_start(c->loop, &c->io);
}

void
control_close(struct control **control)
{
	struct control *c = *control;
	struct stat st;

	if (c == NULL)
		return;
	if (c->inode != 0 && lstat(c->at.sun_path, &st) == 0 &&
	    st.st_dev == c->device && st.st_ino == c->inode)
		unlink(c->at.sun_path);
	control_abandon(control);
}

void
control_abandon(struct control **control)
{
	struct control *c = *control;

	if (c == NULL)
		return;
	ev_io_stop(c->loop, &c->io);
	ev_timer_stop(c->loop, &c->pause);
	if (c->fd >= 0)
		close(c->fd);
	free(c);
	*control = NULL;
}
