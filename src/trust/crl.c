#include "trust/crl.h"

#include "trust/cert.h"

/* One date off the front of `in`; false where there is none. */
static bool
take_date(struct der_bytes *in, int64_t *date_r)
{
	struct der_bytes before = *in, content;
	uint8_t tag;

	if (der_next(in, &tag, &content) &&
	    (tag == DER_UTC_TIME || tag == DER_GENERALIZED_TIME) &&
	    cert_read_date(before.data, (int)(before.length - in->length),
	    date_r) == 0)
		return true;
	*in = before;
	return false;
}

int
crl_read(const uint8_t *der, size_t length, struct crl *out_r,
    const char **error_r)
{
	struct der_bytes in = { der, (uint32_t)length };
	struct der_bytes whole, tbs, outer, inner, skipped;

	*out_r = (struct crl){ 0 };
	*error_r = "it is not a revocation list";
	if (length > UINT32_MAX ||
	    !der_expect(&in, DER_SEQUENCE, &whole) || in.length != 0 ||
	    !der_expect(&whole, DER_SEQUENCE, &tbs) ||
	    !der_expect(&whole, DER_SEQUENCE, &outer) ||
	    !der_expect(&whole, DER_BIT_STRING, &skipped) ||
	    whole.length != 0)
		return -1;
	(void)der_expect(&tbs, DER_INTEGER, &skipped);	/* version 2 */
	if (!der_expect(&tbs, DER_SEQUENCE, &inner) ||
	    !der_expect(&tbs, DER_SEQUENCE, &out_r->issuer))
		return -1;
	if (!der_same(&inner, &outer)) {
		*error_r = "its encoding contradicts itself";
		return -1;
	}
	*error_r = "its dates cannot be read";
	if (!take_date(&tbs, &out_r->this_update))
		return -1;
	out_r->has_next_update = take_date(&tbs, &out_r->next_update);
	return 0;
}
