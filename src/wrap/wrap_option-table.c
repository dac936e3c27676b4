#include "wrap/wrap_option-table.h"

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

/* Newer than the headers of the oldest system we build on. */
#ifndef SO_BUF_LOCK
#define SO_BUF_LOCK 72
#endif
#ifndef SO_PASSPIDFD
#define SO_PASSPIDFD 76
#endif
#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif
#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS 83
#endif
#ifndef SO_TXREHASH
#define SO_TXREHASH 74
#endif
#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51
#endif
#ifndef IP_PROTOCOL
#define IP_PROTOCOL 52
#endif
#ifndef IPV6_FREEBIND
#define IPV6_FREEBIND 78
#endif
#ifndef IPV6_RECVERR_RFC4884
#define IPV6_RECVERR_RFC4884 31
#endif
#ifndef IPV6_FLOWINFO
#define IPV6_FLOWINFO 11
#endif
#ifndef IPV6_FLOWLABEL_MGR
#define IPV6_FLOWLABEL_MGR 32
#endif
#ifndef IPV6_FLOWINFO_SEND
#define IPV6_FLOWINFO_SEND 33
#endif

/* As an Ethernet leaves it. */
#define MTU 1500
#define MSS 1448
#define HOPS 64

/* TCP_LINGER2 (tcp(7)): the default, and the most that is kept. */
#define LINGER2 60
#define LINGER2_MOST 120

/* Below this the kernel keeps this: half of SOCK_MIN_RCVBUF (socket(7)). */
#define WINDOW_LEAST 1152

static const char *const congestions[] = {
	"cubic", "reno", "bbr", "bic", "cdg", "dctcp", "highspeed", "htcp",
	"hybla", "illinois", "lp", "nv", "scalable", "vegas", "veno",
	"westwood", "yeah",
};

static int
settle_linger2(int value)
{
	return value < 0 ? -1 : value == 0 ? LINGER2 :
	    value > LINGER2_MOST ? LINGER2_MOST : value;
}

static int
settle_window(int value)
{
	return value < WINDOW_LEAST ? WINDOW_LEAST : value;
}

/* An established connection's is what its path allows. */
static int
settle_mss(int value)
{
	(void)value;
	return MSS;
}

/* The bits of congestion notification (RFC 3168) are the kernel's. */
static int
settle_tos(int value)
{
	return value & 0xfc;
}

static int
settle_class(int value)
{
	return value < 0 ? 0 : value & 0xfc;
}

static int
settle_hops(int value)
{
	return value < 0 ? HOPS : value;
}

#define HANDED_ON true
#define OWN false

/* A range, a switch, and so on; see the header for what they do. */
#define INT(level, name, handed, fallback, least, most) \
	{ level, name, WRAP_OPTION_TABLE_INT, handed, fallback, least, \
	  most, EINVAL, NULL }
#define KEPT(level, name, handed, fallback, least, most, settle) \
	{ level, name, WRAP_OPTION_TABLE_INT, handed, fallback, least, \
	  most, EINVAL, settle }
/* A value that cannot be honoured, unless it is what is already so. */
#define ONLY(level, name, value, error) \
	{ level, name, WRAP_OPTION_TABLE_INT, OWN, value, value, value, \
	  error, NULL }
#define FLAG(level, name, handed, fallback) \
	{ level, name, WRAP_OPTION_TABLE_FLAG, handed, fallback, 0, 0, 0, \
	  NULL }
#define FIXED(level, name, value, error) \
	{ level, name, WRAP_OPTION_TABLE_FIXED, OWN, value, 0, 0, error, \
	  NULL }
#define OTHER(level, name, kind, handed, error) \
	{ level, name, WRAP_OPTION_TABLE_##kind, handed, 0, 0, 0, error, \
	  NULL }

const struct wrap_option_table_row wrap_option_table_rows[] = {
	FIXED(SOL_SOCKET, SO_TYPE, SOCK_STREAM, ENOPROTOOPT),
	FIXED(SOL_SOCKET, SO_PROTOCOL, IPPROTO_TCP, ENOPROTOOPT),
	OTHER(SOL_SOCKET, SO_DOMAIN, DOMAIN, OWN, ENOPROTOOPT),
	OTHER(SOL_SOCKET, SO_ACCEPTCONN, LISTENS, OWN, ENOPROTOOPT),
	OTHER(SOL_SOCKET, SO_PEERCRED, CRED, OWN, ENOPROTOOPT),
	OTHER(SOL_SOCKET, SO_PEERGROUPS, REFUSED, OWN, ENODATA),
	OTHER(SOL_SOCKET, SO_PEERPIDFD, REFUSED, OWN, ENODATA),
	OTHER(SOL_SOCKET, SO_PEERSEC, REFUSED, OWN, ENOPROTOOPT),
	FLAG(SOL_SOCKET, SO_REUSEADDR, HANDED_ON, 0),
	FLAG(SOL_SOCKET, SO_REUSEPORT, HANDED_ON, 0),
	FLAG(SOL_SOCKET, SO_KEEPALIVE, HANDED_ON, 0),
	INT(SOL_SOCKET, SO_TXREHASH, HANDED_ON, 1, -1, 1),
	OTHER(SOL_SOCKET, SO_SNDBUF, NATIVE, HANDED_ON, 0),
	OTHER(SOL_SOCKET, SO_RCVBUF, NATIVE, HANDED_ON, 0),
	OTHER(SOL_SOCKET, SO_OOBINLINE, NATIVE, HANDED_ON, 0),
	OTHER(SOL_SOCKET, SO_PRIORITY, NATIVE, OWN, 0),
	OTHER(SOL_SOCKET, SO_BUF_LOCK, NATIVE, OWN, 0),
	/* They would show or hide what the agent is. */
	OTHER(SOL_SOCKET, SO_PASSCRED, REFUSED, OWN, EOPNOTSUPP),
	OTHER(SOL_SOCKET, SO_PASSSEC, REFUSED, OWN, EOPNOTSUPP),
	OTHER(SOL_SOCKET, SO_PASSPIDFD, REFUSED, OWN, EOPNOTSUPP),
	OTHER(SOL_SOCKET, SO_PASSRIGHTS, REFUSED, OWN, EOPNOTSUPP),
	/* They would act on our messages, not on the client's segments. */
	OTHER(SOL_SOCKET, SO_ATTACH_FILTER, NONE, OWN, EOPNOTSUPP),
	OTHER(SOL_SOCKET, SO_ATTACH_BPF, REFUSED, OWN, EOPNOTSUPP),
	OTHER(SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, REFUSED, OWN,
	    EOPNOTSUPP),
	OTHER(SOL_SOCKET, SO_ATTACH_REUSEPORT_EBPF, REFUSED, OWN,
	    EOPNOTSUPP),
	/* Before listen they count; now the client has come as it has. */
	OTHER(SOL_SOCKET, SO_BINDTODEVICE, NONE, OWN, EPERM),
	ONLY(SOL_SOCKET, SO_BINDTOIFINDEX, 0, EPERM),

	FLAG(IPPROTO_TCP, TCP_NODELAY, HANDED_ON, 0),
	KEPT(IPPROTO_TCP, TCP_MAXSEG, OWN, MSS, 88, 32767, settle_mss),
	FLAG(IPPROTO_TCP, TCP_CORK, HANDED_ON, 0),
	INT(IPPROTO_TCP, TCP_KEEPIDLE, HANDED_ON, 7200, 1, 32767),
	INT(IPPROTO_TCP, TCP_KEEPINTVL, HANDED_ON, 75, 1, 32767),
	INT(IPPROTO_TCP, TCP_KEEPCNT, HANDED_ON, 9, 1, 127),
	INT(IPPROTO_TCP, TCP_SYNCNT, HANDED_ON, 6, 1, 127),
	KEPT(IPPROTO_TCP, TCP_LINGER2, HANDED_ON, LINGER2, INT_MIN, INT_MAX,
	    settle_linger2),
	FLAG(IPPROTO_TCP, TCP_DEFER_ACCEPT, OWN, 0),
	KEPT(IPPROTO_TCP, TCP_WINDOW_CLAMP, OWN, 65536, 1, INT_MAX,
	    settle_window),
	FLAG(IPPROTO_TCP, TCP_QUICKACK, OWN, 1),
	INT(IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS, HANDED_ON, 0, 0, 1),
	INT(IPPROTO_TCP, TCP_THIN_DUPACK, OWN, 0, 0, 1),
	INT(IPPROTO_TCP, TCP_USER_TIMEOUT, HANDED_ON, 0, 0, INT_MAX),
	INT(IPPROTO_TCP, TCP_NOTSENT_LOWAT, HANDED_ON, 0, INT_MIN, INT_MAX),
	INT(IPPROTO_TCP, TCP_SAVE_SYN, HANDED_ON, 0, 0, 2),
	OTHER(IPPROTO_TCP, TCP_SAVED_SYN, NONE, OWN, ENOPROTOOPT),
	OTHER(IPPROTO_TCP, TCP_CC_INFO, NONE, OWN, ENOPROTOOPT),
	OTHER(IPPROTO_TCP, TCP_CONGESTION, CONGESTION, HANDED_ON, ENOENT),
	OTHER(IPPROTO_TCP, TCP_INFO, INFO, OWN, ENOPROTOOPT),
	OTHER(IPPROTO_TCP, TCP_FASTOPEN, LISTENER, OWN, EINVAL),
	OTHER(IPPROTO_TCP, TCP_FASTOPEN_CONNECT, LISTENER, OWN, EINVAL),
	OTHER(IPPROTO_TCP, TCP_FASTOPEN_NO_COOKIE, LISTENER, OWN, EINVAL),
	OTHER(IPPROTO_TCP, TCP_FASTOPEN_KEY, NONE, OWN, EINVAL),
	FIXED(IPPROTO_TCP, TCP_TIMESTAMP, 0, EPERM),
	FIXED(IPPROTO_TCP, TCP_REPAIR, 0, EPERM),
	OTHER(IPPROTO_TCP, TCP_ULP, NONE, OWN, ENOENT),
	/* A message of bytes left would have to come with each read. */
	ONLY(IPPROTO_TCP, TCP_INQ, 0, ENOPROTOOPT),
	ONLY(IPPROTO_TCP, TCP_TX_DELAY, 0, ENOPROTOOPT),

	KEPT(IPPROTO_IP, IP_TOS, HANDED_ON, 0, INT_MIN, INT_MAX, settle_tos),
	KEPT(IPPROTO_IP, IP_TTL, HANDED_ON, HOPS, -1, 255, settle_hops),
	OTHER(IPPROTO_IP, IP_OPTIONS, NONE, OWN, EINVAL),
	FLAG(IPPROTO_IP, IP_RECVOPTS, HANDED_ON, 0),
	FLAG(IPPROTO_IP, IP_RETOPTS, HANDED_ON, 0),
	FLAG(IPPROTO_IP, IP_PKTINFO, HANDED_ON, 0),
	INT(IPPROTO_IP, IP_MTU_DISCOVER, HANDED_ON, IP_PMTUDISC_WANT, 0, 5),
	FLAG(IPPROTO_IP, IP_RECVERR, HANDED_ON, 0),
	FLAG(IPPROTO_IP, IP_RECVTTL, HANDED_ON, 0),
	FLAG(IPPROTO_IP, IP_RECVTOS, HANDED_ON, 0),
	FIXED(IPPROTO_IP, IP_MTU, MTU, ENOPROTOOPT),
	FLAG(IPPROTO_IP, IP_FREEBIND, HANDED_ON, 0),
	FLAG(IPPROTO_IP, IP_PASSSEC, HANDED_ON, 0),
	ONLY(IPPROTO_IP, IP_TRANSPARENT, 0, EPERM),
	FLAG(IPPROTO_IP, IP_RECVORIGDSTADDR, HANDED_ON, 0),
	/* Who sets it trusts it to keep distant clients out. */
	ONLY(IPPROTO_IP, IP_MINTTL, 0, ENOPROTOOPT),
	FLAG(IPPROTO_IP, IP_CHECKSUM, HANDED_ON, 0),
	FLAG(IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, HANDED_ON, 0),
	FIXED(IPPROTO_IP, IP_MULTICAST_IF, 0, EINVAL),
	FIXED(IPPROTO_IP, IP_MULTICAST_TTL, 1, EINVAL),
	FLAG(IPPROTO_IP, IP_MULTICAST_LOOP, HANDED_ON, 1),
	INT(IPPROTO_IP, IP_MULTICAST_ALL, HANDED_ON, 1, 0, 1),
	FIXED(IPPROTO_IP, IP_LOCAL_PORT_RANGE, 0, EINVAL),
	FIXED(IPPROTO_IP, IP_PROTOCOL, IPPROTO_TCP, ENOPROTOOPT),

	OTHER(IPPROTO_IPV6, IPV6_V6ONLY, LISTENER, HANDED_ON, EINVAL),
	KEPT(IPPROTO_IPV6, IPV6_TCLASS, HANDED_ON, 0, -1, 255, settle_class),
	KEPT(IPPROTO_IPV6, IPV6_UNICAST_HOPS, HANDED_ON, HOPS, -1, 255,
	    settle_hops),
	FIXED(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 1, ENOPROTOOPT),
	INT(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, HANDED_ON, 1, 0, 1),
	FLAG(IPPROTO_IPV6, IPV6_2292PKTINFO, HANDED_ON, 0),
	FLAG(IPPROTO_IPV6, IPV6_2292HOPLIMIT, HANDED_ON, 0),
	OTHER(IPPROTO_IPV6, IPV6_2292PKTOPTIONS, NONE, OWN, EINVAL),
	FLAG(IPPROTO_IPV6, IPV6_FLOWINFO, HANDED_ON, 0),
	INT(IPPROTO_IPV6, IPV6_MTU_DISCOVER, HANDED_ON, IPV6_PMTUDISC_WANT,
	    0, 5),
	FIXED(IPPROTO_IPV6, IPV6_MTU, MTU, EINVAL),
	FLAG(IPPROTO_IPV6, IPV6_RECVERR, HANDED_ON, 0),
	INT(IPPROTO_IPV6, IPV6_RECVERR_RFC4884, HANDED_ON, 0, 0, 1),
	FLAG(IPPROTO_IPV6, IPV6_FLOWINFO_SEND, HANDED_ON, 0),
	FLAG(IPPROTO_IPV6, IPV6_RECVPKTINFO, HANDED_ON, 0),
	FLAG(IPPROTO_IPV6, IPV6_RECVHOPLIMIT, HANDED_ON, 0),
	FLAG(IPPROTO_IPV6, IPV6_RECVHOPOPTS, HANDED_ON, 0),
	FLAG(IPPROTO_IPV6, IPV6_RECVRTHDR, HANDED_ON, 0),
	FLAG(IPPROTO_IPV6, IPV6_RECVDSTOPTS, HANDED_ON, 0),
	FLAG(IPPROTO_IPV6, IPV6_RECVPATHMTU, HANDED_ON, 0),
	FLAG(IPPROTO_IPV6, IPV6_RECVTCLASS, HANDED_ON, 0),
	FLAG(IPPROTO_IPV6, IPV6_RECVORIGDSTADDR, HANDED_ON, 0),
	OTHER(IPPROTO_IPV6, IPV6_HOPOPTS, NONE, OWN, EINVAL),
	OTHER(IPPROTO_IPV6, IPV6_RTHDRDSTOPTS, NONE, OWN, EINVAL),
	OTHER(IPPROTO_IPV6, IPV6_RTHDR, NONE, OWN, EINVAL),
	OTHER(IPPROTO_IPV6, IPV6_DSTOPTS, NONE, OWN, EINVAL),
	FLAG(IPPROTO_IPV6, IPV6_DONTFRAG, HANDED_ON, 0),
	FLAG(IPPROTO_IPV6, IPV6_AUTOFLOWLABEL, HANDED_ON, 1),
	FLAG(IPPROTO_IPV6, IPV6_FREEBIND, HANDED_ON, 0),
	ONLY(IPPROTO_IPV6, IPV6_TRANSPARENT, 0, EPERM),
	ONLY(IPPROTO_IPV6, IPV6_MINHOPCOUNT, 0, ENOPROTOOPT),
};

#define COUNT \
	(sizeof(wrap_option_table_rows) / sizeof(*wrap_option_table_rows))

const unsigned wrap_option_table_count = COUNT;

_Static_assert(COUNT <= WRAP_OPTION_TABLE_MAX, "there is room for every row");

const struct wrap_option_table_row *
wrap_option_table_find(int level, int name)
{
	const struct wrap_option_table_row *row = wrap_option_table_rows,
	    *end = row + COUNT;

	while (row < end && row->level != level)
		row++;
	/* The rows of a level stand together. */
	for (; row < end && row->level == level; row++)
		if (row->name == name)
			return row;
	return NULL;
}

unsigned
wrap_option_table_index(const struct wrap_option_table_row *row)
{
	return (unsigned)(row - wrap_option_table_rows);
}

int
wrap_option_table_settle(const struct wrap_option_table_row *row, int value,
    int *kept_r)
{
	if (row->kind == WRAP_OPTION_TABLE_FLAG) {
		*kept_r = value != 0;
		return 0;
	}
	if (row->kind != WRAP_OPTION_TABLE_INT || value < row->least ||
	    value > row->most)
		return row->error;
	*kept_r = row->settle != NULL ? row->settle(value) : value;
	return 0;
}

int
wrap_option_table_congestion(const char *name, unsigned length)
{
	size_t given = strnlen(name, length);

	for (unsigned i = 0; i < sizeof(congestions) / sizeof(*congestions);
	    i++)
		if (strlen(congestions[i]) == given &&
		    memcmp(congestions[i], name, given) == 0)
			return (int)i;
	return -1;
}

const char *
wrap_option_table_congestion_name(int number)
{
	return congestions[number];
}
