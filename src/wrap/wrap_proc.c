#include "wrap/wrap_proc.h"

#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What getdents64(2) fills in. */
struct entry {
	uint64_t inode;
	int64_t offset;
	unsigned short length;
	unsigned char type;
	char name[];
};

static int
open_at(struct wrap_proc *proc_r, const char *path)
{
	proc_r->at = proc_r->end = 0;
	/* Not open(): that is a place where a thread may be cancelled. */
	proc_r->fd = (int)syscall(SYS_openat, AT_FDCWD, path,
	    O_RDONLY | O_CLOEXEC);
	return proc_r->fd < 0 ? -1 : 0;
}

int
wrap_proc_open(struct wrap_proc *proc_r)
{
	return open_at(proc_r, "/proc/thread-self/fd");
}

/* Writes the number's digits and a zero. */
static void
print_number(char *text, int number)
{
	char digits[12];
	int count = 0;

	do
		digits[count++] = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	while (count > 0)
		*text++ = digits[--count];
	*text = '\0';
}

/* A directory's `.` and `..` are no numbers: -1. */
static int
read_number(const char *text)
{
	int number = 0;

	if (*text < '0' || *text > '9')
		return -1;
	for (; *text >= '0' && *text <= '9'; text++)
		number = number * 10 + (*text - '0');
	return number;
}

int
wrap_proc_next(struct wrap_proc *proc)
{
	const struct entry *entry;
	long got;
	int number;

	for (;;) {
		if (proc->at == proc->end) {
			got = syscall(SYS_getdents64, proc->fd, proc->bytes,
			    sizeof(proc->bytes));
			if (got <= 0)
				return -1;
			proc->at = 0;
			proc->end = (size_t)got;
		}
		entry = (const struct entry *)((const char *)proc->bytes +
		    proc->at);
		proc->at += entry->length;
		number = read_number(entry->name);
		if (number >= 0 && number != proc->fd)
			return number;
	}
}

bool
wrap_proc_is_epoll(const struct wrap_proc *proc, int fd)
{
	static const char epoll[] = "anon_inode:[eventpoll]";
	char name[12], target[sizeof(epoll)];

	print_number(name, fd);
	return syscall(SYS_readlinkat, proc->fd, name, target,
	    sizeof(target)) == sizeof(epoll) - 1 &&
	    memcmp(target, epoll, sizeof(epoll) - 1) == 0;
}

int
wrap_proc_open_info(struct wrap_proc *proc_r, int fd)
{
	char path[48] = "/proc/thread-self/fdinfo/";

	print_number(path + strlen(path), fd);
	return open_at(proc_r, path);
}

bool
wrap_proc_line(struct wrap_proc *proc, char *line_r, size_t size)
{
	const char *bytes = (const char *)proc->bytes;
	size_t length = 0;
	long got;
	char c;

	for (;;) {
		if (proc->at == proc->end) {
			got = syscall(SYS_read, proc->fd, proc->bytes,
			    sizeof(proc->bytes));
			if (got <= 0)
				return false;
			proc->at = 0;
			proc->end = (size_t)got;
		}
		c = bytes[proc->at++];
		if (c == '\n')
			break;
		if (length + 1 < size)
			line_r[length++] = c;
	}
	line_r[length] = '\0';
	return true;
}

void
wrap_proc_close(struct wrap_proc *proc)
{
	(void)syscall(SYS_close, proc->fd);
}
