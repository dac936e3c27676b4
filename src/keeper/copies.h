/*
 * copies.h - does a wrapped service still have these sockets open?
 */
#ifndef SALLYPORT_KEEPER_COPIES_H
#define SALLYPORT_KEEPER_COPIES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct copies {
	ino_t inode;		/* of a socket; 0: none, and not found */
	bool found;
};

/*
 * Looks for all of sockets[count] at once, through the descriptors of every
 * process that has a seccomp filter, as those of a wrapped service have, and
 * that we may look at (proc(5), /proc/PID/fd). A copy that travels between
 * processes just now is not seen.
 */
void copies_look(struct copies *sockets, size_t count);

#endif
