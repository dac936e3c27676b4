#include "agent/inspect-backend.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent/fault.h"
#include "policy/rules.h"
#include "policy/settings.h"

static int
by_address(const void *a, const void *b)
{
	const struct settings_application *const *x = a, *const *y = b;

	return *x < *y ? -1 : *x > *y;
}

/*
 * Is a socket bound there? A connection of another type tells without being
 * one: EPROTOTYPE where there is, ECONNREFUSED where nobody is.
 */
static bool
is_anybody_there(const char *path)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd, rc, error;

	if (strlen(path) >= sizeof(name.sun_path))
		return true;
	strcpy(name.sun_path, path);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return true;
	rc = connect(fd, (const struct sockaddr *)&name, sizeof(name));
	error = errno;
	close(fd);
	return rc == 0 || error != ECONNREFUSED;
}

static void
look_at(const struct settings_application *application,
    struct diag *diag)
{
	const char *path = application->backend.unix_path;
	const struct source_span *origin = SETTINGS_ORIGIN(application,
	    backend);
	enum diag_code code = DIAG_BACKEND_ABSENT;
	struct tls_ring_error error;
	struct stat st;

	if (stat(path, &st) < 0) {
		tls_ring_fault(&error, path,
		    "start the service, or correct the path", "%s",
		    strerror(errno));
	} else if (!S_ISSOCK(st.st_mode)) {
		code = DIAG_BACKEND_KIND;
		tls_ring_fault(&error, path, "correct the path",
		    "it is not a socket");
	} else if (!is_anybody_there(path)) {
		tls_ring_fault(&error, path, "start the service",
		    "nobody listens on this socket now");
	} else {
		return;
	}
	fault_at(diag, code, origin == NULL ? (struct source_span){ 0 } :
	    *origin, &error);
}

void
inspect_backend_all(const struct rules *rules, struct diag *diag)
{
	const struct settings_application **list, *a;
	size_t count = 0;

	list = calloc(rules_count(rules) + 1, sizeof(*list));
	if (list == NULL) {
		diag_out_of_memory(diag);
		return;
	}
	for (size_t i = 0; i < rules_count(rules); i++) {
		a = rules_at(rules, i)->actions->application;
		if (settings_handoff(a) == SETTINGS_HANDOFF_FORWARD &&
		    a->backend.unix_path != NULL)
			list[count++] = a;
	}
	qsort(list, count, sizeof(*list), by_address);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || list[i] != list[i - 1])
			look_at(list[i], diag);
	free(list);
}
