/*
 * run-agent.h - where `sallyport run` gets an agent from.
 */
#ifndef SALLYPORT_CMD_RUN_AGENT_H
#define SALLYPORT_CMD_RUN_AGENT_H

#include "base/compiler.h"
#include "policy/policy.h"

/*
 * Forks a private agent that serves by `policy` until the link ends, in a
 * session of its own, so that what the terminal sends reaches the service
 * only. Its diagnostics and its log go to standard error. The link; -1 with
 * errno.
 */
MUST_USE int run_agent_fork(const char *policy,
    enum policy_defaults defaults);

/* Connects to a daemon's control socket: the link; -1 with errno. */
MUST_USE int run_agent_connect(const char *control);

#endif
