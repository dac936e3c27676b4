/*
 * log.h - log lines: one write a line, to standard error or syslog.
 *
 * Every line carries a level and the module that speaks. Secrets are never
 * passed here: callers log labels, paths and names, not what they protect.
 * Text from a peer goes through log_escape first, so that a certificate's
 * name cannot forge a line.
 */
#ifndef SALLYPORT_BASE_LOG_H
#define SALLYPORT_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

/* Values are syslog's (RFC 5424, 6.2.1). */
enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_NOTICE = 5,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7,
};

/*
 * Where lines go from now on: standard error with a time stamp (foreground),
 * or syslog under `program`, facility daemon. Call once, before the first
 * line; lines before that go to standard error.
 */
void log_open(const char *program, bool foreground);

/* Lines above this level are dropped; the start is LOG_LEVEL_INFO. */
void log_set_level(enum log_level level);

/* One line; errno is kept. A line longer than 4 KiB is cut. */
void log_line(enum log_level level, const char *module, const char *format,
    ...) PRINTF_LIKE(3, 4);

#define log_error(module, ...) log_line(LOG_LEVEL_ERROR, module, __VA_ARGS__)
#define log_warning(module, ...) \
	log_line(LOG_LEVEL_WARNING, module, __VA_ARGS__)
#define log_notice(module, ...) log_line(LOG_LEVEL_NOTICE, module, __VA_ARGS__)
#define log_info(module, ...) log_line(LOG_LEVEL_INFO, module, __VA_ARGS__)
#define log_debug(module, ...) log_line(LOG_LEVEL_DEBUG, module, __VA_ARGS__)

/*
 * Copies `text` to buf[size] with control bytes, quotes, backslashes and
 * invalid UTF-8 as \xNN; cut where it does not fit. Returns buf.
 */
const char *log_escape(const char *text, char *buf, size_t size);

#endif
