/*
 * proof.h - what a start demands of the files that settings name. Whatever
 * fails here refuses the policy, in a start, a reload, `sallyportd --check`
 * and `sallyport lint --deep` alike.
 */
#ifndef SALLYPORT_AGENT_PROOF_H
#define SALLYPORT_AGENT_PROOF_H

#include "base/compiler.h"

struct diag;
struct environment;

/*
 * Loads the key ring of environment->settings, makes its anchors and judge,
 * and proves them: files readable, key fits certificate, dates good, somebody
 * trusted where clients are asked for certificates, a usable cipher suite.
 * Every fault is added to `diag`. 0, or -1 where there was any; what could be
 * loaded stays in the environment either way.
 */
MUST_USE int proof_environment(struct environment *environment,
    struct diag *diag);

#endif
