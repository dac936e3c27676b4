/*
 * supervisor.h - the parent: policy, sockets, keys, and the workers' lives.
 *
 * It loads a generation, opens the ports and forks workers; replaces one that
 * dies; on SIGHUP loads the policy again, and where that is good forks new
 * workers and retires the old ones, and where it is not keeps what runs; on
 * SIGTERM or SIGINT lets the workers drain and ends, on a second one at once.
 *
 * Wrapped listeners come from keepers, over links (agent/link.h): from the
 * one keeper of a private agent, or from those that connect to the daemon's
 * control socket.
 */
#ifndef SALLYPORT_AGENT_SUPERVISOR_H
#define SALLYPORT_AGENT_SUPERVISOR_H

#include <stdbool.h>

#include "base/compiler.h"
#include "policy/policy.h"

struct diag;
struct sandbox_user;

struct supervisor_options {
	const char *policy;
	enum policy_defaults defaults;
	unsigned workers;			/* at least 1 */
	const struct sandbox_user *user;	/* NULL: stay who we are */
	/*
	 * The link of a private agent, taken over; -1: none. LINK_HELLO is
	 * sent when the workers serve; the link's end counts as SIGTERM. A
	 * private agent opens no port of Handoff Forward.
	 */
	int keeper;
	const char *control;	/* path of the control socket; NULL: none */
	/* Shows a policy's diagnostics to whoever must cure them. */
	void (*show)(struct diag *diag, bool refused);
	/* Called once, when connections are served; may be NULL. */
	void (*ready)(void);
	/* Called first of all in each worker; may be NULL. */
	void (*in_worker)(void);
};

/*
 * Runs until stopped. The exit status of the program: 0 stopped in order,
 * 1 refused to start (the reasons were shown or logged). The TLS library
 * must have been started; it is ended here.
 */
MUST_USE int supervisor_run(const struct supervisor_options *options);

#endif
