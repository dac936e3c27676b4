# The one place, with src/trust, that includes wolfSSL.
noinst_LIBRARIES += libtls.a
libtls_a_SOURCES =
