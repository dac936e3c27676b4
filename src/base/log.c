#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_BYTES	4096

static enum log_level highest = LOG_LEVEL_INFO;
static bool to_syslog;
static char ident[64];

void
log_open(const char *program, bool foreground)
{
	to_syslog = !foreground;
	if (!to_syslog)
		return;
	/* openlog keeps the pointer. */
	snprintf(ident, sizeof(ident), "%s", program);
	/* Now, for the socket is out of reach once the sandbox is up. */
	openlog(ident, LOG_PID | LOG_NDELAY, LOG_DAEMON);
}

void
log_set_level(enum log_level level)
{
	highest = level;
}

static const char *
level_name(enum log_level level)
{
	switch (level) {
	case LOG_LEVEL_ERROR:
		return "error";
	case LOG_LEVEL_WARNING:
		return "warning";
	case LOG_LEVEL_NOTICE:
		return "notice";
	case LOG_LEVEL_INFO:
		return "info";
	case LOG_LEVEL_DEBUG:
		return "debug";
	}
	return "unknown";
}

/* "2026-03-01T12:00:00.123Z", RFC 3339; returns its length. */
static size_t
time_stamp(char *buf, size_t size)
{
	struct timespec now;
	struct tm utc;
	size_t length;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	length = strftime(buf, size, "%Y-%m-%dT%H:%M:%S", &utc);
	return length + (size_t)snprintf(buf + length, size - length,
	    ".%03ldZ ", now.tv_nsec / 1000000);
}

/* A line is what a reader takes for one, whatever the arguments held. */
static void
flatten(char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			text[i] = ' ';
}

static void
write_out(const char *line, size_t length)
{
	while (length > 0) {
		ssize_t n = write(STDERR_FILENO, line, length);

		if (n == -1 && errno == EINTR)
			continue;
		/* The place to complain is the one that fails. */
		if (n == -1)
			return;
		line += n;
		length -= (size_t)n;
	}
}

void
log_line(enum log_level level, const char *module, const char *format, ...)
{
	/* One more than may be used: the newline needs no NUL. */
	char line[LINE_MAX_BYTES + 1];
	size_t start = 0, length;
	int saved = errno;
	va_list ap;
	int n;

	if (level > highest)
		return;
	if (!to_syslog)
		start = time_stamp(line, sizeof(line));
	length = start + (size_t)snprintf(line + start, sizeof(line) - start,
	    "%s %s: ", level_name(level), module);
	ensure(length < sizeof(line));
	errno = saved;		/* for %m */
	va_start(ap, format);
	n = vsnprintf(line + length, sizeof(line) - length, format, ap);
	va_end(ap);
	if (n > 0)
		length += (size_t)n;
	if (length > LINE_MAX_BYTES - 1)
		length = LINE_MAX_BYTES - 1;
	flatten(line + start, length - start);
	if (to_syslog) {
		syslog((int)level, "%.*s", (int)length, line);
	} else {
		line[length++] = '\n';
		write_out(line, length);
	}
	errno = saved;
}

/*
 * The length of the UTF-8 character (RFC 3629) at the start of s, 0 where
 * there is none, it is malformed, or it is a control character.
 */
static size_t
printable_length(const unsigned char *s)
{
	uint32_t code, least;
	size_t length;

	if (s[0] < 0x80)
		return s[0] >= 0x20 && s[0] != 0x7f;
	if ((s[0] & 0xe0) == 0xc0)
		length = 2, code = s[0] & 0x1f, least = 0x80;
	else if ((s[0] & 0xf0) == 0xe0)
		length = 3, code = s[0] & 0x0f, least = 0x800;
	else if ((s[0] & 0xf8) == 0xf0)
		length = 4, code = s[0] & 0x07, least = 0x10000;
	else
		return 0;
	for (size_t i = 1; i < length; i++) {
		/* A NUL fails here too, before anything past it is read. */
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (s[i] & 0x3f);
	}
	/* C1 controls steer some terminals. */
	if (code < least || code < 0xa0 || code > 0x10ffff ||
	    (code >= 0xd800 && code <= 0xdfff))
		return 0;
	return length;
}

const char *
log_escape(const char *text, char *buf, size_t size)
{
	static const char hex[] = "0123456789abcdef";
	const unsigned char *s = (const unsigned char *)text;
	size_t used = 0;

	ensure(size > 0);
	while (*s != '\0') {
		size_t length = printable_length(s);

		if (length == 0 || strchr("\"'\\", *s) != NULL) {
			if (size - used < 5)
				break;
			memcpy(buf + used, "\\x", 2);
			buf[used + 2] = hex[*s >> 4];
			buf[used + 3] = hex[*s & 15];
			used += 4;
			s++;
			continue;
		}
		if (size - used <= length)
			break;
		memcpy(buf + used, s, length);
		used += length;
		s += length;
	}
	buf[used] = '\0';
	return buf;
}
