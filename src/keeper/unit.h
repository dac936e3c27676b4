/*
 * unit.h - the systemd service that a process belongs to.
 *
 * systemd keeps every service in a control group of its name, and the kernel
 * says in which group a process is: proc_pid_cgroup(5), cgroups(7). The
 * outermost unit counts, for only the system's own systemd makes that group:
 * what is within it (a user's own services in user@1000.service, a container's)
 * others have named. Slices hold units and are passed over; a scope (a login
 * session, a container) is a unit that is no service.
 */
#ifndef SALLYPORT_KEEPER_UNIT_H
#define SALLYPORT_KEEPER_UNIT_H

#include <stddef.h>
#include <sys/types.h>

#include "base/compiler.h"

/*
 * Writes the service's name with its ending, "nginx.service" or
 * "getty@tty1.service"; "" where there is none, or it does not fit. -1 with
 * errno where it cannot be found out.
 */
MUST_USE int unit_read(pid_t pid, char *buf, size_t size);

/*
 * The same of what such a file holds. The group that systemd itself keeps is
 * counted: "name=systemd", where there is one, else that of cgroup v2.
 */
void unit_parse(const char *text, char *buf, size_t size);

#endif
