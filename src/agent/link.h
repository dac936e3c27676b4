/*
 * link.h - what keeper, supervisor and worker say to each other about
 * wrapped listeners.
 *
 * A keeper (`sallyport run`) and an agent are joined by a SOCK_SEQPACKET
 * socket: a socketpair with the private agent, the control socket with the
 * daemon's. The supervisor speaks to each of its workers over a like pair in
 * the same words. Every message is one struct and up to three descriptors.
 *
 *	keeper -> agent		ASK, OFFER, DROP
 *	agent -> keeper		HELLO (first of all), VERDICT, DROPPED
 *	supervisor -> worker	OFFER, DROP
 *	worker -> supervisor	DROPPED
 *
 * The keeper owns listeners and channels. An agent has copies, and closes
 * them on DROP, when the link ends, and when it dies; a keeper that finds
 * its link ended looks for the next agent and offers all again.
 */
#ifndef SALLYPORT_AGENT_LINK_H
#define SALLYPORT_AGENT_LINK_H

#include <stdint.h>
#include <sys/socket.h>

#include "base/compiler.h"
#include "io/pass.h"

#define LINK_VERSION 3

enum link_kind {
	LINK_HELLO = 1,		/* `id`: LINK_VERSION. The agent serves. */
	LINK_ASK,		/* what is a listener on `local` to you? */
	LINK_VERDICT,		/* the answer to ASK of the same id */
	LINK_OFFER,		/* fds: the listener, the channel's far end,
				 * and, if any, the table of resets.h */
	LINK_DROP,		/* close what was offered as `id` */
	LINK_DROPPED,		/* it is closed, in every process */
};

enum link_verdict {
	LINK_WRAP = 1,		/* a rule may secure it: offer it */
	LINK_CLEAR,		/* no rule ever names it */
	LINK_REFUSE,		/* a rule names it for another hand-off */
	LINK_WRAP_LATER,	/* as WRAP, at other hours; clear till then */
};

struct link_message {
	uint32_t kind;			/* enum link_kind */
	uint32_t verdict;		/* VERDICT: enum link_verdict */
	uint64_t id;			/* chosen by who offers or asks */
	uint32_t backlog;		/* OFFER: of listen(2), at least 1 */
	struct sockaddr_storage local;	/* ASK, OFFER: where it is bound */
	/* ASK, OFFER: of the process that listens. Empty: unknown. */
	char user[64], job[64], unit[256];
	/* VERDICT: WRAP and WRAP_LATER the rule's name (of several the
	 * first); REFUSE why, in words for a person, with the cure. */
	char text[512];
};

/*
 * Sends a message with fds[count]. 0, or -1 with errno; EAGAIN where the
 * socket is non-blocking and full.
 */
MUST_USE int link_send(int fd, const struct link_message *message,
    const int *fds, unsigned count);

/*
 * Receives one message and its descriptors (close-on-exec, the caller's;
 * unused places are -1). 1; 0 at the link's end; -1 with errno, EPROTO where
 * it was no message. The strings are terminated whoever sent them.
 */
MUST_USE int link_receive(int fd, struct link_message *message_r,
    int fds_r[PASS_MAX]);

#endif
