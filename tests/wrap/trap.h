/*
 * trap.h - small services that do what real ones do to their sockets.
 *
 *	trap MODE PORT [HOST [ARGUMENT...]]
 *
 * Each mode is one habit that a wrapped listener must survive. A mode knows
 * nothing of TLS: it is run both plain and wrapped, and what it says, line by
 * line on standard output, must be the same. It says "ready" when a client
 * may come. A call that fails where it should not ends the program with
 * status 9 and says which. Ports and process ids, which differ from run to
 * run, are said by name only.
 */
#ifndef TESTS_TRAP_H
#define TESTS_TRAP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/* What the mode was called with: argv[1] is the port. */
struct trap {
	int argc;
	char **argv;
	const char *host;
	int port;
};

struct trap_mode {
	const char *name;
	int (*run)(struct trap *trap);
};

/* Ended by a row without a name; each file has its own. */
extern const struct trap_mode trap_accept_modes[];
extern const struct trap_mode trap_copy_modes[];
extern const struct trap_mode trap_event_modes[];
extern const struct trap_mode trap_name_modes[];
extern const struct trap_mode trap_option_modes[];
extern const struct trap_mode trap_process_modes[];
extern const struct trap_mode trap_raw_modes[];
extern const struct trap_mode trap_self_modes[];
extern const struct trap_mode trap_transfer_modes[];

/* One line, written at once. */
void trap_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "0", or the error's name where `result` is negative. Keeps errno. */
const char *trap_result(long result);

/* The call's result, which must not be an error. */
int trap_must(long result, const char *call);
#define MUST(call) trap_must((long)(call), #call)

/* The trap's argument number `n` after the host, or `fallback`. */
const char *trap_argument(const struct trap *trap, int n,
    const char *fallback);
int trap_number(const struct trap *trap, int n, int fallback);

/* The address that the mode was called with. */
socklen_t trap_address(const struct trap *trap,
    struct sockaddr_storage *address_r);

/* A TCP socket: nothing more; bound, with SO_REUSEADDR; listening. */
int trap_socket(const struct trap *trap);
int trap_bound(const struct trap *trap);
int trap_listening(const struct trap *trap);

/* accept(2), again where a signal came. The connection must succeed. */
int trap_accept(int listener);

/* Greets with "hello from TAG\n" and echoes until the client has finished;
 * closes. */
void trap_serve(int connection, const char *tag);

/* Waits for a line, or the end, of standard input. */
void trap_wait_line(void);

/* Waits for a child, which must have exited with 0. */
void trap_wait_child(int pid);

#endif
