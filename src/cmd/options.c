#include "cmd/options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"

#define LONGS_MAX 20

/* An option whose value is a letter has that for a short form. */
static void
add_short(const struct option *option, struct str *shorts)
{
	if (option->val < 256)
		str_add(shorts, "%c%s", option->val,
		    option->has_arg == required_argument ? ":" : "");
}

/* `first`: what getopt_long's list of short options begins with. */
static int
next(const char *command, int argc, char **argv, const char *first,
    const struct option *longs)
{
	static const struct option help = {
		"help", no_argument, NULL, OPTIONS_HELP
	};
	struct option all[LONGS_MAX];
	char shorts_text[3 * LONGS_MAX];
	struct str shorts;
	char quoted[STR_QUOTE_MAX];
	const char *typed;
	size_t n = 0;
	int got;

	str_init(&shorts, shorts_text, sizeof(shorts_text));
	str_add(&shorts, "%s", first);
	while (longs[n].name != NULL) {
		ensure(n < LONGS_MAX - 2);
		all[n] = longs[n];
		add_short(&all[n++], &shorts);
	}
	all[n] = help;
	add_short(&help, &shorts);
	memset(&all[n + 1], 0, sizeof(all[n + 1]));
	opterr = 0;
	got = getopt_long(argc, argv, shorts_text, all, NULL);
	if (got != ':' && got != '?')
		return got;
	typed = argv[optind - 1];
	str_quote(typed, strcspn(typed, "="), quoted);
	if (got == ':')
		options_refuse(command, "option %s needs a value", quoted);
	else if (optopt >= 256 || strchr(typed, '=') != NULL)
		options_refuse(command,
		    "option %s is not known or takes no value", quoted);
	else
		options_refuse(command,
		    "option %s is not known, or short for several", quoted);
	return OPTIONS_ERROR;
}

int
options_next(const char *command, int argc, char **argv,
    const struct option *longs)
{
	return next(command, argc, argv, ":", longs);
}

int
options_next_leading(const char *command, int argc, char **argv,
    const struct option *longs)
{
	return next(command, argc, argv, "+:", longs);
}

int
options_refuse(const char *command, const char *format, ...)
{
	char message[1024];
	va_list ap;

	va_start(ap, format);
	vsnprintf(message, sizeof(message), format, ap);
	va_end(ap);
	fprintf(stderr, "%s: %s; see `%s --help`\n", command, message,
	    command);
	return OPTIONS_EXIT_USAGE;
}

int
options_choice(const char *command, const char *option, const char *text,
    const char *const *choices)
{
	char quoted[STR_QUOTE_MAX], buf[256];
	struct str known;

	str_init(&known, buf, sizeof(buf));
	for (int i = 0; choices[i] != NULL; i++) {
		if (strcasecmp(text, choices[i]) == 0)
			return i;
		str_add(&known, "%s%s", i == 0 ? "" : ", ", choices[i]);
	}
	options_refuse(command, "%s %s is none of %s", option,
	    str_quote(text, strlen(text), quoted), buf);
	return -1;
}

int
options_defaults(const char *command, const char *text,
    enum policy_defaults *defaults_r)
{
	static const char *const names[] = { "Modern", "zOS", NULL };
	static const enum policy_defaults values[] = {
		POLICY_DEFAULTS_MODERN, POLICY_DEFAULTS_ZOS
	};
	int i = options_choice(command, "--defaults", text, names);

	if (i == -1)
		return -1;
	*defaults_r = values[i];
	return 0;
}

int
options_finish(const char *command)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	fprintf(stderr, "%s: standard output: %s\n", command,
	    strerror(errno));
	return OPTIONS_EXIT_USAGE;
}

void
options_consider(struct options_nearest *nearest, const char *typed,
    const char *candidate)
{
	size_t length = strlen(typed);
	unsigned limit = 1 + (unsigned)(length < 200 ? length : 200) / 4;
	unsigned distance = str_distance(typed, length, candidate,
	    strlen(candidate), limit);

	if (distance > limit || distance >= length)
		return;
	if (nearest->word == NULL || distance < nearest->distance) {
		nearest->word = candidate;
		nearest->distance = distance;
		nearest->tied = 0;
	} else if (distance == nearest->distance) {
		nearest->tied = 1;
	}
}
