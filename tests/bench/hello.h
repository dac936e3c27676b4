/* hello.h - a ClientHello by hand, and the random of the answer. */
#ifndef SALLYPORT_TESTS_BENCH_HELLO_H
#define SALLYPORT_TESTS_BENCH_HELLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Of a record that begins with a ServerHello, up to the random's end. */
enum { HELLO_ANSWER = 43, HELLO_RANDOM = 11, HELLO_MAX = 512 };

/*
 * Writes the record of a ClientHello to bytes[HELLO_MAX]; returns its length.
 * suite 0: the AES-128-GCM ones of the version.
 */
size_t hello_make(bool tls12, uint16_t suite, uint8_t *bytes);

/*
 * What the first `size` bytes of an answer are. 1: a ServerHello, its random
 * complete; 0: too early to say; -1: something else. RFC 8446, 4.1.3.
 */
int hello_look(const uint8_t *answer, size_t size);

#endif
