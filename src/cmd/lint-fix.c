#include "cmd/lint-fix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/rewrite.h"
#include "lint/fix.h"
#include "policy/source.h"

int
lint_fix_file(const char *command, const char *path,
    enum policy_defaults defaults, const struct lint_able *able)
{
	struct source *source;
	char *text;
	size_t size;
	int cured;

	/* Who cannot be read is reported as such when it is judged. */
	if (source_load(path, &source) == -1)
		return 0;
	cured = fix_text(path, source_text(source), source_size(source),
	    defaults, able, &text, &size);
	if (cured == -1)
		fprintf(stderr, "%s: %s: not written: memory ran out\n",
		    command, path);
	if (cured > 0) {
		if (rewrite_file(command, path, source_text(source),
		    source_size(source), text, size) == -1)
			cured = -1;
		explicit_bzero(text, size);
		free(text);
	}
	source_free(&source);
	return cured;
}
