# The one place, with src/trust, that includes wolfSSL.
noinst_LIBRARIES += libtls.a
libtls_a_SOURCES = \
	src/tls/tls_able.c src/tls/tls_able.h \
	src/tls/tls_alert.c src/tls/tls_alert.h \
	src/tls/tls_conn.c src/tls/tls_conn.h \
	src/tls/tls_ctx.c src/tls/tls_ctx.h \
	src/tls/tls_cache.c src/tls/tls_cache.h \
	src/tls/tls_hello.c src/tls/tls_hello.h \
	src/tls/tls_id.c src/tls/tls_id.h \
	src/tls/tls_io.c src/tls/tls_io.h \
	src/tls/tls_keys.c src/tls/tls_keys.h \
	src/tls/tls_library.c src/tls/tls_library.h \
	src/tls/tls_library-hello.c src/tls/tls_library-hello.h \
	src/tls/tls_lineage.c src/tls/tls_lineage.h \
	src/tls/tls_lists.c src/tls/tls_lists.h \
	src/tls/tls_resume.c src/tls/tls_resume.h \
	src/tls/tls_ring.c src/tls/tls_ring.h \
	src/tls/tls_ring-file.c src/tls/tls_ring-file.h \
	src/tls/tls_ring-label.c src/tls/tls_ring-label.h \
	src/tls/tls_seal.c src/tls/tls_seal.h \
	src/tls/tls_store.c src/tls/tls_store.h \
	src/tls/tls_ticket.c src/tls/tls_ticket.h \
	src/tls/tls_judge.h

# Sizes of the library's structs depend on how it was built: with another
# library everything that sees them is compiled again.
$(libtls_a_OBJECTS) $(libtrust_a_OBJECTS): config.h
