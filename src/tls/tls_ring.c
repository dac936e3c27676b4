#include "tls/tls_ring.h"

#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/settings.h>
#include <wolfssl/ssl.h>
#include <wolfssl/wolfcrypt/asn_public.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A ring file larger than this is a mistake; a CA bundle has 250 KiB. */
#define FILE_MAX (4 * 1024 * 1024)

#define CURE_RING "a key ring is a directory with personal/ and trusted/, " \
	"or one PEM file; see sallyport.policy(5), KEY RINGS"

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

/* Marks a fault as the label's; `rc` is handed through. */
static int
about_label(struct tls_ring_error *error_r, int rc)
{
	error_r->about = TLS_RING_ABOUT_LABEL;
	return rc;
}

static int
out_of_memory(struct tls_ring_error *error_r, const char *path)
{
	return tls_ring_fault(error_r, path, "free some memory",
	    "memory is exhausted");
}

static int
system_fault(struct tls_ring_error *error_r, const char *path)
{
	const char *cure = "look at the path in the policy";

	if (errno == EACCES || errno == EPERM)
		cure = "let the user that starts the daemon read it";
	return tls_ring_fault(error_r, path, cure, "%s", strerror(errno));
}

static void
wipe_free(uint8_t *bytes, size_t length)
{
	if (bytes != NULL)
		explicit_bzero(bytes, length);
	free(bytes);
}

static int
read_all(int fd, size_t size, uint8_t **bytes_r, size_t *length_r)
{
	uint8_t *bytes = malloc(size + 1);
	size_t used = 0;
	ssize_t n;

	if (bytes == NULL) {
		errno = ENOMEM;
		return -1;
	}
	while (used < size && (n = read(fd, bytes + used, size - used)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			wipe_free(bytes, used);
			return -1;
		}
		used += (size_t)n;
	}
	bytes[used] = '\0';
	*bytes_r = bytes;
	*length_r = used;
	return 0;
}

/* The whole of a regular, non-empty file. */
static int
read_file(const char *path, uint8_t **bytes_r, size_t *length_r,
    struct tls_ring_error *error_r)
{
	struct stat st;
	int fd, rc;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return system_fault(error_r, path);
	if (fstat(fd, &st) < 0) {
		rc = system_fault(error_r, path);
	} else if (!S_ISREG(st.st_mode)) {
		rc = tls_ring_fault(error_r, path, CURE_RING,
		    "it is not a regular file");
	} else if (st.st_size == 0) {
		rc = tls_ring_fault(error_r, path, "put the PEM text in it",
		    "the file is empty");
	} else if (st.st_size > FILE_MAX) {
		rc = tls_ring_fault(error_r, path, CURE_RING,
		    "the file is larger than %d bytes", FILE_MAX);
	} else {
		rc = read_all(fd, (size_t)st.st_size, bytes_r, length_r);
		if (rc < 0)
			rc = system_fault(error_r, path);
	}
	close(fd);
	return rc;
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

static int
add_cert(struct tls_ring_cert **list, size_t *count, const uint8_t *der,
    size_t length, const char *path, unsigned number)
{
	struct tls_ring_cert *grown;

	grown = reallocarray(*list, *count + 1, sizeof(*grown));
	if (grown == NULL)
		return -1;
	*list = grown;
	grown[*count] = (struct tls_ring_cert){ .der = malloc(length),
	    .length = length, .path = path, .number = number };
	if (grown[*count].der == NULL)
		return -1;
	memcpy(grown[*count].der, der, length);
	(*count)++;
	return 0;
}

#define PEM_BEGIN "-----BEGIN CERTIFICATE-----"
#define PEM_END "-----END CERTIFICATE-----"

/* Cuts a PEM text into its certificates; other blocks are passed over. */
static int
cut_certs(const char *path, const uint8_t *pem, size_t length,
    struct tls_ring_cert **list, size_t *count,
    struct tls_ring_error *error_r)
{
	const uint8_t *p = pem, *end = pem + length, *stop;
	unsigned number = 0;
	DerBuffer *der;
	int rc;

	while ((p = memmem(p, (size_t)(end - p), PEM_BEGIN,
	    strlen(PEM_BEGIN))) != NULL) {
		number++;
		stop = memmem(p, (size_t)(end - p), PEM_END, strlen(PEM_END));
		if (stop == NULL)
			return tls_ring_fault(error_r, path,
			    "copy the file again",
			    "certificate %u has no end line", number);
		stop += strlen(PEM_END);
		der = NULL;
		if (wc_PemToDer(p, (long)(stop - p), CERT_TYPE, &der, NULL,
		    NULL, NULL) != 0)
			return tls_ring_fault(error_r, path,
			    "copy the file again",
			    "certificate %u is not valid PEM", number);
		rc = add_cert(list, count, der->buffer, der->length, path,
		    number);
		wc_FreeDer(&der);
		if (rc < 0)
			return out_of_memory(error_r, path);
		p = stop;
	}
	if (number == 0)
		return tls_ring_fault(error_r, path,
		    "a DER file is converted by: openssl x509 -inform DER",
		    "there is no PEM certificate in it");
	return 0;
}

static bool
has_key(const uint8_t *pem, size_t length)
{
	return memmem(pem, length, "PRIVATE KEY-----", 16) != NULL;
}

static int
check_key_text(const struct tls_ring *ring, struct tls_ring_error *error_r)
{
	if (!has_key(ring->key_pem, ring->key_length))
		return tls_ring_fault(error_r, ring->key_path,
		    "put the PEM private key in it",
		    "there is no private key in it");
	if (memmem(ring->key_pem, ring->key_length, "ENCRYPTED", 9) != NULL)
		return tls_ring_fault(error_r, ring->key_path,
		    "decrypt it: openssl pkey -in FILE -out FILE",
		    "the private key is encrypted");
	return 0;
}

/* personal/LABEL.pem, and LABEL.key where the chain's file has no key. */
static int
load_personal(struct tls_ring *ring, struct tls_ring_error *error_r)
{
	char path[4096];
	int rc;

	snprintf(path, sizeof(path), "%s/personal/%s.pem", ring->path,
	    ring->label);
	ring->chain_path = strdup(path);
	if (ring->chain_path == NULL)
		return out_of_memory(error_r, path);
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return about_label(error_r, tls_ring_fault(error_r, path,
		    "add it, or correct CertificateLabel",
		    "the key ring has no certificate labelled '%s'",
		    ring->label));
	if (read_file(path, &ring->chain_pem, &ring->chain_length,
	    error_r) < 0 ||
	    cut_certs(ring->chain_path, ring->chain_pem, ring->chain_length,
	    &ring->chain, &ring->chain_count, error_r) < 0)
		return -1;
	if (!has_key(ring->chain_pem, ring->chain_length))
		snprintf(path, sizeof(path), "%s/personal/%s.key", ring->path,
		    ring->label);
	ring->key_path = strdup(path);
	if (ring->key_path == NULL)
		return out_of_memory(error_r, path);
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return tls_ring_fault(error_r, path,
		    "add the key to the .pem file, or put it in this file",
		    "the certificate '%s' has no private key", ring->label);
	rc = read_file(path, &ring->key_pem, &ring->key_length, error_r);
	return rc < 0 ? rc : check_key_text(ring, error_r);
}

static int
is_pem(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	return entry->d_name[0] != '.' && n > 4 &&
	    strcmp(entry->d_name + n - 4, ".pem") == 0;
}

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void
free_names(struct dirent **names, int count)
{
	for (int i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

/* The only *.pem of personal/, where no default is named. */
static int
find_only_label(struct tls_ring *ring, struct tls_ring_error *error_r)
{
	struct dirent **names;
	char path[4096];
	int count, rc = 0;

	snprintf(path, sizeof(path), "%s/personal", ring->path);
	count = scandir(path, &names, is_pem, alphasort);
	if (count < 0)
		return system_fault(error_r, path);
	if (count == 0)
		rc = tls_ring_fault(error_r, path,
		    "put the server's chain and key there as LABEL.pem",
		    "the key ring has no personal certificate");
	else if (count > 1)
		rc = tls_ring_fault(error_r, path,
		    "code CertificateLabel, or name one in personal/default",
		    "the key ring has %d personal certificates and no default",
		    count);
	else
		ring->label = strndup(names[0]->d_name,
		    strlen(names[0]->d_name) - 4);
	if (rc == 0 && ring->label == NULL)
		rc = out_of_memory(error_r, path);
	free_names(names, count);
	return rc;
}

/* A label becomes part of a path: it must not lead out of personal/. */
static int
check_label(const char *label, const char *path,
    struct tls_ring_error *error_r)
{
	if (label[0] == '\0' || label[0] == '.' ||
	    strchr(label, '/') != NULL)
		return about_label(error_r, tls_ring_fault(error_r, path,
		    "use a label without '/' that does not begin with '.'",
		    "the certificate label '%s' cannot be a file name",
		    label));
	return 0;
}

static int
find_default_label(struct tls_ring *ring, struct tls_ring_error *error_r)
{
	uint8_t *text;
	size_t length;
	char path[4096];

	snprintf(path, sizeof(path), "%s/personal/default", ring->path);
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return find_only_label(ring, error_r);
	if (read_file(path, &text, &length, error_r) < 0)
		return -1;
	text[strcspn((char *)text, "\r\n")] = '\0';
	ring->label = strdup((char *)text);
	free(text);
	if (ring->label == NULL)
		return out_of_memory(error_r, path);
	return check_label(ring->label, path, error_r);
}

static int
load_trusted_file(struct tls_ring *ring, const char *file,
    struct tls_ring_error *error_r)
{
	const char *kept;
	uint8_t *pem;
	size_t length;
	char path[4096];
	int rc;

	snprintf(path, sizeof(path), "%s/trusted/%s", ring->path, file);
	if (read_file(path, &pem, &length, error_r) < 0)
		return -1;
	kept = keep_path(ring, path);
	rc = kept == NULL ? out_of_memory(error_r, path) :
	    cut_certs(kept, pem, length, &ring->trusted,
	    &ring->trusted_count, error_r);
	free(pem);
	return rc;
}

static int
load_trusted(struct tls_ring *ring, struct tls_ring_error *error_r)
{
	struct dirent **names;
	char path[4096];
	int count, rc = 0;

	snprintf(path, sizeof(path), "%s/trusted", ring->path);
	count = scandir(path, &names, is_pem, alphasort);
	if (count < 0)	/* a ring that trusts nobody is judged by its use */
		return errno == ENOENT ? 0 : system_fault(error_r, path);
	for (int i = 0; i < count && rc == 0; i++)
		rc = load_trusted_file(ring, names[i]->d_name, error_r);
	free_names(names, count);
	return rc;
}

static int
look_for_crls(struct tls_ring *ring, struct tls_ring_error *error_r)
{
	struct dirent **names;
	char path[4096];
	int count;

	snprintf(path, sizeof(path), "%s/crl", ring->path);
	count = scandir(path, &names, is_visible, alphasort);
	if (count < 0)
		return errno == ENOENT ? 0 : system_fault(error_r, path);
	ring->has_crls = count > 0;
	free_names(names, count);
	return 0;
}

static int
load_directory(struct tls_ring *ring, const char *label,
    struct tls_ring_error *error_r)
{
	struct dirent **names;
	int count;

	count = scandir(ring->path, &names, is_visible, alphasort);
	if (count < 0)
		return system_fault(error_r, ring->path);
	free_names(names, count);
	if (count == 0)
		return tls_ring_fault(error_r, ring->path, CURE_RING,
		    "the key ring is empty");
	if (label != NULL) {
		if (check_label(label, ring->path, error_r) < 0)
			return -1;
		ring->label = strdup(label);
		if (ring->label == NULL)
			return out_of_memory(error_r, ring->path);
	} else if (find_default_label(ring, error_r) < 0) {
		return -1;
	}
	if (load_personal(ring, error_r) < 0 ||
	    load_trusted(ring, error_r) < 0)
		return -1;
	return look_for_crls(ring, error_r);
}

/* One PEM file: key, chain, and CA certificates after the leaf. */
static int
load_file(struct tls_ring *ring, const char *label,
    struct tls_ring_error *error_r)
{
	if (label != NULL)
		return about_label(error_r, tls_ring_fault(error_r,
		    ring->path,
		    "make the key ring a directory, or drop CertificateLabel",
		    "a key ring in one PEM file has no labels, and '%s' is "
		    "coded", label));
	ring->is_file = true;
	ring->label = strdup("default");
	ring->chain_path = strdup(ring->path);
	ring->key_path = strdup(ring->path);
	if (ring->label == NULL || ring->chain_path == NULL ||
	    ring->key_path == NULL)
		return out_of_memory(error_r, ring->path);
	if (read_file(ring->path, &ring->chain_pem, &ring->chain_length,
	    error_r) < 0 ||
	    cut_certs(ring->chain_path, ring->chain_pem, ring->chain_length,
	    &ring->chain, &ring->chain_count, error_r) < 0)
		return -1;
	ring->key_pem = malloc(ring->chain_length + 1);
	if (ring->key_pem == NULL)
		return out_of_memory(error_r, ring->path);
	memcpy(ring->key_pem, ring->chain_pem, ring->chain_length + 1);
	ring->key_length = ring->chain_length;
	for (size_t i = 1; i < ring->chain_count; i++)
		if (add_cert(&ring->trusted, &ring->trusted_count,
		    ring->chain[i].der, ring->chain[i].length,
		    ring->chain_path, ring->chain[i].number) < 0)
			return out_of_memory(error_r, ring->path);
	return check_key_text(ring, error_r);
}

int
tls_ring_load(const char *path, const char *label, struct tls_ring **ring_r,
    struct tls_ring_error *error_r)
{
	struct tls_ring *ring = calloc(1, sizeof(*ring));
	struct stat st;
	int rc;

	*ring_r = NULL;
	if (ring == NULL || (ring->path = strdup(path)) == NULL)
		rc = out_of_memory(error_r, path);
	else if (stat(path, &st) < 0)
		rc = system_fault(error_r, path);
	else if (S_ISDIR(st.st_mode))
		rc = load_directory(ring, label, error_r);
	else
		rc = load_file(ring, label, error_r);
	if (rc < 0)
		tls_ring_free(&ring);
	*ring_r = ring;
	return rc;
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
	wipe_free(ring->chain_pem, ring->chain_length);
	wipe_free(ring->key_pem, ring->key_length);
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
