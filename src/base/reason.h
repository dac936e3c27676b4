/*
 * reason.h - the closed, numbered list of why a connection ended.
 *
 * One list (REASON_LIST) gives number, name, text and cure; the log, `explain`
 * and the manual read it. Numbers: 1-999 are those of z/OS System SSL, 5001 to
 * 5999 those of AT-TLS (IBM, "AT-TLS return codes"), where one says the same;
 * 7000 and above are ours. A number is never reused for another meaning.
 */
#ifndef SALLYPORT_BASE_REASON_H
#define SALLYPORT_BASE_REASON_H

/*        symbol, number, name, what happened, what to do */
#define REASON_LIST(R) \
	R(OK, 0, "closed", "both sides finished", \
	  "nothing to do") \
	/* what the client's certificate was refused for */ \
	R(CERT_EXPIRED, 401, "certificate-expired", \
	  "the client's certificate, or one of its issuers, has expired", \
	  "renew the certificate; the log's detail names it") \
	R(CERT_NOT_YET_VALID, 7401, "certificate-not-yet-valid", \
	  "the client's certificate, or one of its issuers, is not valid yet", \
	  "compare the clocks of both hosts, or wait for its start date") \
	R(CERT_BAD, 414, "certificate-malformed", \
	  "a certificate the client sent cannot be read", \
	  "issue the certificate again; the log's detail says what is wrong") \
	R(CERT_BAD_SIGNATURE, 413, "certificate-bad-signature", \
	  "a certificate's signature does not match its issuer's key", \
	  "the certificate was altered, or its issuer changed its key") \
	R(CERT_UNKNOWN_CA, 435, "unknown-ca", \
	  "the client's certificate does not lead to a trusted CA", \
	  "add its CA to the key ring's trusted certificates, or have the " \
	  "client send the intermediate certificates") \
	R(CERT_BROKEN_CHAIN, 7435, "broken-chain", \
	  "the client sent a chain with a missing or unrelated link", \
	  "have the client send every intermediate between its certificate " \
	  "and the trusted CA") \
	R(CERT_CA_CLONE, 7436, "ca-clone", \
	  "the client sent a certificate that imitates a trusted CA", \
	  "treat it as an attack: name and identifiers are the CA's, the key " \
	  "is not") \
	R(CERT_WRONG_KEY_USAGE, 440, "wrong-key-usage", \
	  "the key usage of a certificate in the chain forbids this use", \
	  "issue the certificate with digitalSignature (a CA: keyCertSign)") \
	R(CERT_WRONG_PURPOSE, 7440, "wrong-purpose", \
	  "the certificate's extended key usage lacks clientAuth", \
	  "issue the certificate with extended key usage clientAuth") \
	R(CERT_CA_AS_LEAF, 7441, "ca-as-client", \
	  "the client presented a CA certificate as its own", \
	  "issue an end-entity certificate to the client") \
	R(CERT_NOT_A_CA, 7442, "issuer-not-ca", \
	  "a certificate in the chain was issued by one that is no CA, or " \
	  "whose path length forbids it", \
	  "the issuing certificate needs basicConstraints CA:TRUE and a path " \
	  "length that allows the chain") \
	R(CERT_CHAIN_TOO_LONG, 7443, "chain-too-long", \
	  "the client sent more certificates than are looked at", \
	  "send the certificate and its intermediates only") \
	R(CERT_WEAK_KEY, 7444, "weak-key", \
	  "a key in the chain is smaller than the policy allows", \
	  "use a larger key, or lower PeerMin...KeySize") \
	R(CERT_WEAK_SIGNATURE, 7445, "weak-signature", \
	  "a certificate in the chain is signed with a broken algorithm", \
	  "issue it again, signed with SHA-256 or better") \
	R(CERT_SIGNATURE_PAIR, 7447, "signature-not-allowed", \
	  "a certificate in the chain is signed by an algorithm that the rule " \
	  "does not allow", \
	  "add the pair that the log's detail names to SignaturePairsCert, or " \
	  "issue the certificate again") \
	R(CERT_UNSUPPORTED, 7446, "certificate-unsupported", \
	  "a certificate carries a critical constraint that is not judged", \
	  "the log's detail names it; use a CA without it") \
	/* handshake */ \
	R(NO_CERT, 5001, "no-client-certificate", \
	  "the rule requires a client certificate and none was sent", \
	  "give the client a certificate and key") \
	R(CLEAR_TEXT, 5003, "clear-text", \
	  "the client spoke plain text where TLS was expected", \
	  "switch TLS on in the client") \
	R(TIMEOUT_FIRST, 5004, "handshake-timeout-first", \
	  "nothing that begins a handshake came within HandshakeTimeout", \
	  "the client may be waiting for the server to speak first, in clear") \
	R(TIMEOUT_SECOND, 5005, "handshake-timeout-second", \
	  "the handshake began and was not finished in time", \
	  "look at the network, or at a PIN prompt in the client; raise " \
	  "HandshakeTimeout") \
	R(NO_CIPHER, 402, "no-common-cipher", \
	  "no cipher suite is offered by the client and allowed by the rule", \
	  "compare the rule's V3CipherSuites with the client's list") \
	R(NO_PROTOCOL, 412, "no-common-protocol", \
	  "no protocol version is offered by the client and allowed by the rule", \
	  "switch the version on in the rule, or use a newer client") \
	R(NO_GROUP, 7452, "no-common-group", \
	  "no curve or key share group is offered by the client and allowed by " \
	  "the rule", \
	  "compare ServerKexECurves and ServerKeyShareGroups with the client's " \
	  "list") \
	R(NO_PAIR, 7453, "no-common-signature", \
	  "no signature is known to the client, allowed by the rule and made " \
	  "by the key", \
	  "compare the rule's SignaturePairs with the client's list and the " \
	  "kind of both keys") \
	R(SERVER_NAME, 7454, "unrecognized-name", \
	  "the client named no server, or one that the rule does not serve", \
	  "compare ServerHandshakeSNIList with the name that the client uses") \
	R(EXTENSION, 7455, "extension-required", \
	  "the client lacks a TLS extension that the rule requires", \
	  "use a newer client, or do not code Required; see " \
	  "ServerExtendedMasterSecret, ServerMaxSSLFragment, TruncatedHMAC and " \
	  "RenegotiationIndicator") \
	R(FALLBACK, 7456, "inappropriate-fallback", \
	  "the client came back with an older protocol version than both have", \
	  "somebody between client and server may force old versions; or code " \
	  "ServerScsv Off") \
	R(BAD_MESSAGE, 410, "bad-message", \
	  "the client sent a malformed TLS message", \
	  "not a TLS client, or damage on the way; a client may name at most " \
	  "512 cipher suites") \
	R(BAD_MAC, 411, "bad-record", \
	  "a TLS record failed its integrity check", \
	  "damage or interference on the way") \
	R(PROTOCOL, 415, "protocol-violation", \
	  "the client broke the TLS protocol", \
	  "the log's detail says how; look at the client") \
	R(PEER_ALERT, 7450, "client-alert", \
	  "the client refused: it sent a fatal alert", \
	  "the alert is the client's opinion of us: see its log. unknown_ca " \
	  "means that it does not trust the server's CA") \
	R(RENEGOTIATION, 432, "renegotiation-refused", \
	  "the client asked to renegotiate, which is not allowed", \
	  "configure the client not to renegotiate") \
	R(SESSION, 7451, "session-refused", \
	  "the client resumed a session that is not good for this connection", \
	  "nothing to do: its next connection makes a full handshake") \
	R(PEER_CLOSED_HANDSHAKE, 420, "closed-in-handshake", \
	  "the client closed the connection during the handshake", \
	  "a port scan or health check, or a client that gave up") \
	/* transport, after the verdict */ \
	R(IO, 406, "io-error", \
	  "the client's connection failed", \
	  "the log's detail names the system's error") \
	R(CLIENT_RESET, 7201, "client-reset", \
	  "the client reset the connection", \
	  "look at the client") \
	R(CLIENT_TRUNCATED, 7202, "client-truncated", \
	  "the client's stream ended without a close_notify", \
	  "data may have been cut off; look at the client or the network") \
	R(DRAIN_TIMEOUT, 7203, "close-timeout", \
	  "one side finished and the other did not follow in time", \
	  "look at the side that the detail names") \
	R(BACKEND_DOWN, 7101, "backend-down", \
	  "the application refused the connection or is not there", \
	  "start the application; see Backend in the rule's " \
	  "TTLSApplicationAction. A wrapped service has closed its port") \
	R(BACKEND_TIMEOUT, 7102, "backend-timeout", \
	  "the application did not accept the connection in time", \
	  "the application is slow, or its listen queue is full") \
	R(BACKEND_RESET, 7103, "backend-reset", \
	  "the application reset the connection", \
	  "look at the application's log") \
	R(BACKEND_ERROR, 7104, "backend-error", \
	  "the application's connection failed", \
	  "the log's detail names the system's error") \
	/* ourselves */ \
	R(NO_RULE, 7001, "no-rule", \
	  "no rule matches this connection and the port is the agent's own", \
	  "see `sallyport match` for why") \
	R(CLEAR, 7002, "clear", \
	  "the policy leaves the connection in clear: the wrapped service was " \
	  "given it as it came", \
	  "to secure it, write a rule that it meets") \
	R(OTHER_HANDOFF, 7003, "other-hand-off", \
	  "the rule secures the connection by another hand-off than Wrap, and " \
	  "it came to a wrapped service", \
	  "code Handoff Wrap in the rule's TTLSApplicationAction, or start the " \
	  "service without `sallyport run`") \
	R(RULE_GONE, 7004, "rule-gone", \
	  "a rule named the wrapped port when the service began to listen, " \
	  "and none does any more", \
	  "restore the rule; for connections in clear, write one with " \
	  "TTLSEnabled Off, or start the service again") \
	R(NO_MEMORY, 7301, "out-of-memory", \
	  "memory was exhausted", \
	  "limit the connections, or give the host more memory") \
	R(NO_DESCRIPTORS, 7302, "out-of-descriptors", \
	  "the limit of open files was reached", \
	  "raise LimitNOFILE") \
	R(SHUTDOWN, 7303, "shutdown", \
	  "the daemon stopped before the connection was finished", \
	  "nothing to do") \
	R(INTERNAL, 7304, "internal", \
	  "the TLS library reported an error of its own", \
	  "report it, with the log's detail")

enum reason {
#define REASON_ENUM(symbol, number, name, text, cure) REASON_##symbol,
	REASON_LIST(REASON_ENUM)
#undef REASON_ENUM
	REASON_COUNT,
};

/* All return static strings; `reason` must be below REASON_COUNT. */
int reason_number(enum reason reason);
const char *reason_name(enum reason reason);
const char *reason_text(enum reason reason);
const char *reason_cure(enum reason reason);

/* The reason of a number or a name ("5001", "unknown-ca"), or REASON_COUNT. */
enum reason reason_find(const char *number_or_name);

#endif
