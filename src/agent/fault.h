/*
 * fault.h - says what is wrong with a file that settings name, at the policy
 * line that leads to it.
 */
#ifndef SALLYPORT_AGENT_FAULT_H
#define SALLYPORT_AGENT_FAULT_H

#include "base/compiler.h"
#include "policy/diag.h"
#include "tls/tls_ring.h"

struct settings;

/*
 * Reports a fault, once: settings that share a file share its faults. The
 * line is that of the parameter the fault is about, or the Keyring's where
 * that one is not coded.
 */
void fault_add(struct diag *diag, enum diag_code code,
    const struct settings *settings, const struct tls_ring_error *error);

/* The same, about the ring, from its parts. */
void fault_say(struct diag *diag, enum diag_code code,
    const struct settings *settings, const char *path, const char *cure,
    const char *format, ...) PRINTF_LIKE(6, 7);

/* The same, at a line of the caller's. */
void fault_at(struct diag *diag, enum diag_code code,
    struct source_span span, const struct tls_ring_error *error);

#endif
