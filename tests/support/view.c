#include "support/view.h"

#include <stdbool.h>
#include <string.h>

static bool
is_blank(const char *p)
{
	return strchr(" \t\r\v\f", *p) != NULL ||
	    (p[0] == '\xc2' && p[1] == '\xa0');
}

static const char *
see_comment(struct view *v, const char *p)
{
	const char *end = strchrnul(p, '\n'), *last = end;

	while (last > p && strchr(" \t\r\v\f", last[-1]) != NULL)
		last--;
	memcpy(v->comments + v->comment_count, p, (size_t)(last - p));
	v->comment_count += (size_t)(last - p);
	v->comments[v->comment_count++] = '\n';
	return end;
}

void
view_see(struct view *v, const char *text)
{
	const char *p = text, *quote;
	bool fresh = true;		/* a word may begin here */

	memset(v, 0, sizeof(*v));
	if (strncmp(p, "\xef\xbb\xbf", 3) == 0)
		p += 3;
	while (*p != '\0') {
		quote = fresh && *p == '"' ? strchr(p + 1, '"') : NULL;
		if (quote != NULL && memchr(p, '\n', (size_t)(quote - p)))
			quote = NULL;
		if (is_blank(p) || *p == '\n') {
			if (!fresh)
				v->words[v->word_count++] = ' ';
			p += *p == '\xc2' ? 2 : 1;
			fresh = true;
		} else if (*p == '{' || *p == '}') {
			if (!fresh)
				v->words[v->word_count++] = ' ';
			v->braces[v->brace_count++] = *p++;
			fresh = true;
		} else if (fresh && *p == '#') {
			p = see_comment(v, p);
		} else if (quote != NULL) {
			for (; p <= quote; p++)
				v->words[v->word_count++] = *p;
			fresh = false;
		} else {
			v->words[v->word_count++] = *p++;
			fresh = false;
		}
	}
	if (!fresh)
		v->words[v->word_count++] = ' ';
}
