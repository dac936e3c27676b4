/* trap_option.c - every socket option that a service may set or read. */
#include "trap.h"

#include <errno.h>
#include <limits.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

/* Newer than the headers of the oldest system we build on. */
#ifndef SO_RESERVE_MEM
#define SO_RESERVE_MEM 73
#endif
#ifndef SO_TXREHASH
#define SO_TXREHASH 74
#endif
#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51
#endif

#define READ_ONLY INT_MIN

/* `set`: what is set, and then set back; an int. */
struct option {
	int level, name;
	const char *text;
	int set;
};

#define SOL(name, set) { SOL_SOCKET, name, #name, set }
#define TCP(name, set) { IPPROTO_TCP, name, #name, set }
#define IP4(name, set) { IPPROTO_IP, name, #name, set }
#define IP6(name, set) { IPPROTO_IPV6, name, #name, set }

static const struct option options[] = {
	SOL(SO_TYPE, 1), SOL(SO_DOMAIN, 2), SOL(SO_PROTOCOL, 6),
	SOL(SO_ACCEPTCONN, 1), SOL(SO_ERROR, 1),
	SOL(SO_REUSEADDR, 0), SOL(SO_REUSEPORT, READ_ONLY),
	SOL(SO_KEEPALIVE, 1), SOL(SO_BROADCAST, 1), SOL(SO_OOBINLINE, 1),
	SOL(SO_DONTROUTE, READ_ONLY), SOL(SO_PRIORITY, 3),
	SOL(SO_SNDBUF, 30000), SOL(SO_RCVBUF, 30000),
	SOL(SO_SNDBUFFORCE, 30000), SOL(SO_RCVLOWAT, 1),
	SOL(SO_SNDLOWAT, 1), SOL(SO_TIMESTAMP, 1), SOL(SO_TIMESTAMPNS, 1),
	SOL(SO_PASSCRED, 1), SOL(SO_MARK, 7), SOL(SO_DEBUG, 0),
	SOL(SO_RXQ_OVFL, 1), SOL(SO_NOFCS, 1), SOL(SO_LOCK_FILTER, 0),
	SOL(SO_SELECT_ERR_QUEUE, 1), SOL(SO_BUSY_POLL, 0),
	SOL(SO_MAX_PACING_RATE, 100000000), SOL(SO_BINDTOIFINDEX, 0),
	SOL(SO_ZEROCOPY, 1), SOL(SO_BUF_LOCK, 0),
	SOL(SO_INCOMING_NAPI_ID, READ_ONLY), SOL(SO_PREFER_BUSY_POLL, 0),
	SOL(SO_TXREHASH, 1),
	TCP(TCP_NODELAY, 1), TCP(TCP_MAXSEG, 1000), TCP(TCP_CORK, 1),
	TCP(TCP_KEEPIDLE, 77), TCP(TCP_KEEPINTVL, 11), TCP(TCP_KEEPCNT, 5),
	TCP(TCP_SYNCNT, 3), TCP(TCP_LINGER2, 9), TCP(TCP_DEFER_ACCEPT, 0),
	TCP(TCP_WINDOW_CLAMP, READ_ONLY), TCP(TCP_QUICKACK, 1),
	TCP(TCP_THIN_LINEAR_TIMEOUTS, 1), TCP(TCP_USER_TIMEOUT, 12345),
	TCP(TCP_FASTOPEN, 5), TCP(TCP_TIMESTAMP, READ_ONLY),
	TCP(TCP_NOTSENT_LOWAT, 65536), TCP(TCP_SAVE_SYN, 1),
	TCP(TCP_FASTOPEN_CONNECT, READ_ONLY), TCP(TCP_INQ, 1),
	TCP(TCP_FASTOPEN_NO_COOKIE, 1), TCP(TCP_REPAIR, READ_ONLY),
	TCP(TCP_TX_DELAY, READ_ONLY),
	IP4(IP_TOS, 16), IP4(IP_TTL, 33), IP4(IP_RECVTTL, 1),
	IP4(IP_RECVTOS, 1), IP4(IP_PKTINFO, 1), IP4(IP_MTU_DISCOVER, 1),
	IP4(IP_MTU, READ_ONLY), IP4(IP_RECVERR, 1), IP4(IP_FREEBIND, 1),
	IP4(IP_TRANSPARENT, 1), IP4(IP_MINTTL, 0), IP4(IP_RECVOPTS, 1),
	IP4(IP_RECVORIGDSTADDR, 1), IP4(IP_BIND_ADDRESS_NO_PORT, 1),
	IP4(IP_LOCAL_PORT_RANGE, READ_ONLY), IP4(IP_MULTICAST_TTL, 2),
	IP6(IPV6_V6ONLY, READ_ONLY), IP6(IPV6_TCLASS, 8),
	IP6(IPV6_UNICAST_HOPS, 44), IP6(IPV6_RECVPKTINFO, 1),
	IP6(IPV6_RECVHOPLIMIT, 1), IP6(IPV6_RECVTCLASS, 1),
	IP6(IPV6_MTU, READ_ONLY), IP6(IPV6_MTU_DISCOVER, 1),
	IP6(IPV6_RECVERR, 1), IP6(IPV6_FREEBIND, 1),
	IP6(IPV6_DONTFRAG, 1), IP6(IPV6_TRANSPARENT, READ_ONLY),
	IP6(IPV6_MINHOPCOUNT, 0), IP6(IPV6_AUTOFLOWLABEL, READ_ONLY),
	{ IPPROTO_TCP, 9999, "TCP 9999", 1 },
	{ SOL_SOCKET, 9999, "SOL_SOCKET 9999", 1 },
	{ IPPROTO_IP, 9999, "IP 9999", 1 },
	{ 9999, 1, "level 9999", 1 },
};

/* Set before listen, to be found at the listener and at connections. */
static const struct option handed_on[] = {
	SOL(SO_KEEPALIVE, 1), SOL(SO_OOBINLINE, 1), SOL(SO_PRIORITY, 2),
	SOL(SO_RCVBUF, 50000), SOL(SO_SNDBUF, 60000), SOL(SO_RCVLOWAT, 1),
	TCP(TCP_NODELAY, 1), TCP(TCP_KEEPIDLE, 123), TCP(TCP_KEEPINTVL, 12),
	TCP(TCP_KEEPCNT, 4), TCP(TCP_USER_TIMEOUT, 54321),
	TCP(TCP_SYNCNT, 4), TCP(TCP_LINGER2, 8), TCP(TCP_MAXSEG, 1200),
	TCP(TCP_DEFER_ACCEPT, 0), TCP(TCP_NOTSENT_LOWAT, 99999),
	IP4(IP_TOS, 8), IP4(IP_TTL, 55), IP4(IP_FREEBIND, 1),
	IP4(IP_MTU_DISCOVER, 1),
	IP6(IPV6_TCLASS, 12), IP6(IPV6_UNICAST_HOPS, 66),
};

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

static void
say_option(const char *what, const char *when, int fd,
    const struct option *option)
{
	int value = -12345;
	socklen_t length = sizeof(value);

	if (getsockopt(fd, option->level, option->name, &value, &length) < 0)
		trap_say("%s %s%s: %s", what, option->text, when,
		    trap_result(-1));
	else
		trap_say("%s %s%s: %d, length %u", what, option->text, when,
		    value, length);
}

static void
try_option(const char *what, int fd, const struct option *option)
{
	int before = 0, result;
	socklen_t length = sizeof(before);

	say_option(what, "", fd, option);
	if (option->set == READ_ONLY)
		return;
	result = getsockopt(fd, option->level, option->name, &before,
	    &length);
	trap_say("%s %s set: %s", what, option->text, trap_result(setsockopt(
	    fd, option->level, option->name, &option->set, sizeof(int))));
	say_option(what, " then", fd, option);
	if (result == 0)
		(void)setsockopt(fd, option->level, option->name, &before,
		    sizeof(before));
}

/* Options that are no int; of some only the length is of interest. */
static void
say_linger(const char *what, int fd)
{
	struct linger linger = { 1, 5 };
	socklen_t length = sizeof(linger);

	trap_say("%s linger set: %s", what, trap_result(setsockopt(fd,
	    SOL_SOCKET, SO_LINGER, &linger, length)));
	memset(&linger, 0, sizeof(linger));
	MUST(getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &length));
	trap_say("%s linger: %d %d length %u", what, linger.l_onoff,
	    linger.l_linger, length);
	linger.l_onoff = 0;
	MUST(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, length));
}

static void
say_times(const char *what, int fd)
{
	struct timeval time = { 3, 500000 }, none = { 0, 0 };
	socklen_t length = sizeof(time);

	trap_say("%s timeout set: %s", what, trap_result(setsockopt(fd,
	    SOL_SOCKET, SO_SNDTIMEO, &time, length)));
	memset(&time, 0, sizeof(time));
	MUST(getsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, &length));
	trap_say("%s timeout: %ld %ld length %u", what, (long)time.tv_sec,
	    (long)time.tv_usec, length);
	MUST(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &none, length));
}

static void
say_others(const char *what, int fd)
{
	struct tcp_info info;
	char text[64] = "";
	socklen_t length = sizeof(info);
	unsigned char byte = 0xee;

	trap_say("%s TCP_INFO: %s", what, trap_result(getsockopt(fd,
	    IPPROTO_TCP, TCP_INFO, &info, &length)));
	trap_say("%s TCP_INFO: length %u state %u", what, length,
	    info.tcpi_state);
	length = 8;
	trap_say("%s TCP_INFO, short: %s", what, trap_result(getsockopt(fd,
	    IPPROTO_TCP, TCP_INFO, &info, &length)));
	trap_say("%s TCP_INFO, short: length %u", what, length);
	length = sizeof(text);
	trap_say("%s congestion: %s", what, trap_result(getsockopt(fd,
	    IPPROTO_TCP, TCP_CONGESTION, text, &length)));
	trap_say("%s congestion: %s length %u", what, text, length);
	trap_say("%s congestion set: %s", what, trap_result(setsockopt(fd,
	    IPPROTO_TCP, TCP_CONGESTION, "reno", 4)));
	length = sizeof(text);
	trap_say("%s device: %s", what, trap_result(getsockopt(fd, SOL_SOCKET,
	    SO_BINDTODEVICE, text, &length)));
	trap_say("%s device: length %u", what, length);
	length = 1;
	trap_say("%s one byte: %s", what, trap_result(getsockopt(fd,
	    IPPROTO_TCP, TCP_NODELAY, &byte, &length)));
	trap_say("%s one byte: %u length %u", what, byte, length);
	trap_say("%s one byte set: %s", what, trap_result(setsockopt(fd,
	    IPPROTO_TCP, TCP_NODELAY, &byte, 1)));
	trap_say("%s null: %s", what, trap_result(setsockopt(fd,
	    IPPROTO_TCP, TCP_NODELAY, NULL, 4)));
	length = (socklen_t)-1;
	trap_say("%s negative: %s", what, trap_result(getsockopt(fd,
	    IPPROTO_TCP, TCP_NODELAY, text, &length)));
	length = sizeof(text);
	trap_say("%s ip options: %s", what, trap_result(getsockopt(fd,
	    IPPROTO_IP, IP_OPTIONS, text, &length)));
	trap_say("%s ip options: length %u", what, length);
}

static int
run_options(struct trap *trap)
{
	int fd = trap_listening(trap), connection;
	size_t i;

	for (i = 0; i < COUNT(options); i++)
		try_option("listener", fd, &options[i]);
	say_linger("listener", fd);
	say_times("listener", fd);
	say_others("listener", fd);
	trap_say("ready");
	connection = trap_accept(fd);
	for (i = 0; i < COUNT(options); i++)
		try_option("connection", connection, &options[i]);
	say_linger("connection", connection);
	say_times("connection", connection);
	say_others("connection", connection);
	trap_serve(connection, "options");
	return 0;
}

/* What is set before listen (ARGUMENT: or after) is a connection's, too. */
static int
run_options_kept(struct trap *trap)
{
	bool after = strcmp(trap_argument(trap, 0, "before"), "after") == 0;
	struct linger linger = { 1, 7 };
	int fd = trap_bound(trap), connection;
	size_t i;

	if (after)
		MUST(listen(fd, 16));
	for (i = 0; i < COUNT(handed_on); i++)
		trap_say("%s: %s", handed_on[i].text, trap_result(setsockopt(
		    fd, handed_on[i].level, handed_on[i].name,
		    &handed_on[i].set, sizeof(int))));
	MUST(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger,
	    sizeof(linger)));
	if (!after)
		MUST(listen(fd, 16));
	for (i = 0; i < COUNT(handed_on); i++)
		say_option("listener", "", fd, &handed_on[i]);
	trap_say("ready");
	connection = trap_accept(fd);
	for (i = 0; i < COUNT(handed_on); i++)
		say_option("connection", "", connection, &handed_on[i]);
	trap_serve(connection, "options");
	return 0;
}

const struct trap_mode trap_option_modes[] = {
	{ "options", run_options },
	{ "options-kept", run_options_kept },
	{ NULL, NULL },
};
