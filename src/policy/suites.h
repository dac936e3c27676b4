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

/*
 * The suite that is meant by the name that OpenSSL, GnuTLS, Mbed TLS or old
 * IBM books have for it: ECDHE-RSA-AES256-GCM-SHA384; or by one that lacks
 * TLS_ or WITH_. NULL where there is none.
 */
const struct suites_suite *suites_find_foreign(const char *name,
    size_t length);

/* The nearest names within three edits; 0 where there are none, or many. */
#define SUITES_NEAREST_MAX	2
size_t suites_suggest(const char *name, size_t length,
    const char *nearest_r[SUITES_NEAREST_MAX]);

#endif
