/* wrap.c - the C library's socket calls, as the wrapped program meets them. */
#include "wrap/wrap_name.h"
