#include "load.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const mode_names[] = {
	"hs", "rr", "up", "down", "idle", "hellos",
};

NO_RETURN static void
usage(void)
{
	fputs("usage: load MODE PORT [OPTION...]\n"
	    "  hs      handshakes, with one byte echoed after each\n"
	    "  rr      round trips\n"
	    "  up      bytes to a backend that is a sink\n"
	    "  down    bytes from a backend that is a source\n"
	    "  idle    opens connections; waits; one echo on each; waits\n"
	    "  hellos  a ClientHello, and the random of the answer in hex\n"
	    "  --count N            handshakes, round trips, hellos (1000)\n"
	    "  --conns N            connections at once (8)\n"
	    "  --mib N              of bulk, on each connection (64)\n"
	    "  --size N             of a round trip, in bytes (64)\n"
	    "  --tls 1.2|1.3|off    (1.3)\n"
	    "  --resume ticket|id   the session of a connection before\n"
	    "  --suite HEX          of a hello\n"
	    "  --name NAME          the server's (localhost)\n"
	    "  --ca FILE --cert FILE --key FILE\n"
	    "  --limit SECONDS      then it gives up (60)\n"
	    "  --wait               waits when all is prepared\n", stderr);
	exit(2);
}

static unsigned long
number(const char *text, int base, unsigned long least, unsigned long most)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, base);
	if (errno != 0 || end == text || *end != '\0' || value < least ||
	    value > most)
		usage();
	return value;
}

static int
word(const char *text, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(text, list[i]) == 0)
			return (int)i;
	usage();
}

static void
set_option(struct load_options *options, int option, const char *value)
{
	static const char *const versions[] = { "1.3", "1.2", "off" };
	static const char *const ways[] = { "no", "ticket", "id" };
	struct client_setup *setup = &options->setup;
	int version;

	switch (option) {
	case 'n': options->count = number(value, 10, 1, 100000000); break;
	case 'c': options->conns = number(value, 10, 1, 100000); break;
	case 'm': options->mib = number(value, 10, 1, 16384); break;
	case 's': options->size = number(value, 10, 1, LOAD_RECORD); break;
	case 'l': options->limit = number(value, 10, 1, 3600); break;
	case 'w': options->wait = true; break;
	case 'u': options->suite = (uint16_t)number(value, 16, 1, 0xffff);
		break;
	case 't':
		version = word(value, versions, ARRAY_SIZE(versions));
		setup->tls = version != 2;
		setup->tls12 = version == 1;
		break;
	case 'r': setup->resume = (enum client_resume)word(value, ways,
		    ARRAY_SIZE(ways)); break;
	case 'N': setup->name = value; break;
	case 'a': setup->ca = value; break;
	case 'e': setup->cert = value; break;
	case 'k': setup->key = value; break;
	default: usage();
	}
}

static void
check(const struct load_options *options)
{
	const struct client_setup *setup = &options->setup;

	if (options->mode == LOAD_RR && options->count < options->conns)
		usage();
	if (setup->tls && (setup->ca == NULL ||
	    (setup->cert == NULL) != (setup->key == NULL)))
		usage();
	/* TLS 1.3 has tickets only; without TLS there is nothing to resume. */
	if (setup->resume != CLIENT_RESUME_NO && (!setup->tls ||
	    (setup->resume == CLIENT_RESUME_ID && !setup->tls12)))
		usage();
}

void
load_options(struct load_options *options, int argc, char *argv[])
{
	static const struct option list[] = {
		{ "count", required_argument, NULL, 'n' },
		{ "conns", required_argument, NULL, 'c' },
		{ "mib", required_argument, NULL, 'm' },
		{ "size", required_argument, NULL, 's' },
		{ "limit", required_argument, NULL, 'l' },
		{ "wait", no_argument, NULL, 'w' },
		{ "suite", required_argument, NULL, 'u' },
		{ "tls", required_argument, NULL, 't' },
		{ "resume", required_argument, NULL, 'r' },
		{ "name", required_argument, NULL, 'N' },
		{ "ca", required_argument, NULL, 'a' },
		{ "cert", required_argument, NULL, 'e' },
		{ "key", required_argument, NULL, 'k' },
		{ NULL, 0, NULL, 0 },
	};
	struct client_setup *setup = &options->setup;
	int option;

	*options = (struct load_options){
		.count = 1000, .conns = 8, .mib = 64, .size = 64,
		.limit = 60, .setup = { .tls = true, .name = "localhost" },
	};
	while ((option = getopt_long(argc, argv, "", list, NULL)) != -1)
		set_option(options, option, optarg);
	if (argc - optind != 2)
		usage();
	options->mode = (enum load_mode)word(argv[optind], mode_names,
	    ARRAY_SIZE(mode_names));
	setup->port = (uint16_t)number(argv[optind + 1], 10, 1, 65535);
	if (options->mode == LOAD_HELLOS)
		setup->tls = false;
	if (options->mode == LOAD_HS || options->mode == LOAD_IDLE)
		options->size = 1;
	check(options);
}
