# The loop, sockets and rings: no TLS, no policy.
noinst_LIBRARIES += libio.a
libio_a_SOURCES = \
	src/io/buffer.c src/io/buffer.h \
	src/io/pass.c src/io/pass.h \
	src/io/sock.c src/io/sock.h
