#include "tls/tls_ring.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tls/tls_ring-file.h"
#include "tls/tls_ring-label.h"

/* One ring being loaded; faults are reported, and what follows goes on. */
struct loader {
	struct tls_ring *ring;
	tls_ring_report_fn *report;
	void *arg;
	struct tls_ring_error error;
	bool failed;
};

int
tls_ring_fault(struct tls_ring_error *error_r, const char *path,
    const char *cure, const char *format, ...)
{
	va_list ap;

	error_r->about = TLS_RING_ABOUT_RING;
	snprintf(error_r->path, sizeof(error_r->path), "%s", path);
	snprintf(error_r->cure, sizeof(error_r->cure), "%s", cure);
	va_start(ap, format);
	vsnprintf(error_r->what, sizeof(error_r->what), format, ap);
	va_end(ap);
	return -1;
}

static int
out_of_memory(struct tls_ring_error *error_r, const char *path)
{
	return tls_ring_fault(error_r, path, "free some memory",
	    "memory is exhausted");
}

/* Keeps a path for as long as the ring lives. */
static const char *
keep_path(struct tls_ring *ring, const char *path)
{
	char **grown = reallocarray(ring->paths, ring->path_count + 1,
	    sizeof(*grown));

	if (grown == NULL)
		return NULL;
	ring->paths = grown;
	ring->paths[ring->path_count] = strdup(path);
	if (ring->paths[ring->path_count] == NULL)
		return NULL;
	return ring->paths[ring->path_count++];
}

/* Hands a fault on; `rc` is handed through. */
static int
note(struct loader *l, int rc)
{
	if (rc < 0) {
		l->report(l->arg, &l->error);
		l->failed = true;
	}
	return rc;
}

static int
check_key_text(const struct tls_ring *ring, struct tls_ring_error *error_r)
{
	if (!tls_ring_file_has_key(ring->key_pem, ring->key_length))
		return tls_ring_fault(error_r, ring->key_path,
		    "put the PEM private key in it",
		    "there is no private key in it");
	if (memmem(ring->key_pem, ring->key_length, "ENCRYPTED", 9) != NULL)
		return tls_ring_fault(error_r, ring->key_path,
		    "decrypt it: openssl pkey -in FILE -out FILE",
		    "the private key is encrypted");
	return 0;
}

static int
load_chain(struct tls_ring *ring, struct tls_ring_error *error_r)
{
	if (tls_ring_file_read(ring->chain_path, &ring->chain_pem,
	    &ring->chain_length, error_r) < 0)
		return -1;
	return tls_ring_file_certs(ring->chain_path, ring->chain_pem,
	    ring->chain_length, &ring->chain, &ring->chain_count, error_r);
}

/* In LABEL.key, where the chain's file has none. */
static int
load_key(struct tls_ring *ring, struct tls_ring_error *error_r)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s", ring->chain_path);
	if (!tls_ring_file_has_key(ring->chain_pem, ring->chain_length))
		snprintf(path, sizeof(path), "%s/personal/%s.key", ring->path,
		    ring->label);
	ring->key_path = strdup(path);
	if (ring->key_path == NULL)
		return out_of_memory(error_r, path);
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return tls_ring_fault(error_r, path,
		    "add the key to the .pem file, or put it in this file",
		    "the certificate '%s' has no private key", ring->label);
	if (tls_ring_file_read(path, &ring->key_pem, &ring->key_length,
	    error_r) < 0)
		return -1;
	return check_key_text(ring, error_r);
}

static void
load_personal(struct loader *l, const char *label)
{
	struct tls_ring *ring = l->ring;
	char path[4096];

	if (note(l, tls_ring_label_find(ring->path, label, &ring->label,
	    &l->error)) < 0)
		return;
	snprintf(path, sizeof(path), "%s/personal/%s.pem", ring->path,
	    ring->label);
	ring->chain_path = strdup(path);
	if (ring->chain_path == NULL) {
		note(l, out_of_memory(&l->error, path));
	} else if (access(path, F_OK) < 0 && errno == ENOENT) {
		note(l, tls_ring_label_missing(ring->path, ring->label, path,
		    &l->error));
	} else if (note(l, load_chain(ring, &l->error)) == 0) {
		ring->has_personal = note(l, load_key(ring, &l->error)) == 0;
	} else if (ring->chain_pem != NULL) {
		note(l, load_key(ring, &l->error));
	}
}

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int
is_pem(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	return is_visible(entry) && n > 4 &&
	    strcmp(entry->d_name + n - 4, ".pem") == 0;
}

/* How the pieces of a file are told apart. */
typedef int cut_fn(const char *path, const uint8_t *bytes, size_t length,
    struct tls_ring_cert **list, size_t *count,
    struct tls_ring_error *error_r);

static int
load_one(struct loader *l, const char *path, cut_fn *cut,
    struct tls_ring_cert **list, size_t *count)
{
	const char *kept = keep_path(l->ring, path);
	uint8_t *bytes;
	size_t length;
	int rc;

	if (kept == NULL)
		return out_of_memory(&l->error, path);
	if (tls_ring_file_read(path, &bytes, &length, &l->error) < 0)
		return -1;
	rc = cut(kept, bytes, length, list, count, &l->error);
	free(bytes);
	return rc;
}

/* Every file of a directory of the ring; how many there are. */
static int
load_all(struct loader *l, const char *directory,
    int (*filter)(const struct dirent *), cut_fn *cut,
    struct tls_ring_cert **list, size_t *count_r)
{
	struct dirent **names;
	char path[4096];
	int count;

	snprintf(path, sizeof(path), "%s/%s", l->ring->path, directory);
	count = scandir(path, &names, filter, alphasort);
	if (count < 0) {
		/* a ring that trusts nobody is judged by its use */
		if (errno != ENOENT)
			note(l, tls_ring_file_fault(&l->error, path));
		return 0;
	}
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s/%s", l->ring->path,
		    directory, names[i]->d_name);
		note(l, load_one(l, path, cut, list, count_r));
		free(names[i]);
	}
	free(names);
	return count;
}

static void
load_directory(struct loader *l, const char *label)
{
	struct tls_ring *ring = l->ring;
	struct dirent **names;
	int count;

	count = scandir(ring->path, &names, is_visible, alphasort);
	if (count < 0) {
		note(l, tls_ring_file_fault(&l->error, ring->path));
		return;
	}
	for (int i = 0; i < count; i++)
		free(names[i]);
	free(names);
	if (count == 0) {
		note(l, tls_ring_fault(&l->error, ring->path, TLS_RING_CURE,
		    "the key ring is empty"));
		return;
	}
	load_personal(l, label);
	load_all(l, "trusted", is_pem, tls_ring_file_certs, &ring->trusted,
	    &ring->trusted_count);
	ring->has_crls = load_all(l, "crl", is_visible, tls_ring_file_crls,
	    &ring->crls, &ring->crl_count) > 0;
}

static int
refuse_label(struct tls_ring *ring, const char *label,
    struct tls_ring_error *error_r)
{
	tls_ring_fault(error_r, ring->path,
	    "make the key ring a directory, or drop CertificateLabel",
	    "a key ring in one PEM file has no labels, and '%s' is coded",
	    label);
	error_r->about = TLS_RING_ABOUT_LABEL;
	return -1;
}

/* One PEM file: key, chain, and CA certificates after the leaf. */
static int
load_file(struct tls_ring *ring, struct tls_ring_error *error_r)
{
	ring->is_file = true;
	ring->label = strdup("default");
	ring->chain_path = strdup(ring->path);
	ring->key_path = strdup(ring->path);
	if (ring->label == NULL || ring->chain_path == NULL ||
	    ring->key_path == NULL)
		return out_of_memory(error_r, ring->path);
	if (load_chain(ring, error_r) < 0)
		return -1;
	ring->key_pem = malloc(ring->chain_length + 1);
	if (ring->key_pem == NULL)
		return out_of_memory(error_r, ring->path);
	memcpy(ring->key_pem, ring->chain_pem, ring->chain_length + 1);
	ring->key_length = ring->chain_length;
	for (size_t i = 1; i < ring->chain_count; i++)
		if (tls_ring_file_add(&ring->trusted, &ring->trusted_count,
		    ring->chain[i].der, ring->chain[i].length,
		    ring->chain_path, ring->chain[i].number) < 0)
			return out_of_memory(error_r, ring->path);
	return check_key_text(ring, error_r);
}

int
tls_ring_load(const char *path, const char *label,
    tls_ring_report_fn *report, void *arg, struct tls_ring **ring_r)
{
	struct loader l = { .report = report, .arg = arg };
	struct tls_ring *ring = calloc(1, sizeof(*ring));
	struct stat st;

	l.ring = *ring_r = ring;
	if (ring == NULL || (ring->path = strdup(path)) == NULL) {
		tls_ring_free(ring_r);
		return note(&l, out_of_memory(&l.error, path));
	}
	if (stat(path, &st) < 0)
		return note(&l, tls_ring_file_fault(&l.error, path));
	if (S_ISDIR(st.st_mode)) {
		load_directory(&l, label);
		return l.failed ? -1 : 0;
	}
	if (label != NULL)
		note(&l, refuse_label(ring, label, &l.error));
	ring->has_personal = note(&l, load_file(ring, &l.error)) == 0;
	return l.failed ? -1 : 0;
}

static void
free_certs(struct tls_ring_cert *certs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(certs[i].der);
	free(certs);
}

void
tls_ring_forget_key(struct tls_ring *ring)
{
	tls_ring_file_wipe(ring->chain_pem, ring->chain_length);
	tls_ring_file_wipe(ring->key_pem, ring->key_length);
	ring->chain_pem = ring->key_pem = NULL;
	ring->chain_length = ring->key_length = 0;
	if (ring->next != NULL)
		tls_ring_forget_key(ring->next);
}

void
tls_ring_free(struct tls_ring **ring_p)
{
	struct tls_ring *ring = *ring_p;

	if (ring == NULL)
		return;
	tls_ring_forget_key(ring);
	tls_ring_free(&ring->next);
	free_certs(ring->chain, ring->chain_count);
	free_certs(ring->trusted, ring->trusted_count);
	free_certs(ring->crls, ring->crl_count);
	for (size_t i = 0; i < ring->path_count; i++)
		free(ring->paths[i]);
	free(ring->paths);
	free(ring->path);
	free(ring->label);
	free(ring->chain_path);
	free(ring->key_path);
	free(ring);
	*ring_p = NULL;
}
