/*
 * tls_ring-file.h - the files of a key ring: read whole, cut into what PEM
 * text holds.
 */
#ifndef SALLYPORT_TLS_TLS_RING_FILE_H
#define SALLYPORT_TLS_TLS_RING_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct tls_ring_cert;
struct tls_ring_error;

/*
 * The whole of a regular, non-empty file of at most 4 MiB; a NUL follows. The
 * caller ends it with tls_ring_file_wipe. 0, or -1 and *error_r filled.
 */
MUST_USE int tls_ring_file_read(const char *path, uint8_t **bytes_r,
    size_t *length_r, struct tls_ring_error *error_r);
/* Wipes and frees; NULL is allowed. */
void tls_ring_file_wipe(uint8_t *bytes, size_t length);

/*
 * Cuts PEM text into its certificates and appends them to list[count]; other
 * blocks are passed over. `path` is borrowed by them. 0, or -1 and *error_r
 * filled; what was appended before stays.
 */
MUST_USE int tls_ring_file_certs(const char *path, const uint8_t *pem,
    size_t length, struct tls_ring_cert **list, size_t *count,
    struct tls_ring_error *error_r);

/* The same for revocation lists; a file that is not PEM is one in DER. */
MUST_USE int tls_ring_file_crls(const char *path, const uint8_t *bytes,
    size_t length, struct tls_ring_cert **list, size_t *count,
    struct tls_ring_error *error_r);

/* Appends a copy of one piece of DER; -1 where there is no memory. */
MUST_USE int tls_ring_file_add(struct tls_ring_cert **list, size_t *count,
    const uint8_t *der, size_t length, const char *path, unsigned number);

/* Is there a PEM private key in it? */
bool tls_ring_file_has_key(const uint8_t *pem, size_t length);

/* A fault of the system's, by errno. Returns -1. */
int tls_ring_file_fault(struct tls_ring_error *error_r, const char *path);

#endif
