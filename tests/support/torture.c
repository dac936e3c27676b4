#include "support/torture.h"

#include <stdlib.h>
#include <string.h>

static size_t calls, fail_at;
static bool failed, paused;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
char *__real_strdup(const char *from);
char *__real_strndup(const char *from, size_t most);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
char *__wrap_strdup(const char *from);
char *__wrap_strndup(const char *from, size_t most);

void
torture_arm(size_t nth)
{
	calls = 0;
	fail_at = nth;
	failed = paused = false;
}

void
torture_pause(void)
{
	paused = true;
}

void
torture_resume(void)
{
	paused = false;
}

bool
torture_disarm(void)
{
	fail_at = 0;
	return failed;
}

bool
torture_fails(void)
{
	if (fail_at == 0 || paused || ++calls != fail_at)
		return false;
	return failed = true;
}

void *
__wrap_malloc(size_t size)
{
	return torture_fails() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return torture_fails() ? NULL : __real_calloc(count, size);
}

void *
__wrap_realloc(void *old, size_t size)
{
	return torture_fails() ? NULL : __real_realloc(old, size);
}

void *
__wrap_reallocarray(void *old, size_t count, size_t size)
{
	return torture_fails() ? NULL :
	    __real_reallocarray(old, count, size);
}

char *
__wrap_strdup(const char *from)
{
	return torture_fails() ? NULL : __real_strdup(from);
}

char *
__wrap_strndup(const char *from, size_t most)
{
	return torture_fails() ? NULL : __real_strndup(from, most);
}
