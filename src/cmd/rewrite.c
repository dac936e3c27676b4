#include "cmd/rewrite.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "policy/source.h"

#define ACL_MAX		65536

/* One file being replaced. */
struct rewrite {
	char *real;		/* the file, no link */
	char *made;		/* the new one; NULL: none there */
	struct stat st;
	const char *old, *text;
	size_t old_size, size;
};

/* Why it may not be replaced, or NULL. */
static const char *
refuse(struct rewrite *r)
{
	if (lstat(r->real, &r->st) == -1)
		return strerror(errno);
	if (!S_ISREG(r->st.st_mode))
		return "it is not a regular file";
	if (r->st.st_nlink > 1)
		return "it has other hard links, which would keep the old "
		    "text";
	if (faccessat(AT_FDCWD, r->real, W_OK, AT_EACCESS) == -1)
		return strerror(errno);
	return NULL;
}

/* Opens a new file beside the old one, which nobody else can read yet. */
static int
make(struct rewrite *r)
{
	char *copy = strdup(r->real);
	int fd = -1;

	if (copy == NULL)
		return -1;
	if (asprintf(&r->made, "%s/.sallyport.XXXXXX", dirname(copy)) == -1) {
		r->made = NULL;
	} else {
		fd = mkostemp(r->made, O_CLOEXEC);
		if (fd == -1) {
			free(r->made);
			r->made = NULL;
		}
	}
	free(copy);
	return fd;
}

/* The group's bits of a mode are the mask of an access list: without the
 * list they would give the group more. */
static int
copy_acl(const struct rewrite *r, int fd)
{
	static const char name[] = "system.posix_acl_access";
	char value[ACL_MAX];
	ssize_t size = getxattr(r->real, name, value, sizeof(value));

	if (size >= 0)
		return fsetxattr(fd, name, value, (size_t)size, 0);
	return errno == ENODATA || errno == ENOTSUP ? 0 : -1;
}

static int
copy_access(const struct rewrite *r, int fd)
{
	struct stat made;

	if (fstat(fd, &made) == -1)
		return -1;
	if ((made.st_uid != r->st.st_uid || made.st_gid != r->st.st_gid) &&
	    fchown(fd, r->st.st_uid, r->st.st_gid) == -1)
		return -1;
	if (fchmod(fd, r->st.st_mode & 07777) == -1)
		return -1;
	return copy_acl(r, fd);
}

static int
write_all(int fd, const char *text, size_t size)
{
	ssize_t n;

	while (size > 0) {
		n = write(fd, text, size);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		text += n;
		size -= (size_t)n;
	}
	return fsync(fd);
}

/* Whether the file is still what was read. */
static bool
unchanged(const struct rewrite *r)
{
	struct source *now;
	bool same;

	if (source_load(r->real, &now) == -1)
		return false;
	same = source_size(now) == r->old_size &&
	    memcmp(source_text(now), r->old, r->old_size) == 0;
	source_free(&now);
	return same;
}

/* A new name is safe once its directory is; that it is there, anyway. */
static void
sync_directory(const struct rewrite *r)
{
	char *copy = strdup(r->real);
	int fd;

	if (copy == NULL)
		return;
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd != -1) {
		(void)fsync(fd);
		close(fd);
	}
	free(copy);
}

/* Why it was not replaced, or NULL. */
static const char *
replace(struct rewrite *r)
{
	const char *why = NULL;
	int fd = make(r);

	if (fd == -1)
		return strerror(errno);
	if (copy_access(r, fd) == -1)
		why = "a new file cannot be given its owner and access";
	else if (write_all(fd, r->text, r->size) == -1)
		why = strerror(errno);
	close(fd);
	if (why == NULL && !unchanged(r))
		why = "it has changed meanwhile";
	if (why == NULL && rename(r->made, r->real) == -1)
		why = strerror(errno);
	if (why != NULL)
		(void)unlink(r->made);
	else
		sync_directory(r);
	free(r->made);
	return why;
}

int
rewrite_file(const char *command, const char *path, const char *old,
    size_t old_size, const char *text, size_t size)
{
	struct rewrite r = {
		.real = realpath(path, NULL), .old = old, .text = text,
		.old_size = old_size, .size = size,
	};
	const char *why = r.real == NULL ? strerror(errno) : refuse(&r);

	if (why == NULL)
		why = replace(&r);
	if (why != NULL)
		fprintf(stderr, "%s: %s: not written: %s\n", command, path,
		    why);
	free(r.real);
	return why == NULL ? 0 : -1;
}
