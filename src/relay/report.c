#include "relay/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "base/compiler.h"
#include "base/log.h"

/* The log cuts at 4 KiB; the parts below sum up to less. */
#define LINE_MAX_BYTES 3000

struct line {
	char text[LINE_MAX_BYTES];
	size_t used;
};

static void PRINTF_LIKE(2, 3)
put(struct line *line, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(line->text + line->used,
	    sizeof(line->text) - line->used, format, ap);
	va_end(ap);
	if (n > 0)
		line->used += (size_t)n;
	if (line->used >= sizeof(line->text))
		line->used = sizeof(line->text) - 1;
}

static void
put_text(struct line *line, const char *key, const char *value)
{
	char escaped[1024];

	if (value != NULL)
		put(line, " %s=\"%s\"", key,
		    log_escape(value, escaped, sizeof(escaped)));
}

static void
put_endpoint(struct line *line, const char *key,
    const struct addr_endpoint *endpoint)
{
	char text[ADDR_TEXT_MAX];

	put(line, " %s=%s", key, addr_print_endpoint(endpoint, text));
}

/* What is known from the start. */
static void
put_mapping(struct line *line, const struct report *report)
{
	put_text(line, "rule", report->rule);
	put_endpoint(line, "peer", report->remote);
	put_endpoint(line, "local", report->local);
}

void
report_map(const struct report *report)
{
	struct line line = { .used = 0 };

	put_mapping(&line, report);
	log_info("map", "%s", line.text + 1);
}

/* Who came by a resumed session was judged at its full handshake. */
static void
put_resumed(struct line *line, const struct report *report)
{
	time_t seconds = (time_t)(report->since / 1000);
	char text[32];
	struct tm tm;

	put(line, " resumed=%s", report->resumed ? "yes" : "no");
	if (report->resumed && gmtime_r(&seconds, &tm) != NULL &&
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm) > 0)
		put(line, " since=%s.%03dZ", text,
		    (int)(report->since % 1000));
}

void
report_log(const struct report *report)
{
	struct line line = { .used = 0 };

	put_mapping(&line, report);
	if (report->unix_path != NULL)
		put_text(&line, "backend", report->unix_path);
	else if (report->backend != NULL)
		put_endpoint(&line, "backend", report->backend);
	put_text(&line, "identity", report->identity);
	if (report->identity != NULL)
		put(&line, " verified=%s", report->verified &&
		    report->protocol != NULL ? "yes" : "no");
	if (report->protocol != NULL)
		put(&line, " proto=%s", report->protocol);
	if (report->cipher != NULL) {
		put(&line, " cipher=%s", report->cipher);
		put_resumed(&line, report);
	}
	put(&line, " in=%llu out=%llu ms=%.0f reason=%d/%s",
	    (unsigned long long)report->bytes_in,
	    (unsigned long long)report->bytes_out, report->seconds * 1000,
	    reason_number(report->reason), reason_name(report->reason));
	if (report->alert != NULL)
		put(&line, " alert=%s/%s", report->alert_received ?
		    "received" : "sent", report->alert);
	put_text(&line, "detail", report->detail);
	log_line(report->reason == REASON_OK ||
	    report->reason == REASON_CLEAR ? LOG_LEVEL_INFO :
	    LOG_LEVEL_WARNING, "conn", "%s", line.text + 1);
}
