/*
 * cause.h - from a failure of the system's to a numbered end reason.
 */
#ifndef SALLYPORT_RELAY_CAUSE_H
#define SALLYPORT_RELAY_CAUSE_H

#include "base/reason.h"

struct chan;

/* Of the client's end, which failed: what TLS says, or the socket. */
enum reason cause_of_client(const struct chan *client);

/* Of the application's end, which failed. */
enum reason cause_of_backend(const struct chan *backend);

/* Of an application that could not be reached: an errno. */
enum reason cause_of_connect(int error);

/* The system's own words for a chan's failure; NULL where it has none. */
const char *cause_text(const struct chan *chan);

#endif
