#include "tls/tls_alert.h"

#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/settings.h>
#include <wolfssl/ssl.h>
#include <wolfssl/error-ssl.h>
#include <wolfssl/wolfcrypt/error-crypt.h>

#include "base/compiler.h"

const char *
tls_alert_name(int alert)
{
	switch (alert) {
	case 0: return "close_notify";
	case 10: return "unexpected_message";
	case 20: return "bad_record_mac";
	case 21: return "decryption_failed";
	case 22: return "record_overflow";
	case 30: return "decompression_failure";
	case 40: return "handshake_failure";
	case 41: return "no_certificate";
	case 42: return "bad_certificate";
	case 43: return "unsupported_certificate";
	case 44: return "certificate_revoked";
	case 45: return "certificate_expired";
	case 46: return "certificate_unknown";
	case 47: return "illegal_parameter";
	case 48: return "unknown_ca";
	case 49: return "access_denied";
	case 50: return "decode_error";
	case 51: return "decrypt_error";
	case 70: return "protocol_version";
	case 71: return "insufficient_security";
	case 80: return "internal_error";
	case 86: return "inappropriate_fallback";
	case 90: return "user_canceled";
	case 100: return "no_renegotiation";
	case 109: return "missing_extension";
	case 110: return "unsupported_extension";
	case 112: return "unrecognized_name";
	case 113: return "bad_certificate_status_response";
	case 115: return "unknown_psk_identity";
	case 116: return "certificate_required";
	case 120: return "no_application_protocol";
	default: return "unknown";
	}
}

int
tls_alert_for(enum reason reason)
{
	switch (reason) {
	case REASON_NO_CERT:
	case REASON_SESSION:
	case REASON_NO_PAIR:
	case REASON_NO_GROUP:
	case REASON_EXTENSION:
		return handshake_failure;	/* RFC 5246, 7.4.6 */
	case REASON_NO_PROTOCOL:
		return wolfssl_alert_protocol_version;
	case REASON_SERVER_NAME:
		return unrecognized_name;
	case REASON_FALLBACK:
		return inappropriate_fallback;
	case REASON_CERT_EXPIRED:
	case REASON_CERT_NOT_YET_VALID:
		return certificate_expired;
	case REASON_CERT_UNKNOWN_CA:
	case REASON_CERT_BROKEN_CHAIN:
		return unknown_ca;
	case REASON_CERT_WRONG_PURPOSE:
	case REASON_CERT_WRONG_KEY_USAGE:
	case REASON_CERT_CA_AS_LEAF:
	case REASON_CERT_UNSUPPORTED:
	case REASON_CERT_SIGNATURE_PAIR:
		return unsupported_certificate;
	case REASON_CERT_WEAK_KEY:
	case REASON_CERT_WEAK_SIGNATURE:
		return insufficient_security;
	default:
		return bad_certificate;
	}
}

enum reason
tls_alert_reason(int error)
{
	switch (error) {
	case NO_PEER_CERT:
		return REASON_NO_CERT;
	case NO_PEER_KEY:
	case NO_PEER_VERIFY:
		return REASON_PROTOCOL;
	case MATCH_SUITE_ERROR:
	case UNSUPPORTED_SUITE:
		return REASON_NO_CIPHER;
	case VERSION_ERROR:
	case UNSUPPORTED_PROTO_VERSION:
		return REASON_NO_PROTOCOL;
	case VERIFY_MAC_ERROR:
	case DECRYPT_ERROR:
	case AES_GCM_AUTH_E:
	case MAC_CMP_FAILED_E:
	case BAD_PADDING_E:
		return REASON_BAD_MAC;
	case MAX_CHAIN_ERROR:
		return REASON_CERT_CHAIN_TOO_LONG;
	case SECURE_RENEGOTIATION_E:
		return REASON_RENEGOTIATION;
	case FATAL_ERROR:
		return REASON_PEER_ALERT;
	case MEMORY_E:
	case MEMORY_ERROR:
		return REASON_NO_MEMORY;
	case BUFFER_ERROR:
	case INCOMPLETE_DATA:
	case UNKNOWN_RECORD_TYPE:
	case UNKNOWN_HANDSHAKE_TYPE:
	case LENGTH_ERROR:
	case ASN_PARSE_E:
		return REASON_BAD_MESSAGE;
	case SOCKET_ERROR_E:
		return REASON_IO;
	case SOCKET_PEER_CLOSED_E:
	case ZERO_RETURN:
		return REASON_PEER_CLOSED_HANDSHAKE;
	case RNG_FAILURE_E:
	case BAD_STATE_E:
	case NOT_COMPILED_IN:
		return REASON_INTERNAL;
	default:
		return REASON_PROTOCOL;
	}
}
