# No knowledge of policy, TLS or what a socket is for.
noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
	src/base/addr.c src/base/addr.h \
	src/base/arena.c src/base/arena.h \
	src/base/compiler.c src/base/compiler.h \
	src/base/log.c src/base/log.h \
	src/base/reason.c src/base/reason.h \
	src/base/str.c src/base/str.h
