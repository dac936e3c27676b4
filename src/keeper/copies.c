#include "keeper/copies.h"

#include <ctype.h>
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool
is_filtered(const char *pid)
{
	char path[64], line[128];
	int mode = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%.20s/status", pid);
	f = fopen(path, "re");
	if (f == NULL)
		return false;
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "Seccomp: %d", &mode) == 1)
			break;
	fclose(f);
	return mode != 0;
}

static void
mark(ino_t inode, struct copies *sockets, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (sockets[i].inode == inode)
			sockets[i].found = true;
}

static void
look_into(const char *pid, struct copies *sockets, size_t count)
{
	char path[64], target[64];
	struct dirent *entry;
	uintmax_t inode;
	ssize_t n;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%.20s/fd", pid);
	dir = opendir(path);
	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		n = readlinkat(dirfd(dir), entry->d_name, target,
		    sizeof(target) - 1);
		if (n <= 0)
			continue;
		target[n] = '\0';
		if (sscanf(target, "socket:[%ju]", &inode) == 1)
			mark((ino_t)inode, sockets, count);
	}
	closedir(dir);
}

void
copies_look(struct copies *sockets, size_t count)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;

	for (size_t i = 0; i < count; i++)
		sockets[i].found = false;
	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		if (isdigit((unsigned char)entry->d_name[0]) &&
		    is_filtered(entry->d_name))
			look_into(entry->d_name, sockets, count);
	closedir(dir);
	for (size_t i = 0; i < count; i++)
		sockets[i].found &= sockets[i].inode != 0;
}
