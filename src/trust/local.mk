# Path validation, revocation, identity.
noinst_LIBRARIES += libtrust.a
libtrust_a_SOURCES = \
	src/trust/cert.c src/trust/cert.h \
	src/trust/crl.c src/trust/crl.h \
	src/trust/der.c src/trust/der.h \
	src/trust/judge.c src/trust/judge.h \
	src/trust/key.c src/trust/key.h \
	src/trust/name.c src/trust/name.h \
	src/trust/path.c src/trust/path.h
