#include "tls/tls_ring-file.h"

#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/settings.h>
#include <wolfssl/ssl.h>
#include <wolfssl/wolfcrypt/asn_public.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tls/tls_ring.h"

/* A ring file larger than this is a mistake; a CA bundle has 250 KiB. */
#define FILE_MAX (4 * 1024 * 1024)

int
tls_ring_file_fault(struct tls_ring_error *error_r, const char *path)
{
	const char *cure = "correct the path, or make it: " TLS_RING_CURE;

	if (errno == EACCES || errno == EPERM)
		cure = "let the user that starts the daemon read it";
	return tls_ring_fault(error_r, path, cure, "%s", strerror(errno));
}

void
tls_ring_file_wipe(uint8_t *bytes, size_t length)
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
			tls_ring_file_wipe(bytes, used);
			return -1;
		}
		used += (size_t)n;
	}
	bytes[used] = '\0';
	*bytes_r = bytes;
	*length_r = used;
	return 0;
}

int
tls_ring_file_read(const char *path, uint8_t **bytes_r, size_t *length_r,
    struct tls_ring_error *error_r)
{
	struct stat st;
	int fd, rc;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return tls_ring_file_fault(error_r, path);
	if (fstat(fd, &st) < 0) {
		rc = tls_ring_file_fault(error_r, path);
	} else if (!S_ISREG(st.st_mode)) {
		rc = tls_ring_fault(error_r, path, TLS_RING_CURE,
		    "it is not a regular file");
	} else if (st.st_size == 0) {
		rc = tls_ring_fault(error_r, path, "put the PEM text in it",
		    "the file is empty");
	} else if (st.st_size > FILE_MAX) {
		rc = tls_ring_fault(error_r, path, TLS_RING_CURE,
		    "the file is larger than %d bytes", FILE_MAX);
	} else {
		rc = read_all(fd, (size_t)st.st_size, bytes_r, length_r);
		if (rc < 0)
			rc = tls_ring_file_fault(error_r, path);
	}
	close(fd);
	return rc;
}

int
tls_ring_file_add(struct tls_ring_cert **list, size_t *count,
    const uint8_t *der, size_t length, const char *path, unsigned number)
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

/* A kind of PEM block. */
struct kind {
	const char *begin, *end, *name;
	int type;
};

static const struct kind certificate = {
	"-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----",
	"certificate", CERT_TYPE,
};

static const struct kind crl = {
	"-----BEGIN X509 CRL-----", "-----END X509 CRL-----",
	"revocation list", CRL_TYPE,
};

/* Appends all blocks of a kind; their number in *number_r. */
static int
cut(const struct kind *kind, const char *path, const uint8_t *pem,
    size_t length, struct tls_ring_cert **list, size_t *count,
    unsigned *number_r, struct tls_ring_error *error_r)
{
	const uint8_t *p = pem, *end = pem + length, *stop;
	DerBuffer *der;
	int rc;

	while ((p = memmem(p, (size_t)(end - p), kind->begin,
	    strlen(kind->begin))) != NULL) {
		++*number_r;
		stop = memmem(p, (size_t)(end - p), kind->end,
		    strlen(kind->end));
		if (stop == NULL)
			return tls_ring_fault(error_r, path,
			    "copy the file again", "%s %u has no end line",
			    kind->name, *number_r);
		stop += strlen(kind->end);
		der = NULL;
		if (wc_PemToDer(p, (long)(stop - p), kind->type, &der, NULL,
		    NULL, NULL) != 0)
			return tls_ring_fault(error_r, path,
			    "copy the file again", "%s %u is not valid PEM",
			    kind->name, *number_r);
		rc = tls_ring_file_add(list, count, der->buffer, der->length,
		    path, *number_r);
		wc_FreeDer(&der);
		if (rc < 0)
			return tls_ring_fault(error_r, path,
			    "free some memory", "memory is exhausted");
		p = stop;
	}
	return 0;
}

/* What a DER element of this file's length begins with. */
static bool
is_der(const uint8_t *bytes, size_t length)
{
	return length > 4 && bytes[0] == 0x30 && (bytes[1] & 0x80) != 0;
}

int
tls_ring_file_certs(const char *path, const uint8_t *pem, size_t length,
    struct tls_ring_cert **list, size_t *count,
    struct tls_ring_error *error_r)
{
	unsigned number = 0;

	if (cut(&certificate, path, pem, length, list, count, &number,
	    error_r) < 0)
		return -1;
	if (number > 0)
		return 0;
	return tls_ring_fault(error_r, path, is_der(pem, length) ?
	    "convert it: openssl x509 -inform DER -in FILE, or where it is "
	    "PKCS #12: openssl pkcs12 -nodes -in FILE" :
	    "put the text from BEGIN CERTIFICATE to END CERTIFICATE in it",
	    "there is no PEM certificate in it");
}

int
tls_ring_file_crls(const char *path, const uint8_t *bytes, size_t length,
    struct tls_ring_cert **list, size_t *count,
    struct tls_ring_error *error_r)
{
	unsigned number = 0;

	if (cut(&crl, path, bytes, length, list, count, &number,
	    error_r) < 0)
		return -1;
	if (number > 0)
		return 0;
	if (!is_der(bytes, length))
		return tls_ring_fault(error_r, path,
		    "put a CRL there, in PEM or DER, and nothing else",
		    "there is no revocation list in it");
	if (tls_ring_file_add(list, count, bytes, length, path, 1) < 0)
		return tls_ring_fault(error_r, path, "free some memory",
		    "memory is exhausted");
	return 0;
}

bool
tls_ring_file_has_key(const uint8_t *pem, size_t length)
{
	return memmem(pem, length, "PRIVATE KEY-----", 16) != NULL;
}

