# SP_ADD_FLAG(VARIABLE, KIND, FLAG): adds FLAG where the compiler (KIND
# CFLAGS) or the linker (KIND LDFLAGS) takes it without a warning.
AC_DEFUN([SP_ADD_FLAG], [
AC_MSG_CHECKING([whether $CC takes $3])
sp_saved="$$2"
$2="$$2 $$1 $3 -Werror"
AC_LINK_IFELSE([AC_LANG_SOURCE([[
#include <stdio.h>
int
main(void)
{
	puts("ready");
	return 0;
}]])],
    [AC_MSG_RESULT([yes])
    $1="$$1 $3"],
    [AC_MSG_RESULT([no])])
$2="$sp_saved"
])

# SP_FLAGS: warnings, hardening, sanitizers, fuzzing.
AC_DEFUN([SP_FLAGS], [
AC_ARG_ENABLE([development],
    [AS_HELP_STRING([--enable-development],
	[warnings are errors (default: in a git checkout)])],
    [],
    [AS_IF([test -e "$srcdir/.git"],
	[enable_development=yes], [enable_development=no])])
AC_ARG_ENABLE([sanitizers],
    [AS_HELP_STRING([--enable-sanitizers],
	[build with AddressSanitizer and UndefinedBehaviorSanitizer])],
    [], [enable_sanitizers=no])
AC_ARG_ENABLE([fuzzing],
    [AS_HELP_STRING([--enable-fuzzing],
	[build the libFuzzer targets of tests/fuzz (clang only)])],
    [], [enable_fuzzing=no])

WARN_CFLAGS=
for sp_flag in -std=gnu11 -Wall -Wextra -Wshadow -Wstrict-prototypes \
    -Wmissing-prototypes -Wpointer-arith -Wformat=2 -Wundef -Wwrite-strings
do
	SP_ADD_FLAG([WARN_CFLAGS], [CFLAGS], [$sp_flag])
done
AS_IF([test "$enable_development" = yes],
    [WARN_CFLAGS="$WARN_CFLAGS -Werror"])

SANITIZER_FLAGS=
AS_IF([test "$enable_sanitizers" = yes || test "$enable_fuzzing" = yes], [
	sp_flag="-fsanitize=address,undefined -fno-sanitize-recover=all"
	SP_ADD_FLAG([SANITIZER_FLAGS], [CFLAGS], [$sp_flag])
	AS_IF([test -z "$SANITIZER_FLAGS"],
	    [AC_MSG_ERROR([this compiler has no working sanitizers])])
	SANITIZER_FLAGS="$SANITIZER_FLAGS -fno-omit-frame-pointer"
])

FUZZER_FLAGS=
AS_IF([test "$enable_fuzzing" = yes], [
	AC_MSG_CHECKING([whether $CC has libFuzzer])
	sp_saved="$CFLAGS"
	CFLAGS="$CFLAGS -fsanitize=fuzzer"
	AC_LINK_IFELSE([AC_LANG_SOURCE([[
#include <stddef.h>
#include <stdint.h>
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return data == NULL && size > 0;
}]])],
	    [AC_MSG_RESULT([yes])],
	    [AC_MSG_RESULT([no])
	    AC_MSG_ERROR([--enable-fuzzing needs clang: ./configure CC=clang])])
	CFLAGS="$sp_saved"
	SANITIZER_FLAGS="$SANITIZER_FLAGS -fsanitize=fuzzer-no-link"
	FUZZER_FLAGS="-fsanitize=fuzzer"
])
AM_CONDITIONAL([ENABLE_FUZZING], [test "$enable_fuzzing" = yes])

HARDENING_CFLAGS=
HARDENING_LDFLAGS=
for sp_flag in -fstack-protector-strong -fPIE; do
	SP_ADD_FLAG([HARDENING_CFLAGS], [CFLAGS], [$sp_flag])
done
# Fortified libc calls hide from the sanitizers what they look for.
AS_IF([test -z "$SANITIZER_FLAGS"], [
	sp_flag="-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2"
	SP_ADD_FLAG([HARDENING_CFLAGS], [CFLAGS], [$sp_flag])
])
LIBRARY_CFLAGS="-fPIC -fvisibility=hidden"
for sp_flag in -fstack-protector-strong "-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2"
do
	SP_ADD_FLAG([LIBRARY_CFLAGS], [CFLAGS], [$sp_flag])
done
for sp_flag in -pie -Wl,-z,relro -Wl,-z,now; do
	SP_ADD_FLAG([HARDENING_LDFLAGS], [LDFLAGS], [$sp_flag])
done

AC_SUBST([WARN_CFLAGS])
AC_SUBST([SANITIZER_FLAGS])
AC_SUBST([FUZZER_FLAGS])
AC_SUBST([LIBRARY_CFLAGS])
AC_SUBST([HARDENING_CFLAGS])
AC_SUBST([HARDENING_LDFLAGS])
])
