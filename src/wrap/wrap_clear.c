#include "wrap/wrap_clear.h"

#include <stdatomic.h>

#define SLOTS 64

static _Atomic uint64_t slots[SLOTS];
static atomic_uint next;

void
wrap_clear_add(uint64_t cookie)
{
	if (cookie != 0 && !wrap_clear_has(cookie))
		atomic_store(&slots[atomic_fetch_add(&next, 1) % SLOTS],
		    cookie);
}

bool
wrap_clear_has(uint64_t cookie)
{
	if (cookie == 0)
		return false;
	for (unsigned i = 0; i < SLOTS; i++) {
		uint64_t slot = atomic_load_explicit(&slots[i],
		    memory_order_relaxed);

		if (slot == cookie)
			return true;
		if (slot == 0)
			break;
	}
	return false;
}
