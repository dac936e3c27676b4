#include "config.h"

#include "trust/cert.h"

#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/settings.h>
#include <wolfssl/wolfcrypt/asn.h>
#include <wolfssl/wolfcrypt/asn_public.h>
#include <wolfssl/wolfcrypt/ecc.h>
#include <wolfssl/wolfcrypt/error-crypt.h>
#include <wolfssl/wolfcrypt/rsa.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
cert_read_date(const uint8_t *tlv, int length, int64_t *out_r)
{
	const byte *content;
	byte format;
	int content_length;
	struct tm tm = { 0 };

	if (tlv == NULL || wc_GetDateInfo(tlv, length, &content, &format,
	    &content_length) != 0 ||
	    wc_GetDateAsCalendarTime(content, content_length, format,
	    &tm) != 0)
		return -1;
	*out_r = timegm(&tm);
	return 0;
}

static uint32_t
rsa_bits(const struct cert *cert)
{
	RsaKey key;
	word32 index = 0;
	int bytes = 0;

	if (wc_InitRsaKey(&key, NULL) != 0)
		return 0;
	if (wc_RsaPublicKeyDecode(cert->public_key, &index, &key,
	    cert->public_key_length) == 0)
		bytes = wc_RsaEncryptSize(&key);
	wc_FreeRsaKey(&key);
	return bytes > 0 ? (uint32_t)bytes * 8 : 0;
}

static uint32_t
curve_bits(uint32_t oid)
{
	int id = wc_ecc_get_oid(oid, NULL, NULL);
	int bytes = id >= 0 ? wc_ecc_get_curve_size_from_id(id) : 0;

	if (bytes <= 0)
		return 0;
	return bytes == 66 ? 521 : (uint32_t)bytes * 8;
}

static void
read_key(const DecodedCert *dc, struct cert *out)
{
	switch (dc->keyOID) {
	case RSAk:
#ifdef WC_RSA_PSS
	case RSAPSSk:
#endif
		out->key = CERT_KEY_RSA;
		out->pss_key = dc->keyOID != RSAk;
		out->key_bits = rsa_bits(out);
		break;
	case ECDSAk:
		out->key = CERT_KEY_ECC;
		out->key_bits = curve_bits(dc->pkCurveOID);
		break;
#ifdef HAVE_ED25519
	case ED25519k:
		out->key = CERT_KEY_EDDSA;
		out->key_bits = 256;
		break;
#endif
#ifdef HAVE_ED448
	case ED448k:
		out->key = CERT_KEY_EDDSA;
		out->key_bits = 456;
		break;
#endif
	default:
		out->key = CERT_KEY_OTHER;
		break;
	}
}

static void
read_key_id(struct cert_key_id *out, const byte *bytes)
{
	_Static_assert(KEYID_SIZE <= sizeof(out->bytes), "key id");
	memcpy(out->bytes, bytes, KEYID_SIZE);
	out->length = KEYID_SIZE;
}

/* "DNS:host", "email:box" or "URI:..." (RFC 5280, 4.2.1.6). */
static void
read_alt_name(const DecodedCert *dc, struct cert *out)
{
	const DNS_entry *name = dc->altNames;
	const char *kind = "DNS";

#ifndef IGNORE_NAME_CONSTRAINTS
	if (name == NULL) {
		name = dc->altEmailNames;
		kind = "email";
	}
#endif
	if (name == NULL || name->name == NULL || name->len <= 0)
		return;
	if (name->type == ASN_URI_TYPE)
		kind = "URI";
	else if (name->type != ASN_DNS_TYPE && name->type != ASN_RFC822_TYPE)
		return;
	snprintf(out->alt_name, sizeof(out->alt_name), "%s:%.*s", kind,
	    name->len, name->name);
}

static void
read_extensions(const DecodedCert *dc, struct cert *out)
{
	/* wolfCrypt hashes the key where a certificate names no identifier. */
	if (dc->extSubjKeyIdSet)
		read_key_id(&out->skid, dc->extSubjKeyId);
	if (dc->extAuthKeyIdSet)
		read_key_id(&out->akid, dc->extAuthKeyId);
	read_alt_name(dc, out);
	out->has_alt_name = dc->extSubjAltNameSet;
	out->is_ca = dc->isCA;
	out->has_path_length = dc->pathLengthSet;
	out->path_length = dc->pathLength;
	out->has_key_usage = dc->extKeyUsageSet;
	out->digital_signature =
	    (dc->extKeyUsage & KEYUSE_DIGITAL_SIG) != 0;
	out->cert_sign = (dc->extKeyUsage & KEYUSE_KEY_CERT_SIGN) != 0;
	out->has_extended_usage = dc->extExtKeyUsageSet;
	out->client_auth = (dc->extExtKeyUsage &
	    (EXTKEYUSE_CLIENT_AUTH | EXTKEYUSE_ANY)) != 0;
	out->server_auth = (dc->extExtKeyUsage &
	    (EXTKEYUSE_SERVER_AUTH | EXTKEYUSE_ANY)) != 0;
	out->name_constraints = dc->extNameConstraintSet;
	out->explicit_policy = dc->extPolicyConstRxpSet;
}

/*
 * RFC 5280, 4.1.1.2: the algorithm outside of what is signed must be the one
 * inside. And nothing may follow the signature.
 */
static bool
well_formed(struct der_bytes der, struct der_bytes *algorithm_r)
{
	struct der_bytes whole, tbs, outer, signature, skipped;

	if (!der_expect(&der, DER_SEQUENCE, &whole) || der.length != 0 ||
	    !der_expect(&whole, DER_SEQUENCE, &tbs) ||
	    !der_expect(&whole, DER_SEQUENCE, &outer) ||
	    !der_expect(&whole, DER_BIT_STRING, &signature) ||
	    whole.length != 0 ||
	    /* a signature has whole bytes: no bit of the last is unused */
	    signature.length == 0 || signature.data[0] != 0)
		return false;
	(void)der_expect(&tbs, DER_CONTEXT_0, &skipped);
	return der_expect(&tbs, DER_INTEGER, &skipped) &&
	    der_expect(&tbs, DER_SEQUENCE, algorithm_r) &&
	    der_same(algorithm_r, &outer);
}

/*
 * RFC 4055, 3.1: the hash of an RSASSA-PSS signature stands in its parameters,
 * and is SHA-1 where none does. Here 1 for SHA-256, 2 for SHA-384, 3 for
 * SHA-512, 0 for any other.
 */
static unsigned
pss_hash(struct der_bytes algorithm)
{
	/* 2.16.840.1.101.3.4.2.n: 1 SHA-256, 2 SHA-384, 3 SHA-512 */
	static const uint8_t sha2[] = { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03,
	    0x04, 0x02 };
	struct der_bytes skipped, parameters, tagged, hash, oid;

	if (!der_expect(&algorithm, DER_OID, &skipped) ||
	    !der_expect(&algorithm, DER_SEQUENCE, &parameters) ||
	    !der_expect(&parameters, DER_CONTEXT_0, &tagged) ||
	    !der_expect(&tagged, DER_SEQUENCE, &hash) ||
	    !der_expect(&hash, DER_OID, &oid) ||
	    oid.length != sizeof(sha2) + 1 ||
	    memcmp(oid.data, sha2, sizeof(sha2)) != 0 ||
	    oid.data[sizeof(sha2)] > 3)
		return 0;
	return oid.data[sizeof(sha2)];
}

static bool
signature_is_weak(uint32_t oid, struct der_bytes algorithm)
{
	switch (oid) {
	case CTC_MD2wRSA:
	case CTC_MD5wRSA:
	case CTC_SHAwRSA:
	case CTC_SHAwECDSA:
	case CTC_SHAwDSA:
		return true;
#ifdef WC_RSA_PSS
	case CTC_RSASSAPSS:
		return pss_hash(algorithm) == 0;
#endif
	default:
		return false;
	}
}

/* RFC 8446, 4.2.3; the others are RFC 5246's hash and signature. */
static uint16_t
signature_pair(uint32_t oid, struct der_bytes algorithm)
{
	switch (oid) {
	case CTC_SHA224wRSA:
		return 0x0301;
	case CTC_SHA224wECDSA:
		return 0x0303;
	case CTC_SHA256wRSA:
		return 0x0401;
	case CTC_SHA256wECDSA:
		return 0x0403;
	case CTC_SHA384wRSA:
		return 0x0501;
	case CTC_SHA384wECDSA:
		return 0x0503;
	case CTC_SHA512wRSA:
		return 0x0601;
	case CTC_SHA512wECDSA:
		return 0x0603;
#ifdef WC_RSA_PSS
	case CTC_RSASSAPSS:
		return pss_hash(algorithm) == 0 ? 0 :
		    (uint16_t)(0x0803 + pss_hash(algorithm));
#endif
	case CTC_ED25519:
		return 0x0807;
	case CTC_ED448:
		return 0x0808;
	default:
		return 0;
	}
}

static int
read_decoded(const DecodedCert *dc, struct cert *out, const char **error_r)
{
	if (dc->subjectRaw == NULL || dc->issuerRaw == NULL ||
	    dc->publicKey == NULL || dc->pubKeySize == 0) {
		*error_r = "it lacks a name or a key";
		return -1;
	}
	if (cert_read_date(dc->beforeDate, dc->beforeDateLen,
	    &out->not_before) < 0 ||
	    cert_read_date(dc->afterDate, dc->afterDateLen,
	    &out->not_after) < 0) {
		*error_r = "its validity dates cannot be read";
		return -1;
	}
	out->public_key = malloc(dc->pubKeySize);
	if (out->public_key == NULL) {
		*error_r = "memory is exhausted";
		return -1;
	}
	memcpy(out->public_key, dc->publicKey, dc->pubKeySize);
	out->public_key_length = dc->pubKeySize;
	out->subject = (struct der_bytes){ dc->subjectRaw,
	    (uint32_t)dc->subjectRawLen };
	out->issuer = (struct der_bytes){ dc->issuerRaw,
	    (uint32_t)dc->issuerRawLen };
	out->key_oid = dc->keyOID;
	out->version = dc->version + 1;
	read_key(dc, out);
	read_extensions(dc, out);
	return 0;
}

#ifdef HAVE_WOLFSSL_EXT_CALLBACK
/*
 * Of the certificate being read: the callback that all versions have is given
 * no context.
 */
static bool unknown_critical;

static int
note_unknown(const word16 *oid, word32 oid_length, int critical,
    const unsigned char *der, word32 length)
{
	(void)oid;
	(void)oid_length;
	(void)der;
	(void)length;
	unknown_critical = unknown_critical || critical;
	return 0;
}
#endif

int
cert_read(const uint8_t *der, size_t length, struct cert *out_r,
    const char **error_r, bool *critical_r)
{
	struct der_bytes algorithm = { NULL, 0 };
	DecodedCert *dc;
	int rc, result = -1;

	memset(out_r, 0, sizeof(*out_r));
	*critical_r = false;
	*error_r = "memory is exhausted";
	dc = malloc(sizeof(*dc));	/* kilobytes: too large for the stack */
	if (dc == NULL)
		return -1;
	wc_InitDecodedCert(dc, der, (word32)length, NULL);
#ifdef HAVE_WOLFSSL_EXT_CALLBACK
	unknown_critical = false;
	dc->unknownExtCallback = note_unknown;
#endif
	rc = wc_ParseCert(dc, CERT_TYPE, NO_VERIFY, NULL);
#ifdef HAVE_WOLFSSL_EXT_CALLBACK
	out_r->unknown_critical = unknown_critical;
#endif
	out_r->der = (struct der_bytes){ der, (uint32_t)length };
	if (rc == 0 && !well_formed(out_r->der, &algorithm)) {
		*error_r = "its encoding contradicts itself";
	} else if (rc == 0) {
		out_r->weak_signature = signature_is_weak(dc->signatureOID,
		    algorithm);
		out_r->signature_pair = signature_pair(dc->signatureOID,
		    algorithm);
		result = read_decoded(dc, out_r, error_r);
	} else if (rc == ASN_CRIT_EXT_E) {
		*error_r = "it has a critical extension that is not understood";
		*critical_r = true;
	} else {
		*error_r = wc_GetErrorString(rc);
	}
	wc_FreeDecodedCert(dc);
	free(dc);
	if (result < 0)
		cert_fini(out_r);
	return result;
}

void
cert_fini(struct cert *cert)
{
	free(cert->public_key);
	memset(cert, 0, sizeof(*cert));
}

int
cert_signed_by(const struct cert *cert, const struct cert *issuer)
{
	if (cert->weak_signature)
		return -1;
	return wc_CheckCertSigPubKey(cert->der.data, cert->der.length, NULL,
	    issuer->public_key, issuer->public_key_length,
	    (int)issuer->key_oid) == 0;
}

const char *
cert_date(int64_t date, char buf[CERT_DATE_MAX])
{
	time_t t = date;
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(buf, CERT_DATE_MAX, "%Y-%m-%d", &tm) == 0)
		strcpy(buf, "?");
	return buf;
}

bool
cert_self_issued(const struct cert *cert)
{
	return der_same(&cert->subject, &cert->issuer);
}
