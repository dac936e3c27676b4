#include "keeper/unit.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the kernel writes first of a line, up to the path. */
#define SYSTEMD	":name=systemd:"
#define V2	"0::"

static bool
ends_in(const char *name, size_t length, const char *ending)
{
	size_t n = strlen(ending);

	return length > n && memcmp(name + length - n, ending, n) == 0;
}

/* The path in a line, or NULL where the line is of another kind. */
static const char *
path_of(const char *line, size_t length, const char *kind)
{
	const char *colon = memchr(line, ':', length);
	size_t n = strlen(kind), skip;

	if (strcmp(kind, V2) == 0)
		colon = line;
	if (colon == NULL)
		return NULL;
	skip = (size_t)(colon - line) + n;
	return skip <= length && memcmp(colon, kind, n) == 0 ? line + skip :
	    NULL;
}

static const char *
find_path(const char *text, const char *kind, size_t *length_r)
{
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");
		const char *path = path_of(text, length, kind);

		if (path != NULL) {
			*length_r = (size_t)(text + length - path);
			return path;
		}
		text += length + (text[length] == '\n');
	}
	return NULL;
}

void
unit_parse(const char *text, char *buf, size_t size)
{
	size_t left = 0, length;
	const char *name = find_path(text, SYSTEMD, &left), *end;

	if (name == NULL)
		name = find_path(text, V2, &left);
	buf[0] = '\0';
	if (name == NULL || left == 0 || *name != '/')
		return;
	for (end = name + left; name < end; name += length) {
		name++;			/* a '/' */
		length = strcspn(name, "/\n");
		if (ends_in(name, length, ".scope"))
			return;
		if (!ends_in(name, length, ".service"))
			continue;
		/* systemd puts a '_' before what the kernel would mistake. */
		if (*name == '_') {
			name++;
			length--;
		}
		if (length < size) {
			memcpy(buf, name, length);
			buf[length] = '\0';
		}
		return;
	}
}

int
unit_read(pid_t pid, char *buf, size_t size)
{
	char path[64], *text = NULL;
	size_t room = 0;
	ssize_t n;
	int saved;
	FILE *f;

	buf[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)pid);
	f = fopen(path, "re");
	if (f == NULL)		/* a kernel without control groups has none */
		return errno == ENOENT ? 0 : -1;
	errno = 0;
	n = getdelim(&text, &room, '\0', f);
	saved = errno;
	if (n > 0)
		unit_parse(text, buf, size);
	free(text);
	fclose(f);
	errno = saved;
	return n < 0 && saved != 0 ? -1 : 0;
}
