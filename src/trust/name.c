#include "trust/name.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"

enum { PARTS_MAX = 32 };

struct out {
	char *buf;
	size_t size, used;
	bool cut;
};

/* The attribute types of RFC 4514, section 3, and a few of RFC 5280. */
static const struct {
	const char *oid;
	size_t length;
	const char *text;
} types[] = {
	{ "\x55\x04\x03", 3, "CN" },
	{ "\x55\x04\x07", 3, "L" },
	{ "\x55\x04\x08", 3, "ST" },
	{ "\x55\x04\x0a", 3, "O" },
	{ "\x55\x04\x0b", 3, "OU" },
	{ "\x55\x04\x06", 3, "C" },
	{ "\x55\x04\x09", 3, "STREET" },
	{ "\x55\x04\x05", 3, "serialNumber" },
	{ "\x55\x04\x04", 3, "SN" },
	{ "\x55\x04\x2a", 3, "GN" },
	{ "\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19", 10, "DC" },
	{ "\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01", 10, "UID" },
	{ "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01", 9, "emailAddress" },
};

static void
put(struct out *out, const char *text)
{
	size_t n = strlen(text);

	/* Four bytes stay for "..." and the NUL. */
	if (out->cut || out->used + n + 4 > out->size) {
		out->cut = true;
		return;
	}
	memcpy(out->buf + out->used, text, n);
	out->used += n;
}

static void
put_value(struct out *out, const struct der_bytes *value)
{
	for (uint32_t i = 0; i < value->length; i++) {
		uint8_t c = value->data[i];
		bool edge = (c == ' ' && (i == 0 || i + 1 == value->length)) ||
		    (c == '#' && i == 0);
		char text[4];

		if (c < 0x20 || c >= 0x7f)
			snprintf(text, sizeof(text), "\\%02X", c);
		else if (edge || strchr("\"+,;<>\\=", c) != NULL)
			snprintf(text, sizeof(text), "\\%c", c);
		else
			snprintf(text, sizeof(text), "%c", c);
		put(out, text);
	}
}

static void
put_oid(struct out *out, const struct der_bytes *oid)
{
	unsigned long arc = 0;
	char text[32];

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (oid->length == types[i].length &&
		    memcmp(oid->data, types[i].oid, oid->length) == 0) {
			put(out, types[i].text);
			return;
		}
	for (uint32_t i = 0; i < oid->length; i++) {
		if (i == 0) {
			unsigned first = oid->data[0] / 40u;

			first = first > 2 ? 2 : first;
			snprintf(text, sizeof(text), "%u.%u", first,
			    oid->data[0] - first * 40u);
			put(out, text);
			continue;
		}
		arc = arc << 7 | (oid->data[i] & 0x7f);
		if ((oid->data[i] & 0x80) == 0) {
			snprintf(text, sizeof(text), ".%lu", arc);
			put(out, text);
			arc = 0;
		}
	}
}

/* One RelativeDistinguishedName: type=value, several joined by '+'. */
static bool
put_part(struct out *out, struct der_bytes set)
{
	struct der_bytes pair, oid, value;
	uint8_t tag;

	for (bool first = true; set.length > 0; first = false) {
		if (!der_expect(&set, DER_SEQUENCE, &pair) ||
		    !der_expect(&pair, DER_OID, &oid) ||
		    !der_next(&pair, &tag, &value))
			return false;
		if (!first)
			put(out, "+");
		put_oid(out, &oid);
		put(out, "=");
		put_value(out, &value);
	}
	return true;
}

const char *
name_print(const struct der_bytes *name, char *buf, size_t size)
{
	struct der_bytes in = *name, parts[PARTS_MAX], content;
	struct out out = { .buf = buf, .size = size };
	size_t count = 0;
	bool good = true;

	ensure(size >= 8);
	/* With or without the SEQUENCE around it. */
	if (in.length > 0 && in.data[0] == DER_SEQUENCE) {
		good = der_expect(&in, DER_SEQUENCE, &content);
		if (good)
			in = content;
	}
	while (good && in.length > 0) {
		good = count < PARTS_MAX &&
		    der_expect(&in, DER_SET, &parts[count]);
		count++;
	}
	/* RFC 4514, 2.1: the text begins with the last part. */
	for (size_t i = good ? count : 0; i > 0; i--) {
		if (i < count)
			put(&out, ",");
		if (!put_part(&out, parts[i - 1]))
			good = false;
	}
	if (!good) {
		strcpy(buf, "?");
		return buf;
	}
	strcpy(buf + out.used, out.cut ? "..." : "");
	return buf;
}
