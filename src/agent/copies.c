#include "agent/copies.h"

#include <ctype.h>
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool
has_copy(const char *pid, const char *wanted)
{
	char path[64], target[64];
	struct dirent *entry;
	bool found = false;
	ssize_t n;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%.20s/fd", pid);
	dir = opendir(path);
	if (dir == NULL)
		return false;
	while (!found && (entry = readdir(dir)) != NULL) {
		n = readlinkat(dirfd(dir), entry->d_name, target,
		    sizeof(target) - 1);
		if (n <= 0)
			continue;
		target[n] = '\0';
		found = strcmp(target, wanted) == 0;
	}
	closedir(dir);
	return found;
}

bool
copies_exist(ino_t socket)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	bool found = false;
	char wanted[64];

	if (dir == NULL)
		return false;
	snprintf(wanted, sizeof(wanted), "socket:[%ju]", (uintmax_t)socket);
	while (!found && (entry = readdir(dir)) != NULL)
		found = isdigit((unsigned char)entry->d_name[0]) &&
		    atoi(entry->d_name) != getpid() &&
		    has_copy(entry->d_name, wanted);
	closedir(dir);
	return found;
}
