/*
 * lint-view.h - what a rule's actions code, parameter by parameter.
 *
 * The compiler adds actions up to settings, but has none where it found a
 * mistake. A view is made of what is there all the same, and knows what it
 * cannot be sure of; so one mistake does not hide what else is wrong.
 */
#ifndef SALLYPORT_LINT_LINT_VIEW_H
#define SALLYPORT_LINT_LINT_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/source.h"

struct body;
struct body_set;
struct lint_scope;

/* The parameters that checks ask for; of the statements a rule leads to. */
#define LINT_VIEW_FIELDS(F) \
	F(ENABLED, "TTLSEnabled") \
	F(FIPS, "FIPS140") \
	F(ROLE, "HandshakeRole") \
	F(SUITE_B, "SuiteBProfile") \
	F(CIPHERS, "V3CipherSuites") \
	F(CIPHERS4, "V3CipherSuites4Char") \
	F(SSLV2, "SSLv2") \
	F(SSLV3, "SSLv3") \
	F(TLSV1, "TLSv1") \
	F(TLSV11, "TLSv1.1") \
	F(TLSV12, "TLSv1.2") \
	F(TLSV13, "TLSv1.3") \
	F(TIMEOUT, "HandshakeTimeout") \
	F(CLIENT_AUTH, "ClientAuthType") \
	F(CLIENT_FRAGMENT, "ClientMaxSSLFragment") \
	F(CLIENT_FRAGMENT_LENGTH, "ClientMaxSSLFragmentLength") \
	F(CLIENT_SNI, "ClientHandshakeSNI") \
	F(CLIENT_SNI_MATCH, "ClientHandshakeSNIMatch") \
	F(CLIENT_SNI_LIST, "ClientHandshakeSNIList") \
	F(SERVER_SNI, "ServerHandshakeSNI") \
	F(SERVER_SNI_MATCH, "ServerHandshakeSNIMatch") \
	F(SERVER_SNI_LIST, "ServerHandshakeSNIList") \
	F(HOST_DNS, "HostReferenceIdDNS") \
	F(HOST_CN, "HostReferenceIdCN") \
	F(SESSION_CACHE, "GSK_V3_SIDCACHE_SIZE") \
	F(SESSION_TIMEOUT, "GSK_V3_SESSION_TIMEOUT") \
	F(TICKET_ENABLE, "GSK_SESSION_TICKET_SERVER_ENABLE") \
	F(TICKET_TIMEOUT, "GSK_SESSION_TICKET_SERVER_TIMEOUT")

enum lint_view_field {
#define LINT_VIEW_ENUM(symbol, name) LINT_VIEW_##symbol,
	LINT_VIEW_FIELDS(LINT_VIEW_ENUM)
#undef LINT_VIEW_ENUM
	LINT_VIEW_COUNT,
};

struct lint_view {
	const struct body *rule;
	const struct body *group, *environment, *connection; /* NULL: none, or
						 * not known */
	struct lint_view_value {
		const struct body_set *set;	/* what counts; NULL: none */
		bool coded;			/* well or not */
		bool unsure;	/* a mistake may hide what counts */
	} values[LINT_VIEW_COUNT];
};

/* Looks the rows up; the scope's context is set. */
const struct lint_view_fields *lint_view_fields_new(struct lint_scope *scope);

/* What the actions of a rule's body add up to. */
void lint_view_fill(const struct lint_scope *scope, const struct body *rule,
    struct lint_view *view_r);

/* The line that counts, or NULL where the value is a default or not known. */
const struct body_set *lint_view_set(const struct lint_view *view,
    enum lint_view_field field);

/* Whether the value is known, coded or not. */
bool lint_view_known(const struct lint_view *view, enum lint_view_field field);

/* The effective number or choice: what is coded, or the default. */
uint32_t lint_view_number(const struct lint_scope *scope,
    const struct lint_view *view, enum lint_view_field field);

/* Known, and not 0: for switches. */
bool lint_view_on(const struct lint_scope *scope,
    const struct lint_view *view, enum lint_view_field field);

/* The line of a value, or the environment's name where it is a default. */
struct source_span lint_view_place(const struct lint_view *view,
    enum lint_view_field field);

#endif
