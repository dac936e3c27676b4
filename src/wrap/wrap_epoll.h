/*
 * wrap_epoll.h - a descriptor's registrations with epoll(7), moved to what
 * takes its place.
 *
 * The kernel keeps a registration under the open file and the number; with
 * another file at the number it can neither be used nor taken away. So it is
 * taken away before, and made again after. Which there are is asked of the
 * kernel (fdinfo, proc(5)), not remembered.
 */
#ifndef SALLYPORT_WRAP_WRAP_EPOLL_H
#define SALLYPORT_WRAP_WRAP_EPOLL_H

#include <stdbool.h>
#include <stdint.h>

/* Epoll instances of one process that watch one listener. */
#define WRAP_EPOLL_MAX 256

struct wrap_epoll_watch {
	int epoll;
	uint32_t events;
	uint64_t data;
};

struct wrap_epoll {
	unsigned count;
	struct wrap_epoll_watch watches[WRAP_EPOLL_MAX];
};

/* One line of an epoll instance's fdinfo. */
struct wrap_epoll_target {
	int fd;
	uint32_t events;
	uint64_t data, inode;	/* inode 0: an old kernel does not say */
};

/*
 * Takes the registrations of `fd`, the socket with that inode, away. 0, also
 * where there is no /proc to ask; -1 with errno, and all is as it was, where
 * there are too many, or no descriptor is left to ask with.
 */
int wrap_epoll_take(int fd, uint64_t inode, struct wrap_epoll *taken_r);

/* Makes them again, for what `fd` is now. Keeps errno. */
void wrap_epoll_give(int fd, const struct wrap_epoll *taken);

/* Reads such a line; false for others. */
bool wrap_epoll_parse(const char *line, struct wrap_epoll_target *target_r);

#endif
