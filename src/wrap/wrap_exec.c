#include "wrap/wrap_exec.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

static const char variable[] = "LD_PRELOAD=";

/* Where this library is; empty: unknown, and then nothing can be added. */
static char library[PATH_MAX];

__attribute__((constructor)) static void
find_library(void)
{
	Dl_info info;
	size_t length;

	if (dladdr(library, &info) == 0 || info.dli_fname == NULL)
		return;
	length = strlen(info.dli_fname);
	if (length < sizeof(library))
		memcpy(library, info.dli_fname, length + 1);
}

int
wrap_exec_is_listed(const char *value, const char *path)
{
	size_t length = strlen(path), span;

	while (*value != '\0') {
		span = strcspn(value, " :");
		if (span == length && memcmp(value, path, length) == 0)
			return 1;
		value += span;
		value += strspn(value, " :");
	}
	return 0;
}

static int
is_preload(const char *entry)
{
	return strncmp(entry, variable, sizeof(variable) - 1) == 0;
}

/* The value that the dynamic linker goes by, if there are several: the last. */
static const char *
preload_of(char *const environment[])
{
	const char *value = "";

	for (size_t i = 0; environment != NULL && environment[i] != NULL; i++)
		if (is_preload(environment[i]))
			value = environment[i] + sizeof(variable) - 1;
	return value;
}

size_t
wrap_exec_count(char *const environment[])
{
	size_t count = 0;

	if (library[0] == '\0' ||
	    wrap_exec_is_listed(preload_of(environment), library))
		return 0;
	while (environment != NULL && environment[count] != NULL)
		count++;
	return count + 2;
}

int
wrap_exec_environment(char *const environment[], char **made_r,
    char preload_r[WRAP_EXEC_PRELOAD_MAX])
{
	const char *others = preload_of(environment);
	size_t ours = strlen(library), theirs = strlen(others), count = 0;
	char *at = preload_r;

	if (sizeof(variable) + ours + 1 + theirs > WRAP_EXEC_PRELOAD_MAX) {
		errno = E2BIG;
		return -1;
	}
	at = (char *)memcpy(at, variable, sizeof(variable) - 1) +
	    sizeof(variable) - 1;
	at = (char *)memcpy(at, library, ours) + ours;
	if (theirs > 0)
		*at++ = ':';
	memcpy(at, others, theirs + 1);
	for (size_t i = 0; environment != NULL && environment[i] != NULL; i++)
		if (!is_preload(environment[i]))
			made_r[count++] = environment[i];
	made_r[count++] = preload_r;
	made_r[count] = NULL;
	return 0;
}
