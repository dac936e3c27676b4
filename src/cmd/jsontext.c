#include "cmd/jsontext.h"

#include "base/log.h"

#define ESCAPED_MAX	4096

json_t *
jsontext_new(const char *text)
{
	char escaped[ESCAPED_MAX];
	json_t *json;

	if (text == NULL)
		return json_null();
	json = json_string(text);
	return json != NULL ? json :
	    json_string(log_escape(text, escaped, sizeof(escaped)));
}
