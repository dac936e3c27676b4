#include "agent/sandbox.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int
sandbox_find_user(const char *name, struct sandbox_user *out_r)
{
	struct passwd *pw;

	pw = getpwnam(name);
	if (pw == NULL)
		return -1;
	out_r->uid = pw->pw_uid;
	out_r->gid = pw->pw_gid;
	out_r->group_count = SANDBOX_GROUPS_MAX;
	return getgrouplist(name, pw->pw_gid, out_r->groups,
	    &out_r->group_count) < 0 ? -1 : 0;
}

void
sandbox_hide_memory(void)
{
	struct rlimit none = { 0, 0 };

	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)setrlimit(RLIMIT_CORE, &none);
}

/* Those that systemd's AmbientCapabilities gave to open ports, say. */
static int
drop_capabilities(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {
		{ 0 },
	};

	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	return (int)syscall(SYS_capset, &header, none);
}

int
sandbox_enter(const struct sandbox_user *user)
{
	if (user != NULL && (getuid() != user->uid || getgid() != user->gid)) {
		if (setgroups((size_t)user->group_count, user->groups) < 0 ||
		    setresgid(user->gid, user->gid, user->gid) < 0 ||
		    setresuid(user->uid, user->uid, user->uid) < 0)
			return -1;
		/* Proved, not believed: there must be no way back. */
		if (user->uid != 0 && setuid(0) == 0) {
			errno = EPERM;
			return -1;
		}
	}
	/* Root without --user stays what it is, and is warned about. */
	if (getuid() != 0 && drop_capabilities() < 0)
		return -1;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	sandbox_hide_memory();
	return 0;
}
