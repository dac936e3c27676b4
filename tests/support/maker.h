/*
 * maker.h - random policies in wild layout, the same for the same seed.
 */
#ifndef SALLYPORT_TESTS_SUPPORT_MAKER_H
#define SALLYPORT_TESTS_SUPPORT_MAKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAKER_MAX	65536

struct maker {
	uint64_t state;
	char text[MAKER_MAX];
	size_t used;
	bool wild;		/* mistakes, too */
	bool bare;		/* in a statement without braces */
};

/* Leaves a policy in text[used]; about half of them have no mistakes. */
void maker_make(struct maker *maker, uint64_t seed);

#endif
