#include "base/compiler.h"

#include <stdio.h>
#include <stdlib.h>

void
compiler_ensure_failed(const char *condition, const char *file, int line)
{
	fprintf(stderr, "sallyport: internal error at %s:%d: %s\n", file, line,
	    condition);
	abort();
}
