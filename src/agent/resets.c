#include "agent/resets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PLACES 4096
#define SIZE (PLACES * sizeof(_Atomic uint64_t))

struct resets {
	unsigned references;
	int fd;				/* -1: not ours to pass on */
	_Atomic uint64_t *places;	/* 0: free */
};

static struct resets *
map(int fd, int protection)
{
	struct resets *resets = calloc(1, sizeof(*resets));
	void *at;

	if (resets == NULL)
		return NULL;
	at = mmap(NULL, SIZE, protection, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED) {
		free(resets);
		return NULL;
	}
	resets->references = 1;
	resets->fd = -1;
	resets->places = at;
	return resets;
}

struct resets *
resets_new(void)
{
	int fd = memfd_create("sallyport-resets", MFD_CLOEXEC |
	    MFD_ALLOW_SEALING), saved;
	struct resets *resets = NULL;

	if (fd < 0)
		return NULL;
	if (ftruncate(fd, SIZE) == 0 && fcntl(fd, F_ADD_SEALS,
	    F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
		resets = map(fd, PROT_READ | PROT_WRITE);
	if (resets != NULL) {
		resets->fd = fd;
		return resets;
	}
	saved = errno;
	close(fd);
	errno = saved;
	return NULL;
}

struct resets *
resets_open(int fd)
{
	int seals = fcntl(fd, F_GET_SEALS);
	struct stat st;

	if (seals < 0 || (seals & F_SEAL_SHRINK) == 0 ||
	    fstat(fd, &st) < 0 || st.st_size != (off_t)SIZE) {
		errno = EPROTO;
		return NULL;
	}
	return map(fd, PROT_READ);
}

struct resets *
resets_hold(struct resets *resets)
{
	resets->references++;
	return resets;
}

void
resets_release(struct resets **resets)
{
	struct resets *r = *resets;

	*resets = NULL;
	if (r == NULL || --r->references > 0)
		return;
	(void)munmap((void *)r->places, SIZE);
	if (r->fd >= 0)
		close(r->fd);
	free(r);
}

int
resets_fd(const struct resets *resets)
{
	return resets->fd;
}

void
resets_set(struct resets *resets, uint64_t connection, bool on)
{
	_Atomic uint64_t *place = &resets->places[connection % PLACES];
	uint64_t expected = connection;

	if (on)
		atomic_store(place, connection);
	else
		(void)atomic_compare_exchange_strong(place, &expected, 0);
}

bool
resets_has(const struct resets *resets, uint64_t connection)
{
	return atomic_load(&resets->places[connection % PLACES]) ==
	    connection;
}
