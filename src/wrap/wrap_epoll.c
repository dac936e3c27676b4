#include "wrap/wrap_epoll.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "wrap/wrap_proc.h"

/* Longer than any line of numbers. */
#define LINE_MAX_LENGTH 160

static int
digit(char c, unsigned base)
{
	int value = c >= '0' && c <= '9' ? c - '0' :
	    c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;

	return value < (int)base ? value : -1;
}

/* The number after "label", which stands after a blank or first. */
static bool
read_field(const char *line, const char *label, unsigned base,
    uint64_t *value_r)
{
	const char *at = strstr(line, label);
	uint64_t value = 0;
	int d;

	if (at == NULL || (at != line && at[-1] != ' '))
		return false;
	for (at += strlen(label); *at == ' '; at++)
		;
	if (digit(*at, base) < 0)
		return false;
	for (; (d = digit(*at, base)) >= 0; at++)
		value = value * base + (unsigned)d;
	*value_r = value;
	return true;
}

bool
wrap_epoll_parse(const char *line, struct wrap_epoll_target *target_r)
{
	uint64_t fd, events, data, inode;

	if (strncmp(line, "tfd:", 4) != 0 ||
	    !read_field(line, "tfd:", 10, &fd) || fd > INT32_MAX ||
	    !read_field(line, "events:", 16, &events) ||
	    events > UINT32_MAX || !read_field(line, "data:", 16, &data))
		return false;
	if (!read_field(line, "ino:", 16, &inode))
		inode = 0;
	*target_r = (struct wrap_epoll_target){ (int)fd, (uint32_t)events,
		data, inode };
	return true;
}

static int
control(int epoll, int operation, int fd, uint32_t events, uint64_t data)
{
	struct epoll_event event = { .events = events, .data.u64 = data };

	return (int)syscall(SYS_epoll_ctl, epoll, operation, fd, &event);
}

/* One instance can be open under several numbers: the second finds nothing,
 * as does the slower of two threads. */
static int
take_from(int epoll, int fd, uint64_t inode, struct wrap_epoll *taken)
{
	struct wrap_proc info;
	struct wrap_epoll_target target;
	char line[LINE_MAX_LENGTH];
	int rc = 0;

	if (wrap_proc_open_info(&info, epoll) < 0)
		return errno == EMFILE || errno == ENFILE ? -1 : 0;
	while (rc == 0 && wrap_proc_line(&info, line, sizeof(line))) {
		if (!wrap_epoll_parse(line, &target) || target.fd != fd ||
		    (target.inode != 0 && target.inode != inode))
			continue;
		if (taken->count == WRAP_EPOLL_MAX) {
			errno = ENOBUFS;
			rc = -1;
		} else if (control(epoll, EPOLL_CTL_DEL, fd, 0, 0) == 0) {
			taken->watches[taken->count++] =
			    (struct wrap_epoll_watch){ epoll, target.events,
				target.data };
		}
	}
	wrap_proc_close(&info);
	return rc;
}

int
wrap_epoll_take(int fd, uint64_t inode, struct wrap_epoll *taken_r)
{
	struct wrap_proc all;
	int number, rc = 0, saved = errno;

	taken_r->count = 0;
	if (wrap_proc_open(&all) < 0) {
		if (errno == EMFILE || errno == ENFILE)
			return -1;
		errno = saved;
		return 0;
	}
	while (rc == 0 && (number = wrap_proc_next(&all)) >= 0)
		if (wrap_proc_is_epoll(&all, number))
			rc = take_from(number, fd, inode, taken_r);
	if (rc == 0)
		errno = saved;
	else
		wrap_epoll_give(fd, taken_r);
	wrap_proc_close(&all);
	return rc;
}

void
wrap_epoll_give(int fd, const struct wrap_epoll *taken)
{
	int saved = errno;

	for (unsigned i = 0; i < taken->count; i++)
		(void)control(taken->watches[i].epoll, EPOLL_CTL_ADD, fd,
		    taken->watches[i].events, taken->watches[i].data);
	errno = saved;
}
