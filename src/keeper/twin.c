#include "keeper/twin.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "io/sock.h"

/* Absent from older headers; linux/in6.h. */
#ifndef IPV6_FREEBIND
#define IPV6_FREEBIND 78
#endif
#ifndef IPV6_TRANSPARENT
#define IPV6_TRANSPARENT 75
#endif
#ifndef IPV6_MINHOPCOUNT
#define IPV6_MINHOPCOUNT 73
#endif
#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

/* socket(7): more takes CAP_NET_ADMIN. */
#define PRIORITY_MAX 6

/* The longest value: an interface's or a congestion control's name. */
#define VALUE_MAX 64

enum care {
	WANTED,		/* the kernel may refuse it, and nothing is lost */
	NEEDED,		/* without it the twin would serve other clients */
};

enum right {
	ANYBODY,	/* may set it */
	PRIVILEGED,	/* some of its values, or all, need a capability */
};

/*
 * What is set on a listener counts for its port, or is inherited by what is
 * accepted. SO_LINGER is left out on purpose: it would cut off TLS's last
 * words. SO_REUSEADDR is dealt with by listen_beside.
 */
static const struct option {
	int level, name;
	enum care care;
	enum right right;
	bool doubled;	/* the kernel reports twice what was set (socket(7)) */
} options[] = {
	{ IPPROTO_IPV6, IPV6_V6ONLY, NEEDED, ANYBODY, false },
	{ SOL_SOCKET, SO_REUSEPORT, NEEDED, ANYBODY, false },
	{ SOL_SOCKET, SO_BINDTODEVICE, NEEDED, PRIVILEGED, false },
	{ IPPROTO_IP, IP_FREEBIND, NEEDED, ANYBODY, false },
	{ IPPROTO_IP, IP_TRANSPARENT, NEEDED, PRIVILEGED, false },
	{ IPPROTO_IPV6, IPV6_FREEBIND, NEEDED, ANYBODY, false },
	{ IPPROTO_IPV6, IPV6_TRANSPARENT, NEEDED, PRIVILEGED, false },
	{ SOL_SOCKET, SO_MARK, NEEDED, PRIVILEGED, false },
	{ IPPROTO_IP, IP_MINTTL, NEEDED, ANYBODY, false },
	{ IPPROTO_IPV6, IPV6_MINHOPCOUNT, NEEDED, ANYBODY, false },
	{ SOL_SOCKET, SO_KEEPALIVE, WANTED, ANYBODY, false },
	{ SOL_SOCKET, SO_OOBINLINE, WANTED, ANYBODY, false },
	{ SOL_SOCKET, SO_PRIORITY, WANTED, PRIVILEGED, false },
	{ SOL_SOCKET, SO_RCVBUF, WANTED, ANYBODY, true },
	{ SOL_SOCKET, SO_SNDBUF, WANTED, ANYBODY, true },
	{ IPPROTO_IP, IP_TOS, WANTED, ANYBODY, false },
	{ IPPROTO_IP, IP_TTL, WANTED, ANYBODY, false },
	{ IPPROTO_IP, IP_MTU_DISCOVER, WANTED, ANYBODY, false },
	{ IPPROTO_IPV6, IPV6_TCLASS, WANTED, ANYBODY, false },
	{ IPPROTO_IPV6, IPV6_UNICAST_HOPS, WANTED, ANYBODY, false },
	{ IPPROTO_TCP, TCP_CONGESTION, WANTED, PRIVILEGED, false },
	{ IPPROTO_TCP, TCP_NODELAY, WANTED, ANYBODY, false },
	{ IPPROTO_TCP, TCP_MAXSEG, WANTED, ANYBODY, false },
	{ IPPROTO_TCP, TCP_KEEPIDLE, WANTED, ANYBODY, false },
	{ IPPROTO_TCP, TCP_KEEPINTVL, WANTED, ANYBODY, false },
	{ IPPROTO_TCP, TCP_KEEPCNT, WANTED, ANYBODY, false },
	{ IPPROTO_TCP, TCP_SYNCNT, WANTED, ANYBODY, false },
	{ IPPROTO_TCP, TCP_LINGER2, WANTED, ANYBODY, false },
	{ IPPROTO_TCP, TCP_DEFER_ACCEPT, WANTED, ANYBODY, false },
	{ IPPROTO_TCP, TCP_WINDOW_CLAMP, WANTED, ANYBODY, false },
	{ IPPROTO_TCP, TCP_USER_TIMEOUT, WANTED, ANYBODY, false },
	{ IPPROTO_TCP, TCP_NOTSENT_LOWAT, WANTED, ANYBODY, false },
};

/* Only what differs is copied: a default that is set is no default more. */
static int
copy_option(int from, int to, const struct option *o)
{
	char value[VALUE_MAX], same[VALUE_MAX];
	socklen_t length = sizeof(value), same_length = sizeof(same);
	int number;

	if (getsockopt(from, o->level, o->name, value, &length) < 0 ||
	    getsockopt(to, o->level, o->name, same, &same_length) < 0 ||
	    (length == same_length && memcmp(value, same, length) == 0))
		return 0;
	if (o->doubled && length == sizeof(number)) {
		memcpy(&number, value, sizeof(number));
		number /= 2;
		memcpy(value, &number, sizeof(number));
	}
	if (setsockopt(to, o->level, o->name, value, length) == 0 ||
	    o->care == WANTED)
		return 0;
	errno = EOPNOTSUPP;
	return -1;
}

static int
copy_options(int from, int to)
{
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (copy_option(from, to, &options[i]) < 0)
			return -1;
	return 0;
}

/* Their value is the number of a descriptor, and would be one of ours. */
static bool
names_a_descriptor(int level, int name)
{
	return level == SOL_SOCKET && (name == SO_ATTACH_FILTER ||
	    name == SO_ATTACH_BPF || name == SO_ATTACH_REUSEPORT_CBPF ||
	    name == SO_ATTACH_REUSEPORT_EBPF);
}

static bool
is_anybodys(int level, int name, int value)
{
	if (level == SOL_SOCKET && name == SO_PRIORITY)
		return value >= 0 && value <= PRIORITY_MAX;
	if ((level == SOL_SOCKET && name == SO_REUSEADDR) ||
	    (level == IPPROTO_TCP && (name == TCP_QUICKACK ||
	    name == TCP_FASTOPEN || name == TCP_CORK)))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (options[i].level == level && options[i].name == name)
			return options[i].right == ANYBODY;
	return false;
}

int
twin_set(int twin, int level, int name, int value, bool equal)
{
	if (names_a_descriptor(level, name) ||
	    (!equal && !is_anybodys(level, name, value))) {
		errno = EPERM;
		return -1;
	}
	return setsockopt(twin, level, name, &value, sizeof(value));
}

static void
set_int(int fd, int name, int value)
{
	(void)setsockopt(fd, SOL_SOCKET, name, &value, sizeof(value));
}

/* It may keep clients out, and can be read back but in part: EACCES. */
static bool
has_filter(int fd)
{
	socklen_t length = 0;

	return getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, NULL,
	    &length) < 0 ? errno == EACCES : length > 0;
}

static bool
is_of_our_network(int original, int twin)
{
	uint64_t theirs = 0, ours = 0;
	socklen_t length = sizeof(theirs);

	/* A kernel without the option (before 5.14) cannot tell. */
	if (getsockopt(original, SOL_SOCKET, SO_NETNS_COOKIE, &theirs,
	    &length) < 0)
		return true;
	length = sizeof(ours);
	return getsockopt(twin, SOL_SOCKET, SO_NETNS_COOKIE, &ours,
	    &length) == 0 && ours == theirs;
}

/* Two sockets that both have SO_REUSEADDR may be bound to one address as
 * long as none of them listens. */
static int
listen_beside(int original, int twin, int backlog)
{
	struct sockaddr_storage at;
	socklen_t length = sizeof(at);
	int reuse = sock_option(original, SO_REUSEADDR);

	if (getsockname(original, (struct sockaddr *)&at, &length) < 0)
		return -1;
	set_int(original, SO_REUSEADDR, 1);
	set_int(twin, SO_REUSEADDR, 1);
	/* listen(2) looks for conflicts once more. */
	if (bind(twin, (struct sockaddr *)&at, length) < 0 ||
	    listen(twin, backlog) < 0)
		return -1;
	/* What is accepted inherits it, and decides on a later bind. */
	set_int(twin, SO_REUSEADDR, reuse);
	return 0;
}

/* SO_REUSEPORT is shared among the sockets of one user only. */
static void
take_owner(int original, int twin)
{
	struct stat st;

	if (fstat(original, &st) == 0 && st.st_uid != geteuid() &&
	    fchown(twin, st.st_uid, (gid_t)-1) < 0)
		errno = 0;
}

static int
give_up(int fd)
{
	int saved = errno;

	close(fd);
	errno = saved;
	return -1;
}

int
twin_listen(int original, int backlog)
{
	int twin = socket(sock_option(original, SO_DOMAIN), SOCK_STREAM |
	    SOCK_NONBLOCK | SOCK_CLOEXEC, sock_option(original, SO_PROTOCOL));

	if (twin < 0)
		return -1;
	if (!is_of_our_network(original, twin)) {
		errno = ENONET;
		return give_up(twin);
	}
	if (has_filter(original)) {
		errno = EOPNOTSUPP;
		return give_up(twin);
	}
	take_owner(original, twin);
	if (copy_options(original, twin) < 0 ||
	    listen_beside(original, twin, backlog) < 0)
		return give_up(twin);
	return twin;
}

static void
copy_limit(int from, int to, int name)
{
	struct timeval limit;
	socklen_t length = sizeof(limit);

	if (getsockopt(from, SOL_SOCKET, name, &limit, &length) == 0 &&
	    (limit.tv_sec != 0 || limit.tv_usec != 0))
		(void)setsockopt(to, SOL_SOCKET, name, &limit, length);
}

/* The library hands it on to what is accepted. */
static void
copy_linger(int from, int to)
{
	struct linger linger;
	socklen_t length = sizeof(linger);

	if (getsockopt(from, SOL_SOCKET, SO_LINGER, &linger, &length) == 0 &&
	    linger.l_onoff != 0)
		(void)setsockopt(to, SOL_SOCKET, SO_LINGER, &linger, length);
}

int
twin_channel(int original, int fds_r[2])
{
	int flags = fcntl(original, F_GETFL);

	if (flags < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
	    fds_r) < 0)
		return -1;
	if (fcntl(fds_r[0], F_SETFL, O_NONBLOCK) < 0 ||
	    fcntl(fds_r[1], F_SETFL, flags & O_NONBLOCK) < 0) {
		close(fds_r[1]);
		return give_up(fds_r[0]);
	}
	copy_limit(original, fds_r[1], SO_RCVTIMEO);
	copy_limit(original, fds_r[1], SO_SNDTIMEO);
	copy_linger(original, fds_r[1]);
	return 0;
}
