#include "agent/offer.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/resets.h"
#include "io/sock.h"
#include "policy/condition.h"
#include "policy/rules.h"

static bool
is_listener(int fd)
{
	int domain = sock_option(fd, SO_DOMAIN), protocol = sock_option(fd, SO_PROTOCOL);

	return (domain == AF_INET || domain == AF_INET6) &&
	    (protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP) &&
	    sock_option(fd, SO_ACCEPTCONN) == 1;
}

static bool
is_channel(int fd)
{
	return sock_option(fd, SO_DOMAIN) == AF_UNIX &&
	    sock_option(fd, SO_TYPE) == SOCK_SEQPACKET &&
	    sock_option(fd, SO_ACCEPTCONN) == 0;
}

/* There may be none. */
static bool
is_table(int fd)
{
	struct resets *table;
	bool is;

	if (fd < 0)
		return true;
	table = resets_open(fd);
	is = table != NULL;
	resets_release(&table);
	return is;
}

/* What the listener says of itself counts, not what is said of it. */
static int
find_place(int fd, struct link_message *message, struct addr_endpoint *at_r)
{
	socklen_t length = sizeof(message->local);

	return getsockname(fd, (struct sockaddr *)&message->local,
	    &length) < 0 ? -1 : addr_from_sockaddr(
	    (const struct sockaddr *)&message->local, at_r);
}

struct offer *
offer_new(const struct link_message *message, const int fds[PASS_MAX])
{
	struct offer *offer = calloc(1, sizeof(*offer));

	if (offer == NULL)
		return NULL;
	offer->message = *message;
	offer->owner_id = message->id;
	if (!is_listener(fds[0]) || !is_channel(fds[1]) ||
	    !is_table(fds[2]) ||
	    find_place(fds[0], &offer->message, &offer->at) < 0 ||
	    /* Whose accept blocks stops a whole worker. */
	    fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0) {
		free(offer);
		errno = EPROTO;
		return NULL;
	}
	memcpy(offer->fds, fds, sizeof(offer->fds));
	return offer;
}

void
offer_close(struct offer *offer)
{
	pass_close(offer->fds);
}

void
offer_free(struct offer **offer)
{
	offer_close(*offer);
	free(*offer);
	*offer = NULL;
}

/* Any process can take a service's name for its own (PR_SET_NAME). */
static const char *
job_of(const struct link_message *message)
{
	const char *job = message->job;

	return *job == '\0' || condition_unit_stem(job) < strlen(job) ? NULL :
	    job;
}

int
offer_flow(const struct link_message *message, struct rules_flow *flow_r)
{
	*flow_r = (struct rules_flow){
		.direction = RULES_INBOUND,
		.user = message->user[0] == '\0' ? NULL : message->user,
		.job = job_of(message),
		.unit = message->unit[0] == '\0' ? NULL : message->unit,
	};
	return addr_from_sockaddr((const struct sockaddr *)&message->local,
	    &flow_r->local);
}
