/*
 * sandbox.h - what a process of the daemon gives up before it meets clients.
 */
#ifndef SALLYPORT_AGENT_SANDBOX_H
#define SALLYPORT_AGENT_SANDBOX_H

#include <sys/types.h>

#include "base/compiler.h"

#define SANDBOX_GROUPS_MAX 64

struct sandbox_user {
	uid_t uid;
	gid_t gid;
	gid_t groups[SANDBOX_GROUPS_MAX];
	int group_count;
};

/*
 * Looks a user and its groups up by name, so that no forked process has to
 * ask a directory that may be slow. 0, or -1 where there is none, or one of
 * more than SANDBOX_GROUPS_MAX groups.
 */
MUST_USE int sandbox_find_user(const char *name, struct sandbox_user *out_r);

/* No core dump and no debugger may read the keys this process holds. */
void sandbox_hide_memory(void);

/*
 * Becomes `user` for good (NULL: stays who it is) and gives up the right to
 * gain any; hides memory. 0, or -1 with errno.
 */
MUST_USE int sandbox_enter(const struct sandbox_user *user);

#endif
