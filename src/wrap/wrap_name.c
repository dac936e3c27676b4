#include "wrap/wrap_name.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char mark[] = "sallyport/";

/* One endpoint in a name: bytes, so that no compiler pads them. */
struct end {
	uint8_t family;			/* 0, 4, 6 */
	uint8_t port[2], scope[4], addr[16];
};

struct text {
	char zero;			/* makes the name abstract */
	char mark[sizeof(mark) - 1];
	char kind;
	uint8_t id[8];
	struct end local, remote;
};

_Static_assert(sizeof(struct text) <= sizeof(((struct sockaddr_un *)0)->sun_path),
    "the name of a socket fits");

static void
write_end(const struct sockaddr_storage *address, struct end *end)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;

	memset(end, 0, sizeof(*end));
	if (address->ss_family == AF_INET) {
		end->family = 4;
		memcpy(end->port, &v4->sin_port, sizeof(end->port));
		memcpy(end->addr, &v4->sin_addr, sizeof(v4->sin_addr));
	} else if (address->ss_family == AF_INET6) {
		end->family = 6;
		memcpy(end->port, &v6->sin6_port, sizeof(end->port));
		memcpy(end->scope, &v6->sin6_scope_id, sizeof(end->scope));
		memcpy(end->addr, &v6->sin6_addr, sizeof(v6->sin6_addr));
	}
}

static void
read_end(const struct end *end, struct sockaddr_storage *address)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;

	memset(address, 0, sizeof(*address));
	if (end->family == 4) {
		v4->sin_family = AF_INET;
		memcpy(&v4->sin_port, end->port, sizeof(end->port));
		memcpy(&v4->sin_addr, end->addr, sizeof(v4->sin_addr));
	} else if (end->family == 6) {
		v6->sin6_family = AF_INET6;
		memcpy(&v6->sin6_port, end->port, sizeof(end->port));
		memcpy(&v6->sin6_scope_id, end->scope, sizeof(end->scope));
		memcpy(&v6->sin6_addr, end->addr, sizeof(v6->sin6_addr));
	}
}

socklen_t
wrap_name_write(const struct wrap_name *name, struct sockaddr_un *out_r)
{
	struct text text = { .kind = (char)name->kind };

	memcpy(text.mark, mark, sizeof(text.mark));
	memcpy(text.id, &name->id, sizeof(text.id));
	write_end(&name->local, &text.local);
	write_end(&name->remote, &text.remote);
	memset(out_r, 0, sizeof(*out_r));
	out_r->sun_family = AF_UNIX;
	memcpy(out_r->sun_path, &text, sizeof(text));
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
	    sizeof(text));
}

bool
wrap_name_read(const struct sockaddr *sa, socklen_t length,
    struct wrap_name *name_r)
{
	const struct sockaddr_un *name = (const struct sockaddr_un *)sa;
	struct text text;

	if (length != offsetof(struct sockaddr_un, sun_path) + sizeof(text) ||
	    name->sun_family != AF_UNIX)
		return false;
	memcpy(&text, name->sun_path, sizeof(text));
	if (text.zero != '\0' ||
	    memcmp(text.mark, mark, sizeof(text.mark)) != 0 ||
	    (text.kind != WRAP_NAME_LISTENER &&
	    text.kind != WRAP_NAME_CONNECTION &&
	    text.kind != WRAP_NAME_FINISHED))
		return false;
	name_r->kind = (enum wrap_name_kind)text.kind;
	memcpy(&name_r->id, text.id, sizeof(text.id));
	read_end(&text.local, &name_r->local);
	read_end(&text.remote, &name_r->remote);
	return true;
}

bool
wrap_name_of(int fd, struct wrap_name *name_r)
{
	struct sockaddr_storage name;
	socklen_t length = sizeof(name);
	int saved = errno;
	bool ours;

	/* Not getsockname(): in the library that is our own. */
	ours = syscall(SYS_getsockname, fd, &name, &length) == 0 &&
	    wrap_name_read((struct sockaddr *)&name, length, name_r);
	errno = saved;
	return ours;
}

socklen_t
wrap_name_length(const struct sockaddr_storage *address)
{
	return address->ss_family == AF_INET ? sizeof(struct sockaddr_in) :
	    address->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : 0;
}
