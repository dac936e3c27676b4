/*
 * jsontext.h - text from anywhere as JSON, which is UTF-8 only.
 */
#ifndef SALLYPORT_CMD_JSONTEXT_H
#define SALLYPORT_CMD_JSONTEXT_H

#include <jansson.h>

/*
 * A new reference: null for NULL, a string of the text, and where it is not
 * UTF-8 as the log shows it. NULL where there is no memory.
 */
json_t *jsontext_new(const char *text);

#endif
