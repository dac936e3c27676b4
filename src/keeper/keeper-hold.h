/*
 * keeper-hold.h - all that a keeper holds, and what the agent knows of it.
 */
#ifndef SALLYPORT_KEEPER_KEEPER_HOLD_H
#define SALLYPORT_KEEPER_KEEPER_HOLD_H

#include <stdbool.h>
#include <stdint.h>

struct held;
struct keeper;
struct keeper_ended;

/* Takes `held` over, offers it to the agent, and drops it when the service
 * has closed it. */
void keeper_hold_add(struct keeper *keeper, struct held *held);

/* Closes it, and tells the agent to; it is forgotten when the agent has. */
void keeper_hold_drop(struct keeper *keeper, struct held *held);

/* Drops what the service has left already. Is anything being dropped? */
bool keeper_hold_sweep(struct keeper *keeper);
bool keeper_hold_is_dropping(const struct keeper *keeper);

/* The agent let go of this; or is gone, and so has let go of all. */
void keeper_hold_dropped(struct keeper *keeper, uint64_t id);
void keeper_hold_all_dropped(struct keeper *keeper);

/*
 * Listeners are kept that have no channel, as long as the service has a copy
 * of what they replaced; this lets go of those it has not.
 */
void keeper_hold_look(struct keeper *keeper);

/* What was held as `id`, and ended not long ago; or NULL. */
const struct keeper_ended *keeper_hold_ended(const struct keeper *keeper,
    uint64_t id);

/* Closes all, and tells nobody. */
void keeper_hold_forget_all(struct keeper *keeper);

/* There is a new agent. */
void keeper_hold_offer_all(struct keeper *keeper);

/* What replaced the socket of this cookie; what has this id. Or NULL. */
struct held *keeper_hold_by_cookie(const struct keeper *keeper,
    uint64_t cookie);
struct held *keeper_hold_by_id(const struct keeper *keeper, uint64_t id);

#endif
