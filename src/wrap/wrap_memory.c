#include "wrap/wrap_memory.h"

#include <stdatomic.h>
#include <stddef.h>

#define WAYS 8
#define CONNECTION_SETS 1024
#define LISTENER_SETS 128

/*
 * `state` is odd while a slot is written; a reader that saw it change, or
 * odd, has read nothing. A writer that finds it odd takes another slot: the
 * other writer may be what this one, a signal handler, has interrupted, or a
 * thread that a fork left behind.
 */
struct slot {
	atomic_uint state;
	_Atomic uint32_t what;
	_Atomic uint64_t socket, value;
};

static struct slot connections[CONNECTION_SETS][WAYS];
static struct slot listeners[LISTENER_SETS][WAYS];
static atomic_uint turn;

static struct slot *
set_of(enum wrap_memory_of of, uint64_t socket, uint32_t what)
{
	uint64_t mixed = (socket + what) * UINT64_C(0x9e3779b97f4a7c15) >> 32;

	return of == WRAP_MEMORY_CONNECTION ?
	    connections[mixed % CONNECTION_SETS] :
	    listeners[mixed % LISTENER_SETS];
}

static bool
read_slot(const struct slot *slot, uint64_t socket, uint32_t what,
    uint64_t *value_r)
{
	unsigned before = atomic_load(&slot->state);

	if ((before & 1) != 0 || atomic_load(&slot->socket) != socket ||
	    atomic_load(&slot->what) != what)
		return false;
	*value_r = atomic_load(&slot->value);
	return atomic_load(&slot->state) == before;
}

static bool
write_slot(struct slot *slot, uint64_t socket, uint32_t what, uint64_t value)
{
	unsigned state = atomic_load(&slot->state);

	if ((state & 1) != 0 || !atomic_compare_exchange_strong(&slot->state,
	    &state, state + 1))
		return false;
	atomic_store(&slot->socket, socket);
	atomic_store(&slot->what, what);
	atomic_store(&slot->value, value);
	atomic_store(&slot->state, state + 2);
	return true;
}

/* Its own slot, else an empty one, else each in turn. */
static unsigned
choose(const struct slot *set, uint64_t socket, uint32_t what)
{
	unsigned empty = WAYS;

	for (unsigned i = 0; i < WAYS; i++) {
		uint64_t owner = atomic_load(&set[i].socket);

		if (owner == socket && atomic_load(&set[i].what) == what)
			return i;
		if (owner == 0 && empty == WAYS)
			empty = i;
	}
	return empty < WAYS ? empty : atomic_fetch_add(&turn, 1) % WAYS;
}

void
wrap_memory_set(enum wrap_memory_of of, uint64_t socket, uint32_t what,
    uint64_t value)
{
	struct slot *set = set_of(of, socket, what);
	unsigned first;

	if (socket == 0)
		return;
	first = choose(set, socket, what);
	for (unsigned i = 0; i < WAYS; i++)
		if (write_slot(&set[(first + i) % WAYS], socket, what, value))
			return;
}

bool
wrap_memory_get(enum wrap_memory_of of, uint64_t socket, uint32_t what,
    uint64_t *value_r)
{
	const struct slot *set = set_of(of, socket, what);

	for (unsigned i = 0; socket != 0 && i < WAYS; i++)
		if (read_slot(&set[i], socket, what, value_r))
			return true;
	return false;
}
