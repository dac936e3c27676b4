#include "trust/der.h"

#include <string.h>

bool
der_next(struct der_bytes *in, uint8_t *tag_r, struct der_bytes *content_r)
{
	const uint8_t *p = in->data;
	uint32_t header = 2, length, bytes;

	if (in->length < 2)
		return false;
	length = p[1];
	if (length & 0x80) {
		bytes = length & 0x7f;
		if (bytes == 0 || bytes > 3 || in->length < 2 + bytes)
			return false;
		length = 0;
		for (uint32_t i = 0; i < bytes; i++)
			length = length << 8 | p[2 + i];
		header += bytes;
	}
	if (length > in->length - header)
		return false;
	*tag_r = p[0];
	*content_r = (struct der_bytes){ p + header, length };
	in->data += header + length;
	in->length -= header + length;
	return true;
}

bool
der_expect(struct der_bytes *in, uint8_t tag, struct der_bytes *content_r)
{
	struct der_bytes before = *in;
	uint8_t found;

	if (der_next(in, &found, content_r) && found == tag)
		return true;
	*in = before;
	return false;
}

bool
der_same(const struct der_bytes *a, const struct der_bytes *b)
{
	return a->length == b->length &&
	    memcmp(a->data, b->data, a->length) == 0;
}
