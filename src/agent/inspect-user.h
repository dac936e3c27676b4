/*
 * inspect-user.h - are there the users whose names Userid asks for?
 */
#ifndef SALLYPORT_AGENT_INSPECT_USER_H
#define SALLYPORT_AGENT_INSPECT_USER_H

struct diag;
struct rules;

/* Looks up the user of each rule that names one whole. */
void inspect_user_all(const struct rules *rules, struct diag *diag);

#endif
