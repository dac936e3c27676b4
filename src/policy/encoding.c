#include "policy/encoding.h"

#include <string.h>

#include "policy/diag.h"
#include "policy/schema.h"
#include "policy/source.h"

/* As much of a file is looked at to tell its encoding. */
#define LOOK_AT		4096

/* A line end that Unicode has and a policy has not. */
struct ending {
	const char *bytes, *name;
	size_t length;
};

static const struct ending endings[] = {
	{ "\xc2\x85", "NEL (U+0085)", 2 },
	{ "\xe2\x80\xa8", "a line separator (U+2028)", 3 },
	{ "\xe2\x80\xa9", "a paragraph separator (U+2029)", 3 },
};

static struct source_span
place(const struct source *source, size_t offset, size_t length)
{
	return (struct source_span){ source, (uint32_t)offset,
	    (uint32_t)length };
}

/* --- the whole file ----------------------------------------------------- */

static bool
is_utf16(const char *text, size_t size)
{
	size_t odd = 0, even = 0, look = size < LOOK_AT ? size : LOOK_AT;

	if (size >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 ||
	    memcmp(text, "\xfe\xff", 2) == 0))
		return true;
	for (size_t i = 0; i < look; i++)
		if (text[i] == '\0')
			*(i % 2 == 0 ? &even : &odd) += 1;
	/* Every other byte of ASCII text; a file of NULs is none at all. */
	return look >= 16 && (odd > even ? odd > look / 3 && even < look / 16 :
	    even > look / 3 && odd < look / 16);
}

/* Nearly all of it EBCDIC's letters, digits, blanks and ends of line. */
static bool
is_ebcdic(const char *text, size_t size)
{
	size_t look = size < LOOK_AT ? size : LOOK_AT, letters = 0, lines = 0;

	for (size_t i = 0; i < look; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '\n' && size > 1)
			return false;
		if (c == 0x15 || c == 0x25)
			lines++;
		if (c == 0x40 || (c >= 0x81 && c <= 0xa9) ||
		    (c >= 0xc1 && c <= 0xe9) || c >= 0xf0)
			letters++;
	}
	return look >= 16 && lines > 0 && letters + lines > look / 4 * 3;
}

/* --- ends of line ------------------------------------------------------- */

/* Whether the offset is in a remark of its line. */
static bool
in_remark(const char *text, size_t offset)
{
	size_t start = offset;

	while (start > 0 && text[start - 1] != '\n')
		start--;
	for (size_t i = start; i < offset; i++)
		if (text[i] == '#' && (i == start || text[i - 1] == ' ' ||
		    text[i - 1] == '\t'))
			return true;
	return false;
}

/* Whether what begins at the offset is a line of a policy. */
static bool
is_line(const char *text, size_t size, size_t offset)
{
	size_t length = 0;

	while (offset < size && strchr(" \t", text[offset]) != NULL)
		offset++;
	while (offset + length < size &&
	    strchr(" \t\r\n", text[offset + length]) == NULL &&
	    (unsigned char)text[offset + length] < 0x80)
		length++;
	return length > 0 && (strchr("{}", text[offset]) != NULL ||
	    schema_find_statement(text + offset, length) != NULL ||
	    schema_find_home(NULL, text + offset, length) != NULL);
}

static void
report_ending(const struct source *source, struct diag *diag, size_t offset,
    size_t length, const char *name)
{
	diag_cure(diag, diag_report(diag, DIAG_LINE_END,
	    place(source, offset, length), "%s ends a line here, and is no end "
	    "of line in a policy", name), "convert the file, so that its lines "
	    "end in LF");
}

/* A CR before a line end, or more than one, is part of it. */
static bool
is_lone(const char *text, size_t size, size_t offset)
{
	while (offset < size && text[offset] == '\r')
		offset++;
	return offset < size && text[offset] != '\n';
}

static bool
check_cr(const struct source *source, struct diag *diag)
{
	const char *text = source_text(source), *at = text;
	size_t size = source_size(source);

	while ((at = memchr(at, '\r', size - (size_t)(at - text))) != NULL) {
		if (is_lone(text, size, (size_t)(at - text))) {
			report_ending(source, diag, (size_t)(at - text), 1,
			    "CR alone");
			return true;
		}
		at++;
	}
	return false;
}

static bool
check_unicode(const struct source *source, struct diag *diag,
    const struct ending *ending)
{
	const char *text = source_text(source), *at = text;
	size_t size = source_size(source), offset;

	/* By its first byte, which ASCII has not: memmem(3) is far slower. */
	while ((at = memchr(at, ending->bytes[0],
	    size - (size_t)(at - text))) != NULL) {
		offset = (size_t)(at++ - text);
		if (size - offset < ending->length || memcmp(text + offset,
		    ending->bytes, ending->length) != 0)
			continue;
		if (!in_remark(text, offset) ||
		    is_line(text, size, offset + ending->length)) {
			report_ending(source, diag, offset, ending->length,
			    ending->name);
			return true;
		}
	}
	return false;
}

bool
encoding_check(const struct source *source, struct diag *diag)
{
	const char *text = source_text(source);
	size_t size = source_size(source);
	bool told;

	if (is_utf16(text, size)) {
		/* No line of it is shown: nobody could tell a password in it. */
		diag_cure(diag, diag_report_file(diag, DIAG_ENCODING,
		    source_path(source), "the file is in UTF-16"),
		    "save it as UTF-8");
		return false;
	}
	if (is_ebcdic(text, size)) {
		diag_cure(diag, diag_report_file(diag, DIAG_ENCODING,
		    source_path(source), "the file is in EBCDIC"),
		    "tr '\\025' '\\045' <FILE | iconv -f IBM1047 -t UTF-8");
		return false;
	}
	told = check_cr(source, diag);
	for (size_t i = 0; !told && i < ARRAY_SIZE(endings); i++)
		told = check_unicode(source, diag, &endings[i]);
	return !told;
}
