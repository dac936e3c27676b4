/*
 * wrap_option-value.h - the values of socket options, as they are passed in
 * and out.
 *
 * Lengths are checked as the kernel does: an int that is read is cut to what
 * the caller has room for, one that is set must be whole, except that a level
 * of IPPROTO_IP knows values of one byte, too. All return 0, or -1 with
 * EINVAL or EFAULT.
 */
#ifndef SALLYPORT_WRAP_WRAP_OPTION_VALUE_H
#define SALLYPORT_WRAP_WRAP_OPTION_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/* `from` of `size` bytes to the caller's place of *length, which is set. */
int wrap_option_value_write(const void *from, size_t size, void *value,
    socklen_t *length);

/* An int of an option of that level. */
int wrap_option_value_write_int(int level, int number, void *value,
    socklen_t *length);

/* The same, from the caller. */
int wrap_option_value_read_int(int level, const void *value,
    socklen_t length, int *number_r);

/* A congestion control's name, for its number in the table. */
int wrap_option_value_write_congestion(int number, void *value,
    socklen_t *length);

/* The number for the name; ENOENT: there is none of it. */
int wrap_option_value_read_congestion(const void *value, socklen_t length,
    int *number_r);

/* The struct tcp_info of a listener, or of a connection without a past. */
int wrap_option_value_write_info(bool listener, void *value,
    socklen_t *length);

/* SO_PEERCRED of what is not AF_UNIX. */
int wrap_option_value_write_cred(void *value, socklen_t *length);

#endif
