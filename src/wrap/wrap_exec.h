/*
 * wrap_exec.h - an environment for what is executed, with this library in it.
 *
 * Some programs make the environment of what they execute from nothing. No
 * allocation, and nothing that is not safe in a child of vfork(2): the caller
 * has the room on its stack.
 */
#ifndef SALLYPORT_WRAP_WRAP_EXEC_H
#define SALLYPORT_WRAP_WRAP_EXEC_H

#include <limits.h>
#include <stddef.h>

/* Room for LD_PRELOAD with our path and what else was in it. */
#define WRAP_EXEC_PRELOAD_MAX (2 * PATH_MAX)

/*
 * How many pointers wrap_exec_environment would fill, with the last NULL; 0
 * where the environment has the library, and is to be used as it is.
 */
size_t wrap_exec_count(char *const environment[]);

/*
 * Fills `made_r`, of the count that wrap_exec_count has said, and the text of
 * its LD_PRELOAD. 0, or -1 with E2BIG where that would be too long.
 */
int wrap_exec_environment(char *const environment[], char **made_r,
    char preload_r[WRAP_EXEC_PRELOAD_MAX]);

/* Is the path one of the entries of an LD_PRELOAD value (ld.so(8))? */
int wrap_exec_is_listed(const char *value, const char *path);

#endif
