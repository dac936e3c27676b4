/*
 * rewrite.h - a file gets new content whole, or keeps the old.
 *
 * The new content is written beside the file, synced, and renamed over it:
 * whoever reads the file, or kills the program, has the old or the new text.
 */
#ifndef SALLYPORT_CMD_REWRITE_H
#define SALLYPORT_CMD_REWRITE_H

#include <stddef.h>

#include "base/compiler.h"

/*
 * Replaces the content of `path`, which was read as old[old_size]. Owner,
 * mode and access list stay; of a symbolic link, what it leads to is
 * replaced. Refused, with nothing changed: what is no regular file or may not
 * be written, what has other hard links, what has changed since it was read.
 * 0, or -1 and reported on standard error in the name of `command`.
 */
MUST_USE int rewrite_file(const char *command, const char *path,
    const char *old, size_t old_size, const char *text, size_t size);

#endif
