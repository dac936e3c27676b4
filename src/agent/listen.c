#include "agent/listen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/sock.h"
#include "policy/rules.h"
#include "policy/settings.h"

static const struct addr any_v4 = { { [10] = 0xff, [11] = 0xff } };
static const struct addr any_v6 = { { 0 } };

static bool
is_wildcard(const struct addr *a)
{
	return addr_compare(a, &any_v4) == 0 || addr_compare(a, &any_v6) == 0;
}

static int
add(struct listen_set *set, const struct rules_rule *rule,
    const struct addr *addr, uint16_t port, struct listen_error *error_r)
{
	struct listen_socket *grown;

	*error_r = (struct listen_error){ .rule = rule };
	if (set->count >= LISTEN_MAX) {
		error_r->what = "the policy asks for more than 10000 "
		    "listening sockets";
		return -1;
	}
	/* Doubling at powers of two. */
	if ((set->count & (set->count - 1)) == 0) {
		grown = reallocarray(set->sockets,
		    set->count == 0 ? 1 : set->count * 2, sizeof(*grown));
		if (grown == NULL) {
			error_r->error = ENOMEM;
			return -1;
		}
		set->sockets = grown;
	}
	set->sockets[set->count++] = (struct listen_socket){
		.at = { *addr, port }, .rule = rule, .fd = -1 };
	return 0;
}

/* What one port of a rule asks for; families the host lacks are left out. */
static int
add_port(struct listen_set *set, const struct rules_rule *rule,
    uint16_t port, struct listen_error *error_r)
{
	const struct rules_addrs *addrs = rule->local_addrs;
	bool v4 = addrs == NULL, v6 = addrs == NULL;

	for (size_t i = 0; addrs != NULL && i < addrs->count; i++) {
		const struct addr_range *r = &addrs->range[i];

		if (addr_compare(&r->lo, &r->hi) == 0) {
			if (add(set, rule, &r->lo, port, error_r) < 0)
				return -1;
			continue;
		}
		/* All is the one range that spans both families. */
		v4 = v4 || addr_is_v4(&r->lo) || addr_is_v4(&r->hi) ||
		    addr_compare(&r->lo, &any_v4) < 0;
		v6 = v6 || !addr_is_v4(&r->lo) || !addr_is_v4(&r->hi);
	}
	if (v4 && sock_family_works(AF_INET) &&
	    add(set, rule, &any_v4, port, error_r) < 0)
		return -1;
	if (v6 && sock_family_works(AF_INET6) &&
	    add(set, rule, &any_v6, port, error_r) < 0)
		return -1;
	return 0;
}

static int
by_port_family_address(const void *a, const void *b)
{
	const struct listen_socket *x = a, *y = b;
	bool wild_x = is_wildcard(&x->at.addr), wild_y;

	if (x->at.port != y->at.port)
		return x->at.port < y->at.port ? -1 : 1;
	if (addr_is_v4(&x->at.addr) != addr_is_v4(&y->at.addr))
		return addr_is_v4(&x->at.addr) ? -1 : 1;
	wild_y = is_wildcard(&y->at.addr);
	if (wild_x != wild_y)
		return wild_x ? -1 : 1;
	return addr_compare(&x->at.addr, &y->at.addr);
}

/* A wildcard listens for all of its family; twice the same is once. */
static void
reduce(struct listen_set *set)
{
	size_t kept = 0;

	if (set->count == 0)
		return;
	qsort(set->sockets, set->count, sizeof(set->sockets[0]),
	    by_port_family_address);
	for (size_t i = 1; i < set->count; i++) {
		const struct listen_socket *last = &set->sockets[kept];
		const struct listen_socket *this = &set->sockets[i];

		if (last->at.port == this->at.port &&
		    addr_is_v4(&last->at.addr) ==
		    addr_is_v4(&this->at.addr) &&
		    (is_wildcard(&last->at.addr) ||
		    addr_compare(&last->at.addr, &this->at.addr) == 0))
			continue;
		set->sockets[++kept] = *this;
	}
	set->count = kept + 1;
}

int
listen_plan(const struct rules *rules, struct listen_set *set_r,
    struct listen_error *error_r)
{
	*set_r = (struct listen_set){ 0 };
	for (size_t i = 0; i < rules_count(rules); i++) {
		const struct rules_rule *rule = rules_at(rules, i);

		if (rule->local_ports == NULL ||
		    settings_handoff(rule->actions->application) !=
		    SETTINGS_HANDOFF_FORWARD ||
		    (rule->direction & RULES_INBOUND) == 0)
			continue;
		for (size_t p = 0; p < rule->local_ports->count; p++) {
			const struct addr_ports *r =
			    &rule->local_ports->range[p];

			for (uint32_t port = r->lo; port <= r->hi; port++)
				if (add_port(set_r, rule, (uint16_t)port,
				    error_r) < 0) {
					listen_close(set_r);
					return -1;
				}
		}
	}
	reduce(set_r);
	return 0;
}

/* Sets are sorted. */
static struct listen_socket *
find(struct listen_set *set, const struct addr_endpoint *at)
{
	struct listen_socket key = { .at = *at };

	return set == NULL || set->count == 0 ? NULL : bsearch(&key,
	    set->sockets, set->count, sizeof(key), by_port_family_address);
}

/*
 * A wildcard may take the place of addresses, or the other way round, while
 * the old generation still holds those, and its workers too.
 */
static int
open_beside(const struct addr_endpoint *at, const struct listen_set *old)
{
	int *others, fd;
	size_t count = 0;

	if (old == NULL || old->count == 0)
		return sock_listen(at);
	others = calloc(old->count, sizeof(*others));
	if (others == NULL)
		return -1;
	for (size_t i = 0; i < old->count; i++)
		if (old->sockets[i].at.port == at->port &&
		    addr_is_v4(&old->sockets[i].at.addr) ==
		    addr_is_v4(&at->addr))
			others[count++] = old->sockets[i].fd;
	fd = sock_listen_beside(at, others, count);
	free(others);
	return fd;
}

int
listen_open(struct listen_set *set, struct listen_set *old,
    struct listen_error *error_r)
{
	struct listen_socket *had;

	for (size_t i = 0; i < set->count; i++) {
		struct listen_socket *s = &set->sockets[i];

		had = find(old, &s->at);
		s->fd = had == NULL ? open_beside(&s->at, old) : had->fd;
		if (s->fd >= 0)
			continue;
		*error_r = (struct listen_error){ .rule = s->rule,
		    .at = s->at, .error = errno };
		/* What was taken over stays the old set's. */
		for (size_t j = 0; j < i; j++)
			if (find(old, &set->sockets[j].at) != NULL)
				set->sockets[j].fd = -1;
		listen_close(set);
		return -1;
	}
	for (size_t i = 0; i < set->count; i++) {
		had = find(old, &set->sockets[i].at);
		if (had != NULL)
			had->fd = -1;
	}
	return 0;
}

void
listen_close(struct listen_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->sockets[i].fd >= 0)
			close(set->sockets[i].fd);
	free(set->sockets);
	*set = (struct listen_set){ 0 };
}
