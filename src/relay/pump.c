#include "relay/pump.h"

#include <string.h>

#include "relay/chan.h"

/*
 * Bytes a wake-up: enough that bulk data is not slowed by the event loop, and
 * little enough that thousands of others need not wait.
 */
#define BUDGET (4 * BUFFER_SIZE)
/* What a read costs at least: a record of one byte is work, too. */
#define READ_COST 1024

void
pump_init(struct pump *pump, struct chan *from, struct chan *to)
{
	memset(pump, 0, sizeof(*pump));
	pump->from = from;
	pump->to = to;
	pump->state = PUMP_FLOWS;
	pump->waits = PUMP_AGAIN;
}

void
pump_fini(struct pump *pump)
{
	buffer_drop(&pump->buffer);
}

static unsigned
stop(struct pump *pump, enum pump_state state)
{
	pump->state = state;
	buffer_drop(&pump->buffer);
	return 0;
}

/* Reads until the buffer is full, the source dry, or the budget spent. */
static enum chan_io
draw(struct pump *pump, size_t *budget)
{
	enum chan_io io = CHAN_DONE;
	size_t room, n, cost;
	uint8_t *to;

	while (io == CHAN_DONE && *budget > 0) {
		to = buffer_room(&pump->buffer, &room);
		if (to == NULL) {
			stop(pump, PUMP_NO_MEMORY);
			return CHAN_FAILED;
		}
		if (room == 0)
			break;
		io = chan_read(pump->from, to, room, &n);
		buffer_add(&pump->buffer, n);
		/* There is no more now; asking costs as much as being told. */
		if (io == CHAN_DONE && n < room && pump->from->tls == NULL)
			io = CHAN_WANT_READ;
		cost = n < READ_COST ? READ_COST : n;
		*budget -= cost < *budget ? cost : *budget;
	}
	buffer_settle(&pump->buffer);
	return io;
}

/* Writes until the buffer is empty and the destination holds nothing. */
static enum chan_io
pour(struct pump *pump)
{
	enum chan_io io = CHAN_DONE;
	size_t n;

	while (io == CHAN_DONE && buffer_length(&pump->buffer) > 0) {
		io = chan_write(pump->to, buffer_bytes(&pump->buffer),
		    buffer_length(&pump->buffer), &n);
		buffer_take(&pump->buffer, n);
		pump->bytes += n;
	}
	return io == CHAN_DONE ? chan_flush(pump->to) : io;
}

static unsigned
wants(enum chan_io io, unsigned read_bit, unsigned write_bit)
{
	return io == CHAN_WANT_READ ? read_bit :
	    io == CHAN_WANT_WRITE ? write_bit : 0;
}

static unsigned
pass_on_end(struct pump *pump)
{
	enum chan_io io;

	if (pump->read_failed)
		return stop(pump, PUMP_READ_FAILED);
	io = chan_finish(pump->to);
	if (io == CHAN_FAILED)
		return stop(pump, PUMP_WRITE_FAILED);
	if (io == CHAN_DONE)
		return stop(pump, PUMP_DONE);
	return wants(io, PUMP_TO_READ, PUMP_TO_WRITE);
}

static unsigned
run(struct pump *pump)
{
	size_t budget = BUDGET;
	enum chan_io io;
	unsigned wait;

	while (pump->state == PUMP_FLOWS) {
		wait = 0;
		if (!pump->ended) {
			io = draw(pump, &budget);
			if (pump->state != PUMP_FLOWS)
				break;
			pump->read_failed = io == CHAN_FAILED;
			pump->ended = io == CHAN_END || io == CHAN_FAILED;
			wait = wants(io, PUMP_FROM_READ, PUMP_FROM_WRITE);
		}
		/* What came before an end or a failure is passed on. */
		io = pour(pump);
		if (io == CHAN_FAILED)
			return stop(pump, PUMP_WRITE_FAILED);
		if (io != CHAN_DONE)
			return wait | wants(io, PUMP_TO_READ, PUMP_TO_WRITE);
		if (pump->ended)
			return pass_on_end(pump);
		if (wait != 0)
			return wait;
		if (budget == 0)
			return PUMP_AGAIN;
	}
	return 0;
}

unsigned
pump_run(struct pump *pump)
{
	pump->waits = run(pump);
	return pump->waits;
}

unsigned
pump_run_ready(struct pump *pump, bool from_ready, bool to_ready)
{
	unsigned ready = PUMP_AGAIN |
	    (from_ready ? PUMP_FROM_READ | PUMP_FROM_WRITE : 0) |
	    (to_ready ? PUMP_TO_READ | PUMP_TO_WRITE : 0);

	return (pump->waits & ready) != 0 ? pump_run(pump) : pump->waits;
}
