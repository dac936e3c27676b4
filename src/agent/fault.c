#include "agent/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "policy/settings.h"

static struct source_span
span_of(const struct settings *s, enum tls_ring_about about)
{
	const struct source_span *origin = NULL;

	if (about == TLS_RING_ABOUT_LABEL)
		origin = s->server_labels.count > 0 ?
		    SETTINGS_ORIGIN(s, server_labels) :
		    s->certificate_label != NULL || s->server_sni_list.count
		    == 0 ? SETTINGS_ORIGIN(s, certificate_label) :
		    SETTINGS_ORIGIN(s, server_sni_list);
	else if (about == TLS_RING_ABOUT_SUITES)
		origin = SETTINGS_ORIGIN(s, ciphers);
	else if (about == TLS_RING_ABOUT_PAIRS)
		origin = s->suite_b != SETTINGS_SUITE_B_OFF ?
		    SETTINGS_ORIGIN(s, suite_b) :
		    SETTINGS_ORIGIN(s, signature_pairs);
	if (origin == NULL)
		origin = SETTINGS_ORIGIN(s, keyring);
	return origin == NULL ? (struct source_span){ 0 } : *origin;
}

/* Was the same said of the same place? */
static bool
is_known(const struct diag *diag, enum diag_code code,
    const struct source_span *span, const struct tls_ring_error *error)
{
	const struct diag_record *record;
	size_t path = strlen(error->path);

	for (size_t i = 0; (record = diag_at(diag, i)) != NULL; i++)
		if (record->code == code &&
		    record->span.offset == span->offset &&
		    strncmp(record->message, error->path, path) == 0 &&
		    strncmp(record->message + path, ": ", 2) == 0 &&
		    strcmp(record->message + path + 2, error->what) == 0)
			return true;
	return false;
}

void
fault_at(struct diag *diag, enum diag_code code, struct source_span span,
    const struct tls_ring_error *error)
{
	if (is_known(diag, code, &span, error))
		return;
	diag_cure(diag, diag_report(diag, code, span, "%s: %s", error->path,
	    error->what), "%s", error->cure);
}

void
fault_add(struct diag *diag, enum diag_code code,
    const struct settings *settings, const struct tls_ring_error *error)
{
	fault_at(diag, code, span_of(settings, error->about), error);
}

void
fault_say(struct diag *diag, enum diag_code code,
    const struct settings *settings, const char *path, const char *cure,
    const char *format, ...)
{
	struct tls_ring_error error;
	char what[sizeof(error.what)];
	va_list ap;

	va_start(ap, format);
	vsnprintf(what, sizeof(what), format, ap);
	va_end(ap);
	tls_ring_fault(&error, path, cure, "%s", what);
	fault_add(diag, code, settings, &error);
}
