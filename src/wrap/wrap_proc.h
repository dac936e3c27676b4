/*
 * wrap_proc.h - reads /proc without memory of its own (proc(5)).
 *
 * Of the calling thread, for a thread may have descriptors of its own, and a
 * process may outlive its first thread.
 */
#ifndef SALLYPORT_WRAP_WRAP_PROC_H
#define SALLYPORT_WRAP_WRAP_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wrap_proc {
	int fd;
	size_t at, end;			/* what of `bytes` is unread */
	uint64_t bytes[256];		/* aligned as directory entries are */
};

/* Opens the list of this thread's descriptors. 0, or -1 with errno. */
int wrap_proc_open(struct wrap_proc *proc_r);

/* The next descriptor, not the list's own; -1 after the last. */
int wrap_proc_next(struct wrap_proc *proc);

/* Is it an epoll instance? */
bool wrap_proc_is_epoll(const struct wrap_proc *proc, int fd);

/* Opens what the kernel tells of a descriptor. 0, or -1 with errno. */
int wrap_proc_open_info(struct wrap_proc *proc_r, int fd);

/* The next line of it, without its end and cut to `size`; false at the end. */
bool wrap_proc_line(struct wrap_proc *proc, char *line_r, size_t size);

/* Closes either. */
void wrap_proc_close(struct wrap_proc *proc);

#endif
