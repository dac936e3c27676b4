#include "tls/tls_ring-label.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "tls/tls_ring-file.h"
#include "tls/tls_ring.h"

#define SUFFIX	".pem"
#define SUGGEST_DISTANCE 3

/* Marks a fault as the label's; `rc` is handed through. */
static int
about_label(struct tls_ring_error *error_r, int rc)
{
	error_r->about = TLS_RING_ABOUT_LABEL;
	return rc;
}

static size_t
label_length(const struct dirent *entry)
{
	return strlen(entry->d_name) - strlen(SUFFIX);
}

static int
is_pem(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	return entry->d_name[0] != '.' && n > strlen(SUFFIX) &&
	    strcmp(entry->d_name + n - strlen(SUFFIX), SUFFIX) == 0;
}

/* The labels of a ring, sorted; -1 with errno. */
static int
list(const char *path, struct dirent ***names_r)
{
	char personal[4096];

	snprintf(personal, sizeof(personal), "%s/personal", path);
	return scandir(personal, names_r, is_pem, alphasort);
}

static void
free_names(struct dirent **names, int count)
{
	for (int i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

/* The one label that is nearest, or NULL. */
static const struct dirent *
nearest(const char *label, struct dirent **names, int count)
{
	unsigned least = SUGGEST_DISTANCE + 1, distance;
	const struct dirent *best = NULL;

	for (int i = 0; i < count; i++) {
		distance = str_distance(label, strlen(label),
		    names[i]->d_name, label_length(names[i]),
		    SUGGEST_DISTANCE);
		if (distance < least)
			best = names[i];
		else if (distance == least)
			best = NULL;
		if (distance < least)
			least = distance;
	}
	return least * 2 > strlen(label) + 1 ? NULL : best;
}

static void
suggest(const char *label, struct dirent **names, int count,
    struct tls_ring_error *error_r)
{
	const struct dirent *best = nearest(label, names, count);
	struct str cure;

	str_init(&cure, error_r->cure, sizeof(error_r->cure));
	if (best != NULL)
		str_add(&cure, "did you mean '%.*s'? ",
		    (int)label_length(best), best->d_name);
	str_add(&cure, "the key ring has ");
	for (int i = 0; i < count; i++)
		str_add(&cure, "%s'%.*s'", i > 0 ? ", " : "",
		    (int)label_length(names[i]), names[i]->d_name);
}

int
tls_ring_label_missing(const char *path, const char *label, const char *file,
    struct tls_ring_error *error_r)
{
	struct dirent **names;
	int count = list(path, &names);

	tls_ring_fault(error_r, file,
	    "put the server's chain and key there",
	    "the key ring has no certificate labelled '%s'", label);
	if (count > 0)
		suggest(label, names, count, error_r);
	if (count >= 0)
		free_names(names, count);
	return about_label(error_r, -1);
}

/* A label becomes part of a path: it must not lead out of personal/. */
static int
check(const char *label, const char *path, struct tls_ring_error *error_r)
{
	if (label[0] == '\0' || label[0] == '.' ||
	    strchr(label, '/') != NULL)
		return about_label(error_r, tls_ring_fault(error_r, path,
		    "use a label without '/' that does not begin with '.'",
		    "the certificate label '%s' cannot be a file name",
		    label));
	return 0;
}

/* The only *.pem of personal/, where no default is named. */
static int
find_only(const char *path, char **label_r, struct tls_ring_error *error_r)
{
	struct dirent **names;
	char personal[4096];
	int count = list(path, &names), rc = 0;

	snprintf(personal, sizeof(personal), "%s/personal", path);
	if (count < 0)
		return tls_ring_file_fault(error_r, personal);
	if (count == 0)
		rc = tls_ring_fault(error_r, personal,
		    "put the server's chain and key there as LABEL.pem",
		    "the key ring has no personal certificate");
	else if (count > 1)
		rc = tls_ring_fault(error_r, personal,
		    "code CertificateLabel, or name one in personal/default",
		    "the key ring has %d personal certificates and no default",
		    count);
	else
		*label_r = strndup(names[0]->d_name, label_length(names[0]));
	free_names(names, count);
	return rc;
}

static int
find_default(const char *path, char **label_r,
    struct tls_ring_error *error_r)
{
	uint8_t *text;
	size_t length;
	char file[4096];
	int rc;

	snprintf(file, sizeof(file), "%s/personal/default", path);
	if (access(file, F_OK) < 0 && errno == ENOENT)
		return find_only(path, label_r, error_r);
	if (tls_ring_file_read(file, &text, &length, error_r) < 0)
		return -1;
	length = strcspn((char *)text, "\r\n");
	if (text[length + strspn((char *)text + length, "\r\n\t ")] != '\0') {
		free(text);
		return tls_ring_fault(error_r, file,
		    "leave the label of one certificate in it",
		    "it has more than one line");
	}
	while (length > 0 && strchr(" \t", text[length - 1]) != NULL)
		length--;
	text[length] = '\0';
	rc = check((char *)text, file, error_r);
	if (rc == 0)
		*label_r = strdup((char *)text);
	free(text);
	return rc;
}

int
tls_ring_label_find(const char *path, const char *coded, char **label_r,
    struct tls_ring_error *error_r)
{
	int rc;

	*label_r = NULL;
	if (coded != NULL) {
		rc = check(coded, path, error_r);
		if (rc == 0)
			*label_r = strdup(coded);
	} else {
		rc = find_default(path, label_r, error_r);
	}
	if (rc == 0 && *label_r == NULL)
		rc = tls_ring_fault(error_r, path, "free some memory",
		    "memory is exhausted");
	return rc;
}
