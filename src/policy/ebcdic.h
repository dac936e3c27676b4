/*
 * ebcdic.h - the order of names on z/OS.
 *
 * Rules of one priority are searched in the order of their names as z/OS
 * sorts them: by their bytes in code page IBM-1047 (blank, punctuation, a-z,
 * A-Z, 0-9). Names here are ASCII; a byte above 127 has no place in that
 * code page's text and sorts after all of ASCII.
 */
#ifndef SALLYPORT_POLICY_EBCDIC_H
#define SALLYPORT_POLICY_EBCDIC_H

#include <stddef.h>
#include <stdint.h>

/* <0, 0, >0 as strcmp; 0 for identical names only. */
int ebcdic_compare(const char *a, const char *b);

/*
 * The start of a name as bytes that memcmp orders as ebcdic_compare orders
 * names, except that long and odd names may come out equal. Zero padded.
 */
void ebcdic_key(const char *name, uint8_t *key_r, size_t size);

#endif
