#include "agent/inspect-files.h"

#include <dirent.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/environment.h"
#include "agent/fault.h"
#include "base/compiler.h"
#include "policy/settings.h"

struct look {
	const struct environment *e;
	struct diag *diag;
};

static void PRINTF_LIKE(5, 6)
say(const struct look *look, enum diag_code code, const char *path,
    const char *cure, const char *format, ...)
{
	char what[256];
	va_list ap;

	va_start(ap, format);
	vsnprintf(what, sizeof(what), format, ap);
	va_end(ap);
	fault_say(look->diag, code, look->e->settings, path, cure, "%s",
	    what);
}

static const char *
owner_name(uid_t uid, char *buf, size_t size)
{
	const struct passwd *user = getpwuid(uid);

	if (user != NULL)
		snprintf(buf, size, "%s", user->pw_name);
	else
		snprintf(buf, size, "%u", (unsigned)uid);
	return buf;
}

static void
look_at(const struct look *look, const char *path)
{
	struct stat st;
	char owner[64];

	if (stat(path, &st) < 0)
		return;		/* the proof says what is missing */
	if ((st.st_mode & S_IWOTH) != 0 &&
	    !(S_ISDIR(st.st_mode) && (st.st_mode & S_ISVTX) != 0))
		say(look, DIAG_FILE_WRITABLE, path,
		    "chmod o-w it",
		    S_ISDIR(st.st_mode) ?
		    "everybody can exchange what is in this directory (mode "
		    "%04o)" : "everybody can write this file (mode %04o)",
		    (unsigned)st.st_mode & 07777);
	if (st.st_uid != 0 && st.st_uid != geteuid())
		say(look, DIAG_FILE_OWNER, path,
		    "chown it to root, or to the user that starts the daemon",
		    "it belongs to %s, who can change it",
		    owner_name(st.st_uid, owner, sizeof(owner)));
}

/* Every directory from / down to and with `path`. */
static void
look_down(const struct look *look, const char *path)
{
	char part[4096];
	size_t n = 0;

	look_at(look, "/");
	while (path[n] == '/')
		n++;
	while (path[n] != '\0' && n < sizeof(part)) {
		n += strcspn(path + n, "/");
		snprintf(part, sizeof(part), "%.*s", (int)n, path);
		look_at(look, part);
		n += strspn(path + n, "/");
	}
}

/* A path as it is written, and where its symbolic links lead. */
static void
look_along(const struct look *look, const char *path)
{
	char *real = realpath(path, NULL), *here = NULL;
	char whole[4096];

	if (path[0] != '/' && (here = getcwd(NULL, 0)) != NULL)
		snprintf(whole, sizeof(whole), "%s/%s", here, path);
	else
		snprintf(whole, sizeof(whole), "%s", path);
	if (real != NULL)
		look_down(look, real);
	if (real == NULL || strcmp(real, whole) != 0)
		look_down(look, whole);
	free(here);
	free(real);
}

/* A file in a directory that was looked at. */
static void
look_in(const struct look *look, const char *path)
{
	struct stat st;

	if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode))
		look_along(look, path);
	else
		look_at(look, path);
}

static void
look_at_key(const struct look *look, const char *path)
{
	struct stat st;

	if (path == NULL || stat(path, &st) < 0)
		return;
	if ((st.st_mode & (S_IRGRP | S_IROTH)) != 0)
		say(look, DIAG_KEY_EXPOSED, path, "chmod 600 it",
		    "%s can read the private key in it (mode %04o)",
		    (st.st_mode & S_IROTH) != 0 ? "everybody" : "its group",
		    (unsigned)st.st_mode & 07777);
}

static bool
ends(const char *name, const char *suffix)
{
	size_t n = strlen(name), m = strlen(suffix);

	return n > m && strcmp(name + n - m, suffix) == 0;
}

/* "9d66eef0.0", "9d66eef0.r0": a link that `openssl rehash` made. */
static bool
is_hash(const char *name)
{
	return strspn(name, "0123456789abcdef") == 8 && name[8] == '.' &&
	    name[9 + strspn(name + 9, "r0123456789")] == '\0';
}

static bool
is_read(const char *directory, const char *name)
{
	if (strcmp(directory, "") == 0)
		return strcmp(name, "personal") == 0 ||
		    strcmp(name, "trusted") == 0 || strcmp(name, "crl") == 0;
	if (strcmp(directory, "/personal") == 0)
		return ends(name, ".pem") || ends(name, ".key") ||
		    strcmp(name, "default") == 0;
	return ends(name, ".pem") || is_hash(name);
}

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* What lies in a directory of the ring and is passed over. */
static void
look_for_others(const struct look *look, const char *directory)
{
	struct dirent **names;
	char path[4096];
	int count;

	snprintf(path, sizeof(path), "%s%s", look->e->ring->path, directory);
	count = scandir(path, &names, is_visible, alphasort);
	for (int i = 0; i < count; i++) {
		if (!is_read(directory, names[i]->d_name)) {
			snprintf(path, sizeof(path), "%s%s/%s",
			    look->e->ring->path, directory,
			    names[i]->d_name);
			say(look, DIAG_FILE_IGNORED, path,
			    directory[0] == '\0' ?
			    "a key ring has personal/, trusted/ and crl/" :
			    "call it NAME.pem, or move it away",
			    "nothing reads it");
		}
		free(names[i]);
	}
	if (count >= 0)
		free(names);
}

static void
look_at_all(const struct look *look, const struct tls_ring_cert *list,
    size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (i == 0 || list[i].path != list[i - 1].path)
			look_in(look, list[i].path);
}

/* What all labels share. */
static void
look_at_directory(const struct look *look)
{
	static const char *const directories[] = { "/personal", "/trusted",
	    "/crl" };
	const struct tls_ring *ring = look->e->ring;
	char path[4096];

	look_for_others(look, "");
	for (size_t i = 0; i < ARRAY_SIZE(directories); i++) {
		snprintf(path, sizeof(path), "%s%s", ring->path,
		    directories[i]);
		look_in(look, path);
	}
	look_for_others(look, "/personal");
	look_for_others(look, "/trusted");
	snprintf(path, sizeof(path), "%s/personal/default", ring->path);
	look_in(look, path);
	look_at_all(look, ring->trusted, ring->trusted_count);
	look_at_all(look, ring->crls, ring->crl_count);
}

/* The files of one label. */
static void
look_at_label(const struct look *look, const struct tls_ring *ring)
{
	if (!ring->is_file && ring->chain_path != NULL)
		look_in(look, ring->chain_path);
	if (!ring->is_file && ring->key_path != NULL &&
	    strcmp(ring->key_path, ring->chain_path) != 0)
		look_in(look, ring->key_path);
	look_at_key(look, ring->key_path);
}

void
inspect_files_all(const struct environment *environment, struct diag *diag)
{
	const struct look look = { environment, diag };
	const struct tls_ring *ring = environment->ring;

	look_along(&look, ring->path);
	if (!ring->is_file)
		look_at_directory(&look);
	for (; ring != NULL; ring = ring->next)
		look_at_label(&look, ring);
}
