/*
 * encoding.h - text that is in another encoding, or ends its lines in another
 * way: what hangs on it is told at once, and not as a hundred odd words.
 */
#ifndef SALLYPORT_POLICY_ENCODING_H
#define SALLYPORT_POLICY_ENCODING_H

#include <stdbool.h>

struct diag;
struct source;

/*
 * Reports, once a file, UTF-16, EBCDIC, and ends of line that are none here
 * (a CR alone; NEL, LS and PS, which Unicode has) where they would hide or
 * join lines. False where it did: what is left is not worth reading.
 */
bool encoding_check(const struct source *source, struct diag *diag);

#endif
