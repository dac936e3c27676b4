/*
 * wrap_end.h - tells the end of a connection from its being cut off.
 *
 * TCP has two ends: the peer has finished (read(2) says 0), or the connection
 * was reset (ECONNRESET). An AF_UNIX socket says 0 to both, so that half a
 * request would pass for a whole one. The agent closes its end of an orderly
 * connection only when both sides have finished, and gives it a name then
 * (WRAP_NAME_FINISHED); any other close, be it the agent's death, is a reset.
 */
#ifndef SALLYPORT_WRAP_WRAP_END_H
#define SALLYPORT_WRAP_WRAP_END_H

#include <sys/types.h>

/*
 * What a read from `fd` returns that returned 0 though bytes were asked for:
 * 0, or -1 with ECONNRESET. Keeps errno with 0. Costs one system call where
 * the descriptor is none of ours.
 */
ssize_t wrap_end_of(int fd);

/*
 * The program has itself shut down a direction of a connection. From now on
 * the end is an end to it: its socket hangs up as soon as both directions
 * are shut down, which tells nothing of the peer any more. Keeps errno.
 */
void wrap_end_mark(int fd);

#endif
