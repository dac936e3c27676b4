/*
 * run-service.h - the wrapped service: how it is started.
 *
 * It gets what exec would give it: descriptors, directory, environment but
 * for LD_PRELOAD, limits, process group, signal mask and ignored signals;
 * and besides the library, a filter on listen(2) and no_new_privs.
 */
#ifndef SALLYPORT_CMD_RUN_SERVICE_H
#define SALLYPORT_CMD_RUN_SERVICE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/compiler.h"

/* Exit statuses of ours, as env(1), nohup(1) and timeout(1) have them. */
#define RUN_SERVICE_REFUSED	125
#define RUN_SERVICE_NO_EXEC	126
#define RUN_SERVICE_NOT_FOUND	127

/* A descriptor of the service's that something of ours takes the place of. */
struct run_service_swap {
	int number, with;
};

struct run_service {
	char **argv;
	const sigset_t *mask;		/* as `sallyport` was started with */
	bool childless;			/* so was SIGCHLD: ignored */
	const struct run_service_swap *swaps;
	size_t swap_count;
};

/* The process name that the command will have: its file's. */
const char *run_service_name(const char *command);

/* Prints "sallyport run: ..." to standard error. */
void run_service_complain(const char *format, ...) PRINTF_LIKE(1, 2);

/*
 * Can the command be wrapped? 0, or the exit status, and told: it is set-id
 * or has file capabilities, so that it would not get its rights; or we are
 * wrapped ourselves.
 */
MUST_USE int run_service_check(const char *command);

/*
 * Starts it. 0, or the exit status, and told. *guard_r is the filter's
 * descriptor (keeper/guard.h), the caller's.
 */
MUST_USE int run_service_start(const struct run_service *service,
    pid_t *pid_r, int *guard_r);

#endif
