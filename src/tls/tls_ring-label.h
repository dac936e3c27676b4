/*
 * tls_ring-label.h - the labels of a key ring directory: personal/LABEL.pem.
 */
#ifndef SALLYPORT_TLS_TLS_RING_LABEL_H
#define SALLYPORT_TLS_TLS_RING_LABEL_H

#include "base/compiler.h"

struct tls_ring_error;

/*
 * The label to use in the ring at `path`: `coded` (NULL: not coded), that
 * which personal/default names, or the only one. *label_r is the caller's to
 * free. 0, or -1 and *error_r filled.
 */
MUST_USE int tls_ring_label_find(const char *path, const char *coded,
    char **label_r, struct tls_ring_error *error_r);

/*
 * Fills the fault that the ring at `path` has no such label: `file` is
 * missing. The cure names the labels there are. Returns -1.
 */
int tls_ring_label_missing(const char *path, const char *label,
    const char *file, struct tls_ring_error *error_r);

#endif
