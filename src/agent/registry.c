#include "agent/registry.h"

#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "agent/claim.h"
#include "agent/link.h"
#include "agent/offer.h"
#include "agent/orders.h"
#include "base/log.h"
#include "policy/rules.h"
#include "policy/times.h"

/* Messages of one link that are read in one wake-up. */
#define BATCH 16

struct peer {
	struct peer *next;
	struct registry *registry;
	int fd;
	ev_io io;
	struct ucred who;
	bool named;		/* who listens is not its own to say */
	char user[sizeof(((struct link_message *)0)->user)];
	size_t offers;
	void (*ended)(void *arg);
	void *arg;
};

struct post {
	struct post *next;
	struct orders *orders;
	bool retired;
};

struct registry {
	struct ev_loop *loop;
	const struct rules *rules;
	struct peer *peers;
	size_t peer_count;
	struct offer *offers;		/* newest first */
	size_t offer_count, offer_limit;
	struct post *posts;
	uint64_t last_id;
};

static void
forget_offer(struct registry *r, struct offer *offer)
{
	struct offer **at = &r->offers;

	while (*at != offer)
		at = &(*at)->next;
	*at = offer->next;
	r->offer_count--;
	offer_free(&offer);
}

static void part(struct peer *peer, const char *why);

static void
answer(struct peer *peer, const struct link_message *message)
{
	if (peer->fd < 0 || link_send(peer->fd, message, NULL, 0) == 0)
		return;
	part(peer, errno == EAGAIN ? "it does not read its answers" :
	    errno == EPIPE || errno == ECONNRESET ? NULL : strerror(errno));
}

static void
answer_dropped(struct peer *peer, uint64_t id)
{
	struct link_message m = { .kind = LINK_DROPPED, .id = id };

	answer(peer, &m);
}

/* Once nobody holds what was dropped, it is over. */
static void
settle(struct registry *r, struct offer *offer)
{
	struct peer *peer = offer->owner;
	uint64_t id = offer->owner_id;

	if (!offer->dropped || offer->holders > 0)
		return;
	forget_offer(r, offer);
	if (peer == NULL)
		return;
	peer->offers--;
	answer_dropped(peer, id);
}

static void
on_released(void *arg, struct offer *offer)
{
	settle(arg, offer);
}

static void
drop(struct registry *r, struct offer *offer)
{
	offer_close(offer);
	/* A hold of ours, so that it lasts as long as the loop. */
	offer->holders++;
	for (struct post *p = r->posts; p != NULL; p = p->next)
		orders_drop(p->orders, offer);
	offer->holders--;
	offer->dropped = true;
	settle(r, offer);
}

/*
 * Ends a link, whose descriptor is -1 from now on. There may be callers that
 * have the struct in hand: the loop buries it.
 */
static void
part(struct peer *peer, const char *why)
{
	struct registry *r = peer->registry;
	struct offer *next;

	if (peer->fd < 0)
		return;
	ev_io_stop(r->loop, &peer->io);
	close(peer->fd);
	peer->fd = -1;
	if (why != NULL)
		log_warning("registry", "the link of keeper %d (user %u) is "
		    "closed: %s", (int)peer->who.pid,
		    (unsigned)peer->who.uid, why);
	for (struct offer *o = r->offers; o != NULL; o = next) {
		next = o->next;
		if (o->owner != peer)
			continue;
		o->owner = NULL;
		if (!o->dropped)
			drop(r, o);
	}
	ev_feed_event(r->loop, &peer->io, EV_CUSTOM);
}

static void
bury(struct peer *peer)
{
	struct registry *r = peer->registry;
	struct peer **at = &r->peers;
	void (*ended)(void *) = peer->ended;
	void *arg = peer->arg;

	while (*at != peer)
		at = &(*at)->next;
	*at = peer->next;
	r->peer_count--;
	ev_clear_pending(r->loop, &peer->io);
	free(peer);
	if (ended != NULL)
		ended(arg);
}

static bool
is_crowded(const struct peer *peer)
{
	return peer->offers >= REGISTRY_OFFERS_MAX ||
	    peer->registry->offer_count >= peer->registry->offer_limit;
}

static void
on_ask(struct peer *peer, const struct link_message *ask)
{
	struct link_message m = { .kind = LINK_VERDICT, .id = ask->id };
	const struct rules_rule *rule;
	struct times_moment moment = { 0 };
	struct rules_flow flow;

	if (offer_flow(ask, &flow) < 0) {
		part(peer, "it asks about no address");
		return;
	}
	times_set(&moment, time(NULL));
	flow.moment = &moment;
	switch (claim_find(peer->registry->rules, &flow, &rule)) {
	case CLAIM_NONE:
		m.verdict = LINK_CLEAR;
		break;
	case CLAIM_WRAP:
		m.verdict = is_crowded(peer) ? LINK_REFUSE :
		    claim_now(rule, &flow) ? LINK_WRAP : LINK_WRAP_LATER;
		snprintf(m.text, sizeof(m.text), "%s", is_crowded(peer) ?
		    "the agent has as many listeners as it can hold; close "
		    "some, or raise its limit of open files" : rule->name);
		break;
	case CLAIM_ELSEWHERE:
		m.verdict = LINK_REFUSE;
		claim_explain(rule, flow.local.port, m.text, sizeof(m.text));
		break;
	}
	answer(peer, &m);
}

static struct offer *
find_offer(const struct peer *peer, uint64_t id)
{
	struct offer *o = peer->registry->offers;

	while (o != NULL && (o->owner != peer || o->owner_id != id))
		o = o->next;
	return o;
}

static void
log_offer(const struct offer *offer, const char *what)
{
	char at[ADDR_TEXT_MAX], job[256], user[256], unit[512];

	log_info("registry", "%s: %s of job=\"%s\" user=\"%s\" "
	    "unit=\"%s\"", what,
	    addr_print_endpoint(&offer->at, at),
	    log_escape(offer->message.job, job, sizeof(job)),
	    log_escape(offer->message.user, user, sizeof(user)),
	    log_escape(offer->message.unit, unit, sizeof(unit)));
}

/* Takes the descriptors where it makes an offer of them. */
static void
on_offer(struct peer *peer, const struct link_message *message, int *fds)
{
	struct registry *r = peer->registry;
	struct offer *offer;

	if (find_offer(peer, message->id) != NULL) {
		part(peer, "it offers one number twice");
		return;
	}
	if (is_crowded(peer)) {
		part(peer, "it offers too many listeners");
		return;
	}
	offer = offer_new(message, fds);
	if (offer == NULL) {
		part(peer, errno == ENOMEM ? "memory is exhausted" :
		    "it offers what is no listener with a channel");
		return;
	}
	fds[0] = fds[1] = fds[2] = -1;
	offer->owner = peer;
	offer->message.id = ++r->last_id;
	offer->next = r->offers;
	r->offers = offer;
	r->offer_count++;
	peer->offers++;
	log_offer(offer, "a wrapped listener is offered");
	for (struct post *p = r->posts; p != NULL; p = p->next)
		if (!p->retired && orders_offer(p->orders, offer) < 0) {
			part(peer, "memory is exhausted");
			return;
		}
}

static void
on_drop(struct peer *peer, uint64_t id)
{
	struct offer *offer = find_offer(peer, id);

	if (offer == NULL)
		answer_dropped(peer, id);
	else if (!offer->dropped)
		drop(peer->registry, offer);
}

static void
on_message(struct peer *peer, struct link_message *message, int *fds)
{
	bool has_fds = fds[0] >= 0;

	if (peer->named) {
		memcpy(message->user, peer->user, sizeof(message->user));
		message->job[0] = message->unit[0] = '\0';
	}
	if (message->kind == LINK_OFFER)
		on_offer(peer, message, fds);
	else if (message->kind == LINK_ASK && !has_fds)
		on_ask(peer, message);
	else if (message->kind == LINK_DROP && !has_fds)
		on_drop(peer, message->id);
	else
		part(peer, "it sends what no keeper says");
	pass_close(fds);
}

static void
on_link(struct ev_loop *loop, ev_io *io, int revents)
{
	struct peer *peer = io->data;
	struct link_message message;
	int fds[PASS_MAX], rc;

	(void)loop;
	(void)revents;
	for (int i = 0; i < BATCH && peer->fd >= 0; i++) {
		rc = link_receive(peer->fd, &message, fds);
		if (rc > 0)
			on_message(peer, &message, fds);
		else if (rc == 0)
			part(peer, NULL);
		else if (errno == EAGAIN || errno == EWOULDBLOCK)
			return;
		else
			part(peer, errno == EPROTO ?
			    "it sends what is no message" : strerror(errno));
	}
	if (peer->fd < 0)
		bury(peer);
}

/*
 * Only root and our own user may speak for other users. Names are looked up
 * once, for a directory may be slow.
 */
static void
find_out_who(struct peer *peer)
{
	socklen_t length = sizeof(peer->who);
	struct passwd *pw;

	if (getsockopt(peer->fd, SOL_SOCKET, SO_PEERCRED, &peer->who,
	    &length) < 0)
		peer->who = (struct ucred){ .uid = (uid_t)-1 };
	peer->named = peer->who.uid != 0 && peer->who.uid != geteuid();
	if (!peer->named)
		return;
	pw = getpwuid(peer->who.uid);
	/* A name that does not fit is unknown, not another one. */
	if (pw != NULL && strlen(pw->pw_name) < sizeof(peer->user))
		strcpy(peer->user, pw->pw_name);
}

void
registry_link(struct registry *r, int fd, void (*ended)(void *arg), void *arg)
{
	struct link_message hello = { .kind = LINK_HELLO,
		.id = LINK_VERSION };
	struct peer *peer;

	if (r->peer_count >= REGISTRY_LINKS_MAX ||
	    (peer = calloc(1, sizeof(*peer))) == NULL) {
		log_warning("registry", "a keeper is turned away: %s",
		    r->peer_count >= REGISTRY_LINKS_MAX ?
		    "there are too many" : "memory is exhausted");
		close(fd);
		if (ended != NULL)
			ended(arg);
		return;
	}
	peer->registry = r;
	peer->fd = fd;
	peer->ended = ended;
	peer->arg = arg;
	peer->next = r->peers;
	r->peers = peer;
	r->peer_count++;
	find_out_who(peer);
	ev_io_init(&peer->io, on_link, fd, EV_READ);
	peer->io.data = peer;
	if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0) {
		part(peer, strerror(errno));
		return;
	}
	ev_io_start(r->loop, &peer->io);
	answer(peer, &hello);
}

struct orders *
registry_enlist(struct registry *r, int fd)
{
	struct orders_owner owner = { on_released, r };
	struct post *post = calloc(1, sizeof(*post));
	bool failed = false;

	if (post == NULL ||
	    (post->orders = orders_new(r->loop, fd, &owner)) == NULL) {
		free(post);
		return NULL;
	}
	post->next = r->posts;
	r->posts = post;
	for (struct offer *o = r->offers; o != NULL; o = o->next)
		if (!o->dropped && orders_offer(post->orders, o) < 0)
			failed = true;
	if (failed)
		log_error("registry", "memory is exhausted: a worker lacks "
		    "wrapped listeners");
	return post->orders;
}

static struct post **
find_post(struct registry *r, const struct orders *orders)
{
	struct post **at = &r->posts;

	while ((*at)->orders != orders)
		at = &(*at)->next;
	return at;
}

void
registry_retire(struct registry *r, const struct orders *orders)
{
	(*find_post(r, orders))->retired = true;
}

void
registry_dismiss(struct registry *r, const struct orders *orders)
{
	struct post **at = find_post(r, orders), *post = *at;

	*at = post->next;
	orders_release_all(post->orders);
	orders_free(&post->orders);
	free(post);
}

void
registry_set_rules(struct registry *r, const struct rules *rules)
{
	const struct rules_rule *rule;
	struct rules_flow flow;

	r->rules = rules;
	for (struct offer *o = r->offers; o != NULL; o = o->next)
		if (!o->dropped && offer_flow(&o->message, &flow) == 0)
			switch (claim_find(rules, &flow, &rule)) {
			case CLAIM_NONE:
				log_offer(o, "no rule names a wrapped listener "
				    "any more, and its clients are refused "
				    "but for those of a rule with TTLSEnabled "
				    "Off");
				break;
			case CLAIM_ELSEWHERE:
				log_offer(o, "the rules hand a wrapped "
				    "listener off otherwise now, and its "
				    "connections are refused");
				break;
			case CLAIM_WRAP:
				break;
			}
}

/* A quarter of the descriptors: each takes two here and in each worker. */
static size_t
limit_offers(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
	    limit.rlim_cur / 4 < REGISTRY_ALL_MAX)
		return limit.rlim_cur / 4;
	return REGISTRY_ALL_MAX;
}

struct registry *
registry_new(struct ev_loop *loop)
{
	struct registry *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->loop = loop;
	r->offer_limit = limit_offers();
	return r;
}

void
registry_free(struct registry **registry)
{
	struct registry *r = *registry;

	if (r == NULL)
		return;
	while (r->posts != NULL) {
		struct post *post = r->posts;

		r->posts = post->next;
		orders_free(&post->orders);
		free(post);
	}
	while (r->peers != NULL) {
		r->peers->ended = NULL;		/* it is we who end it */
		part(r->peers, NULL);
		bury(r->peers);
	}
	while (r->offers != NULL)
		forget_offer(r, r->offers);
	free(r);
	*registry = NULL;
}
