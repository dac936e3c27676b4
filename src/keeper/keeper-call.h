/*
 * keeper-call.h - what a wrapped service's calls are answered.
 *
 * Every stopped call is answered exactly once: at once, or when the agent
 * has said whose the port is, or has let go of it.
 */
#ifndef SALLYPORT_KEEPER_KEEPER_CALL_H
#define SALLYPORT_KEEPER_KEEPER_CALL_H

#include <stdbool.h>

#include "base/addr.h"
#include "base/compiler.h"

struct guard_call;
struct held;
struct keeper;
struct keeper_pending;
struct link_message;

/* A call has come; takes its socket over. */
void keeper_call_take(struct keeper *keeper, struct guard_call *call);

/* The agent has said whose the port of a waiting call is. Frees `pending`. */
void keeper_call_decide(struct keeper *keeper, struct keeper_pending *pending,
    const struct link_message *verdict);

/* Answers those who wait for listeners to be let go of, if all are. */
void keeper_call_settled(struct keeper *keeper);

/* Says a line to the user, once. */
void keeper_call_tell(struct keeper *keeper, const char *format, ...)
    PRINTF_LIKE(2, 3);

/* May a rule secure the listener, by the agent's verdict? */
bool keeper_call_wraps(const struct link_message *verdict);
/* What is to be said behind that rule's name, where it is not in force. */
const char *keeper_call_when(const struct link_message *verdict);

/* "127.0.0.1:80 (python3)"; returns buf. */
#define KEEPER_CALL_PLACE_MAX (ADDR_TEXT_MAX + 300)
const char *keeper_call_place(const struct link_message *message,
    char buf[KEEPER_CALL_PLACE_MAX]);

#endif
