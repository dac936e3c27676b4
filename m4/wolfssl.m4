# SP_WOLFSSL_HAS(VARIABLE, MACRO): yes where the library was built with MACRO.
AC_DEFUN([SP_WOLFSSL_HAS], [
AC_MSG_CHECKING([whether wolfSSL was built with $2])
AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#include <wolfssl/options.h>
#include <wolfssl/ssl.h>
#ifndef $2
#error no
#endif
]])], [$1=yes], [$1=no])
AC_MSG_RESULT([$$1])
])

# Sets WOLFSSL_CFLAGS, WOLFSSL_LIBS and sp_wolfssl_from.
AC_DEFUN([SP_WOLFSSL_FIND], [
AC_ARG_WITH([wolfssl],
    [AS_HELP_STRING([--with-wolfssl=PREFIX|system],
	[the wolfSSL to use (default: the one scripts/wolfssl built, else
	the system's)])],
    [], [with_wolfssl=default])
AS_CASE([$with_wolfssl],
    [no], [AC_MSG_ERROR([sallyport cannot do without wolfSSL])],
    [yes], [with_wolfssl=default])
AS_IF([test "$with_wolfssl" = default], [
	AC_MSG_CHECKING([for a wolfSSL built by scripts/wolfssl])
	with_wolfssl=$("$srcdir/scripts/wolfssl" --print 2>/dev/null) ||
	    with_wolfssl=system
	AC_MSG_RESULT([$with_wolfssl])
])
AC_SUBST([WITH_WOLFSSL], [$with_wolfssl])
AS_IF([test "$with_wolfssl" = system], [
	PKG_CHECK_MODULES([WOLFSSL], [wolfssl >= 5.5], [],
	    [AC_MSG_ERROR([no wolfSSL: run scripts/wolfssl, which builds one,
or install the distribution's (Debian: libwolfssl-dev), or name one by
--with-wolfssl=PREFIX
$WOLFSSL_PKG_ERRORS])])
	sp_wolfssl_from="the system's"
], [
	AS_IF([test -f "$with_wolfssl/include/wolfssl/ssl.h"], [],
	    [AC_MSG_ERROR([no wolfSSL headers below $with_wolfssl])])
	# Its headers are not held to our warnings.
	WOLFSSL_CFLAGS="-isystem $with_wolfssl/include"
	AS_IF([test -f "$with_wolfssl/lib/libwolfssl.a"],
	    [WOLFSSL_LIBS="$with_wolfssl/lib/libwolfssl.a -lm"
	    sp_wolfssl_from="static, from $with_wolfssl"],
	    [WOLFSSL_LIBS="-L$with_wolfssl/lib -Wl,-rpath,$with_wolfssl/lib -lwolfssl -lm"
	    sp_wolfssl_from="shared, from $with_wolfssl"])
	AC_SUBST([WOLFSSL_CFLAGS])
	AC_SUBST([WOLFSSL_LIBS])
])
])

# SP_WOLFSSL: finds the library and says what it can do.
AC_DEFUN([SP_WOLFSSL], [
AC_REQUIRE([SP_WOLFSSL_FIND])
sp_saved_cppflags="$CPPFLAGS"
sp_saved_libs="$LIBS"
CPPFLAGS="$CPPFLAGS $WOLFSSL_CFLAGS"
LIBS="$WOLFSSL_LIBS $LIBS"

AC_MSG_CHECKING([for wolfSSL 5.5 or newer])
AC_LINK_IFELSE([AC_LANG_PROGRAM([[
#include <wolfssl/options.h>
#include <wolfssl/ssl.h>
#if LIBWOLFSSL_VERSION_HEX < 0x05005000
#error too old
#endif
]], [[return wolfSSL_Init();]])], [],
    [AC_MSG_ERROR([wolfSSL 5.5 or newer does not compile and link])])
WOLFSSL_VERSION=$(printf '%s\n' '#include <wolfssl/version.h>' \
    'version: LIBWOLFSSL_VERSION_STRING' | $CC $CPPFLAGS -E -P - |
    sed -n 's/^version: "\(.*\)"$/\1/p')
AC_MSG_RESULT([$WOLFSSL_VERSION])

SP_WOLFSSL_HAS([sp_wolfssl_aesni], [WOLFSSL_AESNI])
SP_WOLFSSL_HAS([sp_wolfssl_single], [SINGLE_THREADED])
SP_WOLFSSL_HAS([sp_wolfssl_trustpeer], [WOLFSSL_TRUST_PEER_CERT])

AC_MSG_CHECKING([for a usable internal header of wolfSSL])
AC_LINK_IFELSE([AC_LANG_PROGRAM([[
#include <wolfssl/options.h>
#include <wolfssl/internal.h>
]], [[
	WOLFSSL *ssl = wolfSSL_new(0);
	return SendAlert(ssl, alert_fatal, unknown_ca);
]])],
    [sp_wolfssl_internal=yes
    AC_DEFINE([HAVE_WOLFSSL_INTERNAL], [1],
	[wolfSSL's internal header matches the library and links])],
    [sp_wolfssl_internal=no])
AC_MSG_RESULT([$sp_wolfssl_internal])

AC_MSG_CHECKING([whether we see what a client offers before wolfSSL chooses])
AC_LINK_IFELSE([AC_LANG_PROGRAM([[
#include <wolfssl/options.h>
#include <wolfssl/internal.h>
#if !defined(WOLFSSL_CERT_SETUP_CB) || !defined(WOLFSSL_ALWAYS_KEEP_SNI) || \
    defined(OPENSSL_EXTRA) || defined(WOLFSSL_BLIND_PRIVATE_KEY) || \
    defined(HAVE_FALLBACK_SCSV)
#error no
#endif
]], [[
	WOLFSSL *ssl = wolfSSL_new(0);
	TLSX_Remove(&ssl->extensions, TLSX_TRUNCATED_HMAC, ssl->heap);
	return ssl->clSuites == 0;
]])],
    [sp_wolfssl_hello=yes
    AC_DEFINE([HAVE_WOLFSSL_HELLO], [1],
	[A hello can be read and narrowed before wolfSSL answers it])],
    [sp_wolfssl_hello=no])
AC_MSG_RESULT([$sp_wolfssl_hello])

AC_MSG_CHECKING([for wc_CheckCertSigPubKey])
AC_LINK_IFELSE([AC_LANG_PROGRAM([[
#include <wolfssl/options.h>
#include <wolfssl/ssl.h>
#include <wolfssl/wolfcrypt/asn.h>
]], [[return wc_CheckCertSigPubKey(0, 0, 0, 0, 0, 0);]])],
    [sp_wolfssl_checksig=yes],
    [sp_wolfssl_checksig=no])
AC_MSG_RESULT([$sp_wolfssl_checksig])
AS_IF([test "$sp_wolfssl_checksig" = no],
    [AC_MSG_ERROR([this wolfSSL cannot check a signature by a public key: build
it with -DWOLFSSL_SMALL_CERT_VERIFY, or run scripts/wolfssl])])

AC_MSG_CHECKING([whether wolfSSL leaves unknown extensions to us])
AC_LINK_IFELSE([AC_LANG_PROGRAM([[
#include <wolfssl/options.h>
#include <wolfssl/ssl.h>
#include <wolfssl/wolfcrypt/asn.h>
static int pass(const word16 *oid, word32 length, int critical,
    const unsigned char *der, word32 size)
{
	return !oid || !length || !critical || !der || !size;
}
]], [[
	static struct DecodedCert cert;
	cert.unknownExtCallback = pass;
	wolfSSL_CertManagerSetUnknownExtCallback(0, pass);
	return cert.version;
]])],
    [sp_wolfssl_extensions=yes
    AC_DEFINE([HAVE_WOLFSSL_EXT_CALLBACK], [1],
	[wolfSSL calls back for extensions that it does not know])],
    [sp_wolfssl_extensions=no])
AC_MSG_RESULT([$sp_wolfssl_extensions])

CPPFLAGS="$sp_saved_cppflags"
LIBS="$sp_saved_libs"

sp_summary="wolfSSL $WOLFSSL_VERSION, $sp_wolfssl_from"
sp_summary="$sp_summary; AES-NI $sp_wolfssl_aesni"
sp_summary="$sp_summary, single-threaded $sp_wolfssl_single"
sp_summary="$sp_summary, trusted-peer table $sp_wolfssl_trustpeer"
sp_summary="$sp_summary, internal header $sp_wolfssl_internal"
sp_summary="$sp_summary, lists of groups and signatures $sp_wolfssl_hello"
AC_DEFINE_UNQUOTED([WOLFSSL_SUMMARY], ["$sp_summary"],
    [The TLS library and what it was built with])
])
