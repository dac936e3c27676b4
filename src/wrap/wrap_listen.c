#include "wrap/wrap_listen.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "wrap/wrap_clear.h"
#include "wrap/wrap_epoll.h"
#include "wrap/wrap_name.h"
#include "wrap/wrap_option.h"
#include "wrap/wrap_proc.h"
#include "wrap/wrap_real.h"
#include "wrap/wrap_socket.h"

/* Of an open file (fcntl(2)): its flags, and who is told by a signal. */
struct manner {
	struct f_owner_ex owner;
	int signal, flags;
};

static void
read_manner(int fd, struct manner *manner_r)
{
	int flags = fcntl(fd, F_GETFL);

	*manner_r = (struct manner){ .signal = fcntl(fd, F_GETSIG),
		.flags = flags < 0 ? 0 : flags & (O_ASYNC | O_NONBLOCK) };
	if (fcntl(fd, F_GETOWN_EX, &manner_r->owner) < 0)
		manner_r->owner.pid = 0;
}

/* Only adds: a channel that is there already has others' wishes, too. */
static void
write_manner(int fd, const struct manner *manner)
{
	if (manner->signal > 0)
		(void)fcntl(fd, F_SETSIG, manner->signal);
	if (manner->owner.pid != 0)
		(void)fcntl(fd, F_SETOWN_EX, &manner->owner);
	if (manner->flags != 0)
		(void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | manner->flags);
}

int
wrap_listen_call(int fd, int value, enum wrap_call call, uint64_t where)
{
	long rc;

	do
		rc = syscall(SYS_listen, fd, value, WRAP_CALL_MAGIC,
		    (long)call, where, 0);
	while (rc < 0 && errno == EINTR);
	return (int)rc;
}

static bool
is_channel(int fd, struct wrap_name *name_r)
{
	return wrap_name_of(fd, name_r) &&
	    name_r->kind == WRAP_NAME_LISTENER;
}

/*
 * Another number of the socket that `channel` was: a copy of it, too. The
 * room for its registrations is lent, for stacks may be small.
 */
static void
move_copy(int copy, uint64_t inode, int channel, struct wrap_epoll *watches)
{
	int flags = fcntl(copy, F_GETFD);

	/* Where it cannot be moved, accept adopts it, or fails. */
	if (flags < 0 || wrap_epoll_take(copy, inode, watches) < 0)
		return;
	/* That took its time, and another thread may have closed it. */
	if (wrap_socket_inode(copy) == inode)
		(void)dup3(channel, copy,
		    (flags & FD_CLOEXEC) != 0 ? O_CLOEXEC : 0);
	wrap_epoll_give(copy, watches);
}

static void
move_copies(uint64_t inode, uint64_t cookie, int channel,
    struct wrap_epoll *watches)
{
	struct wrap_proc all;
	int number;

	if (inode == 0 || wrap_proc_open(&all) < 0)
		return;
	while ((number = wrap_proc_next(&all)) >= 0)
		if (wrap_socket_inode(number) == inode &&
		    wrap_socket_cookie(number) == cookie)
			move_copy(number, inode, channel, watches);
	wrap_proc_close(&all);
}

/* Asks the keeper with `call`, which may put a channel in the place of fd. */
static int
convert(int fd, int value, enum wrap_call call)
{
	uint64_t inode = wrap_socket_inode(fd), cookie =
	    wrap_socket_cookie(fd);
	int flags = fcntl(fd, F_GETFD), rc, saved = errno;
	struct wrap_epoll watches;
	struct wrap_option_noted options;
	struct manner manner;
	struct wrap_name name;

	if (wrap_epoll_take(fd, inode, &watches) < 0)
		return -1;
	read_manner(fd, &manner);
	wrap_option_note(fd, &options);
	if (flags > 0 && (flags & FD_CLOEXEC) != 0)
		call |= WRAP_CALL_CLOEXEC;
	rc = wrap_listen_call(fd, value, call, 0);
	wrap_epoll_give(fd, &watches);
	if (rc < 0)
		return -1;
	if (is_channel(fd, &name)) {
		wrap_option_keep(name.id, &options);
		write_manner(fd, &manner);
		move_copies(inode, cookie, fd, &watches);
	} else if (wrap_socket_option(fd, SO_ACCEPTCONN) == 1) {
		wrap_clear_add(wrap_socket_cookie(fd));
	}
	errno = saved;
	return rc;
}

int
wrap_listen_on(int fd, int backlog)
{
	struct wrap_name name;

	if (wrap_socket_is_tcp(fd))
		return convert(fd, backlog, WRAP_CALL_LISTEN);
	if (is_channel(fd, &name))
		return wrap_listen_call(fd, backlog, WRAP_CALL_LISTEN, 0);
	return WRAP_REAL(listen)(fd, backlog);
}

int
wrap_listen_adopt(int fd)
{
	return convert(fd, 0, WRAP_CALL_ADOPT);
}
