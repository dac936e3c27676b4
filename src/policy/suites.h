/*
 * suites.h - TLS cipher suites: IANA names and code points (RFC 8446 and
 * the IANA registry), as far as the policy language knows them.
 */
#ifndef SALLYPORT_POLICY_SUITES_H
#define SALLYPORT_POLICY_SUITES_H

#include <stddef.h>
#include <stdint.h>

struct suites_suite {
	uint16_t code;
	const char *name;
};

/* By IANA name, ignoring case; by code; NULL where it is not in the table. */
const struct suites_suite *suites_find_name(const char *name, size_t length);
const struct suites_suite *suites_find_code(uint16_t code);

/* Suite number `index` in order of code, or NULL past the last. */
const struct suites_suite *suites_at(size_t index);

/* The one nearest name within three edits, or NULL. */
const char *suites_suggest(const char *name, size_t length);

#endif
