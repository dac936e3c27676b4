/*
 * registry.h - the wrapped listeners of all keepers, and the keepers' links.
 *
 * Offers are numbered anew for the workers: two keepers may choose one number.
 * Every worker gets every offer, the ones it finds when it is forked and those
 * that come later. A listener is closed for its keeper when every worker has
 * let go of it.
 *
 * A keeper is a stranger: whatever it sends but what agent/link.h says ends
 * its link and nobody else's, and so does an answer that it does not fetch.
 */
#ifndef SALLYPORT_AGENT_REGISTRY_H
#define SALLYPORT_AGENT_REGISTRY_H

#include <stddef.h>

#include "base/compiler.h"

struct ev_loop;
struct orders;
struct registry;
struct rules;

/* Links, listeners of one link, and of all. */
#define REGISTRY_LINKS_MAX 1024
#define REGISTRY_OFFERS_MAX 1024
#define REGISTRY_ALL_MAX 4096

/* NULL: memory. */
MUST_USE struct registry *registry_new(struct ev_loop *loop);

/*
 * Ends all links and forgets their offers, without a word to keepers, who see
 * the end, and to workers, who keep what they have. Also for the worker that
 * was forked with it. Safe on NULL.
 */
void registry_free(struct registry **registry);

/*
 * The rules that listeners are judged by from now on; they stay the caller's.
 * The log tells which offered listeners are claimed no more.
 */
void registry_set_rules(struct registry *registry, const struct rules *rules);

/*
 * Takes over the link of a keeper and greets it. `ended` is called when the
 * keeper has ended it, and may free the registry; NULL: nobody cares.
 */
void registry_link(struct registry *registry, int fd,
    void (*ended)(void *arg), void *arg);

/*
 * A new worker that takes orders over `fd` (see agent/orders.h), which is the
 * registry's then. NULL: memory; the descriptor is the caller's.
 */
MUST_USE struct orders *registry_enlist(struct registry *registry, int fd);

/* It is retired: it gets no new listeners. It is dead: it has none. */
void registry_retire(struct registry *registry, const struct orders *orders);
void registry_dismiss(struct registry *registry, const struct orders *orders);

#endif
