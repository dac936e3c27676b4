/*
 * name.h - distinguished names as text, in the form of RFC 4514.
 */
#ifndef SALLYPORT_TRUST_NAME_H
#define SALLYPORT_TRUST_NAME_H

#include <stddef.h>

#include "trust/der.h"

/*
 * Writes the text of an encoded Name to buf[size]: most specific part first,
 * special characters escaped, bytes that are not printable as \XX, cut with
 * "..." where it does not fit. A Name that cannot be read gives "?". Never
 * writes a control character or past the end. Returns buf.
 */
const char *name_print(const struct der_bytes *name, char *buf, size_t size);

#endif
