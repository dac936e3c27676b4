/*
 * wrap_option-table.h - the socket options that a wrapped socket answers for
 * TCP: one row each.
 *
 * What a row says of values and errors is what Linux does on a TCP socket
 * (tcp(7), ip(7), ipv6(7), socket(7)), as far as it holds for a connection.
 * Options that are not here are the kernel's own business (of SOL_SOCKET),
 * or unknown (of all other levels).
 */
#ifndef SALLYPORT_WRAP_WRAP_OPTION_TABLE_H
#define SALLYPORT_WRAP_WRAP_OPTION_TABLE_H

#include <stdbool.h>

enum wrap_option_table_kind {
	WRAP_OPTION_TABLE_INT,		/* least..most, else `error` */
	WRAP_OPTION_TABLE_FLAG,		/* any int; 0 or 1 is kept */
	WRAP_OPTION_TABLE_FIXED,	/* to be read; set: `error` */
	WRAP_OPTION_TABLE_LISTENER,	/* so, but a listener's can be set */
	WRAP_OPTION_TABLE_NONE,		/* reads as empty; set: `error` */
	WRAP_OPTION_TABLE_REFUSED,	/* neither: `error` */
	WRAP_OPTION_TABLE_NATIVE,	/* a connection's own socket has it;
					 * a listener's is the real one's */
	WRAP_OPTION_TABLE_CONGESTION,	/* a congestion control's name */
	WRAP_OPTION_TABLE_INFO,		/* struct tcp_info */
	WRAP_OPTION_TABLE_DOMAIN,	/* the address family */
	WRAP_OPTION_TABLE_LISTENS,	/* is it a listener? */
	WRAP_OPTION_TABLE_CRED,		/* struct ucred of nobody */
};

/* Room for as many rows, where one is kept a row. */
#define WRAP_OPTION_TABLE_MAX 128

struct wrap_option_table_row {
	int level, name;
	enum wrap_option_table_kind kind;
	/* Is what is set on a listener found on what it accepts? */
	bool inherited;
	/* What reads where nothing was set. */
	int fallback;
	int least, most, error;
	/* Where it is kept otherwise than set: what is kept. */
	int (*settle)(int value);
};

extern const struct wrap_option_table_row wrap_option_table_rows[];
extern const unsigned wrap_option_table_count;

/* The row, or NULL. */
const struct wrap_option_table_row *wrap_option_table_find(int level,
    int name);

/* Its place in the table. */
unsigned wrap_option_table_index(const struct wrap_option_table_row *row);

/* May an int row be set so? 0 with what is kept, or an errno. */
int wrap_option_table_settle(const struct wrap_option_table_row *row,
    int value, int *kept_r);

/* The number of a congestion control, or -1; and back. The name is as long
 * as said, or ends at a zero before. */
int wrap_option_table_congestion(const char *name, unsigned length);
const char *wrap_option_table_congestion_name(int number);

#endif
