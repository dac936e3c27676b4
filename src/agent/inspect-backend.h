/*
 * inspect-backend.h - is anybody there, behind Backend unix:PATH?
 */
#ifndef SALLYPORT_AGENT_INSPECT_BACKEND_H
#define SALLYPORT_AGENT_INSPECT_BACKEND_H

struct diag;
struct rules;

/* Looks at the sockets of all rules of Handoff Forward; connects to none. */
void inspect_backend_all(const struct rules *rules, struct diag *diag);

#endif
