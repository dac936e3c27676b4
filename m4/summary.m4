# SP_SUMMARY: what configure found, as it is.
AC_DEFUN([SP_SUMMARY], [
AS_IF([test "$silent" = yes], [], [cat <<EOF

sallyport $PACKAGE_VERSION

  wolfSSL             $WOLFSSL_VERSION, $sp_wolfssl_from
    AES-NI            $sp_wolfssl_aesni
    single-threaded   $sp_wolfssl_single
    trusted-peer table $sp_wolfssl_trustpeer
    internal header   $sp_wolfssl_internal
    signature check by public key  $sp_wolfssl_checksig
  libev               $LIBEV_VERSION
  jansson             $($PKG_CONFIG --modversion jansson)
  unit tests (check)  $have_check
  development         $enable_development
  sanitizers          $enable_sanitizers
  fuzzing             $enable_fuzzing
  CFLAGS              $CFLAGS

EOF
])
])
