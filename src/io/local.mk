# The loop, sockets and rings: no TLS, no policy.
noinst_LIBRARIES += libio.a
libio_a_SOURCES =
