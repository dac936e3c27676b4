#include "wrap/wrap_option.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "wrap/wrap_listen.h"
#include "wrap/wrap_memory.h"
#include "wrap/wrap_name.h"
#include "wrap/wrap_option-value.h"
#include "wrap/wrap_real.h"
#include "wrap/wrap_socket.h"

/* linux/socket.h, since Linux 5.14. */
#ifndef SO_BUF_LOCK
#define SO_BUF_LOCK 72
#endif
#define SNDBUF_CHOSEN 1
#define RCVBUF_CHOSEN 2

static int
fail(int error)
{
	errno = error;
	return -1;
}

static bool
is_listener(const struct wrap_name *name)
{
	return name->kind == WRAP_NAME_LISTENER;
}

/* A row whose int the keeper reads from the real listener. */
static bool
is_number(const struct wrap_option_table_row *row)
{
	return row->kind == WRAP_OPTION_TABLE_INT ||
	    row->kind == WRAP_OPTION_TABLE_FLAG ||
	    row->kind == WRAP_OPTION_TABLE_FIXED ||
	    row->kind == WRAP_OPTION_TABLE_LISTENER ||
	    row->kind == WRAP_OPTION_TABLE_NATIVE;
}

/* One that can be set there as well. */
static bool
is_settable(const struct wrap_option_table_row *row)
{
	return is_number(row) && row->kind != WRAP_OPTION_TABLE_FIXED &&
	    (row->kind != WRAP_OPTION_TABLE_INT || row->least < row->most);
}

/*
 * The row, if this socket can have it: IPv4 has none of IPv6's. NULL: the
 * kernel's business, of SOL_SOCKET, and else unknown.
 */
static const struct wrap_option_table_row *
find(const struct wrap_name *of, int level, int name)
{
	if (level == IPPROTO_IPV6 && of->local.ss_family != AF_INET6)
		return NULL;
	return wrap_option_table_find(level, name);
}

static int
kept(int fd, const struct wrap_name *of,
    const struct wrap_option_table_row *row)
{
	unsigned what = wrap_option_table_index(row);
	uint64_t value, listener = of->id;

	if (!is_listener(of)) {
		uint64_t socket = wrap_socket_cookie(fd);

		if (wrap_memory_get(WRAP_MEMORY_CONNECTION, socket, what,
		    &value))
			return (int)value;
		if (!row->inherited || !wrap_memory_get(
		    WRAP_MEMORY_CONNECTION, socket, WRAP_MEMORY_PARENT,
		    &listener))
			return row->fallback;
	}
	if (wrap_memory_get(WRAP_MEMORY_LISTENER, listener, what, &value))
		return (int)value;
	return row->fallback;
}

static void
keep(int fd, const struct wrap_name *of,
    const struct wrap_option_table_row *row, int value)
{
	unsigned what = wrap_option_table_index(row);

	if (!is_listener(of)) {
		wrap_memory_set(WRAP_MEMORY_CONNECTION,
		    wrap_socket_cookie(fd), what, (uint64_t)(int64_t)value);
		return;
	}
	wrap_memory_set(WRAP_MEMORY_LISTENER, of->id, what,
	    (uint64_t)(int64_t)value);
	wrap_memory_set(WRAP_MEMORY_LISTENER, of->id, WRAP_MEMORY_HANDS_ON, 1);
}

static int
ask_listener(int fd, const struct wrap_option_table_row *row)
{
	return wrap_listen_call(fd, 0, WRAP_CALL_GET,
	    WRAP_CALL_OPTION(row->level, row->name));
}

static int
get_number(int fd, const struct wrap_name *of,
    const struct wrap_option_table_row *row, int *value_r)
{
	switch (row->kind) {
	case WRAP_OPTION_TABLE_DOMAIN:
		*value_r = of->local.ss_family;
		return 0;
	case WRAP_OPTION_TABLE_LISTENS:
		*value_r = is_listener(of);
		return 0;
	case WRAP_OPTION_TABLE_FIXED:
		/* What a socket is needs no question. */
		if (row->level == SOL_SOCKET) {
			*value_r = row->fallback;
			return 0;
		}
		break;
	default:
		break;
	}
	*value_r = is_listener(of) ? ask_listener(fd, row) :
	    kept(fd, of, row);
	return is_listener(of) && *value_r < 0 ? -1 : 0;
}

static int
get_row(int fd, const struct wrap_name *of,
    const struct wrap_option_table_row *row, void *value, socklen_t *length)
{
	int number;

	switch (row->kind) {
	case WRAP_OPTION_TABLE_REFUSED:
		return fail(row->error);
	case WRAP_OPTION_TABLE_NONE:
		return wrap_option_value_write(NULL, 0, value, length);
	case WRAP_OPTION_TABLE_CONGESTION:
		return wrap_option_value_write_congestion(kept(fd, of, row),
		    value, length);
	case WRAP_OPTION_TABLE_INFO:
		return wrap_option_value_write_info(is_listener(of), value,
		    length);
	case WRAP_OPTION_TABLE_CRED:
		return wrap_option_value_write_cred(value, length);
	default:
		if (get_number(fd, of, row, &number) < 0)
			return -1;
		return wrap_option_value_write_int(row->level, number, value,
		    length);
	}
}

int
wrap_option_get(int fd, int level, int name, void *value, socklen_t *length)
{
	const struct wrap_option_table_row *row;
	struct wrap_name of;
	int rc;

	if (level == SOL_SOCKET) {
		row = wrap_option_table_find(level, name);
		if (row == NULL || !wrap_name_of(fd, &of) ||
		    (row->kind == WRAP_OPTION_TABLE_NATIVE &&
		    !is_listener(&of)))
			return WRAP_REAL(getsockopt)(fd, level, name, value,
			    length);
	} else {
		/* AF_UNIX has no levels but that one. */
		rc = WRAP_REAL(getsockopt)(fd, level, name, value, length);
		if (rc == 0 || errno != EOPNOTSUPP || !wrap_name_of(fd, &of))
			return rc;
		row = find(&of, level, name);
		if (row == NULL)
			/* IPv4 calls a level that it has not so. */
			return fail(of.local.ss_family == AF_INET6 ||
			    level == IPPROTO_TCP || level == IPPROTO_IP ?
			    ENOPROTOOPT : EOPNOTSUPP);
	}
	return get_row(fd, &of, row, value, length);
}

static int
set_listener(int fd, const struct wrap_name *of,
    const struct wrap_option_table_row *row, int value)
{
	int now;

	if (wrap_listen_call(fd, value, WRAP_CALL_SET,
	    WRAP_CALL_OPTION(row->level, row->name)) < 0)
		return -1;
	if (row->inherited) {
		now = ask_listener(fd, row);
		keep(fd, of, row, now < 0 ? value : now);
	}
	return 0;
}

static int
set_row(int fd, const struct wrap_name *of,
    const struct wrap_option_table_row *row, const void *value,
    socklen_t length)
{
	int number, error;

	if (row->kind == WRAP_OPTION_TABLE_CONGESTION) {
		if (wrap_option_value_read_congestion(value, length,
		    &number) < 0)
			return -1;
		keep(fd, of, row, number);
		return 0;
	}
	if (row->kind == WRAP_OPTION_TABLE_NONE) {
		/* What takes nothing may be set to nothing. */
		return length == 0 && row->level != IPPROTO_TCP ? 0 :
		    fail(row->error);
	}
	if (!is_number(row))
		return fail(row->error);
	if (wrap_option_value_read_int(row->level, value, length,
	    &number) < 0)
		return -1;
	if (is_listener(of) && is_settable(row))
		return set_listener(fd, of, row, number);
	error = wrap_option_table_settle(row, number, &number);
	if (error != 0)
		return fail(error);
	keep(fd, of, row, number);
	return 0;
}

/* To linger for no time is to reset, which an AF_UNIX socket cannot. */
static int
set_linger(int fd, const void *value, socklen_t length)
{
	int rc = WRAP_REAL(setsockopt)(fd, SOL_SOCKET, SO_LINGER, value,
	    length), saved = errno;
	const struct linger *linger = value;
	struct wrap_name of;

	if (rc == 0 && wrap_name_of(fd, &of) && !is_listener(&of)) {
		/* With the keeper gone, its agent has gone, too. */
		(void)wrap_listen_call(fd, linger->l_onoff != 0 &&
		    linger->l_linger == 0, WRAP_CALL_RESET, 0);
		errno = saved;
	}
	return rc;
}

int
wrap_option_set(int fd, int level, int name, const void *value,
    socklen_t length)
{
	const struct wrap_option_table_row *row;
	struct wrap_name of;
	int rc;

	if (level == SOL_SOCKET && name == SO_LINGER)
		return set_linger(fd, value, length);
	if (level == SOL_SOCKET) {
		row = wrap_option_table_find(level, name);
		if (row == NULL || !wrap_name_of(fd, &of) ||
		    (row->kind == WRAP_OPTION_TABLE_NATIVE &&
		    !is_listener(&of)))
			return WRAP_REAL(setsockopt)(fd, level, name, value,
			    length);
	} else {
		rc = WRAP_REAL(setsockopt)(fd, level, name, value, length);
		if (rc == 0 || errno != EOPNOTSUPP || !wrap_name_of(fd, &of))
			return rc;
		row = find(&of, level, name);
		if (row == NULL)
			return fail(ENOPROTOOPT);
	}
	return set_row(fd, &of, row, value, length);
}

static bool
note_congestion(int fd, int *value_r)
{
	char name[16];
	socklen_t length = sizeof(name);

	if (WRAP_REAL(getsockopt)(fd, IPPROTO_TCP, TCP_CONGESTION, name,
	    &length) < 0)
		return false;
	*value_r = wrap_option_table_congestion(name, length);
	return *value_r > 0;
}

/* The size of a buffer is handed on where the program chose it. */
static bool
was_chosen(int fd, int name)
{
	int locked = wrap_socket_option(fd, SO_BUF_LOCK);

	return locked > 0 && (locked & (name == SO_SNDBUF ? SNDBUF_CHOSEN :
	    RCVBUF_CHOSEN)) != 0;
}

static bool
note_row(int fd, const struct wrap_option_table_row *row, int *value_r)
{
	socklen_t length = sizeof(*value_r);

	if (!row->inherited)
		return false;
	if (row->kind == WRAP_OPTION_TABLE_CONGESTION)
		return note_congestion(fd, value_r);
	if (row->level == SOL_SOCKET && (row->name == SO_SNDBUF ||
	    row->name == SO_RCVBUF) && !was_chosen(fd, row->name))
		return false;
	return WRAP_REAL(getsockopt)(fd, row->level, row->name, value_r,
	    &length) == 0 && length == sizeof(*value_r) &&
	    *value_r != row->fallback;
}

void
wrap_option_note(int fd, struct wrap_option_noted *noted_r)
{
	int saved = errno;

	for (unsigned i = 0; i < wrap_option_table_count; i++)
		noted_r->is[i] = note_row(fd, &wrap_option_table_rows[i],
		    &noted_r->value[i]);
	errno = saved;
}

void
wrap_option_keep(uint64_t listener, const struct wrap_option_noted *noted)
{
	const struct wrap_name of = { .kind = WRAP_NAME_LISTENER,
		.id = listener };

	for (unsigned i = 0; i < wrap_option_table_count; i++)
		if (noted->is[i])
			keep(-1, &of, &wrap_option_table_rows[i],
			    noted->value[i]);
}

/* What a connection's own socket has, it must be given. */
static void
inherit_native(uint64_t listener, int fd)
{
	uint64_t kept_value;

	for (unsigned i = 0; i < wrap_option_table_count; i++) {
		const struct wrap_option_table_row *row =
		    &wrap_option_table_rows[i];
		int value;

		if (row->kind != WRAP_OPTION_TABLE_NATIVE ||
		    !wrap_memory_get(WRAP_MEMORY_LISTENER, listener, i,
		    &kept_value))
			continue;
		value = (int)kept_value;
		/* These read as twice what was set (socket(7)). */
		if (row->name == SO_SNDBUF || row->name == SO_RCVBUF)
			value /= 2;
		(void)WRAP_REAL(setsockopt)(fd, row->level, row->name,
		    &value, sizeof(value));
	}
}

void
wrap_option_inherit(uint64_t listener, int fd)
{
	struct wrap_name name;
	uint64_t any;

	if (!wrap_memory_get(WRAP_MEMORY_LISTENER, listener,
	    WRAP_MEMORY_HANDS_ON, &any) || !wrap_name_of(fd, &name))
		return;
	wrap_memory_set(WRAP_MEMORY_CONNECTION, wrap_socket_cookie(fd),
	    WRAP_MEMORY_PARENT, listener);
	inherit_native(listener, fd);
}
