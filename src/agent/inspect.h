/*
 * inspect.h - what is worth saying of the files that settings name, although
 * it stops no start: what will end soon, what clients may refuse, who else
 * could read or change a key. For `sallyport lint --deep`.
 *
 * Faults that stop a start are proof.h's; nothing is said twice. All that is
 * added is warnings and advice.
 */
#ifndef SALLYPORT_AGENT_INSPECT_H
#define SALLYPORT_AGENT_INSPECT_H

struct diag;
struct environment;

/* Of an environment that was proved, whatever came of it. */
void inspect_environment(const struct environment *environment,
    struct diag *diag);

#endif
