/*
 * wrap_clear.h - listening sockets that the keeper has let this process
 * accept from in clear, so that it is asked once each.
 *
 * By SO_COOKIE, which never comes back for another socket. A small table: who
 * is pushed out of it is asked about again. No locks; safe in a signal
 * handler and after fork.
 */
#ifndef SALLYPORT_WRAP_WRAP_CLEAR_H
#define SALLYPORT_WRAP_WRAP_CLEAR_H

#include <stdbool.h>
#include <stdint.h>

/* Remembers a socket. Cookie 0, an unknown one, is never remembered. */
void wrap_clear_add(uint64_t cookie);

/* Is it remembered? */
bool wrap_clear_has(uint64_t cookie);

#endif
